"""The sentence behind every number: a concordance of mentions, for tables and for reading in place."""

from __future__ import annotations

import re
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from analysis.tables import InputError, literal_html, not_among

#: Columns of the evidence table, the ones to read first in front.
EVIDENCE = [
    *["feature", "category", "outlet", "published", "voice", "speaker", "side", "match", "sentence", "section"],
    *["headline", "article_id", "term", "negated", "start", "end", "sentence_start"],
]
#: What a row of evidence is introduced by where it is shown.
_SHOWN = ["feature", "outlet", "published", "voice", "speaker"]
#: Rows that are shown before the rest is only counted: a screen or two.
_ROWS = 20
#: Behind words that are not the newsroom's.
BACKGROUNDS = {"quoted": "#fdf3d8", "reported": "#e4f0ea"}


class Evidence(pd.DataFrame):
    """A concordance: a DataFrame that shows each sentence whole, with its marker set off."""

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return Evidence

    def _shown(self) -> list[tuple[list[str], str, str, str]] | None:
        """Of the first rows what introduces the sentence, and the sentence before, in and after its marker."""
        if not {"sentence", "match", "start", "sentence_start"} <= {*self.columns} or self.empty:
            return None
        known = [name for name in _SHOWN if name in self]
        rows = []
        for row in self.head(_ROWS).to_dict("records"):
            at = int(row["start"]) - int(row["sentence_start"])
            parts = row["sentence"][:at], row["match"], row["sentence"][at + len(row["match"]) :]
            before, match, after = (re.sub(r"\s+", " ", part) for part in parts)
            rows.append(([str(row[name]) for name in known if pd.notna(row[name])], before, match, after))
        return rows

    def _rest(self) -> str:
        counted = "1 mention" if len(self) == 1 else f"{len(self)} mentions"
        return counted + (f", of which the first {_ROWS} are shown" if len(self) > _ROWS else "")

    def __repr__(self) -> str:
        if (rows := self._shown()) is None:
            return super().__repr__()
        lines = [f"{', '.join(told)}\n    {before}[{match}]{after}" for told, before, match, after in rows]
        return "\n".join([*lines, self._rest()])

    def _repr_html_(self) -> str:
        if (rows := self._shown()) is None:
            return self.to_html(notebook=True, max_rows=_ROWS, show_dimensions=True)
        cells = [
            f"<tr><td>{escape(', '.join(told))}</td><td style='text-align:left'>"
            f"{escape(before)}<mark>{escape(match)}</mark>{escape(after)}</td></tr>"
            for told, before, match, after in rows
        ]
        return literal_html(f"<table>{''.join(cells)}</table><p>{self._rest()}</p>")


def evidence(
    mentions: pd.DataFrame,
    articles: pd.DataFrame,
    match: str | None = None,
    *,
    feature: str | None = None,
    category: str | None = None,
    outlet: str | None = None,
    voice: str | None = None,
    speaker: str | None = None,
    side: str | None = None,
    section: str | None = None,
) -> Evidence:
    """Each mention with its sentence, outlet, date, headline and speaker: a concordance.

    Parameters
    ----------
    mentions, articles : DataFrame
        As `score` gives them.
    match : str, optional
        A feature; or a word or phrase that the marker must hold, whatever its capitals. Where a feature is asked for
        by name (``feature="claim"``) it is always a word.
    feature, category, outlet, voice, speaker, side, section : str, optional
        Keep only mentions that have this value.

    Returns
    -------
    DataFrame
        Columns of `EVIDENCE`, shown in a notebook and in plain text with the markers set off; ``start`` and ``end``
        count code points in the headline or text.

    Raises
    ------
    InputError
        If no mention has a value that is asked for, or none has all of them; the message says what there is.

    Examples
    --------
    >>> from analysis.codebook.scoring import score
    >>> articles = pd.DataFrame({"article_id": ["a"], "text": ["Talks began. Moscow allegedly agreed."]})
    >>> scored = score(articles)
    >>> evidence(scored.mentions, scored.articles, "allegedly")
    hearsay, newsroom
        Moscow [allegedly] agreed.
    1 mention
    """
    if match is not None and feature is None and match in set(mentions["feature"]):
        match, feature = None, match
    asked = {"feature": feature, "category": category, "outlet": outlet, "voice": voice}
    asked |= {"speaker": speaker, "side": side, "section": section}
    kept: list[str] = []
    chosen = mentions
    for column, value in asked.items():
        if value is not None:
            here = mentions[column] == value
            chosen = _narrowed(chosen, here, mentions[column], column, value, kept)
    if match is not None:
        words = mentions["match"].str.lower().str.replace("’", "'")
        chosen = _narrowed(chosen, _holds(words, match), words, "marker", match, kept)
    return concordance(chosen, articles)


def _narrowed(
    chosen: pd.DataFrame, here: pd.Series[bool], values: pd.Series[Any], what: str, value: str, kept: list[str]
) -> pd.DataFrame:
    """The chosen mentions that are `here` too; it is an error if there are none. `kept` says what chose them."""
    if not here.any():
        raise not_among(what, value, values.dropna().unique())
    found = chosen[here[chosen.index]]
    if found.empty:
        counts = values[chosen.index].value_counts().head(10)
        there = ", ".join(f"{name} ({n})" for name, n in counts.items()) or "none"
        raise InputError(f"no mention with {' and '.join(kept)} has the {what} {value!r}; there are {there}")
    kept.append(f"{what} {value!r}")
    return found


def _holds(words: pd.Series[str], match: str) -> pd.Series[bool]:
    """Which markers hold a word or phrase, as whole words."""
    phrase = r"\s+".join(map(re.escape, match.replace("’", "'").split()))
    if not phrase:
        raise InputError("the word to look for is empty")
    return words.str.contains(rf"(?<!\w){phrase}(?!\w)", case=False, regex=True)


def concordance(mentions: pd.DataFrame, articles: pd.DataFrame) -> Evidence:
    """`evidence` of all mentions that are given, of however few."""
    row = pd.Index(articles["article_id"]).get_indexer(pd.Index(mentions["article_id"]))
    rows, place = np.unique(row, return_inverse=True)
    # Each text stands once, whatever it has of mentions: joined to them, texts of 16,000 articles took 8 GB.
    told = articles.iloc[rows].reindex(columns=["headline", "published", "text"]).reset_index(drop=True)
    texts, headlines = told["text"].tolist(), told["headline"].tolist()
    top, ends = mentions["section"] == "headline", (mentions["sentence_start"], mentions["sentence_end"])
    places = zip(place, top, *ends, strict=True)
    sentences = [(headlines if above else texts)[at][start:end] for at, above, start, end in places]
    columns = told[["headline", "published"]].iloc[place].set_axis(mentions.index)
    found = mentions.assign(**columns, sentence=pd.Series(sentences, mentions.index, dtype="str"))
    return Evidence(found.reset_index(drop=True).reindex(columns=EVIDENCE))


def highlight(article: pd.Series, mentions: pd.DataFrame, quotations: pd.DataFrame, colours: dict[str, str]) -> str:
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
    >>> from analysis.codebook.scoring import score
    >>> scored = score(pd.DataFrame({"article_id": ["a"], "text": ["<b>Perhaps</b>"]}))
    >>> html = highlight(scored.articles.iloc[0], scored.mentions, scored.quotations, {"hedge": "#0072b2"})
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
    return literal_html(
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
