"""Articles added to a corpus that was scored before: which of them are new, and what is there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from analysis.manifest import MANIFEST, read_manifest
from analysis.read.articles import Corpus
from analysis.read.texts import has_only_hashes
from analysis.tables import TOLD, InputError, find_table, leave_out_zeros, read_table
from analysis.voice import whole_characters

#: What tells an article from another of its id: all that its counts and comparisons hang on.
_TELLING = ["outlet", "published", "headline", "text"]
#: Rows of a Parquet table that are held at once.
_ROWS = 200_000


class Earlier:
    """What a folder that was scored before holds, and which articles of a corpus it does not hold yet.

    Parameters
    ----------
    folder : path
        A folder that `stream.score_corpus` wrote, with its texts.

    Attributes
    ----------
    kind : str
        The format of its tables: ``csv``, ``parquet`` or ``jsonl``.
    known : Series
        A number that tells what each article held, by its id.
    again, added : int
        Articles that were met and are there already, and those that are new.

    Raises
    ------
    InputError
        If there is no such folder, or it has no texts, which events are grouped by.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        scores = find_table(folder, "scores")
        if scores is None or scores.parent != self.folder or not (self.folder / MANIFEST).is_file():
            raise InputError(f"{folder}: no scored corpus to add to; score it first, without --add")
        if has_only_hashes(folder):
            raise InputError(f"{folder}: it was scored without texts, and events are grouped by them: score all anew")
        self.kind = scores.suffix.removeprefix(".")
        parts = [told_apart(piece) for piece in self.pieces("articles")]
        self.known = pd.concat(parts)
        self.again = self.added = 0

    def pieces(self, name: str) -> Iterator[pa.Table]:
        """A table that is there, as Arrow tables: of Parquet never whole."""
        path = self.folder / f"{name}.{self.kind}"
        if self.kind != "parquet":
            yield pa.Table.from_pandas(read_table(path), preserve_index=False)
            return
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS):
                table = pa.Table.from_batches([batch])
                yield leave_out_zeros(table, whole=True) if name == "scores" else table

    def new(self, corpus: Corpus) -> Corpus:
        """What of a batch is not there yet; an article that is there otherwise is rejected by name."""
        articles = corpus.articles
        apart = told_apart(articles)
        there = articles["article_id"].isin(self.known.index).to_numpy()
        other = there & (self.known.reindex(apart.index).to_numpy() != apart.to_numpy())
        lost = articles[other][["source", "article_id"]]
        place = lost["source"].str.extract(r"^(?P<source>.*?)(?::(?P<line>\d+))?$")
        why = f"{self.folder.name} holds another article of this id, or an older state of it: rename it, or score anew"
        refused = place.assign(line=pd.to_numeric(place["line"]), article_id=lost["article_id"], reason=why)
        rejected = pd.concat([corpus.rejected, refused.astype(corpus.rejected.dtypes)], ignore_index=True)
        self.again, self.added = self.again + int((there & ~other).sum()), self.added + int((~there).sum())
        told = {
            name: table[~table["article_id"].isin(articles["article_id"][there])]
            for name, table in {"removed": corpus.removed, "notes": corpus.notes}.items()
        }
        return corpus._replace(articles=articles[~there].reset_index(drop=True), rejected=rejected, **told)

    def told(self, name: str, now: pd.DataFrame) -> pd.DataFrame:
        """A list of what became of the input, the earlier one first, without what both runs say."""
        path = self.folder / f"{name}.csv"
        if not path.is_file():
            return now
        before = read_table(path)
        said = pd.MultiIndex.from_frame(before[TOLD[name]].astype("str"))
        again = pd.MultiIndex.from_frame(now[TOLD[name]].astype("str")).isin(said)
        return pd.concat([before, now[~again]], ignore_index=True)

    def continued(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """The manifest of the folder with one more input.

        Raises
        ------
        InputError
            If the earlier articles were scored otherwise: their counts and the new ones would not compare.
        """
        before = read_manifest(self.folder / MANIFEST)
        for name in ("lexicon", "sha256", "options", "software"):
            if before.get(name) != manifest[name]:
                raise InputError(f"{self.folder} was scored with other {name} (see its {MANIFEST}): "
                                 "add with the same, or score all anew")  # fmt: skip
        return {**before, "added": [*before.get("added", ()), manifest["input"]]}

    def describe(self) -> str:
        """One line on what was added, and to what."""
        were = f" ({self.again:,} more of the corpus were there)" if self.again else ""
        return f"{self.added:,} added{were} to {len(self.known):,} articles in {self.folder}"


def told_apart(articles: pd.DataFrame | pa.Table) -> pd.Series:
    """A number for all that the counts and comparisons of each article hang on, by its id."""
    if isinstance(articles, pa.Table):
        articles = articles.select(["article_id", *_TELLING]).to_pandas()
    held = articles[_TELLING].apply(lambda column: whole_characters(column).fillna(""))
    return pd.util.hash_pandas_object(held, index=False).set_axis(articles["article_id"])
