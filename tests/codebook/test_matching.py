"""The lexicon's rules, each on sentences written for it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.codebook.lexicon import read_lexicon
from analysis.codebook.matching import Matcher, find_matches
from analysis.voice import tokenise

FEATURES = "feature,label,definition\n" + "".join(f"{name},{name},d\n" for name in ("a", "b", "no_evidence"))

#: One for all examples: making it ready takes longer than matching a few words.
CODEBOOK = Matcher(read_lexicon())


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "features.csv").write_text(FEATURES)
    (tmp_path / "classes.csv").write_text("class,words\nmonth,May|June\npronoun,he|she|it\n")
    return tmp_path


def write(folder, *rows, **conditions):
    """A lexicon whose entries are (feature, pattern) or dicts."""
    entries = [row if isinstance(row, dict) else dict(zip(("feature", "pattern"), row, strict=True)) for row in rows]
    pd.DataFrame([conditions | entry for entry in entries]).fillna("").to_csv(folder / "entries.csv", index=False)
    return Matcher(read_lexicon(folder))


def found(matcher, text, section="body", negated=None):
    """Matches as typed; those of one negation only, if asked."""
    tokens = tokenise([text])
    matches = find_matches(tokens, matcher, np.full(len(tokens.word), section == "headline"))
    return [
        tokens.slice(tokens.start[first], tokens.end[last])
        for first, last, under in zip(matches.first, matches.last, matches.negated, strict=True)
        if negated is None or under == negated
    ]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("may", "It may. MAY it? Maybe mayor.", ["may", "MAY"]),
        ("alleg*", "He alleged an allegation of allegro.", ["alleged", "allegation", "allegro"]),
        ("to the extent", "True to the extent known, to the full extent.", ["to the extent"]),
        ("claim|claims", "He claims a claim was claimed.", ["claims", "claim"]),
        (
            "no [1] evidence",
            "no evidence; no hard evidence; no very hard evidence",
            ["no evidence", "no hard evidence"],
        ),
        ("no [3] evidence", "There is no doubt, evidence abounds.", []),
        ("no [3] evidence", "He said no. Evidence abounds.", []),
        ("so-called", "A so-called truce, a so called truce, so. Called off.", ["so-called", "so called"]),
        ("so called", "A so-called truce.", ["so-called"]),
        ("it's said", "It’s said and it's said.", ["It’s said", "it's said"]),
        ("a? rumour|rumor", "A rumour and the rumor.", ["A rumour", "rumor"]),
        ("@month [1] @number", "In May of 2018 and june 3.", ["May of 2018", "june 3"]),
        ("daesh", "Daesh’s men and Daesh's guns.", ["Daesh’s", "Daesh's"]),
        ("it", "It's fine.", []),
    ],
)
def test_patterns_match_what_they_say(folder, pattern, text, expected):
    assert found(write(folder, ("a", pattern)), text) == expected


def test_a_phrase_does_not_run_over_a_sentence_or_clause_end(folder):
    matcher = write(folder, ("a", "not clear"))
    assert found(matcher, "It is not. Clear skies. It is not, clear as day. It is not clear.") == ["not clear"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("There is no “hard” evidence.", ["no “hard” evidence"]),
        ("There is no (public) evidence.", ["no (public) evidence"]),
        ('There is no "evidence" of it.', ['no "evidence']),
        ("There is no\nevidence.", ["no\nevidence"]),
        ("There is no\nEvidence.", []),
        ("There is no\n\nevidence.", []),
        ("He said “no, not at all now” evidence.", []),
        ("Is it a no? “Evidence” came.", []),
    ],
)
def test_a_phrase_runs_through_marks_round_a_few_words_and_a_broken_line(folder, text, expected):
    assert found(write(folder, ("a", "no [1] evidence")), text) == expected


@pytest.mark.parametrize(
    "text", ["Write to claims@example.org.", "See @claims.", "https://x.example/claims", "a.com/claims"]
)
def test_an_address_or_a_handle_holds_no_marker(folder, text):
    assert found(write(folder, ("a", "claims")), text) == []


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("It was conﬁrmed.", "conﬁrmed"),
        ("The _confirmed_ news.", "_confirmed_"),
        ("The now-confirmed news.", "now-confirmed"),
    ],
)
def test_a_word_is_known_in_its_plain_form(folder, text, match):
    assert found(write(folder, ("a", "confirmed")), text) == [match]


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("The claim is not false.", True),
        ("It is not “false”.", True),
        ("It was “not ideal” and false.", False),
        ("They didn`t call it false.", True),
        ("They didnʼt call it false.", True),
        ("They dont call it false.", True),
        ("They stopped short of calling it false.", True),
        ("It fell short of a false one.", False),
        ("They have yet to call it false.", True),
        ("Actors Without Masks said it was false.", False),
        ("The claim isn't false.", True),
        ("The claim isn’t false.", True),
        ("It was never false.", True),
        ("It was false, not new.", False),
        ("It was not new, it was false.", False),
        ("It is not true but false.", False),
        ("It is no doubt false.", False),
        ("It is not only false.", False),
        ("They failed to find it false.", True),
        ("The lack of false claims.", True),
        ("It is hardly false.", True),
        ("Nor was it false.", True),
        ("It is not never false.", False),
        ("Nobody would say it was false.", True),
        ("It is not the case for everyone who was there at the time false.", False),
        ("Nothing came. It was false.", False),
        ("We cannot not call it false.", False),
    ],
)
def test_negation_reaches_to_the_end_of_its_clause(folder, text, negated):
    assert found(write(folder, ("a", "false")), text, negated=negated) == ["false"]


@pytest.mark.parametrize(
    ("text", "negated"),
    [("It is possible.", False), ("It is not possible.", True), ("It was never not possible.", False)],
)
def test_a_negation_inside_a_match_counts_like_one_before_it(folder, text, negated):
    assert found(write(folder, ("a", "is|was [2] possible")), text, negated=negated)


def test_rows_say_what_negation_does_to_them(folder):
    text = "He may not go. He did not go. He did go."
    assert found(write(folder, {"feature": "a", "pattern": "go", "negation": "needs"}), text) == ["go", "go"]
    assert found(write(folder, {"feature": "a", "pattern": "go", "negation": "never"}), text) == ["go"]
    assert found(write(folder, {"feature": "a", "pattern": "go", "negation": "ignore"}), text, negated=True) == []
    assert found(write(folder, ("a", "go")), text, negated=True) == ["go", "go"]


@pytest.mark.parametrize(
    ("conditions", "text", "expected"),
    [
        ({"before": "a|the"}, "The claim, a claim, his claim", 2),
        ({"not_before": "@pronoun"}, "He claim, the claim", 1),
        ({"before": "^"}, "Claim it. We claim it. Then, claim it.", 2),
        ({"not_before": "^"}, "Claim it. We claim it.", 1),
        ({"after": "@number"}, "claim 3, claim three, claim that", 2),
        ({"not_after": "victory"}, "claim victory, claim it", 1),
        ({"after": "$"}, "We claim, they claim it, you claim.", 2),
        ({"beside": "insurance", "within": 2}, "insurance for claim, claim by the insurance, claim, insurance", 1),
        ({"not_beside": "insurance"}, "claim the insurance, claim the throne", 1),
        ({"not_in": "claim to fame; stake a claim"}, "claim to fame, stake a claim, claim it", 1),
    ],
)
def test_conditions_narrow_a_pattern(folder, conditions, text, expected):
    assert len(found(write(folder, {"feature": "a", "pattern": "claim", **conditions}), text)) == expected


@pytest.mark.parametrize(
    ("case", "text", "expected"),
    [
        ("not_initial", "May we go? It may. Mrs May won. May 27 came.", ["May", "may"]),
        ("lower", "May we go? It may.", ["may"]),
        ("typed", "may MAY May", ["may"]),
    ],
)
def test_case_tells_the_month_and_the_person_from_the_hedge(folder, case, text, expected):
    assert found(write(folder, {"feature": "a", "pattern": "may", "case": case}), text) == expected


def test_in_a_headline_in_title_case_capitals_tell_nothing(folder):
    matcher = write(folder, {"feature": "a", "pattern": "may", "case": "not_initial"})
    assert found(matcher, "Russia May Arm The Taliban", section="headline") == ["May"]
    assert found(matcher, "Theresa May arms nobody at all", section="headline") == []


def test_the_longest_match_wins_within_a_feature_and_features_overlap(folder):
    matcher = write(folder, ("a", "false"), ("a", "utterly false"), ("b", "utterly"))
    assert sorted(found(matcher, "It is utterly false.")) == ["utterly", "utterly false"]


def test_only_no_evidence_suppresses_what_stands_inside_it(folder):
    matcher = write(folder, ("no_evidence", "no [2] evidence"), ("a", "evidence"), ("b", "hard"), ("b", "said"))
    assert found(matcher, "They said no hard evidence came; evidence came.") == ["said", "no hard evidence", "evidence"]


def test_a_pattern_is_never_a_regular_expression(folder):
    matcher = write(folder, ("a", "c.a"), ("a", "x+"))
    assert found(matcher, "cba cxa xx c.a") == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=4))
def test_no_text_stops_the_matcher_and_matches_stand_in_order(texts):
    tokens = tokenise([*texts, "It may be so."])
    matches = find_matches(tokens, CODEBOOK, np.zeros(len(tokens.word), dtype=bool))
    assert (np.diff(matches.first) >= 0).all()
    assert (matches.first <= matches.last).all()


def test_batches_do_not_change_what_is_found():
    texts = ["It may be so.", "There is no evidence.", "He allegedly lied, perhaps.", ""] * 3
    matcher = Matcher(read_lexicon())

    def terms(batch):
        tokens = tokenise(batch)
        return matcher.entries["term"][
            find_matches(tokens, matcher, np.zeros(len(tokens.word), dtype=bool)).entry
        ].tolist()

    assert terms(texts) == [term for text in texts for term in terms([text])]
