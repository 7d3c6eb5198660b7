"""Same-event grouping against pairs coded by hand, false alarms of distinctive terms, and the time they take.

    python benchmarks/events.py CORPUS [CORPUS …] [--thresholds 0.06 0.09 0.12] [--articles 35000] [--null OUTLET]

CORPUS is a table of articles (JSON Lines) named like the ``corpus`` column of `data/coding/events.csv`, where each
coded pair stands with a hash of either text: a pair whose text is another now is left out and counted.

Coding rule: *same* means the same occurrence, told, reacted to or analysed within days by articles mainly about it;
a story's next step (the apology after the insult, the vote after the debate), a preview of what is then reported,
another poll and a mere topic or person in common are *different*. Candidates were drawn over the range of likeness
around the border, so these pairs are far harder than pairs of any two articles. `apart` takes only the articles of
pairs coded *same*, every other pair counting as different: events that lie far from each other, as in a corpus
that was gathered by event. The last table is about corpora of 150 to 300 articles (`data/coding/events_apart.csv`;
at the default threshold: `benchmarks/events.csv`): with dates what remains wrong is mostly another article of the same
week's story among those drawn, without dates a story that comes back over the years.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.compare.distinctive import distinctive_words
from analysis.compare.events import THRESHOLD, group_events

CODED = Path(__file__).parent.parent / "data" / "coding" / "events.csv"
APART = CODED.with_name("events_apart.csv")


def read(path: Path) -> pd.DataFrame:
    """A corpus as an articles table."""
    names = {"id": "article_id", "date": "published", "title": "headline"}
    return pd.read_json(path, lines=True).rename(columns=names).drop_duplicates("article_id")


def scores(together: np.ndarray, same: np.ndarray) -> dict[str, float]:
    """Pairwise precision, recall and F1."""
    hits = (together & same).sum()
    return {
        "precision": round(hits / max(together.sum(), 1), 3),
        "recall": round(hits / max(same.sum(), 1), 3),
        "f1": round(2 * hits / max(together.sum() + same.sum(), 1), 3),
    }


def coded_pairs(articles: pd.DataFrame, corpus: str) -> pd.DataFrame:
    """The coded pairs of this corpus whose texts are still those that were read."""
    pairs = pd.read_csv(CODED, dtype=str)
    pairs = pairs[pairs["corpus"] == corpus]
    texts = articles.set_index("article_id")["text"]
    known = texts.map(lambda text: hashlib.sha256(text.encode()).hexdigest()[:16])
    valid = (pairs["article_a"].map(known) == pairs["hash_a"]) & (pairs["article_b"].map(known) == pairs["hash_b"])
    print(f"{corpus}: {valid.sum()} coded pairs, {(~valid).sum()} left out because their text is not there")
    return pairs[valid]


def apart(articles: pd.DataFrame, pairs: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """The articles of pairs coded same, and the event of each by the coding."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    same = pairs[pairs["verdict"] == "same"]
    ids = pd.Index(sorted({*same["article_a"], *same["article_b"]}))
    links = ids.get_indexer(same["article_a"]), ids.get_indexer(same["article_b"])
    matrix = coo_matrix((np.ones(len(same)), links), (len(ids), len(ids)))
    return articles.set_index("article_id").loc[ids].reset_index(), connected_components(matrix)[1]


def agreement(articles: pd.DataFrame, corpus: str, thresholds: list[float]) -> pd.DataFrame:
    """Precision, recall and F1 by threshold on either half of the coded pairs and on events apart."""
    pairs = coded_pairs(articles, corpus)
    few, truth = apart(articles, pairs)
    left, right = np.triu_indices(len(few), 1)
    rows = []
    for threshold in thresholds:
        event = group_events(articles, threshold).set_index("article_id")["event"]
        for split, part in pairs.groupby("split"):
            together = part["article_a"].map(event).to_numpy() == part["article_b"].map(event).to_numpy()
            same = (part["verdict"] == "same").to_numpy()
            rows.append({"threshold": threshold, "pairs": split, "same": same.sum(), **scores(together, same)})
        for dates in ("dated", "undated"):
            given = few if dates == "dated" else few.assign(published=None)
            found = group_events(given, threshold)["event"].to_numpy()
            same = truth[left] == truth[right]
            measured = scores(found[left] == found[right], same)
            rows.append({"threshold": threshold, "pairs": f"apart, {dates}", "same": same.sum(), **measured})
    return pd.DataFrame(rows)


