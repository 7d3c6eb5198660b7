"""Distinctive words: the published formula, articles and not words as evidence, names and furniture kept out."""

import numpy as np
import pandas as pd
import pytest

from analysis.compare.distinctive import COLUMNS, distinctive_words, log_odds
from analysis.tables import InputError

COMMON = "the council met and the talks went on in the town while people waited for news of the road".split()


def corpus(outlets=2, articles=40, words=120, seed=0):
    random = np.random.default_rng(seed)
    rows = []
    for place in range(outlets * articles):
        drawn = random.choice(COMMON, words)
        rows.append((f"a{place:03}", "ABCDE"[place % outlets], "It said " + " ".join(drawn) + "."))
    return pd.DataFrame(rows, columns=["article_id", "outlet", "text"])


def inserted(text, passage):
    words = text.split(" ")
    return " ".join([*words[:60], passage, *words[60:]])


def planted(frame, outlet, passage, share=1.0):
    frame = frame.copy()
    rows = frame.index[frame["outlet"] == outlet]
    rows = rows[: int(len(rows) * share)]
    middle = [inserted(text, passage) for text in frame.loc[rows, "text"]]
    frame.loc[rows, "text"] = middle
    return frame


def test_log_odds_agree_with_the_formula_worked_by_hand():
    # 12 of 1,000 words against 3 of 2,000, prior 5 of 500:
    # odds 17 : 1483 against 8 : 2492, so log(42364 / 11864); variance 1 / 17 + 1 / 8.
    prior = np.array([5.0, 495.0])
    one, other = (log_odds(np.array([y]), n, prior) for y, n in ((12.0, 1000), (3.0, 2000)))
    assert one[0][0] - other[0][0] == pytest.approx(1.272790, abs=1e-6)
    assert one[1][0] + other[1][0] == pytest.approx(0.183824, abs=1e-6)


def test_a_word_spread_over_an_outlet_is_found_with_its_counts():
    found = distinctive_words(planted(corpus(), "A", "allegedly"))
    first = found[found["outlet"] == "A"].iloc[0]
    assert list(found.columns) == COLUMNS
    assert (first["term"], first["mentions"], first["articles"], first["voice"]) == ("allegedly", 40, 40, "all")
    assert first["ci_low"] > 0 and first["p_adjusted"] < 0.05 and first["rest_per_1000"] == 0
    assert first["per_1000"] == pytest.approx(1000 * 40 / (40 * 117), rel=1e-5)


def test_many_uses_in_few_articles_weigh_less_than_the_same_uses_in_many():
    random = np.random.default_rng(5)
    often, spread = corpus(), corpus()
    for frame, rows, uses in ((often, 10, 8), (spread, 40, 2)):
        for row in frame.index[frame["outlet"] == "A"][:rows]:
            drawn = random.choice(COMMON, (uses, 3))
            passage = " ".join(f"{' '.join(three)} allegedly" for three in drawn)
            frame.loc[row, "text"] = inserted(frame.loc[row, "text"], passage)
    p = []
    for frame in (often, spread):
        found = distinctive_words(frame, top=None)
        p.append(found.loc[(found["outlet"] == "A") & (found["term"] == "allegedly"), "p_adjusted"].fillna(1).iloc[0])
    assert 0.05 > p[0] > 10 * p[1]


def test_pairs_of_words_are_found_and_do_not_cross_punctuation():
    found = distinctive_words(planted(corpus(), "A", "quietly conceded, yesterday"), top=None)
    terms = set(found["term"])
    assert "quietly conceded" in terms
    assert "conceded yesterday" not in terms


def test_proper_names_set_outlets_apart_by_what_they_cover_and_take_no_part():
    terms = set(distinctive_words(planted(corpus(), "A", "while Ferguson slowly spoke"), top=None)["term"])
    assert "slowly" in terms
    assert not [term for term in terms if "ferguson" in term]


def test_furniture_does_not_win():
    frame = corpus()
    own = frame["outlet"] == "A"
    frame.loc[own, "text"] = "highlights " + frame.loc[own, "text"]
    frame = planted(frame, "A", "please sign up below for our daily letter and offers")
    found = distinctive_words(frame, top=None)
    assert not set(found["term"]) & {"highlights", "sign", "daily", "offers", "sign up"}


def test_with_quotations_a_word_counts_in_the_voice_that_holds_it():
    frame = planted(corpus(), "A", "allegedly")
    start = frame["text"].str.find("allegedly")
    spans = pd.DataFrame({"article_id": frame["article_id"], "section": "body", "start": start, "end": start + 9})
    spans = spans[start >= 0].assign(kind=["direct", "indirect"] * 20)
    inside = spans.assign(kind="indirect", start=spans["start"] - 4, end=spans["end"] + 4)
    for quotations, counts in ((spans, (0, 20, 20)), (pd.concat([spans, inside]), (0, 20, 20))):
        for voice, expected in zip(("newsroom", "reported", "quoted"), counts, strict=True):
            found = distinctive_words(frame, quotations, voice=voice, top=None)
            mine = found[(found["term"] == "allegedly") & (found["outlet"] == "A")]
            assert mine["mentions"].sum() == expected, voice
            assert (found["voice"] == voice).all()


def test_the_voice_of_a_word_hangs_on_its_own_article_alone():
    random, frame = np.random.default_rng(3), corpus(articles=24)
    long = frame.index[: len(frame) // 2 : 2]
    for row in long:
        frame.loc[row, "text"] += f" {' '.join(random.choice(COMMON, 100))} slowly {' '.join(random.choice(COMMON, 9))}"
    size = frame["text"].str.len()
    spans = pd.DataFrame({"article_id": frame["article_id"], "section": "body", "start": 0, "end": size})
    spans = spans.drop(long).assign(kind="direct")  # what others quote is no quotation of theirs
    found = distinctive_words(frame, spans, voice="newsroom", top=None)
    assert found.loc[found["term"] == "slowly", "mentions"].sum() == len(long)


def test_halves_of_one_outlet_raise_no_false_alarm():
    alarms, low, tests = 0, 0, 0
    for seed in range(12):
        found = distinctive_words(corpus(articles=20, seed=seed), top=None)
        alarms += bool((found["p_adjusted"] < 0.05).any())
        low, tests = low + (found["p"] < 0.05).sum(), tests + found["p"].notna().sum()
    # 12 trials at 5 %: more than 3 come with probability 0.002.
    assert alarms <= 3
    assert 0 < low / tests < 0.07


def test_order_of_articles_changes_nothing_and_missing_outlets_are_no_outlet():
    frame = planted(corpus(3), "B", "allegedly")
    whole = distinctive_words(frame)
    extra = frame.head(5).assign(outlet=None, article_id=list("vwxyz"))
    assert distinctive_words(pd.concat([extra, frame]).sample(frac=1, random_state=2)).equals(whole)
    assert set(whole["outlet"]) == {"A", "B", "C"}


def test_a_handful_of_short_articles_gives_no_p_below_the_bar():
    found = distinctive_words(corpus(5, articles=2), top=None)
    assert found["p"].isna().all() and set(found["status"]) == {"too few articles"}


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(InputError, match="two are needed"):
        distinctive_words(corpus(1))
    with pytest.raises(InputError, match="no column outlet"):
        distinctive_words(corpus().drop(columns="outlet"))
    with pytest.raises(InputError, match="voice is 'loud'"):
        distinctive_words(corpus(), voice="loud")
