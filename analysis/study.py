"""A study: a corpus, and every table that is made from it, made once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from analysis.compare.distinctive import Words, compare_words, read_words
from analysis.compare.events import assign_sources, group_events
from analysis.compare.rates import rates
from analysis.manifest import MANIFEST, read_manifest
from analysis.read import describe, read
from analysis.read.articles import COLUMNS
from analysis.read.corpus import Corpus
from analysis.read.flags import check_articles
from analysis.read.texts import put_back_texts
from analysis.show import plots
from analysis.show.figures import PALETTE
from analysis.show.plotted import MOST, attempt, name_outlets
from analysis.tables import (
    ARTICLES,
    MADE,
    TOLD,
    InputError,
    find_table,
    literal_html,
    not_among,
    read_table,
    write_table,
)

#: Periods by which rates may be asked for, as pandas calls them.
PERIODS = {"year": "Y", "month": "M", "week": "W-SUN"}
#: The tables of a scored corpus.
TABLES = ("articles", "quotations", "mentions", "scores", "events")
#: Columns without which a table cannot be worked on.
NEEDED = {
    "articles": ["article_id", "outlet"],
    "quotations": ["article_id", "kind"],
    "mentions": ["article_id", "feature", "voice"],
    "scores": ["article_id", "section", "feature", "voice", "mentions", "words"],
    "events": ["article_id", "event", "duplicate_of"],
}
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
    languages : sequence of str, optional
        Languages to keep, as ISO 639-1 codes; None keeps all.
    texts : path, DataFrame, …, optional
        Where the texts of a folder are that was handed on without them (``score --no-text``): the corpus that it was
        made from. They are known by their hashes; `columns`, `clean` and `languages` are as then unless given.
    seed : int
        Fixes what is drawn at random.

    Attributes
    ----------
    corpus : Corpus
        Articles, and what was rejected, removed and noted in reading.
    articles, quotations, mentions, scores, events : DataFrame
        The tables that ``data/README.md`` describes.
    checked, flags : DataFrame
        The articles with what may distort a comparison, and the list of it.
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
        languages: Sequence[str] | None = ("en",),
        texts: Any = None,
        seed: int = SEED,
    ) -> None:
        self.seed = seed
        self._made: dict[Any, pd.DataFrame] = {}
        known = Path(source) / "lexicon" if isinstance(source, str | Path) else Path()
        own = known if (known / "features.csv").is_file() and find_table(source, "scores") else None
        named = [*_given(lexicon), *_given(own), None][0]
        self.given = {"corpus": source, "lexicon": named, "actors": actors, "about": about}
        self.columns = dict(columns or {})
        self.lexicon: Lexicon = read_lexicon(*_given(named))
        self.actors = read_actors(actors) if _given(actors) else None
        self.about: Lexicon | None = read_lexicon(about) if _given(about) else None
        found = {name: path for name in TABLES if (path := find_table(source, name))}
        self._files: dict[str, Path] = found if {"articles", "scores"} <= found.keys() else {}
        if self._files:
            self.corpus: Corpus = _opened(self._files["articles"])
        else:
            self.corpus = read(source, columns, clean, languages=languages)
        if texts is not None:
            self.corpus = self.corpus._replace(articles=self._completed(texts, columns, clean, languages))

    def __repr__(self) -> str:
        return describe(self.corpus)

    def _repr_html_(self) -> str:
        return literal_html("<br>".join(map(escape, describe(self.corpus).split("\n"))))

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

    @property
    def has_events(self) -> bool:
        """Whether it can be known which articles tell one event: from a table, or from the texts."""
        return self.has_texts or "events" in self._files

    @cached_property
    def events(self) -> pd.DataFrame:
        """Which articles tell the same event, and which are copies."""
        return group_events(self.articles) if self.has_texts and "events" not in self._files else self._open("events")

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables of the study, by name."""
        return {name: getattr(self, name) for name in TABLES}

    @property
    def folder(self) -> Path | None:
        """The folder whose tables were opened; none where the corpus was scored now."""
        articles = self._files.get("articles")
        return articles.parent if articles else None

    @property
    def checked(self) -> pd.DataFrame:
        """The articles with what may distort a comparison (`problem`, `language`)."""
        return self._checked[0]

    @property
    def flags(self) -> pd.DataFrame:
        """What may distort a comparison, a row for each article and reason."""
        return self._checked[1]

    @cached_property
    def _checked(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        checked, flags = self._kept("checked"), self._kept("flags")
        if checked is None or flags is None:
            return check_articles(self._texts)
        return self._texts.assign(**checked), flags

    def keep(self, folder: Path) -> None:
        """Lay beside the tables of this study what takes long to make of them: who opens that folder finds it there."""
        made = {"contrasts": attempt(self.contrasts)}
        if self.has_texts:
            added = self.checked.columns.difference(self.articles.columns)
            made |= {"checked": self.checked[added], "flags": self.flags}
        for name, table in made.items():
            write_table(table, folder / MADE / f"{name}.parquet")
        if find_table(folder, "events") is None:
            write_table(self.events, folder / "events.parquet")

    def _kept(self, name: str) -> pd.DataFrame | None:
        """A table that `keep` laid beside the opened ones."""
        path = self.folder / MADE / f"{name}.parquet" if self.folder else None
        return read_table(path) if path is not None and path.is_file() else None

    def once(self, name: Any, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """A table that `make` gives, made when it is first asked for by this name."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name].copy()

    @cached_property
    def matter(self) -> Study:
        """The same articles, with only the sentences counted that name the matter in dispute (`about`)."""
        if self.about is None:
            raise InputError("no matter in dispute was named: Study(…, about=LEXICON)")
        one = Study(self.corpus, lexicon=self.lexicon, actors=self.actors, seed=self.seed)
        one._scored = score(self._texts, self.lexicon, self.actors, self.about)
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
        events = self.events if copies != "all" else None
        articles, unit = self._grouped(by, most, copies, events)
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
            table["status"] = table["status"].str.replace("no period named", f"no outlet or {by} known")
        return table.reset_index(drop=True)

    def contrasts(
        self, copies: str = "once", pairs: bool | None = None, features: Sequence[str] | None = None,
        coded: pd.DataFrame | None = None,
    ) -> pd.DataFrame:  # fmt: skip
        """What differs between outlets, and how sure one can be (`compare.contrasts`, which explains the parameters).

        Parameters
        ----------
        copies, pairs, features, coded
            As of `compare.contrasts.contrasts`; ``features`` are the declared family.

        Returns
        -------
        DataFrame
            The table ``contrasts`` of ``data/README.md``.
        """
        features = self._known("feature", features) if features else None
        asked = (copies, pairs, tuple(features or ()))

        def compare() -> pd.DataFrame:
            return contrasts(self.scores, self.articles, "outlet", features, copies, self.events, pairs, coded)

        if coded is not None:
            return compare()
        kept = self._kept("contrasts") if asked == ("once", None, ()) else None
        return self.once(("contrasts", *asked), compare if kept is None else lambda: kept)

    def distinctive_words(self, voice: str = "newsroom") -> pd.DataFrame:
        """Words and pairs of words that set outlets apart in a voice (`compare.distinctive`)."""
        return self.once(("words", voice), lambda: compare_words(self._split, voice))

    @cached_property
    def _split(self) -> Words:
        return read_words(self._texts, self.quotations)

    def evidence(self, match: str | None = None, **asked: Any) -> pd.DataFrame:
        """The sentences behind the numbers: `codebook.evidence`, of this study.

        Parameters
        ----------
        match : str, optional
            A word or a feature.
        **asked
            ``feature``, ``outlet``, ``voice``, ``side``, …: only mentions that have this value.
        """
        return evidence(self.mentions, self._texts, match, **asked)

    def highlight(self, article: str | int = 0, features: Sequence[str] | None = None) -> Any:
        """One article with its markers in place: by its id, or by its number in the table."""
        known = self.articles["article_id"].tolist()
        if isinstance(article, str):
            _refuse_unknown("article_id", article, self.articles["article_id"])
        row = self._texts.iloc[known.index(article) if isinstance(article, str) else article]
        colours = dict(zip(features or self._known("feature", None), cycle(PALETTE), strict=False))
        return HTML(highlight(row, self.mentions, self.quotations, colours))

    def plot(
        self, feature: str, by: str = "outlet", voices: tuple[str, ...] = ("newsroom", "all"),
        events: dict[str, str] | None = None,
    ) -> Any:  # fmt: skip
        """A figure of one feature by outlet, by group, or over time (``by="month"``); `fa.plot` has the others.

        Over time, `events` marks days of the story: ``{"2018-03-24": "Nicholson's interview"}``.
        """
        return plots.feature(self, self._known("feature", feature)[0], by, voices, events)

    def report(self, folder: str | Path, title: str = "", **options: Any) -> list[str]:
        """Write the folder that the command ``report`` writes: findings, notebooks, figures, tables, methods."""
        from analysis.report import write_report  # what runs notebooks takes longer to import than all else

        return write_report(self, folder, title, **options)

    @property
    def has_texts(self) -> bool:
        """Whether the texts are at hand: a scored folder may have been handed on without them."""
        return "text" in self.articles and bool(self.articles["text"].notna().any())

    @property
    def _texts(self) -> pd.DataFrame:
        """The articles, where their texts are at hand."""
        if not self.has_texts:
            raise InputError(
                f"{self._files['articles']}: it holds no texts, and this needs them; rates, contrasts, events and "
                "kinds of sources do not (with the corpus at hand: texts=FILE, or --texts FILE)"
            )
        return self.articles

    @cached_property
    def _scored(self) -> Scored:
        return score(self._texts, self.lexicon, self.actors)

    @property
    def manifest(self) -> dict[str, Any]:
        """What the opened tables were made from; empty where they were made now."""
        return read_manifest(self.folder / MANIFEST) if self.folder else {}

    def _completed(
        self, texts: Any, columns: dict[str, str] | None, clean: bool | None, languages: Sequence[str] | None
    ) -> pd.DataFrame:
        """The articles of a folder that was handed on without texts, with their texts."""
        if not self._files:
            raise InputError(f"{self.given['corpus']}: texts complete a folder that was scored, and this is none")
        then = self.manifest.get("options", {})
        columns = columns or self.manifest.get("input", {}).get("columns")
        languages = then.get("languages", languages) if languages == ("en",) else languages
        corpus = read(texts, columns, then.get("clean") if clean is None else clean, languages=languages)
        return put_back_texts(self.articles, corpus.articles, texts if isinstance(texts, str | Path) else "texts")

    def _open(self, name: str) -> pd.DataFrame:
        if name not in self._files:
            raise InputError(f"{self._files['articles']}: beside it there is no table {name}: score the corpus anew")
        return _whole(self._files[name], name)

    def _known(self, column: str, asked: str | Sequence[str] | None) -> list[str]:
        names = self.lexicon.features["feature"].tolist()
        wanted = [asked] if isinstance(asked, str) else list(asked or names)
        for name in wanted:
            _refuse_unknown(column, name, names)
        return wanted

    def _grouped(self, by: str, most: int | bool, copies: str, events: pd.DataFrame | None) -> tuple[pd.DataFrame, str]:
        """The articles under the names that they are compared by, and the column that holds these."""
        articles = self.articles
        size = (MOST if most is True else most) or len(articles)
        if by == "corpus":
            return articles.assign(outlet="all articles", origin=None), "outlet"
        if by in ("outlet", "origin"):
            return (name_outlets(articles, by, size) if most or by == "origin" else articles), "outlet"
        if by in PERIODS:
            own = assign_sources(articles, copies, events)["source"].to_numpy()
            named = name_outlets(articles.assign(outlet=own, origin=own), most=size)
            start = pd.to_datetime(articles["published"], errors="coerce").dt.to_period(PERIODS[by]).dt.start_time
            period = start.dt.strftime("%Y-%m-%d").where(start.notna())
            joint = named["outlet"].astype("str") + "\x1f" + period
            return articles.assign(period=joint), "period"
        _refuse_unknown("by", by, ["outlet", "origin", "corpus", *PERIODS, *articles.columns])
        return articles, by


def _given(source: Any) -> tuple[Any, ...]:
    """What was given, if anything was: an empty name stands for nothing, as in a notebook's parameters."""
    return () if source is None or (isinstance(source, str | Path) and not str(source)) else (source,)


def _opened(path: Path) -> Corpus:
    """The articles of a scored folder as they stand there, texts or not, and what became of the input."""
    lists = {name: path.with_name(f"{name}.csv") for name in TOLD}
    told = {n: read_table(file) if file.is_file() else pd.DataFrame(columns=TOLD[n]) for n, file in lists.items()}
    articles = _whole(path, "articles")
    articles = articles.reindex(columns=[*dict.fromkeys([*ARTICLES, *articles])])
    return Corpus(articles=articles, columns=pd.DataFrame(columns=COLUMNS), **told)


def _whole(path: Path, name: str) -> pd.DataFrame:
    """A table of a scored folder with all that is counted by."""
    table = read_table(path)
    if absent := [column for column in NEEDED[name] if column not in table]:
        raise InputError(f"{path}: it has no column {', '.join(absent)}: score the corpus anew")
    return table


def _refuse_unknown(column: str, value: str, known: Any) -> None:
    """One line that lists what there is, where a value is not there."""
    there = [name for name in dict.fromkeys(known) if pd.notna(name)]
    if value not in there:
        raise not_among(column, value, there)
