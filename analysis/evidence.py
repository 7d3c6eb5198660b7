"""The sentence behind every number: a concordance of mentions, for tables and for reading in place."""

from __future__ import annotations

from html import escape
from itertools import pairwise

import numpy as np
import pandas as pd

#: Columns of the evidence table, the ones to read first in front.
EVIDENCE = [
    *["feature", "outlet", "published", "voice", "speaker", "side", "match", "sentence", "section", "headline"],
    *["article_id", "term", "negated", "start", "end"],
]
#: Behind words that are not the newsroom's.
BACKGROUNDS = {"quoted": "#fdf3d8", "reported": "#e4f0ea"}


def list_evidence(
    mentions: pd.DataFrame,
    articles: pd.DataFrame,
    feature: str | None = None,
    outlet: str | None = None,
    voice: str | None = None,
    side: str | None = None,
) -> pd.DataFrame:
    """Each mention with its sentence, outlet, date, headline and speaker: a concordance.

    Parameters
    ----------
    mentions, articles : DataFrame
        As `score_articles` gives them.
    feature, outlet, voice, side : str, optional
        Keep only mentions that have this value.

    Returns
    -------
    DataFrame
        Columns of `EVIDENCE`; ``start`` and ``end`` count code points in the headline or text.

    Examples
    --------
    >>> from analysis.scoring import score_articles
    >>> articles = pd.DataFrame({"article_id": ["a"], "text": ["Talks began. Moscow allegedly agreed."]})
    >>> scored = score_articles(articles)
    >>> list_evidence(scored.mentions, scored.articles, feature="hearsay")["sentence"].tolist()
    ['Moscow allegedly agreed.']
    """
    keep = pd.Series(True, index=mentions.index)
    for column, value in (("feature", feature), ("outlet", outlet), ("voice", voice), ("side", side)):
        if value is not None:
            keep &= mentions[column].eq(value).fillna(False).astype(bool)
    chosen = mentions[keep].reset_index(drop=True)
    known = articles.set_index("article_id")
    where = known.index.get_indexer(pd.Index(chosen["article_id"]))
    texts = np.where(chosen["section"] == "headline", known["headline"].iloc[where], known["text"].iloc[where])
    sentence = [
        text[start:end]
        for text, start, end in zip(texts, chosen["sentence_start"], chosen["sentence_end"], strict=True)
    ]
    found = chosen.assign(
        sentence=pd.Series(sentence, dtype="str"),
        published=known["published"].iloc[where].to_numpy() if "published" in known else None,
        headline=known["headline"].iloc[where].to_numpy(),
    )
    return found.reindex(columns=EVIDENCE)


def highlight_article(
    article: pd.Series, mentions: pd.DataFrame, quotations: pd.DataFrame, colours: dict[str, str]
) -> str:
    """One article as HTML with its markers in place: feature by colour and by a mark, voice by background.

    Parameters
    ----------
    article : Series
        A row of the articles table.
    mentions, quotations : DataFrame
        Of any articles; those of this one are shown.
    colours : dict of str to str
        Colour of each feature to show; its place in the order gives its mark (a letter).

    Returns
    -------
    str
        HTML in which every character of the article is escaped.

    Examples
    --------
    >>> from analysis.scoring import score_articles
    >>> scored = score_articles(pd.DataFrame({"article_id": ["a"], "text": ["<b>Perhaps</b>"]}))
    >>> html = highlight_article(scored.articles.iloc[0], scored.mentions, scored.quotations, {"hedge": "#0072b2"})
    >>> "&lt;b&gt;" in html and "<b>" not in html
    True
    """
    blocks = []
    for part in ("headline", "text"):
        text = article[part] if isinstance(article[part], str) else ""
        if not text:
            continue
        here, spoken = (
            table[
                (table["article_id"] == article["article_id"])
                & ((table["section"] == "headline") == (part == "headline"))
            ]
            for table in (mentions, quotations)
        )
        here = here[here["feature"].isin(list(colours))]
        blocks.append((part, _marked(text, here, spoken, list(colours), colours)))
    body = "".join(
        f'<h4 class="headline">{html}</h4>' if part == "headline" else html.join(['<div class="text">', "</div>"])
        for part, html in blocks
    )
    key = " ".join(
        f'<span style="border-bottom:3px solid {colour}">{escape(name)}<sup>{chr(97 + i)}</sup></span>'
        for i, (name, colour) in enumerate(colours.items())
    )
    voices = "".join(f'<span style="background:{BACKGROUNDS[voice]}">{voice}</span> ' for voice in BACKGROUNDS)
    page = "max-width:46em;line-height:1.7;white-space:pre-line;font-family:serif;color:#111;background:#fff"
    return (
        f'<div style="{page};padding:0.6em">{body}<p style="font-size:85%">{key}'
        f"<br>struck through: negated, not counted; {voices}newsroom: plain</p></div>"
    )


def _marked(
    text: str, mentions: pd.DataFrame, quotations: pd.DataFrame, order: list[str], colours: dict[str, str]
) -> str:
    """The text cut at every border of a mention or quotation, each piece in the style of all that cover it."""
    cuts = {0, len(text)}
    for table in (mentions, quotations):
        cuts.update(table["start"].astype(int), table["end"].astype(int))
    edges = sorted(cuts)
    pieces = []
    for start, end in pairwise(edges):
        kinds = set(quotations.loc[(quotations["start"] <= start) & (quotations["end"] >= end), "kind"])
        voice = "quoted" if "direct" in kinds else "reported"
        style = f"background:{BACKGROUNDS[voice]};" if kinds else ""
        over = mentions[(mentions["start"] <= start) & (mentions["end"] >= end)]
        marks = ""
        for row in over.sort_values("feature").to_dict("records"):
            style += f"border-bottom:3px solid {colours[row['feature']]};font-weight:600;"
            style += "text-decoration:line-through;" if row["negated"] else ""
            marks += chr(97 + order.index(row["feature"])) if row["end"] == end else ""
        piece = escape(text[start:end])
        pieces.append(f'<span style="{style}">{piece}</span>' if style else piece)
        pieces.append(f"<sup>{marks}</sup>" if marks else "")
    return "".join(pieces)
