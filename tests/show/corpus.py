"""A small corpus with hostile names and texts, written for the tests of pages and figures."""

from html.parser import HTMLParser

import pandas as pd

from analysis.codebook.scoring import score
from analysis.compare.rates import rates

POST, DAILY, WIRE = "<b>Post", "Bu$ine$$ Daily/..\\", "../Wire\x1b[31m"
OWN = "Moscow allegedly agreed. Perhaps <script>alert(1)</script> it may not."
SPOKEN = "Wells said that talks allegedly agreed.\nThe second paragraph. “It may rain,” said Ivanov."


def hostile_corpus():
    """Articles of three outlets: Post prints hearsay of its own, Daily reports it, Wire is also copied by Daily."""
    rows = [
        {"article_id": f"{outlet}/{n}", "outlet": outlet, "origin": outlet, "published": f"2018-03-{n + 1:02}",
         "headline": f"<i>Talks</i> {n} \"&\" may\x00 go on", "text": text.replace("agreed", "agreed on " + "it " * n)}
        for outlet, text in ((POST, OWN), (DAILY, SPOKEN), (WIRE, "The wire reportedly agreed.")) for n in range(6)
    ]  # fmt: skip
    copy = {"article_id": "copy", "outlet": DAILY, "origin": WIRE, "headline": None, "text": "The copy may differ."}
    articles = pd.DataFrame([*rows, copy, {"article_id": "nobody", "text": "It may be nobody's."}])
    return articles.assign(words=articles["text"].str.split().str.len()).astype({"outlet": "str", "published": "str"})


def scored_corpus():
    """The corpus scored, with its rates, and contrasts of which one is found."""
    scored = score(hostile_corpus())
    found = {
        "section": "body", "voice": "newsroom", "family": "declared", "outlet_b": "typical", "contrast": "typical",
        "articles_a": 6, "articles_b": 7, "ci_low": 1.9, "ci_high": 6.1, "status": "",
    }  # fmt: skip
    contrasts = pd.DataFrame([
        found | {"feature": "hearsay", "outlet_a": POST, "rate_ratio": 3.4, "p_adjusted": 0.001},
        found | {"feature": "hedge", "outlet_a": DAILY, "rate_ratio": 1.4, "p_adjusted": 0.6, "detectable_ratio": 2.5},
        found | {"feature": "hedge", "outlet_a": WIRE, "rate_ratio": None, "status": "no words: nothing to compare"},
    ])  # fmt: skip
    return scored, rates(scored.scores, scored.articles), contrasts


class Page(HTMLParser):
    """What a page holds: its links, the ids that can be linked to, its tags and its text."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids, self.tags, self.text = [], set(), [], ""
        self.feed(text)

    def handle_starttag(self, tag, given):
        given = dict(given)
        self.tags.append(tag)
        self.ids |= {given["id"]} if "id" in given else set()
        self.links += [given[name] for name in ("href", "src") if given.get(name)]

    def handle_data(self, data):
        self.text += data
