"""A study: a corpus, and every table that is made from it, made once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from html import escape
from itertools import cycle
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import HTML

from analysis.codebook.actors import read_actors
from analysis.codebook.evidence import evidence, highlight
from analysis.codebook.lexicon import Lexicon, read_lexicon
from analysis.codebook.scoring import Scored, score
from analysis.compare.contrasts import contrasts
from analysis.compare.distinctive import distinctive_terms
from analysis.compare.events import group_events
from analysis.compare.rates import rates
from analysis.read import describe, read
from analysis.read.articles import EXTRA
from analysis.read.corpus import Corpus
from analysis.read.quality import check_articles
from analysis.show import plots
from analysis.show.figures import PALETTE
from analysis.show.plotted import name_outlets
from analysis.tables import ARTICLES, NOTES, REJECTED, REMOVED, InputError, find_table, read_table

#: Periods by which rates may be asked for, as pandas calls them.
PERIODS = {"year": "Y", "month": "M", "week": "W-SUN"}
#: The tables of a scored corpus.
TABLES = ("articles", "quotations", "mentions", "scores", "events")
#: Fixes what is drawn at random.
SEED = 1


class Study:
    """A corpus and what is found in it; every table is made when it is first asked for, and kept.

    Parameters
    ----------
    source : path, DataFrame, list of str, or Corpus
        A file, an export or a folder of pages; a table of articles; texts; or a folder that `score` or `report` wrote,
        whose tables are then opened and not made again.
    columns : dict of str to str, optional
        Which column of the source holds what, e.g. ``{"text": "body"}``; others are recognised.
    lexicon : path, dict, list or Lexicon, optional
        What is counted: whatever `read_lexicon` takes; the project's codebook otherwise.
    actors : path or DataFrame, optional
        Which speaker is on which side: whatever `read_actors` takes. Without it nobody is on a side.
    about : path, dict, list or Lexicon, optional
        A lexicon that names a matter in dispute, for `matter`.
    clean : bool, optional
        Remove page furniture; by default from pages only.
    seed : int
        Fixes what is drawn at random.

    Attributes
    ----------
    corpus : Corpus
        Articles, and what was rejected, removed and noted in reading.
    articles, quotations, mentions, scores, events : DataFrame
        The tables that ``data/README.md`` describes.
    checked : DataFrame
        The articles with what may distort a comparison; `flags` lists it once it was asked for.
    matter : Study
        The same articles, with only the sentences counted that name the matter in dispute.

    Examples
    --------
    >>> study = Study(["Moscow allegedly agreed. “Perhaps,” he said."], lexicon={"doubt": ["allegedly", "perhaps"]})
    >>> study.mentions[["match", "feature", "voice"]].values.tolist()
    [['allegedly', 'doubt', 'newsroom'], ['Perhaps', 'doubt', 'quoted']]
    >>> study.evidence("allegedly")["sentence"].tolist()
    ['Moscow allegedly agreed.']
    """

    def __init__(
        self,
        source: Any,
        columns: dict[str, str] | None = None,
        *,
        lexicon: Any = None,
        actors: Any = None,
        about: Any = None,
        clean: bool | None = None,
        seed: int = SEED,
    ) -> None:
        self.seed = seed
        self.given = {"corpus": source, "lexicon": lexicon, "actors": actors, "about": about}
        self.lexicon: Lexicon = read_lexicon(*_given(lexicon))
        self.actors = read_actors(actors) if _given(actors) else None
        self.about: Lexicon | None = read_lexicon(about) if _given(about) else None
        files = {name: find_table(source, name) for name in TABLES}
        self._files = files if files["articles"] and files["scores"] else {}
        try:
            self.corpus: Corpus = read(source, columns=columns, clean=clean)
        except InputError:
            self.corpus = self._without_texts(self._files.get("articles"))
            if self.corpus.articles.empty:
                raise

    def __repr__(self) -> str:
        return describe(self.corpus)

    def _repr_html_(self) -> str:
        return "<br>".join(map(escape, describe(self.corpus).split("\n")))

    @property
    def articles(self) -> pd.DataFrame:
        """The articles table."""
        return self.corpus.articles

    @cached_property
    def quotations(self) -> pd.DataFrame:
        """Who says what."""
        return self._open("quotations") if self._files else self._scored.quotations

    @cached_property
    def mentions(self) -> pd.DataFrame:
        """Every marker, with its place, its voice and its speaker."""
        return self._open("mentions") if self._files else self._scored.mentions

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Counts and words by article, section, feature and voice."""
        return self._open("scores") if self._files else self._scored.scores

    @cached_property
    def events(self) -> pd.DataFrame:
        """Which articles tell the same event, and which are copies."""
        if self._files.get("events"):
            return self._open("events")
        if self.articles["text"].notna().any():
            return group_events(self.articles)
        alone = self.articles[["article_id"]]  # without texts nobody can say what they tell
        return alone.assign(event=alone["article_id"], duplicate_of=None).astype("str")

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables of the study, by name."""
        return {name: getattr(self, name) for name in TABLES}

    @property
    def folder(self) -> Path | None:
        """The folder whose tables were opened; none where the corpus was scored now."""
        articles = self._files.get("articles")
        return articles.parent if articles else None

    @cached_property
    def checked(self) -> pd.DataFrame:
        """The articles with what may distort a comparison (`problem`, `language`)."""

        checked, self.flags = check_articles(self.articles)
        return checked

    @cached_property
    def matter(self) -> Study:
        """The same articles, with only the sentences counted that name the matter in dispute (`about`)."""
        if self.about is None:
            raise InputError("no matter in dispute was named: Study(…, about=LEXICON)")
        one = Study(self.corpus, lexicon=self.lexicon, actors=self.actors, seed=self.seed)
        one._scored = score(self.articles, self.lexicon, self.actors, self.about)
        return one

    def rates(
        self, feature: str | Sequence[str] | None = None, by: str = "outlet", voice: str | None = None,
        section: str | None = None, copies: str = "once", most: int | bool = False,
    ) -> pd.DataFrame:  # fmt: skip
        """How often features occur per 1,000 words, with intervals whose unit is the article (`compare.rates`).

        Parameters
        ----------
        feature : str or list of str, optional
            Features of the lexicon; all otherwise.
        by : str
            ``outlet``; ``origin`` (whose words an article mainly is); ``corpus`` (all together); ``year``, ``month`` or
            ``week`` (each outlet over time); or another column of the articles, as ``outlet_group``.
        voice, section : str, optional
            Only this voice (newsroom, reported, quoted, unquoted, all), this section (headline, body).
        copies : {"once", "all", "drop"}
            Whether a text that many print counts once, for its origin; for each that printed it; or for nobody.
        most : int or bool
            Name only so many outlets, the largest, and group the others (for a figure).

        Returns
        -------
        DataFrame
            The table ``comparison`` of ``data/README.md``.
        """
        articles, unit = self._grouped(by, most)
        events = self.events if copies != "all" and by != "corpus" else None
        scores = self.scores[self.scores["feature"].isin(self._known("feature", feature))] if feature else self.scores
        table = rates(scores, articles, by=unit, copies=copies, events=events)
        for column, value in {"voice": voice, "section": section}.items():
            if value is not None:
                _refuse_unknown(column, value, table[column])
                table = table[table[column] == value]
        if by in PERIODS:
            parts = table[unit].str.split("\x1f", expand=True).reindex(columns=[0, 1])
            table = table.drop(columns=unit)
            table.insert(3, "outlet", parts[0])
            table.insert(4, by, parts[1])
        return table.reset_index(drop=True)

    def contrasts(
        self, copies: str = "once", pairs: bool | None = None, features: Sequence[str] | None = None,
        coded: pd.DataFrame | None = None,
    ) -> pd.DataFrame:  # fmt: skip
        """What differs between outlets, and how sure one can be (`compare.contrasts`).

        Parameters
        ----------
        copies, pairs, features, coded
            As of `compare.contrasts.contrasts`; ``features`` are the declared family.

        Returns
        -------
        DataFrame
            The table ``contrasts`` of ``data/README.md``.
        """
        kept = self.__dict__.setdefault("_contrasts", {})
        asked = (copies, pairs, tuple(features or ()), id(coded))
        if asked not in kept:
            chosen: dict[str, Any] = {"copies": copies, "pairs": pairs, "features": features, "coded": coded}
            kept[asked] = contrasts(self.scores, self.articles, events=self.events, **chosen)
        return kept[asked].copy()

    def distinctive_words(self, voice: str = "newsroom") -> pd.DataFrame:
        """Words and pairs of words that set outlets apart in a voice (`compare.distinctive`)."""
        kept = self.__dict__.setdefault("_words", {})
        if voice not in kept:
            kept[voice] = distinctive_terms(self.articles, self.quotations, voice=voice)
        return kept[voice].copy()

    def evidence(self, *match: str, **asked: Any) -> pd.DataFrame:
        """The sentences behind the numbers: `codebook.evidence`, of this study.

        Parameters
        ----------
        *match : str
            A word or a feature.
        **asked
            ``feature``, ``outlet``, ``voice``, ``side``: only mentions that have this value.
        """
        return evidence(self.mentions, self.articles, *match, **asked)

    def highlight(self, article: str | int = 0, features: Sequence[str] | None = None) -> Any:
        """One article with its markers in place: by its id, or by its number in the table."""
        known = self.articles["article_id"].tolist()
        if isinstance(article, str):
            _refuse_unknown("article_id", article, self.articles["article_id"])
        row = self.articles.iloc[known.index(article) if isinstance(article, str) else article]
        colours = dict(zip(features or self._known("feature", None), cycle(PALETTE), strict=False))
        return HTML(highlight(row, self.mentions, self.quotations, colours))

    def plot(self, feature: str, by: str = "outlet", voices: tuple[str, ...] = ("newsroom", "all")) -> Any:
        """A figure of one feature by outlet, by group, or over time (``by="month"``); `fa.plot` has the others."""
        return plots.feature(self, self._known("feature", feature)[0], by, voices)

    def report(self, folder: str | Path, title: str = "", **options: Any) -> list[str]:
        """Write the folder that the command ``report`` writes: findings, notebooks, figures, tables, methods."""
        from analysis.report import write_report  # what runs notebooks takes longer to import than all else

        return write_report(self, folder, title, **options)

    @cached_property
    def _scored(self) -> Scored:
        return score(self.articles, self.lexicon, self.actors)

    def _without_texts(self, path: Path | None) -> Corpus:
        """The articles of a scored folder that was handed on without their texts; none where it is no such folder."""
        table = read_table(path) if path else pd.DataFrame()
        if table.reindex(columns=["text"])["text"].notna().any():
            table = table.iloc[:0]
        columns = [*ARTICLES, *(name for name in EXTRA if name in table)]
        told = (REJECTED, REMOVED, NOTES, ["source", "column", "taken_for"])
        return Corpus(table.reindex(columns=columns), *(pd.DataFrame(columns=names) for names in told))

    def _open(self, name: str) -> pd.DataFrame:
        path = self._files[name]
        if path is None:
            raise InputError(f"{self._files['articles']}: beside it there is no table {name}: score the corpus anew")
        return read_table(path)

    def _known(self, column: str, asked: str | Sequence[str] | None) -> list[str]:
        names = self.lexicon.features["feature"].tolist()
        wanted = [asked] if isinstance(asked, str) else list(asked or names)
        for name in wanted:
            _refuse_unknown(column, name, names)
        return wanted

    def _grouped(self, by: str, most: int | bool) -> tuple[pd.DataFrame, str]:
        """The articles under the names that they are compared by, and the column that holds these."""
        articles = self.articles
        if by == "corpus":
            return articles.assign(outlet="all articles", origin=None), "outlet"
        if by in ("outlet", "origin"):
            size = {} if isinstance(most, bool) else {"most": most}
            return (name_outlets(articles, by, **size) if most else articles), "outlet"
        if by in PERIODS:
            named = name_outlets(articles) if most else articles
            start = pd.to_datetime(articles["published"], errors="coerce").dt.to_period(PERIODS[by]).dt.start_time
            period = start.dt.strftime("%Y-%m-%d").where(start.notna())
            return named.assign(period=named["outlet"].astype("str") + "\x1f" + period), "period"
        _refuse_unknown("by", by, ["outlet", "origin", "corpus", *PERIODS, *articles.columns])
        return articles, by


def _given(source: Any) -> tuple[Any, ...]:
    """What was given, if anything was: an empty name stands for nothing, as in a notebook's parameters."""
    return () if source is None or (isinstance(source, str | Path) and not str(source)) else (source,)


def _refuse_unknown(column: str, value: str, known: Any) -> None:
    """One line that lists what there is, where a value is not there."""
    there = list(dict.fromkeys(known))
    if value not in there:
        raise InputError(f"no {column} {value!r}; there are {', '.join(map(str, there[:30]))}")
