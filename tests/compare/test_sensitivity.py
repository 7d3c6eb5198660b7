"""What a contrast hangs on is found: the one word, the one article, the voice, the copies."""

import numpy as np
import pandas as pd
import pytest

from analysis.compare.sensitivity import sensitivity
from analysis.tables import InputError


def corpus(terms, outlets, voice="newsroom", **columns):
    """Mentions of each article by term, `{"may": [2, 0, …]}`, in one voice, and their scores."""
    ids = [f"{i:02d}" for i in range(len(outlets))]
    articles = pd.DataFrame({"article_id": ids, "outlet": list(outlets), **columns})
    rows = [(i, term) for term, counts in terms.items() for i, n in zip(ids, counts, strict=True) for _ in range(n)]
    mentions = pd.DataFrame(rows, columns=["article_id", "term"])
    mentions = mentions.assign(section="body", feature="hedge", voice=voice, negated=False)
    total = np.sum(list(terms.values()), axis=0)
    scores = pd.DataFrame({
        "article_id": ids, "section": "body", "feature": "hedge", "voice": voice, "mentions": total, "words": 500,
    })  # fmt: skip
    return mentions, scores, articles


def select(table, change):
    return table[table["change"] == change].set_index("what")


def test_the_one_entry_that_drives_a_difference_is_named():
    may, perhaps = [5, 6, 5, 7, 6, 0, 0, 1, 0, 0], [1, 2, 1, 1, 2, 2, 1, 1, 2, 1]
    table = sensitivity(*corpus({"may": may, "perhaps": perhaps}, "AAAAABBBBB"), "hedge", "A", "B")
    found = select(table, "entry left out")
    assert table["change"].iloc[0] == "none" and table["p"].iloc[0] < 0.05
    assert found["verdict"].to_dict() == {"may": "vanishes", "perhaps": "stays"}
    assert found.loc["may", "rate_ratio"] == pytest.approx(1)


def test_the_one_article_that_drives_a_ratio_is_named():
    mentions = [1, 1, 0, 1, 1, 20, 1, 1, 1, 1, 0, 1]
    found = select(sensitivity(*corpus({"may": mentions}, "AAAAAABBBBBB"), "hedge", "A", "B"), "article left out")
    assert len(found) == 12
    assert found["rate_ratio"].idxmin() == "05"
    assert found.loc["05", "rate_ratio"] == pytest.approx((4 / 5) / (5 / 6), rel=1e-5)
    assert found.loc["05", "verdict"] == "turns"


def test_leaving_an_article_out_is_the_contrast_of_the_others():
    mentions, scores, articles = corpus({"may": [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]}, "AAAAAABBBBBB")
    left = select(sensitivity(mentions, scores, articles, "hedge", "A", "B"), "article left out").loc["03"]
    keep = articles["article_id"] != "03"
    whole = sensitivity(mentions, scores[keep], articles[keep], "hedge", "A", "B").iloc[0]
    assert left["rate_ratio"] == whole["rate_ratio"]
    assert np.log([left["ci_low"], left["ci_high"]]) == pytest.approx(
        np.log([whole["ci_low"], whole["ci_high"]]), rel=0.2
    )


def test_every_voice_and_every_choice_of_copies_is_shown():
    counts, origin = {"may": [4, 3, 5, 1, 1, 2, 9]}, list("AAABBBC")
    parts = [corpus(counts, "AAABBBA", voice, origin=origin) for voice in ("newsroom", "reported")]
    mentions, scores = (pd.concat([part[i] for part in parts], ignore_index=True) for i in (0, 1))
    table = sensitivity(mentions, scores, parts[0][2], "hedge", "A", "B")
    assert set(select(table, "voice").index) == {"newsroom", "reported", "unquoted"}
    copies = select(table, "copies")["rate_ratio"]
    assert copies.to_dict() == {"once": 3, "all": pytest.approx(21 / 4 / (4 / 3)), "drop": 3}


def test_outlet_of_copies_only_can_be_told_with_copies_alone():
    found = corpus({"may": [4, 3, 5, 1, 1, 2]}, "AAABBB", origin=list("CCCBBB"))
    table = select(sensitivity(*found, "hedge", "A", "B", copies="all"), "copies")
    assert table["verdict"].to_dict() == {"once": "cannot tell", "all": "stays", "drop": "cannot tell"}


def test_two_articles_a_side_cannot_tell():
    found = sensitivity(*corpus({"may": [4, 3, 1, 2]}, "AABB"), "hedge", "A", "B")
    assert (select(found, "article left out")["verdict"] == "cannot tell").all()


def test_negated_mentions_and_other_voices_are_not_taken_out():
    mentions, scores, articles = corpus({"may": [2, 2, 2, 1, 1, 1]}, "AAABBB")
    noise = pd.concat(
        [mentions.assign(negated=True), mentions.assign(voice="quoted"), mentions.assign(section="footnote")]
    )
    plain = sensitivity(mentions, scores, articles, "hedge", "A", "B")
    pd.testing.assert_frame_equal(plain, sensitivity(pd.concat([mentions, noise]), scores, articles, "hedge", "A", "B"))


@pytest.mark.parametrize(
    ("choice", "message"),
    [(("denial", "A"), "no scores of feature"), (("hedge", "Z"), "no article of 'Z'"), (("hedge", "A", "Z"), "of 'Z'")],
)
def test_unknown_names_are_refused_in_one_line(choice, message):
    with pytest.raises(InputError, match=message):
        sensitivity(*corpus({"may": [1, 2, 1, 2]}, "AABB"), *choice)
