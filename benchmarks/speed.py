"""Scoring beside other tools, on the same articles with the same entries, in one run.

    make benchmark CORPUS=articles.jsonl.gz

Each tool counts the plain single words of the codebook in the same texts; the counts must agree. What each does
beside that differs, and the table says so. Peers that are not installed are left out: scikit-learn and `re` always
run; spaCy (`pip install spacy`) and R with quanteda are used where they are there. Also swept: corpus size and
lexicon size, to show how cost grows. Written: `speed.csv`, `speed_sweep.csv` and `speed.png`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.codebook.lexicon import Lexicon, read_lexicon
from analysis.codebook.matching import NOT_POSSESSIVE, Matcher, find_matches
from analysis.codebook.scoring import prepare_scorer, score_with
from analysis.read import read
from analysis.show.figures import Plot, in_style, new_figure
from analysis.tables import round_significant, write_table
from analysis.voice import Vocabulary, tokenise

WORD = r"\w+(?:['’-]\w+)*"
REPEATS = 3


def plain_words(lexicon: Lexicon) -> list[str]:
    """Single words of the codebook: what every tool can look up."""
    terms = lexicon.entries.loc[lexicon.entries["feature"] != "", "term"].str.split("|").explode()
    found = {term.lower() for term in terms if re.fullmatch(r"[a-z]+", term)}
    # *it's* is *it is*: what a tool makes of it is no question of look-up.
    return sorted(found - NOT_POSSESSIVE)


def plain_lexicon(words: list[str]) -> Lexicon:
    """A lexicon of plain words without conditions."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "features.csv").write_text("feature,definition\nplain,plain words\n")
        Path(folder, "words.csv").write_text(
            "feature,pattern,negation\n" + "".join(f"plain,{w},ignore\n" for w in words)
        )
        return read_lexicon(folder)


def timed(function, *arguments):
    """Best wall-clock seconds of `REPEATS` calls, and what the last one gave."""
    best = np.inf
    for _ in range(REPEATS):
        begin = time.perf_counter()
        result = function(*arguments)
        best = min(best, time.perf_counter() - begin)
    return best, result


def tokenise_only(texts):
    pattern = re.compile(WORD)
    return sum(len(pattern.findall(text)) for text in texts)


def ours_lookup(texts, words):
    matcher, vocabulary = Matcher(plain_lexicon(words)), Vocabulary()
    tokens = tokenise(texts, vocabulary)
    return len(find_matches(tokens, matcher, np.full(len(tokens.word), 2, np.uint8)).entry)


def ours_all(articles):
    return len(score_with(articles, prepare_scorer()).mentions)


def alternation(texts, words):
    """One compiled `re`; a word ends where the project's definition of a word ends it, or at a possessive."""
    pattern = re.compile(rf"(?<![\w])(?<!\w['’-])(?:{'|'.join(words)})(?:['’]s)?(?![\w])(?!['’-]\w)", re.IGNORECASE)
    return sum(len(pattern.findall(text)) for text in texts)


def count_vectorizer(texts, words):
    from sklearn.feature_extraction.text import CountVectorizer

    def base(text):
        return re.sub(r"['’]s$", "", text)

    pattern = re.compile(WORD)
    wanted = CountVectorizer(vocabulary=words, tokenizer=lambda t: [base(w) for w in pattern.findall(t.lower())],
                             token_pattern=None, lowercase=False)  # fmt: skip
    return int(wanted.fit_transform(texts).sum())


def phrase_matcher(texts, words):
    import spacy
    from spacy.matcher import PhraseMatcher

    nlp = spacy.blank("en")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    matcher.add("plain", list(nlp.pipe(words)))
    return sum(len(matcher(doc)) for doc in nlp.tokenizer.pipe(texts))


def quanteda(texts, words):
    """Seconds inside R of tokens() and dfm lookup; start-up and reading are not counted."""
    with tempfile.TemporaryDirectory() as folder:
        pd.DataFrame({"text": texts}).to_csv(Path(folder, "texts.csv"), index=False)
        Path(folder, "words.txt").write_text("\n".join(words))
        script = (
            "library(quanteda); x <- read.csv('texts.csv')$text; w <- readLines('words.txt'); "
            "b <- proc.time()[3]; t <- tokens_lookup(tokens(x), dictionary(list(plain=w))); "
            "n <- sum(ntoken(t)); cat(n, proc.time()[3] - b)"
        )
        out = subprocess.run(["Rscript", "-e", script], cwd=folder, capture_output=True, text=True, check=True).stdout
    count, seconds = out.split()[-2:]
    return int(float(count)), float(seconds)


def installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def compare(articles: pd.DataFrame, words: list[str]) -> pd.DataFrame:
    """One row a tool: seconds, MB/s, what it counted."""
    texts = articles["text"].tolist()
    size = sum(len(text.encode()) for text in texts) / 1e6
    rows = []

    def add(tool, does, release, seconds, count):
        speed = size / seconds
        rows.append(dict(tool=tool, does=does, version=release, seconds=seconds, mb_per_second=speed, counted=count))

    seconds, count = timed(tokenise_only, texts)
    add("re.findall", "splits words only: the yardstick", platform.python_version(), seconds, count)
    seconds, count = timed(ours_lookup, texts, words)
    add("this project, look-up", "words, sentences, plain entries, negation", "", seconds, count)
    seconds, count = timed(ours_all, articles)
    add(
        "this project, all of it",
        "attribution, voice, speakers, conditions, four tables (in memory)",
        "",
        seconds,
        count,
    )
    seconds, count = timed(count_vectorizer, texts, words)
    add("scikit-learn CountVectorizer", "plain entries, counts only", installed("scikit-learn"), seconds, count)
    part = texts[: max(1, len(texts) // 10)]
    share = sum(len(text.encode()) for text in part) / 1e6 / size
    seconds, count = timed(alternation, part, words)
    add("re alternation (a tenth, scaled)", "plain entries, places", platform.python_version(), seconds / share, count)
    if installed("spacy"):
        seconds, count = timed(phrase_matcher, part, words)
        add("spaCy PhraseMatcher (a tenth, scaled)", "its own tokens, plain entries, places", installed("spacy"),
            seconds / share, count)  # fmt: skip
    if shutil.which("Rscript"):
        count, seconds = quanteda(texts, words)
        add("quanteda", "its own tokens, plain entries, counts", "", seconds, count)
    return round_significant(pd.DataFrame(rows))


def sweep(articles: pd.DataFrame, words: list[str]) -> pd.DataFrame:
    """How cost grows: seconds of all of scoring by corpus size, and of look-up by lexicon size."""
    rows = []
    for share in (0.125, 0.25, 0.5, 1.0):
        part = articles.head(int(len(articles) * share))
        seconds, _ = timed(ours_all, part)
        rows.append(
            {"sweep": "corpus", "megabytes": part["text"].str.len().sum() / 1e6, "entries": np.nan, "seconds": seconds}
        )
    texts = articles["text"].tolist()
    vocabulary = sorted({w for text in texts[:500] for w in re.findall(r"[a-z]{4,}", text)})
    for entries in (100, 1000, 10000):
        seconds, _ = timed(ours_lookup, texts, (words + vocabulary)[:entries])
        rows.append(
            {
                "sweep": "lexicon",
                "megabytes": articles["text"].str.len().sum() / 1e6,
                "entries": entries,
                "seconds": seconds,
            }
        )
    return round_significant(pd.DataFrame(rows))


@in_style
def draw(table: pd.DataFrame) -> Figure:
    figure, axes = new_figure(height=2.6)
    shown = table.sort_values("mb_per_second")
    colours = ["#0072b2" if name.startswith("this") else "#999999" for name in shown["tool"]]
    axes.barh(shown["tool"], shown["mb_per_second"], color=colours)
    for place, value in enumerate(shown["mb_per_second"]):
        axes.text(value, place, f" {value:.3g}", va="center", fontsize=7.5)
    axes.set_xlabel("MB of text per second (wall clock)")
    return figure


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("benchmarks"))
    options = parser.parse_args()
    articles = read(options.corpus).articles
    words = plain_words(read_lexicon())
    table = compare(articles, words)
    print(table.to_string(index=False))
    whole = table[~table["tool"].str.contains("tenth|all of it|findall|spaCy|quanteda")]
    if len(set(whole["counted"])) > 1:
        print(f"the counts of plain entries differ: {whole.set_index('tool')['counted'].to_dict()}", file=sys.stderr)
        return 1
    write_table(table, options.output / "speed.csv")
    write_table(sweep(articles, words), options.output / "speed_sweep.csv")
    machine = {
        "processors": len(os.sched_getaffinity(0)),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "articles": len(articles),
        "words_looked_up": len(words),
        "packages": {name: installed(name) for name in ("numpy", "pyarrow", "pandas", "scikit-learn", "spacy")},
    }
    (options.output / "speed.json").write_text(json.dumps(machine, indent=1) + "\n")
    Plot(
        "speed", draw(table), table,
        "How fast is scoring beside other tools?",
        "Megabytes of text per second of wall clock; this project in blue.",
        "Bars of throughput by tool.",
        n=f"n = {len(articles):,} articles", notebook="benchmarks/speed.py",
    ).save(options.output)  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
