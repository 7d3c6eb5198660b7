"""The sentence behind every number: a concordance of mentions, for tables and for reading in place."""

from __future__ import annotations

from html import escape
from itertools import pairwise

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
    >>> from analysis.codebook.scoring import score_articles
    >>> articles = pd.DataFrame({"article_id": ["a"], "text": ["Talks began. Moscow allegedly agreed."]})
    >>> scored = score_articles(articles)
    >>> list_evidence(scored.mentions, scored.articles, feature="hearsay")["sentence"].tolist()
    ['Moscow allegedly agreed.']
    """
    asked = pd.Series({"feature": feature, "outlet": outlet, "voice": voice, "side": side}).dropna()
    chosen = mentions[(mentions[asked.index] == asked).all(axis=1)]
    told = articles.reindex(columns=["article_id", "headline", "published", "text"])
    found = chosen.merge(told, how="left", on="article_id")
    whole = found["text"].mask(found["section"] == "headline", found["headline"])
    places = zip(whole, found["sentence_start"], found["sentence_end"], strict=True)
    sentence = pd.Series([text[start:end] for text, start, end in places], dtype="str")
    return found.assign(sentence=sentence).reindex(columns=EVIDENCE)


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
    >>> from analysis.codebook.scoring import score_articles
    >>> scored = score_articles(pd.DataFrame({"article_id": ["a"], "text": ["<b>Perhaps</b>"]}))
    >>> html = highlight_article(scored.articles.iloc[0], scored.mentions, scored.quotations, {"hedge": "#0072b2"})
    >>> "&lt;b&gt;" in html and "<b>" not in html
    True
    """
    own, spoken = (table[table["article_id"] == article["article_id"]] for table in (mentions, quotations))
    own = own[own["feature"].isin(colours)]
    styles = {name: f"border-bottom:3px solid {colour}" for name, colour in colours.items()}
    marks = {name: chr(97 + place) for place, name in enumerate(colours)}
    boxes = {"headline": ('<h4 class="headline">', "</h4>"), "text": ('<div class="text">', "</div>")}
    body = ""
    for part, (opening, closing) in boxes.items():
        if isinstance(article[part], str) and article[part]:
            here, said = (table[(table["section"] == "headline") == (part == "headline")] for table in (own, spoken))
            body += opening + _marked(article[part], here, said, styles, marks) + closing
    key = " ".join(f'<span style="{styles[name]}">{escape(name)}<sup>{marks[name]}</sup></span>' for name in colours)
    voices = "".join(f'<span style="background:{colour}">{voice}</span> ' for voice, colour in BACKGROUNDS.items())
    page = "max-width:46em;line-height:1.7;white-space:pre-line;font-family:serif;color:#111;background:#fff"
    return (
        f'<div style="{page};padding:0.6em">{body}<p style="font-size:85%">{key}'
        f"<br>struck through: negated, not counted; {voices}newsroom: plain</p></div>"
    )


def _marked(
    text: str, mentions: pd.DataFrame, quotations: pd.DataFrame, styles: dict[str, str], marks: dict[str, str]
) -> str:
    """The text cut at every border of a mention or quotation, each piece in the style of all that cover it."""
    borders = pd.concat([mentions, quotations])[["start", "end"]].to_numpy(int)
    html = ""
    for start, end in pairwise(sorted({0, len(text), *borders.ravel()})):
        around, over = (table[(table["start"] <= start) & (table["end"] >= end)] for table in (quotations, mentions))
        voice = "quoted" if "direct" in set(around["kind"]) else "reported"
        style = f"background:{BACKGROUNDS[voice]};" if len(around) else ""
        over, ending = over.sort_values("feature"), ""
        for feature, negated, last in zip(over["feature"], over["negated"], over["end"], strict=True):
            style += f"{styles[feature]};font-weight:600;" + ("text-decoration:line-through;" if negated else "")
            ending += marks[feature] if last == end else ""
        piece = escape(text[start:end])
        html += f'<span style="{style}">{piece}</span>' if style else piece
        html += f"<sup>{ending}</sup>" if ending else ""
    return html
