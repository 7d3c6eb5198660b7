"""A bad lexicon is refused with file, row and reason."""

import pytest

from analysis.codebook.lexicon import read_lexicon
from analysis.codebook.patterns import phrase_variants
from analysis.tables import InputError


def lexicon(tmp_path, entries, features="feature,definition\nhedge,d\n", name="hedge.csv"):
    (tmp_path / "features.csv").write_text(features)
    (tmp_path / name).write_text(entries)
    return tmp_path


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ("feature,pattern\nhegde,may\n", "hedge.csv, row 2: the feature 'hegde' is not defined"),
        ("feature,pattern\nhedge,may\nhedge,\n", "row 3: an empty pattern"),
        ("feature,pattern\nhedge,may;\n", "row 2: an empty pattern"),
        ("feature,pattern\n,may\n", "row 2: no feature"),
        ("feature,word\nhedge,may\n", "no column 'pattern'"),
        ("feature,pattern,negation\nhedge,may,sometimes\n", "negation is 'sometimes'"),
        ("feature,pattern,negation\nhedge,may,never\nhedge,may,ignore\n", "row 3: 'may' contradicts hedge.csv, row 2"),
        (
            "feature,pattern,negation\nhedge,may,never\nhedge,might,never\nhedge,may,needs\nhedge,might,needs\n",
            "row 4: 'may' contradicts hedge.csv, row 2",
        ),
        ("feature,pattern,before,not_before\nhedge,may,he,he\n", "can never hold"),
        ("feature,pattern,within\nhedge,may,near\n", "within is 'near'"),
        ("feature,pattern\nhedge,@months [2] x\n", "'@months', which is not known"),
        ("feature,pattern\nhedge,[2] may\n", "a gap must stand between words"),
        ("feature,pattern\nhedge,may [99] be\n", "a gap must stand between words"),
        ("feature,pattern\nhedge,m*y\n", "* stands for an ending"),
        ("feature,pattern\nhedge,may?\n", "all optional"),
        ("feature,pattern\nhedge,may||might\n", "alternative empty"),
    ],
)
def test_a_bad_row_is_named_with_its_reason(tmp_path, entries, says):
    with pytest.raises(InputError) as refused:
        read_lexicon(lexicon(tmp_path, entries))
    assert says in str(refused.value)


def test_a_bad_folder_is_named(tmp_path):
    with pytest.raises(InputError, match="no such lexicon"):
        read_lexicon(tmp_path / "none")
    with pytest.raises(InputError, match=r"features\.csv"):
        read_lexicon(tmp_path)
    (tmp_path / "features.csv").write_bytes("feature,definition\nhedge,zögern\n".encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        read_lexicon(tmp_path)
    (tmp_path / "features.csv").write_text("feature,definition\nhedge,d\nhedge,d\n")
    with pytest.raises(InputError, match=r"row 3: a feature without a name, or named twice"):
        read_lexicon(tmp_path)


def test_several_phrases_in_a_row_are_entries_of_their_own(tmp_path):
    entries = read_lexicon(lexicon(tmp_path, "feature,pattern,note\nhedge,may; might,why\n")).entries
    assert entries["term"].tolist() == ["may", "might"]
    assert set(entries["row"]) == {2}


def test_optional_words_and_gaps_give_every_variant():
    assert phrase_variants("a? b [1] c") == [
        [(0, "a"), (1, "b"), (2, "c")],
        [(0, "a"), (1, "b"), (3, "c")],
        [(0, "b"), (1, "c")],
        [(0, "b"), (2, "c")],
    ]
    assert phrase_variants("a? [1] b") == [[(0, "a"), (1, "b")], [(0, "a"), (2, "b")], [(0, "b")]]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("hedge,a? b? c? d? e? f? g? h? i? j? k? l? m? n? o? p? q,4", "stands for 65536 phrases"),
        ("hedge,a [8] b [8] c [8] d [8] e [8] f,4", "stands for 59049 phrases"),
        ("hedge,a [1] [1] [1] [1] [1] [1] [1] [1] [1] b,4", "stands for 512 phrases"),
        ("hedge,a [99999999999999999999] b,4", "a gap must stand between words"),
        ("hedge,a,100000000", "within is 100000000; it may be 1 to 50"),
        ("hedge,a,99999999999999999999", "it must be a number of words"),
        ("hedge,a,0", "within is 0"),
    ],
)
def test_a_row_that_would_never_end_is_refused_before_it_is_expanded(tmp_path, row, says):
    with pytest.raises(InputError, match=says):
        read_lexicon(lexicon(tmp_path, f"feature,pattern,within\n{row}\n"))


@pytest.mark.parametrize("words", ["@circle|a", "@other", "two words", "|", "*x"])
def test_a_class_holds_single_words_and_no_class(tmp_path, words):
    (tmp_path / "classes.csv").write_text(f"class,words\ncircle,{words}\nother,@circle\n")
    with pytest.raises(InputError, match=r"classes\.csv, row 2"):
        read_lexicon(lexicon(tmp_path, "feature,pattern\nhedge,@circle\n"))


