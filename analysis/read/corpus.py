"""What reading gives, and one summary of it, the same for every command and for `Study`."""

from __future__ import annotations

import shlex
from typing import NamedTuple

import pandas as pd

_MOST_LINES = 12  # reasons and kinds of notes that are listed: the tables have them all
_MOST_NAMES = 12  # columns that are listed as unused
_WANTED = ["text", "outlet", "published", "headline"]  # what an unused column may stand for, the most missed first
_LONGEST = 40  # characters of a column's name that are shown


class Corpus(NamedTuple):
    """Articles, and what became of everything else.

    Attributes
    ----------
    articles : DataFrame
        The columns of `tables.ARTICLES`, and those of `EXTRA` that the input has.
    rejected : DataFrame
        `source`, `line` (or number in the file), `article_id`, `reason`: records that could not be used.
    removed : DataFrame
        `article_id`, `source`, `line`, `reason`, `text`: what was cut away.
    notes : DataFrame
        `article_id`, `source`, `field`, `note`: what was changed, guessed or left out. What a note says of one article
        only stands after a colon.
    columns : DataFrame
        `source`, `column`, `taken_for`: each column of each table that was read, once, and the column of the articles
        table that it was taken for; missing where it is not used.
    """

    articles: pd.DataFrame
    rejected: pd.DataFrame
    removed: pd.DataFrame
    notes: pd.DataFrame
    columns: pd.DataFrame

    def __repr__(self) -> str:
        return describe(self)


def describe(corpus: Corpus) -> str:
    """What was read, what each column was taken for, and what was noted, refused or cut away: a few lines.

    Parameters
    ----------
    corpus : Corpus
        Of `articles` the texts are not needed.

    Returns
    -------
    str
        Ready to print: control characters in names are replaced.

    Examples
    --------
    >>> from analysis.read import read
    >>> print(describe(read([{"id": 7, "body": "It may rain.", "likes": 5}, {"id": 8, "body": ""}])))
    1 article, of no outlet that is named, without a date
    columns: article_id from id, text from body
    not used: likes (to use one: --columns outlet=likes or columns={"outlet": "likes"})
    1 record rejected: 1 × it has no text
    """
    lines = [_counted(corpus.articles), *_columns(corpus.columns)]
    lines += _grouped(corpus.rejected["reason"], "record rejected", "records rejected")
    if len(corpus.removed):
        lines += _grouped(corpus.removed["reason"], "passage cut away", "passages cut away")
    notes = corpus.notes["field"].fillna("").str.cat(corpus.notes["note"], sep=": ")
    lines += [f"note: {text}" for text in _kinds(notes)]
    return "\n".join(map(_printable, lines))


def _counted(articles: pd.DataFrame) -> str:
    """How many articles, of which outlets, from when to when."""
    told = articles.reindex(columns=["outlet", "published"])
    outlets, days = told["outlet"].nunique(), told["published"].dropna()
    of = f"{outlets} outlet{'s' * (outlets != 1)}" if outlets else "no outlet that is named"
    unnamed = int(told["outlet"].isna().sum())
    more = f" ({unnamed} of no outlet that is named)" if outlets and unnamed else ""
    dated = f"{days.min()} to {days.max()}" if len(days) else "without a date"
    undated = f" ({len(told) - len(days)} without a date)" if 0 < len(days) < len(told) else ""
    return f"{len(articles):,} article{'s' * (len(articles) != 1)}, of {of}{more}, {dated}{undated}"


def _columns(columns: pd.DataFrame) -> list[str]:
    """What the columns were taken for, each once, however many files have it."""
    once = columns.drop_duplicates(["column", "taken_for"])
    taken = once.dropna(subset="taken_for")
    lines = []
    if len(taken):
        pairs = zip(taken["taken_for"], taken["column"].map(_short), strict=True)
        told = [ours if ours == theirs else f"{ours} from {theirs}" for ours, theirs in pairs]
        lines.append(f"columns: {', '.join(dict.fromkeys(told))}")
    unused = once["column"][once["taken_for"].isna()].tolist()
    if unused:
        more = f" and {len(unused) - _MOST_NAMES} more" if len(unused) > _MOST_NAMES else ""
        line = f"not used: {', '.join(map(_short, unused[:_MOST_NAMES]))}{more}"
        if wanted := [name for name in _WANTED if name not in set(taken["taken_for"])]:
            name, column = wanted[0], _short(unused[0])
            line += f' (to use one: --columns {shlex.quote(f"{name}={column}")} or columns={{"{name}": "{column}"}})'
        lines.append(line)
    return lines


def _grouped(reasons: pd.Series, one: str, several: str) -> list[str]:
    if reasons.empty:
        return []
    kinds = _kinds(reasons, "{count} × {kind}")
    return [f"{len(reasons):,} {one if len(reasons) == 1 else several}: {'; '.join(kinds)}"]


def _kinds(notes: pd.Series, form: str = "{kind} ({count}×)") -> list[str]:
    """Each kind of note once with its count, the most frequent first: what stands after a colon is one article's."""
    kinds = notes.str.replace(r"(: .*?): .*", r"\1", regex=True) if "({" in form else notes.str.split(": ").str[0]
    counts = kinds.value_counts()
    told = [form.format(kind=kind, count=f"{count:,}") for kind, count in counts.head(_MOST_LINES).items()]
    rest = counts.iloc[_MOST_LINES:]
    return told + ([f"{len(rest)} more kinds ({int(rest.sum()):,}×)"] if len(rest) else [])


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[:_LONGEST] + "…"


def _printable(line: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in line)
