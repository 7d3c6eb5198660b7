"""A bad lexicon is refused with file, row and reason."""

import pytest

from analysis.codebook.dictionaries import read_dictionary, write_dictionary
from analysis.codebook.lexicon import phrase_variants, read_lexicon
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


def test_a_quanteda_dictionary_is_read_and_written(tmp_path):
    path = tmp_path / "stance.yml"
    path.write_text("hedge: [may, perhaps]\nsure:\n  strong: ['certain*', of course]\n")
    lexicon = read_dictionary(path)
    assert lexicon.entries[["feature", "term"]].values.tolist() == [
        ["hedge", "may"], ["hedge", "perhaps"], ["sure.strong", "certain*"], ["sure.strong", "of course"],
    ]  # fmt: skip
    assert write_dictionary(lexicon, tmp_path / "again.yaml") == []
    assert read_dictionary(tmp_path / "again.yaml").entries["term"].tolist() == lexicon.entries["term"].tolist()


def test_a_liwc_dictionary_is_read_and_written(tmp_path):
    path = tmp_path / "stance.dic"
    path.write_text("%\n1\thedge\n2\tsure\n%\nmay\t1\ncertain*\t1\t2\nof course\t2\n")
    lexicon = read_dictionary(path)
    assert sorted(lexicon.entries[["feature", "term"]].apply(tuple, axis=1)) == [
        ("hedge", "certain*"), ("hedge", "may"), ("sure", "certain*"), ("sure", "of course"),
    ]  # fmt: skip
    assert write_dictionary(lexicon, tmp_path / "again.dic") == []
    again = read_dictionary(tmp_path / "again.dic")
    assert sorted(again.entries["term"]) == sorted(lexicon.entries["term"])


def test_what_another_format_cannot_say_is_listed(tmp_path):
    rows = "feature,pattern,negation\nhedge,may|might,never\nhedge,no [2] doubt,\n"
    lost = write_dictionary(read_lexicon(lexicon(tmp_path, rows)), tmp_path / "out.yml")
    assert lost == [
        "hedge.csv, row 2: 'may|might' without its negation",
        "hedge.csv, row 3: 'no [2] doubt' left out: a gap or a class of words",
    ]
    assert read_dictionary(tmp_path / "out.yml").entries["term"].tolist() == ["may", "might"]


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
        ("a.txt", "may"),
    ],
)
def test_a_bad_dictionary_is_refused_in_one_line(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as refused:
        read_lexicon(tmp_path / name)
    assert "\n" not in str(refused.value)
    assert name in str(refused.value)
