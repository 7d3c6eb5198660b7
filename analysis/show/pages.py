"""Pages that lead from a number to its sentences: evidence by feature, outlet and voice, and articles marked up.

Plain HTML that works from a folder without a network. All that came with a corpus is escaped, and no name of an outlet
becomes the name of a file.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from analysis.compare.rates import assign_sources
from analysis.show.figures import plain
from analysis.show.plotted import UNNAMED, VOICES
from analysis.show.search import write_sentences
from analysis.tables import replacing

TEMPLATES = Path(__file__).with_name("templates")
#: Sentences shown of one feature, outlet and voice: more than a reader reads; a page with three voices stays under half
#: a megabyte. What is left out is in the table that the page names.
SENTENCES = 100
#: Sentences on all pages together: about 50 MB of HTML, whatever the number of outlets. Each voice shows five at least.
ALL_SENTENCES, FEWEST = 50_000, 5
#: Articles that get a page of their own, about 20 kB each.
ARTICLES = 2_000
#: Sections whose mentions are counted, as a reader calls them.
COUNTED = {"headline": "headline", "subheading": "body", "body": "body"}
#: How a voice is called in a sentence.
IN_VOICE = {
    "newsroom": "in the newsroom's own voice", "reported": "in reported words, without quotation marks",
    "quoted": "in quotation marks",
}  # fmt: skip
#: Links are known by feature, outlet and voice.
Links = Mapping[tuple[str, str, str], str]


class Place(NamedTuple):
    """A stretch of a headline or text with what it is: the voice of a quotation, or the features of a mention."""

    start: int
    end: int
    name: str


def file_name(*names: str) -> str:
    """A name of a file for whatever names: readable letters of them, and a hash that keeps them apart.

    Examples
    --------
    >>> file_name("hearsay", "Bu$ine$$ <Daily>/..")
    'hearsay-bu-ine-daily-e2e5807f5a'
    """
    known = hashlib.sha256("\x1f".join(names).encode("utf-8", "replace")).hexdigest()[:10]
    words = re.findall(r"[a-z0-9]+", " ".join(names).lower())
    return "-".join(["-".join(words)[:48].strip("-"), known]).strip("-")


def trusted(html: str) -> Markup:
    """HTML in which all that came with a corpus is escaped already."""
    return Markup(html)  # noqa: S704


def _shown(value: Any) -> Any:
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _size(ratio: float) -> str:
    return f"{ratio:.2g} times" if ratio < 100 else "a hundredfold or more"


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(["html"]), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, finalize=_shown,
    )  # fmt: skip
    made.filters |= {"number": lambda value: f"{value:,.0f}", "size": _size}
    return made


def fill(template: str, words: Mapping[str, Any]) -> str:
    """A template of the folder ``templates`` with its words: escaped in HTML, everywhere without control characters.

    Raises
    ------
    jinja2.UndefinedError
        Where a word is missing.
    """
    return _templates().get_template(template).render(words)


def style() -> Markup:
    """The look of all pages."""
    return trusted((TEMPLATES / "pages.css").read_text(encoding="utf-8"))


def write_page(path: Path, page: str) -> None:
    """Write a page whole or not at all, with the same bytes everywhere."""
    with replacing(path) as beside:
        beside.write_text(page, encoding="utf-8", errors="replace", newline="\n")


def marked(
    text: str, start: int, end: int, quotes: Sequence[Place], mentions: Sequence[Place], anchor: str = ""
) -> Markup:
    """A stretch of a text as HTML: markers in bold, words of others on the background of their voice.

    Parameters
    ----------
    text : str
    start, end : int
        The stretch, in code points.
    quotes : sequence of Place
        Attributed contents, named ``quoted`` or ``reported``.
    mentions : sequence of Place
        Markers, named by their features; a name that begins with ``not`` is struck through.
    anchor : str
        Where given, each marker can be linked to: this and the place where it starts.

    Examples
    --------
    >>> text = "<Wells> may agree"
    >>> marked(text, 0, len(text), [Place(8, 17, "quoted")], [Place(8, 11, "hedge")])
    Markup('&lt;Wells&gt; <i class="quoted"><b title="hedge">may</b> agree</i>')
    """
    over = [place for place in mentions if place.start < end and place.end > start]
    around = [place for place in quotes if place.start < end and place.end > start]
    borders = {start, end}.union(*((max(place.start, start), min(place.end, end)) for place in over + around))
    html, open_voice = [], ""
    for left, right in pairwise(sorted(borders)):
        voices = {place.name for place in around if place.start <= left < place.end}
        voice = "quoted" if "quoted" in voices else "reported" if voices else ""
        if voice != open_voice:
            html += ["</i>" * bool(open_voice), f'<i class="{voice}">' * bool(voice)]
            open_voice = voice
        piece = escape(plain(text[left:right]))
        here = [place for place in over if place.start <= left < place.end]
        if here:
            names = escape(", ".join(dict.fromkeys(plain(place.name) for place in here)), quote=True)
            known = f' id="{anchor}{left}"' if anchor and any(place.start == left for place in here) else ""
            struck = ' class="negated"' if all(place.name.startswith("not ") for place in here) else ""
            piece = f'<b{known}{struck} title="{names}">{piece}</b>'
        html.append(piece)
    return trusted("".join(html) + "</i>" * bool(open_voice))


def counted_mentions(
    mentions: pd.DataFrame, articles: pd.DataFrame, events: pd.DataFrame | None = None, copies: str = "once"
) -> pd.DataFrame:
    """The mentions that rates count, under the outlet for which they count (a copy's is its origin).

    Parameters
    ----------
    mentions, articles, events, copies
        As `compare.rates.rates` takes them.

    Returns
    -------
    DataFrame
        Rows of `mentions` with `outlet` as the rates name it, and `part`: ``body`` or ``headline``.
    """
    sources = assign_sources(articles, copies, events)
    outlet = sources["source"].fillna(UNNAMED).where(sources["counted"])
    named = mentions["article_id"].map(outlet.set_axis(sources["article_id"]))
    part = mentions["section"].map(COUNTED)
    counts = ~mentions["negated"].astype(bool) & part.notna() & named.notna()
    return mentions.assign(outlet=named, part=part)[counts].reset_index(drop=True)


def write_evidence_pages(
    mentions: pd.DataFrame, articles: pd.DataFrame, quotations: pd.DataFrame, folder: str | Path,
    *, events: pd.DataFrame | None = None, copies: str = "once", names: Mapping[str, str] | None = None,
    columns: Sequence[str] = (), table: str = "../evidence.csv", home: str = "../index.html", seed: int = 1,
) -> dict[tuple[str, str, str], str]:  # fmt: skip
    """Write a page of sentences for every feature and outlet, one that searches them all, and a page an article.

    Parameters
    ----------
    mentions, articles, quotations : DataFrame
        The tables of a study.
    folder : path
        Where the pages go; `articles` beneath it holds the articles.
    events, copies
        As rates take them, so that a page lists the mentions that its rate counts.
    names : mapping of str to str, optional
        What features are called (`label` of the codebook).
    columns : sequence of str
        Given columns of `articles` that the page which searches asks for too.
    table, home : str
        Addresses, from `folder`, of the table of all mentions and of the front page.
    seed : int
        Fixes which sentences are shown where there are too many to show all.

    Returns
    -------
    dict
        Address of each page from the folder above by feature, outlet and voice (``newsroom``, ``reported``, ``quoted``,
        ``unquoted``, ``all``), with the part of the page that shows that voice. Empty without texts.
    """
    folder, names = Path(folder), names or {}
    words: dict[str, Any] = {"table": table, "home": home, "seed": seed}
    if "text" not in articles or articles["text"].isna().all():
        write_page(folder / "index.html", fill("contents.html", {**words, "rows": [], "texts": False}))
        return {}
    counted = counted_mentions(mentions, articles, events, copies)
    shown = sample_sentences(counted, seed)
    opened = _opened_articles(shown, articles)
    texts = _Texts(articles, quotations, mentions, pd.Series([*shown["article_id"], *opened]))
    sizes = counted.groupby(["feature", "outlet", "voice", "part"]).size()
    links: dict[tuple[str, str, str], str] = {}
    rows = shown.to_dict("records")  # once: a table of every page and voice took a third of the time of all pages
    for pair, places in sorted(shown.groupby(["feature", "outlet"]).indices.items()):
        (feature, outlet), here = map(str, cast("tuple[str, str]", pair)), [rows[place] for place in places]
        name = f"{file_name(feature, outlet)}.html"
        voices = _voices(here, sizes.xs((feature, outlet)), texts, opened)
        page = {**words, "feature": names.get(feature, spaced(feature)), "outlet": outlet, "voices": voices}
        write_page(folder / name, fill("sentences.html", page))
        for voice, parts in {**{voice: [voice] for voice in VOICES}, "unquoted": VOICES[:2], "all": VOICES}.items():
            if any(row["voice"] in parts for row in here):
                links[feature, outlet, voice] = f"{folder.name}/{name}#{voice}"
    for article, file in opened.items():
        page = {**words, "home": f"../{home}", **texts.article(article)}
        write_page(folder / "articles" / f"{file}.html", fill("article.html", page))
    known = {article: f"articles/{file}.html" for article, file in opened.items()}
    sentences = [texts.parts(row) for row in rows]
    asked = write_sentences(shown, sentences, articles, known, columns, folder)
    page = {"rows": _contents(counted, links, names), "texts": True, "asked": asked, "names": names}
    page |= {"counted": len(counted), "left_out": len(counted) - len(shown)}
    write_page(folder / "index.html", fill("contents.html", words | page))
    page = {"outlets": texts.by_outlet(opened), "left_out": len(articles) - len(opened)}
    write_page(folder / "articles.html", fill("articles.html", words | page))
    for name in ("pages.css", "pages.js", "search.js"):
        write_page(folder / name, (TEMPLATES / name).read_text(encoding="utf-8"))
    return links


def spaced(name: Any) -> str:
    """A name of a feature or column as a reader reads it."""
    return str(name).replace("_", " ")


def _voices(
    shown: Sequence[Mapping[Any, Any]], sizes: pd.Series, texts: _Texts, opened: Mapping[str, str]
) -> list[dict[str, Any]]:
    """What a page says of each voice: its sentences, and how many there are in bodies and headlines."""
    voices = []
    for voice, title in IN_VOICE.items():
        number = {part: int(sizes.get((voice, part), 0)) for part in ("body", "headline")}
        rows = [texts.sentence(row, opened) for row in shown if row["voice"] == voice]
        voices.append({"voice": voice, "title": title, "rows": rows, **number})
    return voices


def _contents(counted: pd.DataFrame, links: Links, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Features, the commonest first, each with its outlets, those with most mentions first."""
    sizes = counted.groupby(["feature", "outlet"]).size().sort_values(ascending=False, kind="stable")
    often = counted.groupby("feature").size().sort_values(ascending=False, kind="stable").index
    return [
        {
            "feature": names.get(feature, spaced(feature)),
            "cells": [
                {"outlet": outlet, "mentions": size, "link": links[feature, outlet, "all"].partition("/")[2]}
                for outlet, size in sizes[feature].items()
            ],
        }
        for feature in often
    ]


def sample_sentences(counted: pd.DataFrame, seed: int = 1) -> pd.DataFrame:
    """Of each feature, outlet and voice the mentions to show: all, or a sample that takes first one an article.

    Articles are put in an order drawn with the seed, the same for every feature, so that few articles are opened. The
    sample is in that order; where all are shown they stay in the order of the table.
    """
    if counted.empty:
        return counted
    ids = counted["article_id"].unique()
    place = pd.Series(np.random.default_rng(seed).permutation(len(ids)), np.sort(ids))
    key = ["feature", "outlet", "voice"]
    most = max(FEWEST, min(SENTENCES, ALL_SENTENCES // counted.groupby(key).ngroups))
    nth = counted.groupby([*key, "article_id"]).cumcount()
    drawn = counted.assign(nth=nth, place=counted["article_id"].map(place)).sort_values(["nth", "place"], kind="stable")
    kept = drawn[drawn.groupby(key).cumcount() < most].drop(columns=["nth", "place"])
    return kept.sort_index()


def _opened_articles(shown: pd.DataFrame, articles: pd.DataFrame) -> dict[str, str]:
    """File names of the articles that get a page: those that most sentences lead to, then the others."""
    known = articles["article_id"]
    led = known.map(shown["article_id"].value_counts()).fillna(0)
    often = known.iloc[np.lexsort((known.to_numpy(str), -led.to_numpy()))]
    return {article: file_name(article) for article in often[:ARTICLES]}


class _Texts:
    """The texts that pages show, each with its quotations and mentions at hand."""

    def __init__(
        self, articles: pd.DataFrame, quotations: pd.DataFrame, mentions: pd.DataFrame, wanted: pd.Series
    ) -> None:
        known = articles[articles["article_id"].isin(wanted.unique())]
        columns = ["article_id", "outlet", "published", "headline", "text", "url"]
        self.articles = {row["article_id"]: row for row in known.reindex(columns=columns).to_dict("records")}
        voice = quotations["kind"].map({"direct": "quoted"}).fillna("reported")
        self.quotes = _places(quotations, voice, self.articles)
        feature = mentions["feature"].astype(str).str.replace("_", " ")
        self.mentions = _places(
            mentions, feature.where(~mentions["negated"].astype(bool), "not " + feature), self.articles
        )

    def sentence(self, row: Mapping[Any, Any], opened: Mapping[str, str]) -> dict[str, Any]:
        """What a page says of one mention: its sentence and paragraph marked, who, when, and where to read on."""
        article = self.articles[row["article_id"]]
        part, anchor = ("headline", "h") if row["section"] == "headline" else ("text", "t")
        text = article[part] if isinstance(article[part], str) else ""
        where = row["article_id"], part
        own = [Place(row["start"], row["end"], spaced(row["feature"]))]
        start, end = row["sentence_start"], row["sentence_end"]
        first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
        last = len(text) if last < 0 else last
        longer = part == "text" and (first < start or end < last)
        file = opened.get(row["article_id"])
        return {
            "html": marked(text, start, end, self.quotes[where], own),
            "paragraph": marked(text, first, last, self.quotes[where], own) if longer else "",
            "speaker": plain(row.get("speaker")), "published": plain(article["published"])[:10],
            "headline": plain(article["headline"]) or row["article_id"], "part": row["part"],
            "printed": plain(article["outlet"]) if article["outlet"] != row["outlet"] else "",
            "link": f"articles/{file}.html#{anchor}{row['start']}" if file else "",
        }  # fmt: skip

    def parts(self, row: Mapping[Any, Any]) -> dict[str, str]:
        """The sentence of one mention around its marker, and the speaker."""
        article = self.articles[row["article_id"]]
        text = article["headline" if row["section"] == "headline" else "text"]
        ends = (row["sentence_start"], row["start"], row["end"], row["sentence_end"])
        cut = (re.sub(r"\s", " ", plain(text[start:end])) for start, end in pairwise(ends))
        return {**dict(zip(("before", "match", "after"), cut, strict=True)), "speaker": plain(row.get("speaker"))}

    def by_outlet(self, opened: Mapping[str, str]) -> dict[str, list[dict[str, str]]]:
        """The articles that have a page, by outlet and date."""
        found: dict[str, list[dict[str, str]]] = defaultdict(list)
        for name, file in opened.items():
            article = {key: plain(value) for key, value in self.articles[name].items()}
            row = {"published": article["published"][:10], "headline": article["headline"] or name, "file": file}
            found[article["outlet"] or UNNAMED].append(row)
        for rows in found.values():
            rows.sort(key=lambda row: (row["published"], row["headline"]))
        return {outlet: found[outlet] for outlet in sorted(found)}

    def article(self, name: str) -> dict[str, Any]:
        """What the page of one article says."""
        article = self.articles[name]
        whole: dict[str, Any] = {key: plain(article[key]) for key in ("outlet", "published", "url")}
        whole["url"] = whole["url"] if re.match("https?://", whole["url"]) else ""
        for part, anchor in (("headline", "h"), ("text", "t")):
            text = article[part] if isinstance(article[part], str) else ""
            lines = [(line.start(), line.end()) for line in re.finditer(r"[^\n]+", text)]
            places = self.quotes[name, part], self.mentions[name, part]
            whole[part] = [marked(text, start, end, *places, anchor=anchor) for start, end in lines]
        found = [place.name for part in ("headline", "text") for place in self.mentions[name, part]]
        return {**whole, "article_id": name, "found": dict(Counter(found).most_common())}


def _places(table: pd.DataFrame, names: pd.Series, wanted: Mapping[str, Any]) -> dict[tuple[str, str], list[Place]]:
    """Stretches by article and part (``headline``, ``text``) of the articles that are wanted."""
    places: dict[tuple[str, str], list[Place]] = defaultdict(list)
    here = table["article_id"].isin(list(wanted))
    part = np.where(table["section"][here] == "headline", "headline", "text")
    columns = (table["article_id"][here], part, table["start"][here], table["end"][here], names[here])
    for article, where, start, end, name in zip(*columns, strict=True):
        places[article, where].append(Place(int(start), int(end), name))
    return places