def pooled(articles: pd.DataFrame, thresholds: list[float]) -> pd.DataFrame:
    """Precision, recall and F1 on events of two or three articles each, alone and among articles of other matters.

    Events were picked by topic and day (a likeness of 0.1 and more) and read; articles of the test half of the coded
    pairs are not among them. The others are drawn from what is not coded, and each counts as an event of its own.
    """
    coded = pd.read_csv(APART, dtype=str)
    texts = articles.set_index("article_id")["text"].reindex(coded["article_id"]).fillna("")
    known = texts.map(lambda text: hashlib.sha256(text.encode()).hexdigest()[:16]).to_numpy()
    event = coded[known == coded["hash"]].set_index("article_id")["event"]
    pairs = pd.read_csv(CODED, dtype=str)
    read_before = {*event.index, *pairs["article_a"], *pairs["article_b"]}
    others = articles[~articles["article_id"].isin(read_before) & articles["published"].notna()]
    rows = []
    for threshold in thresholds:
        for more in (0, 80, 150):
            few = pd.concat(
                [articles[articles["article_id"].isin(event.index)], others.sample(more, random_state=more)]
            )
            truth = few["article_id"].map(event).fillna(few["article_id"]).to_numpy()
            left, right = np.triu_indices(len(few), 1)
            for dates, given in (("dated", few), ("undated", few.assign(published=None))):
                found = group_events(given, threshold)["event"].to_numpy()
                measured = scores(found[left] == found[right], truth[left] == truth[right])
                rows.append({"threshold": threshold, "articles": len(few), "dates": dates, **measured})
    return pd.DataFrame(rows)


def speed(articles: pd.DataFrame, size: int, seed: int = 0) -> None:
    """Time for `size` articles: the corpus again and again, a quarter of its words left out, dates moved."""
    random = np.random.default_rng(seed)
    copies = []
    for turn in range(-(-size // len(articles))):
        words = (text.split(" ") for text in articles["text"])
        text = [" ".join(np.array(w)[random.random(len(w)) > 0.25]) for w in words]
        moved = pd.to_datetime(articles["published"]) + pd.to_timedelta(random.integers(-2000, 2000), "D")
        copies.append(articles.assign(article_id=articles["article_id"] + f"-{turn}", text=text, published=moved))
    large = pd.concat(copies, ignore_index=True).head(size)
    month = pd.Timestamp("2016-01-01") + pd.to_timedelta(random.integers(0, 30, len(large)), "D")
    for name, table in (
        ("dates over years", large),
        ("all in one month", large.assign(published=month)),
        ("no dates", large.assign(published=None)),
    ):
        begin, cpu = time.perf_counter(), time.process_time()
        group_events(table)
        print(
            f"group_events, {len(large)} articles of {large['text'].str.len().mean():.0f} characters, {name}: "
            f"{time.perf_counter() - begin:.1f} s ({time.process_time() - cpu:.1f} s of one core)"
        )
    begin = time.perf_counter()
    distinctive_words(large)
    print(f"distinctive_words, {large['outlet'].nunique()} outlets: {time.perf_counter() - begin:.1f} s")


def null(articles: pd.DataFrame, outlet: str, trials: int = 40) -> None:
    """False alarms between random halves of one outlet."""
    own = articles[articles["outlet"] == outlet]
    for side in (15, 30, 60, len(own) // 2):
        if 2 * side <= len(own):
            found = []
            for trial in range(trials):
                half = own.sample(2 * side, random_state=trial)
                found.append(
                    distinctive_words(half.assign(outlet=np.where(np.arange(2 * side) % 2, "a", "b")), top=None)
                )
            any_false = np.mean([(table["p_adjusted"] < 0.05).any() for table in found])
            low = np.mean([(table["p"].dropna() < 0.05).mean() for table in found])
            print(f"{outlet}, {side} + {side}: adjusted p < 0.05 in {any_false:.3f} of trials; p < 0.05 {low:.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="+", type=Path)
    parser.add_argument("--thresholds", nargs="+", type=float, default=[THRESHOLD])
    parser.add_argument("--articles", type=int, default=0, help="measure the time for so many")
    parser.add_argument("--null", metavar="OUTLET", help="measure false alarms between halves of this outlet")
    arguments = parser.parse_args()
    for path in arguments.corpus:
        articles = read(path)
        print(agreement(articles, path.name.split(".")[0], arguments.thresholds).to_string(index=False))
        if articles["article_id"].isin(pd.read_csv(APART, dtype=str)["article_id"]).any():
            print(pooled(articles, arguments.thresholds).to_string(index=False))
        if arguments.null:
            null(articles, arguments.null)
        if arguments.articles:
            speed(articles, arguments.articles)


if __name__ == "__main__":
    main()
