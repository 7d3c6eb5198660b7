"""The front page of a report: what was found, each finding a link to its sentences, and all else folded below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.compare.rates import MIN_ARTICLES
from analysis.show import stated
from analysis.show.figures import plain
from analysis.show.pages import Links, fill, spaced, style, trusted, write_page
from analysis.show.plotted import LAST, declared
from analysis.show.search import search_address
from analysis.tables import ARTICLES

#: Rows of one list, so that the page stays under 1.5 MB and unfolded under eight screens at any size of corpus: of
#: findings what a first screen holds, and what a reader opens; of the others what a reader scrolls through.
SHOWN_FINDINGS, SHOWN_MORE, SHOWN_OUTLETS, SHOWN_FEATURES, SHOWN_CONTRASTS = 8, 20, 20, 24, 25
#: Ratios beyond this stand at the edge of the drawing: a hundredfold difference would flatten all others.
FARTHEST = 16.0
#: Columns of the articles table that group articles beside the outlet; all that are not of that table may too.
GROUPS = ("outlet_group", "topic", "genre")
#: An interval is drawn up to this multiple of the highest rate beside it.
REACH = 2.5


def front_page(
    title: str, articles: pd.DataFrame, rates: pd.DataFrame, contrasts: pd.DataFrame, links: Links,
    *, mentions: pd.DataFrame | None = None, names: Mapping[str, str] | None = None,
    groups: Mapping[str, pd.DataFrame] | None = None, notes: Sequence[str] = (), problems: Sequence[str] = (),
    notebooks: Sequence[Mapping[str, str]] = (), files: Mapping[str, str] | None = None, beforehand: bool = False,
    tiers: Mapping[str, Mapping[str, str]] | None = None,
) -> str:  # fmt: skip
    """The front page of a report.

    Parameters
    ----------
    title : str
    articles, rates, contrasts : DataFrame
        Tables of a study, rates and contrasts by outlet with the same `copies`.
    links : mapping
        From `pages.write_evidence_pages`; without one (no texts) nothing is linked.
    mentions : DataFrame, optional
        From `pages.counted_mentions`: with it the commonest markers stand under each finding.
    names : mapping of str to str, optional
        What features are called (`label` of the codebook).
    groups : mapping of str to DataFrame, optional
        Rates by other columns (``outlet_group``, ``topic``: `given_columns`), by the column's name.
    notes, problems : sequence of str
        Markdown on what was read and what may distort; and what failed, in plain text.
    notebooks : sequence of mapping
        ``title``, ``page`` and ``book`` (addresses) of each.
    files : mapping of str to str, optional
        Addresses of ``contrasts``, ``rates``, ``evidence``, ``figures``, ``methods``, ``manifest`` and of ``rates by
        COLUMN``; what is not there is not linked.
    beforehand : bool
        Whether the family of contrasts was declared before testing; else the page says that it was not.
    tiers : mapping, optional
        ``tier`` and ``because`` of each feature (`validate.agreement.reliability_tiers`).

    Returns
    -------
    str
        HTML that asks for nothing else, in which all that came with the corpus is escaped.
    """
    from nbconvert.filters import markdown2html  # slow to import

    names = names or {}
    words: dict[str, Any] = {
        "title": title, "corpus": stated.corpus_line(articles), "problems": problems, "notebooks": notebooks,
        "notes": [trusted(markdown2html(note)) for note in notes], "files": files or {}, "css": style(),
        "texts": bool(links), "shrunken": "shrunken_ratio" in contrasts, "beforehand": beforehand,
        "agencies": bool((articles["origin"].notna() & (articles["origin"] != articles["outlet"])).any()),
        "level": f"{stated.ALPHA:.2g}",
    }  # fmt: skip
    words |= _findings(contrasts, rates, links, mentions, names)
    words |= _comparisons(contrasts, links, names)
    words["rates"] = list(_rates(rates, "outlet", links, names, words["features"]))
    parts = {
        column: list(_rates(table, column, _searched(table, column) if links else {}, names, words["features"]))
        for column, table in (groups or {}).items()
    }
    for block in [*words["rates"], *(block for blocks in parts.values() for block in blocks)]:
        block |= (tiers or {}).get(block["code"], {"tier": "", "because": ""})
    return fill("index.html", words | {"groups": parts, "tiers": bool(tiers)})


def _findings(
    contrasts: pd.DataFrame, rates: pd.DataFrame, links: Links, mentions: pd.DataFrame | None, names: Mapping[str, str]
) -> dict[str, Any]:
    """What was found: framing features in lines of their own on one axis, neutral attribution in short."""
    found = stated.findings_table(contrasts, rates, names)
    apart = found["feature"] == LAST
    framing, last = found[~apart], found[apart]
    scale, rows = Scale(found), framing.head(SHOWN_FINDINGS + SHOWN_MORE).to_dict("records")
    lines = []
    for row in rows:
        words = stated.words_of(row["feature"], names)
        before, _, after = row["sentence"].partition(f" {words} ")
        link = links.get((row["feature"], row["outlet"], row["voice"]), "")
        said = {"before": before, "words": words, "after": after, "link": link, "strip": scale.strip(row)}
        lines.append({**said, "examples": "" if mentions is None else _commonest(mentions, row)})
    return {
        "scale": scale, "first": lines[:SHOWN_FINDINGS], "more": lines[SHOWN_FINDINGS:],
        "left": len(framing) - SHOWN_FINDINGS, "features": list(dict.fromkeys(framing["feature"])),
        "last": [_in_short(row, links) for row in last.to_dict("records")],
        "last_words": stated.words_of(LAST, names),
    }  # fmt: skip


def _commonest(mentions: pd.DataFrame, finding: Mapping[Any, Any], most: int = 3) -> str:
    """The markers behind a finding that occur most often."""
    own = mentions[(mentions["feature"] == finding["feature"]) & (mentions["outlet"] == finding["outlet"])]
    own = own[(own["voice"] == finding["voice"]) & (own["part"] == finding["section"])]
    often = own["match"].str.lower().value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return ", ".join(f"{match} ({number:,})" for match, number in often.head(most).items())


def _in_short(finding: Mapping[Any, Any], links: Links) -> dict[str, str]:
    """A finding as its ratio alone, for a line that holds several."""
    low, high = finding["low"], finding["high"]
    interval = f" ({stated.number(low)} to {stated.number(high)})" if low == low and high == high else ""
    against = "" if finding["other"] in stated.OTHERS else f" as often as {finding['other']}"
    link = links.get((finding["feature"], finding["outlet"], finding["voice"]), "")
    return {
        "outlet": finding["outlet"],
        "said": f"{stated.number(finding['ratio'])} times{against}{interval}",
        "link": link,
    }


def _comparisons(contrasts: pd.DataFrame, links: Links, names: Mapping[str, str]) -> dict[str, Any]:
    """What was not found, and the declared contrasts, the clearest first, with a verdict in a phrase."""
    family, missed = declared(contrasts), stated.missed_table(contrasts)
    kinds = family["contrast"].unique()
    rows = []
    ordered = family.sort_values(["p_adjusted", "feature", "outlet_a", "outlet_b"], kind="stable")
    for row in ordered.head(SHOWN_CONTRASTS).to_dict("records"):
        known, bounded = row["ratio"] == row["ratio"], row["low"] == row["low"] and row["high"] == row["high"]
        rows.append({
            "feature": names.get(row["feature"], spaced(row["feature"])), "outlet": row["outlet_a"],
            "other": stated.OTHERS.get(row["contrast"], row["outlet_b"]),
            "ratio": stated.number(row["ratio"]) if known else "", "status": stated.say_status(row),
            "interval": f"{stated.number(row['low'])} to {stated.number(row['high'])}" if bounded else "",
            "link": links.get((row["feature"], row["outlet_a"], row["voice"]), ""),
        })  # fmt: skip
    return {
        "declared": len(family), "contrasts": rows, "missed_line": stated.say_missed(missed, names),
        "missed": missed.assign(words=[stated.words_of(name, names) for name in missed["feature"]]).to_dict("records"),
        "others": stated.OTHERS.get(kinds[0], "each other one") if len(kinds) == 1 else "each other one",
        "paired": len(kinds) != 1 or kinds[0] not in stated.OTHERS,
    }  # fmt: skip


class Scale:
    """Where a ratio stands on the logarithmic axis that all findings share, in per cent of its width."""

    def __init__(self, found: pd.DataFrame) -> None:
        ends = found[["ratio", "low", "high"]].to_numpy(float)
        ends = ends[np.isfinite(ends) & (ends > 0)]
        self.left = float(np.clip(ends.min(initial=1) / 1.1, 1 / FARTHEST, 0.8))
        self.right = float(np.clip(ends.max(initial=2) * 1.1, 2, FARTHEST))
        powers = [2.0**power for power in range(-4, 5)]
        self.ticks = [(f"{value:g}", self.place(value)) for value in powers if self.left <= value <= self.right]

    def place(self, ratio: float) -> float:
        inside = np.clip(ratio, self.left, self.right)
        return round(float(100 * np.log(inside / self.left) / np.log(self.right / self.left)), 2)

    def strip(self, row: Mapping[Any, Any]) -> dict[str, float]:
        """Left end and width of the interval, the place of the point, and of no difference."""
        low, high = (self.place(row[name] if row[name] == row[name] else row["ratio"]) for name in ("low", "high"))
        return {"left": low, "width": round(high - low, 2), "point": self.place(row["ratio"]), "one": self.place(1)}


def _rates(
    rates: pd.DataFrame, by: str, links: Links, names: Mapping[str, str], first: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """The body's rates, a block a feature: what `by` names in rows, the newsroom's rate with its interval, and all.

    Features in which something was found come first, then the commonest.
    """
    body = rates[(rates["section"] == "body") & (rates["words"] > 0) & rates[by].notna()]
    both = body[body["voice"] == "newsroom"].merge(
        body[body["voice"] == "all"][["feature", by, "per_1000"]], how="left", on=["feature", by], suffixes=("", "_all")
    )
    sizes = both.groupby(by)["articles"].max().sort_values(ascending=False, kind="stable")
    often = both.groupby("feature")["mentions"].sum().sort_values(ascending=False, kind="stable")
    order = sorted(often.index[often > 0], key=lambda name: (name == LAST, name not in first))
    shown = both[both[by].isin(sizes.index[:SHOWN_OUTLETS])].sort_values("per_1000", ascending=False, kind="stable")
    for feature in order[:SHOWN_FEATURES]:
        here = shown[shown["feature"] == feature]
        here = here.assign(drawn_high=here["ci_high"].clip(upper=REACH * here["per_1000"].max()))
        most = np.fmax.reduce(here[["per_1000", "per_1000_all", "drawn_high"]].to_numpy(float), axis=None) or 1.0
        rows = [
            {
                "name": row[by], "known": row["ci_high"] == row["ci_high"], "mentions": row["mentions"],
                "links": {voice: links.get((feature, row[by], voice), "") for voice in ("newsroom", "all")},
                "rate": stated.number(row["per_1000"]), "all": stated.number(row["per_1000_all"]),
                "words": row["words"],
                **{name: round(100 * row[column] / most, 2) for name, column in _DRAWN.items()},
            }
            for row in here.to_dict("records")
        ]  # fmt: skip
        yield {
            "code": feature, "feature": names.get(feature, spaced(feature)), "rows": rows,
            "left_out": len(sizes) - len(rows), "highest": rows[0], "lowest": rows[-1],
        }  # fmt: skip


def _searched(rates: pd.DataFrame, by: str) -> dict[tuple[str, str, str], str]:
    """Addresses of the sentences behind rates by a given column: the search page, asked for them."""
    known = rates.loc[rates["mentions"] > 0, ["feature", by, "voice"]].dropna().drop_duplicates()
    asked = [(feature, str(value), voice) for feature, value, voice in known.itertuples(index=False)]
    own = (
        {"feature": feature, by: value} | ({} if voice == "all" else {"voice": voice})
        for feature, value, voice in asked
    )
    return dict(zip(asked, (search_address(**words) for words in own), strict=True))


_DRAWN = {"left": "ci_low", "right": "drawn_high", "point": "per_1000", "other": "per_1000_all"}


def given_columns(articles: pd.DataFrame) -> list[str]:
    """Columns by which articles can be compared beside the outlet: ``outlet_group``, ``topic``, the user's own.

    Taken are groups of outlets, and what puts half of the articles with enough others for an interval: a topic does,
    an author or an address does not.

    Examples
    --------
    >>> given_columns(pd.DataFrame({"article_id": list("123456"), "outlet": "A", "topic": ["war"] * 3 + ["talks"] * 3}))
    ['topic']
    """
    others = [str(column) for column in articles if column in GROUPS or column not in ARTICLES]
    return [name for name in others if _divides(articles[name])]


def _divides(values: pd.Series) -> bool:
    sizes = values.astype("str").value_counts()
    together = sizes[sizes >= MIN_ARTICLES].sum() >= len(values) / 2
    return len(sizes) > 1 and (together or values.name == "outlet_group")


def write_notebook_page(book: Path, page: Path, home: str = "../index.html") -> dict[str, str]:
    """An executed notebook as a page without its code, and what the front page says of it.

    Returns
    -------
    dict
        ``title`` (its first heading), ``page`` and ``book`` (names of the files).
    """
    import nbformat
    from nbconvert import HTMLExporter

    cells = nbformat.read(book, as_version=4).cells
    sources = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    heading = re.search(r"^#+ +(.+)$", sources, re.MULTILINE)
    title = plain(heading[1]) if heading else spaced(book.stem)
    hide = {"exclude_input": True, "exclude_output_prompt": True, "exclude_anchor_links": True}
    body = HTMLExporter(template_name="basic", **hide).from_filename(str(book))[0]
    shown = {"title": title, "body": trusted(body), "book": book.name, "home": home, "css": style()}
    write_page(page, fill("notebook.html", shown))
    return {"title": title, "page": page.name, "book": book.name}
