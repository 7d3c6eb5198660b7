"""A methods section that can be pasted: all that was done and found, nothing that was not."""

from types import SimpleNamespace

import pandas as pd

from analysis.codebook.lexicon import read_lexicon
from analysis.read.flags import check_articles
from analysis.show.methods import methods_text, voice_accuracy
from tests.show.corpus import scored_corpus


def study(**given):
    scored, rates, contrasts = scored_corpus()
    empty = {
        name: pd.DataFrame(columns=["article_id", "field", "note", "reason"])
        for name in ("rejected", "removed", "notes")
    }
    parts = {
        "articles": scored.articles, "contrasts": lambda: contrasts, "rates": lambda: rates, "seed": 5, "about": None,
        "lexicon": read_lexicon(), "actors": None, "corpus": SimpleNamespace(**empty),
        "checked": check_articles(scored.articles)[0],
        "has_texts": True, "flags": check_articles(scored.articles)[1],
        "events": pd.DataFrame({"article_id": scored.articles["article_id"], "event": "e"}),
    }  # fmt: skip
    return SimpleNamespace(**parts | given)


def text_of(one, **how):
    return methods_text(one, one.contrasts(), **how)


def test_what_did_not_happen_is_not_told():
    text = text_of(study())
    assert "furniture" not in text and "left out:" not in text and "repaired" not in text and "on a side" not in text
    assert "Mantel" not in text and "Krippendorff" not in text and "shrunken" not in text and "{" not in text
    assert "\n\n\n" not in text


def test_what_was_left_out_repaired_and_flagged_is_counted():
    corpus = SimpleNamespace(
        rejected=pd.DataFrame({"reason": ["it has no text"] * 2}),
        removed=pd.DataFrame({"reason": ["menu", "menu", "share"]}),
        notes=pd.DataFrame({"field": ["published"], "note": ["<b> is not a date"]}),
    )
    text = text_of(study(corpus=corpus))
    assert "Records left out: 2, by reason: it has no text (2)." in text
    assert "Page furniture removed: 3, by reason: menu (2) and share (1)." in text
    assert "by field: published (1)." in text and "short (" in text


def test_validity_is_told_of_voice_by_kind_with_intervals_and_of_actors():
    actors = pd.DataFrame({"pattern": ["wells", "ivan*"], "side": ["<US>", "Russia"]})
    text = text_of(study(actors=actors), software={"comparative-framing": "0.1.0", "numpy": "2.2"})
    reported = voice_accuracy().query("domain == 'US news' and voice == 'reported'").iloc[0]
    said = "US news, reported {right} of {judged} ({share:.2f}, {low:.2f} to {high:.2f})"
    assert said.format(**reported) in text and 0 < reported["low"] < reported["share"] < reported["high"] < 1
    assert "&lt;US&gt; (1 name)" in text and "hearsay 0.98 (from 0.95)" in text
    assert "Comparative framing analysis 0.1.0, by the contributors" in text and "with numpy 2.2." in text


def test_nothing_is_claimed_of_a_dictionary_that_is_not_the_projects():
    lexicon = read_lexicon({"doubt": ["allegedly"]})
    text = text_of(study(lexicon=lexicon), own_codebook=False)
    assert "Nothing is known of the accuracy of this dictionary" in text and "US news, reported" not in text


def test_findings_are_stated_and_names_stay_names():
    text = text_of(study(), coded=True, copies="all")
    assert "In its own voice &lt;b&gt;Post uses hearsay words 3.4 times as often as the typical outlet" in text
    assert "Each outlet was compared with the typical one" in text and "agency copy too" in text and "Seed 5" in text
    assert "They were not declared before testing" in text
    assert "They were declared before testing" in text_of(study(), beforehand=True)


def test_accuracy_is_kept_apart_by_domain_where_verdicts_name_it(tmp_path):
    path = tmp_path / "voice.csv"
    path.write_text('"voice","verdict","domain"\n"quoted","1","agency"\n"quoted","0","US"\n"newsroom","1","agency"\n')
    found = voice_accuracy(path).set_index(["domain", "voice"])
    assert (
        found.loc[("agency", "all"), ["right", "judged"]].tolist() == [2, 2]
        and found.loc[("US", "quoted"), "right"] == 0
    )