def test_a_class_may_name_a_shape(tmp_path):
    (tmp_path / "classes.csv").write_text("class,words\nmanner,@ly|so\n")
    assert read_lexicon(lexicon(tmp_path, "feature,pattern\nhedge,@manner said\n")).classes == {"manner": ["@ly", "so"]}


def test_a_mistyped_column_is_refused_and_one_of_the_users_own_is_not(tmp_path):
    with pytest.raises(InputError, match="'not_befor' is not known; 'not_before' is"):
        read_lexicon(lexicon(tmp_path, "feature,pattern,not_befor\nhedge,may,he\n"))
    assert len(read_lexicon(lexicon(tmp_path, "feature,pattern,seen by\nhedge,may,Doe\n")).entries) == 1


def test_words_in_python_are_a_lexicon():
    found = read_lexicon({"doubt": ["allegedly", "so-called"], "sure": ["no [1] doubt"]})
    assert found.entries[["feature", "term"]].values.tolist() == [
        ["doubt", "allegedly"], ["doubt", "so-called"], ["sure", "no [1] doubt"],
    ]  # fmt: skip
    assert found.features["feature"].tolist() == ["doubt", "sure"]
    assert read_lexicon(["allegedly"]).features["feature"].tolist() == ["marker"]
    assert read_lexicon(found) is found


@pytest.mark.parametrize("source", [[], {}, {"a": []}, {"a": [3]}, {3: ["a"]}, {"a": 3}, [""], {"": ["a"]}, 5, ["m*y"]])
def test_words_in_python_that_make_no_lexicon_are_refused_in_one_line(source):
    with pytest.raises(InputError) as refused:
        read_lexicon(source)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "text", "pairs"),
    [
        ("doubt.txt", "allegedly\n\nso-called\n", [["doubt", "allegedly"], ["doubt", "so-called"]]),
        ("doubt.csv", "Word\nallegedly\n", [["doubt", "allegedly"]]),
        ("doubt.csv", "allegedly\nit seems\n", [["doubt", "allegedly"], ["doubt", "it seems"]]),
        ("words.csv", "pattern,feature\nalleg*,doubt\nsure,trust\n", [["doubt", "alleg*"], ["trust", "sure"]]),
        ("words.tsv", 'category\tterm\ndoubt\t"said, he"\n', [["doubt", "said, he"]]),
        ("a.yml", "hedge: [may, no, yes]\n", [["hedge", w] for w in ("may", "no", "yes")]),
        ("a.yml", "hedge: [may]\nhedge: [might]\nnone: ~\n", [["hedge", "may"], ["hedge", "might"]]),
        (
            "a.yaml",
            "hedge: [may, perhaps]\nsure:\n  strong: ['certain*', of course]\n",
            [["hedge", "may"], ["hedge", "perhaps"], ["sure.strong", "certain*"], ["sure.strong", "of course"]],
        ),
        (
            "a.dic",
            "%\n1\thedge\n2\tsure\n%\nmay\t1\ncertain*\t1\t2\nof course\t2\n",
            [["hedge", "may"], ["hedge", "certain*"], ["sure", "certain*"], ["sure", "of course"]],
        ),
    ],
)
def test_words_in_a_file_are_a_lexicon(tmp_path, name, text, pairs):
    (tmp_path / name).write_text(text)
    assert read_lexicon(tmp_path / name).entries[["feature", "term"]].values.tolist() == pairs


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yml", "hedge: ['.*']"),
        ("a.yml", "hedge: ['m*y']"),
        ("a.yml", "- may\n"),
        ("a.yml", "{"),
        ("a.yml", "!!python/object/apply:os.getcwd []"),
        ("a.yml", ""),
        ("a.dic", "may\t1\n"),
        ("a.dic", "%\n1\thedge\n%\nmay\t2\n"),
        ("a.yml", "a: &a [*a]"),
        ("a.yml", "a: &a [x, y]\nb: [*a, *a]\n"),
        ("a.yml", "a: " + "[" * 5000),
        ("a.yml", "a: " + "[" * 30 + "x" + "]" * 30),
        ("a.csv", "doubt,allegedly\n"),
        ("a.csv", "feature,pattern\ndoubt,\n"),
        ("a.csv", "feature,pattern,more\ndoubt,may,x\n"),
        ("a.csv", 'word\n"open\n'),
        ("a.csv", ""),
        ("a.txt", "word\n"),
        ("a.doc", "may"),
    ],
)
def test_a_bad_dictionary_is_refused_in_one_line(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as refused:
        read_lexicon(tmp_path / name)
    assert "\n" not in str(refused.value)
    assert name in str(refused.value)


def test_more_entries_than_can_be_scored_with_are_refused_with_the_limit(tmp_path):
    rows = "feature,pattern\n" + "".join(f"hedge,w{number}\n" for number in range(20_001))
    with pytest.raises(InputError, match=r"hedge\.csv: it has 20,001 entries; at most 20,000 are read"):
        read_lexicon(lexicon(tmp_path, rows))
