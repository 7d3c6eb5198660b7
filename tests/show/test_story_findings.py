"""Sentences on events, contrasts and validity say what the tables say, and say so where nothing can be said."""

import pandas as pd

from analysis.show.story_findings import (
    describe_drive,
    describe_events,
    describe_measured,
    describe_terms,
    describe_within,
)
from analysis.show.story_plots import COMPARED

EVENTS = pd.DataFrame({"article_id": list("abcd"), "event": ["a", "a", "c", "d"]})
COPIES = pd.DataFrame({"original": ["a", None]})


def test_events_are_counted_and_those_of_several_outlets_apart():
    told = pd.DataFrame({"outlets": [2], "articles": [2]})
    text = describe_events(told, EVENTS, COPIES)
    assert text.startswith(
        "4 articles tell 3 events; told by more than one article: 1; by more than one outlet: 1, in 2"
    )
    assert text.endswith("in somebody else's words: 2, of which 1 found by comparing texts.")


def test_a_corpus_without_a_shared_event_says_that_nothing_can_be_compared():
    text = describe_events(pd.DataFrame({"outlets": [1], "articles": [2]}), EVENTS, COPIES.head(0))
    assert "by more than one outlet: 0, in 0 articles" in text and text.endswith("compared within events.")


def held(raw, within, p_adjusted=0.01, p=0.04):
    """Pairs of ratio, low, high over all articles and within events."""
    names = [f"Post: *{i}*" for i in range(len(raw))]
    columns = ["rate_ratio", "ci_low", "ci_high"]
    parts = [
        pd.DataFrame(rows, columns=columns).assign(contrast=names, comparison=name, p=p, p_adjusted=p_adjusted)
        for rows, name in zip((raw, within), COMPARED.values(), strict=True)
    ]
    return pd.concat(parts)


def test_what_holds_within_events_is_told_from_what_weakens_or_turns():
    table = held([(3, 2, 4), (2, 1.5, 3), (0.5, 0.4, 0.6)], [(2, 1.2, 3), (0.9, 0.5, 2), (0.4, 0.1, 2)])
    text = describe_within(table)
    assert text.startswith("Of the 3 shown that hold over all articles, 3 could be estimated within events.")
    assert "2 point the same way there, 2 are weaker, and 1 have an interval without 1" in text
    assert r": Post: \*0\* 2 (1.2 to 3)." in text


def test_contrasts_that_do_not_hold_over_all_articles_are_not_held_within_events():
    assert describe_within(held([(3, 2, 4)], [(2, 1.2, 3)], p_adjusted=0.3)).startswith("No contrast over all articles")
    assert "0 could be estimated within events" in describe_within(held([(3, 2, 4)], [(2, 1, 3)], p=None))


def drive(**columns):
    table = {"contrast": "Post: no_evidence", "change": ["none", "voice", "entry left out", "article left out"],
             "what": ["newsroom", "all", "may", "a1"], "rate_ratio": [2.0, 1.1, 1.5, 3.0], "p": [0.01, 0.4, 0.02, 0.01],
             "verdict": ["stays", "vanishes", "stays", "stays"]}  # fmt: skip
    return pd.DataFrame(table | columns)


def test_what_changes_a_verdict_is_named_with_the_range_of_ratios():
    text = describe_drive(drive())
    assert text.startswith(
        "Post: no evidence: ratio 2; without each entry in turn (1), 1.5 to 1.5; without each article"
    )
    assert text.endswith("What changes the verdict: voice: all (vanishes).")
    assert describe_drive(drive(verdict="stays")).endswith("nothing that was tried.")


def test_without_intervals_or_contrasts_nothing_is_claimed():
    assert describe_drive(drive(p=None, verdict="cannot tell")).endswith("no verdict that could change.")
    assert describe_drive(drive().head(0)).startswith("There is no contrast")
    alone = describe_drive(drive(rate_ratio=[2.0, 1.1, 1.5, None]))
    assert "each entry in turn (1)" in alone and "article" not in alone and "nan" not in alone


def terms(**columns):
    table = {
        "outlet": ["A", "A", "B"],
        "term": list("xyz"),
        "log_odds": [1.0, -1.0, 2.0],
        "p_adjusted": [0.01, 0.01, 0.2],
    }
    return pd.DataFrame(table | columns).assign(status="")


def test_words_that_set_outlets_apart_are_counted_by_outlet():
    text = describe_terms(terms(), "newsroom")
    assert text.endswith("newsroom, adjusted p below 0.05: 1, of 1 of 2 outlets: A (1).")


def test_why_there_are_no_distinctive_words_is_said():
    refused = pd.DataFrame({"status": ["1 different outlet"], "term": [None]})
    assert describe_terms(refused, "quoted").endswith("nothing can be said (1 different outlet).")
    assert describe_terms(terms().head(0), "quoted").endswith("nothing can be said (no word is in enough articles).")


def test_the_least_of_what_was_measured_is_named():
    table = pd.DataFrame(
        {"feature": ["hedge", "no_evidence"], "precision": [0.9, 0.8], "ci_low": [0.8, 0.7], "judged": 20}
    )
    text = describe_measured(table, "Precision", "precision", "ci_low", "judged")
    assert text.startswith("Precision, by feature: 0.85 in the middle, the least 0.8 for no evidence")
    assert text.endswith("(lowest lower bound 0.7); on 40 judgements.")
    few = describe_measured(table.assign(ci_low=None), "Precision", "precision", "ci_low", "judged")
    assert "(too few articles for intervals)" in few
    assert (
        describe_measured(table.head(0), "Alpha", "precision", "ci_low", "judged")
        == "Alpha: nothing could be measured."
    )
