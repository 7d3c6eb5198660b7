"""What each command of ``python -m analysis`` does: read, call the function that it is the face of, write, say so."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.codebook.dictionaries import write_dictionary
from analysis.codebook.evidence import list_evidence
from analysis.codebook.lexicon import read_lexicon
from analysis.codebook.scoring import Scored, preview_lexicon, score_with
from analysis.compare.events import group_events
from analysis.read.articles import Corpus, read_articles
from analysis.read.quality import PROBLEMS, check_articles, describe_problems, has_problem, tabulate_corpus
from analysis.stream import Options, Run, quote_corpus, score_corpus, scorer_for
from analysis.tables import REJECTED, InputError, replacing, safe_cells, write_table
from analysis.validate.agreement import compare_files
from analysis.validate.sheets import draw_sheet, write_sheet
from analysis.voice.tokens import split_sentences


def articles(options: Namespace) -> None:
    """The articles table; beside it what was refused or cut away, what may distort a comparison, and what there is."""
    corpus = read_articles(options.path, **_reading(options))
    checked, flags = check_articles(corpus.articles, repair=bool(options.clean))
    said = describe_problems(checked)
    for problem in options.exclude:
        lost = has_problem(checked, problem)
        reasons = checked[lost].reindex(columns=REJECTED).assign(reason=PROBLEMS[problem])
        corpus = corpus._replace(rejected=pd.concat([corpus.rejected, reasons], ignore_index=True))
        checked = checked[~lost]
    write_table(checked[corpus.articles.columns], options.output)
    beside = {"rejected": corpus.rejected, "removed": corpus.removed, "flags": flags}
    _beside(options.output, **beside, corpus=tabulate_corpus(checked))
    _say(len(checked), corpus, options.output)
    print(said)


def events(options: Namespace) -> None:
    """Which articles tell the same event."""
    corpus = read_articles(options.path, **_reading(options))
    write_table(group_events(corpus.articles), options.output)
    _beside(options.output, rejected=corpus.rejected, removed=corpus.removed)
    _say(len(corpus.articles), corpus, options.output)


def quotations(options: Namespace) -> None:
    """Who says what."""
    run = quote_corpus(options.path, options.output, **_reading(options))
    _say(run.articles, run, options.output)


def score(options: Namespace) -> None:
    """The four tables of a scored corpus."""
    run = score_corpus(options.path, options.output, options.format, _files(options), **_reading(options))
    _say(run.articles, run, options.output)


def evidence(options: Namespace) -> None:
    """Each mention with its sentence."""
    corpus, scored = _scored(options)
    asked = options.feature, options.outlet, options.voice, options.side
    write_table(safe_cells(list_evidence(scored.mentions, scored.articles, *asked)), options.output)
    _say(len(corpus.articles), corpus, options.output)


def compare(options: Namespace) -> None:
    """Rates of each outlet, and what differs."""
    from analysis.report import compare_scored, open_scores  # what notebooks and statistics need is slow to import

    articles, scores, events = open_scores(options.path, _files(options), **_reading(options))
    chosen = {"copies": options.copies, "pairs": options.pairs, "features": options.features}
    for name, table in compare_scored(articles, scores, events, **chosen).items():
        write_table(table, options.output / f"{name}.csv")
        print(f"{options.output / name}.csv: {len(table)} rows")
    with replacing(options.output / "compare.json") as beside:
        beside.write_text(json.dumps({"path": str(options.path), **chosen}, indent=1) + "\n", encoding="utf-8")


def report(options: Namespace) -> None:
    """Every notebook run on a corpus."""
    from analysis.report import write_report

    given = options.title, _files(options), options.sheets, options.force
    problems = write_report(options.path, options.output, *given, **_reading(options))
    print(f"written: {options.output / 'index.html'}")
    if problems:
        raise InputError("; ".join(problems))


def lexicon(options: Namespace) -> None:
    """A lexicon checked, and on request written for another tool and tried on a corpus."""
    checked = read_lexicon(options.path)
    named = checked.entries["feature"][checked.entries["feature"] != ""]
    print(f"{options.path}: {len(checked.features)} features, {len(named)} phrases, nothing wrong")
    for feature, count in named.value_counts(sort=False).items():
        print(f"  {feature}: {count}")
    for line in write_dictionary(checked, options.export) if options.export else ():
        print(f"cannot be said there: {line}")
    for line in preview_lexicon(read_articles(options.corpus).articles, checked) if options.corpus else ():
        print(line)


def sheet(options: Namespace) -> None:
    """A coding sheet, and its key beside it."""
    corpus, scored = _scored(options)
    features, key = scorer_for(_files(options)).lexicon.features, options.output.with_suffix(".key.csv")
    drawn = draw_sheet(scored.articles, scored.mentions, features, split_sentences, n=options.items, seed=options.seed)
    write_sheet(drawn.sheet, features, options.output)
    write_table(drawn.key, key)
    _say(len(corpus.articles), corpus, options.output, key)
    how = "send coders the sheet without the key, and hand back each as a copy of its own"
    print(f"{len(drawn.sheet)} sentences; {how}")


def agreement(options: Namespace) -> None:
    """What coders' answers say of the tool and of each other."""
    found = compare_files(options.sheet, options.key)
    for name, table in found._asdict().items() if options.output else ():
        write_table(safe_cells(table), options.output / f"{name}.csv")
    print(found.measures.drop(columns="about").to_string(index=False))
    for who, rows in found.disagreements.groupby("between"):
        print(f"{len(rows)} answers on which {'coders differ' if who == 'coders' else 'only the tool differs'}")


def _reading(options: Namespace) -> dict[str, Any]:
    return {"columns": options.columns, "clean": options.clean}


def _files(options: Namespace) -> Options:
    return Options(options.lexicon, options.actors, options.about)


def _scored(options: Namespace) -> tuple[Corpus, Scored]:
    scorer = scorer_for(_files(options))  # a bad lexicon is refused before anything is read
    corpus = read_articles(options.path, **_reading(options))
    return corpus, score_with(corpus.articles, scorer)


def _beside(path: Path, **tables: pd.DataFrame) -> None:
    """Tables that tell of another one, beside it; one that is empty now takes an old file away."""
    for name, table in tables.items():
        if len(table):
            write_table(table, path.with_suffix(f".{name}.csv"))
        else:
            path.with_suffix(f".{name}.csv").unlink(missing_ok=True)


def _say(articles: int, read: Corpus | Run, *written: Path) -> None:
    """Counts on screen: what was read, refused and noted, and where the tables are."""
    print(f"{articles} articles read; written: {', '.join(map(str, written))}")
    if len(read.rejected):
        print(f"{len(read.rejected)} records rejected:")
        for reason, count in read.rejected["reason"].value_counts().head(5).items():
            print(f"  {count} x {reason}")
    for (field, note), rows in read.notes.groupby(["field", "note"], sort=True):
        print(f"note: {field}: {note} ({len(rows)} articles)")
