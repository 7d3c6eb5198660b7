"""The command line: ``python -m analysis COMMAND``, each the face of one function."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

EPILOG = "PATH: a table, export, page or folder of articles. See README.md for what each table holds."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, or 2 after one line that says what is wrong with the input."""
    options = _parser().parse_args(arguments)
    from .tables import InputError

    try:
        options.run(options)
    except InputError as error:
        print(f"analysis: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analysis", description=__doc__, epilog=EPILOG)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Any, says: str, path: str = "path", target: str = "FILE", **options: Any) -> Any:
        command = commands.add_parser(name, help=says, description=says, epilog=EPILOG)
        command.add_argument(path, metavar=path.upper(), type=Path, **options)
        if target:
            command.add_argument("-o", "--output", metavar=target, type=Path, required=True)
        command.set_defaults(run=run)
        return command

    def reading(command: Any) -> Any:
        command.add_argument("--columns", type=_mapping, metavar="text=body,…", help="which column holds what")
        command.add_argument("--clean", action="store_true", default=None, help="remove page furniture from a table")
        return command

    def scoring(command: Any) -> Any:
        reading(command)
        command.add_argument("--lexicon", metavar="DIR", help="another lexicon than the project's codebook")
        command.add_argument("--actors", metavar="FILE", help="which side each speaker is on")
        command.add_argument("--about", metavar="LEXICON", help="count only sentences that name one of its entries")
        return command

    reading(add("articles", _articles, "read articles from anywhere into the articles table"))
    reading(add("quotations", _quotations, "find who says what: the quotations table"))
    reading(add("events", _events, "group articles that tell the same event, and find copies"))
    lexicon = add("lexicon", _lexicon, "check a lexicon; show what it would match in a corpus", target="")
    lexicon.add_argument("--corpus", metavar="PATH", type=Path)
    lexicon.add_argument("--export", metavar="FILE", type=Path, help="write it as .yml (quanteda) or .dic (LIWC)")
    score = scoring(add("score", _score, "articles, quotations, mentions and scores tables", target="DIR"))
    score.add_argument("--format", choices=("csv", "parquet", "jsonl"), default="csv")
    evidence = scoring(add("evidence", _evidence, "each mention with its sentence: a concordance"))
    for name in ("feature", "outlet", "voice", "side"):
        evidence.add_argument(f"--{name}", help=f"only mentions of this {name}")
    sheet = scoring(add("sheet", _sheet, "sentences to code by hand, blind, with the codebook; the key beside them"))
    sheet.add_argument("--items", type=int, default=600, metavar="N", help="how many (default %(default)s)")
    sheet.add_argument("--all", dest="items", action="store_const", const=None, help="every sentence, in reading order")
    sheet.add_argument("--seed", type=int, default=0, help="of the random draw (default %(default)s)")
    says = "what filled-in sheets say of the coders and of the tool"
    agreement = add("agreement", _agreement, says, path="sheet", target="", nargs="+")
    agreement.add_argument("--key", metavar="FILE", type=Path, help="the key, if it is not beside a sheet")
    agreement.add_argument("-o", "--output", metavar="DIR", type=Path, help="where the tables go")
    compare = scoring(add("compare", _compare, "rates of each outlet, and what differs: with intervals", target="DIR"))
    compare.add_argument("--copies", choices=("once", "all", "drop"), default="once", help="how copies are counted")
    compare.add_argument("--pairs", action="store_true", default=None, help="all pairs, also of more than 10 outlets")
    compare.add_argument("--seed", type=int, default=1)
    report = scoring(add("report", _report, "every notebook run on a corpus, findings first", target="DIR"))
    report.add_argument("--title", default="")
    report.add_argument("--sheets", metavar="FILE", nargs="+", type=Path, default=[], help="filled-in coding sheets")
    report.add_argument("--force", action="store_true", help="write into a folder that is not empty")
    return parser


def _mapping(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.split(",")]
    if not all(ours and theirs for ours, _, theirs in pairs):
        raise argparse.ArgumentTypeError(f"{text!r}: say which column holds what, as in text=body,outlet=medium")
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}


def _say(run: Any, *written: Path) -> None:
    """Counts on screen: what was read, refused and noted, and where the tables are."""
    print(f"{run.articles} articles read; written: {', '.join(str(path) for path in written)}")
    if len(run.rejected):
        print(f"{len(run.rejected)} records rejected:")
        for reason, count in run.rejected["reason"].value_counts().head(5).items():
            print(f"  {count} x {reason}")
    for (field, note), rows in run.notes.groupby(["field", "note"], sort=True):
        print(f"note: {field}: {note} ({len(rows)} articles)")


def _options(options: argparse.Namespace) -> Any:
    from .stream import Options

    return Options(options.lexicon, options.actors, options.about)


def _articles(options: argparse.Namespace, made: Any = None) -> None:
    from .articles import read_articles
    from .stream import Run
    from .tables import write_table

    corpus = read_articles(options.path, options.columns, options.clean)
    write_table(made(corpus.articles) if made else corpus.articles, options.output)
    for name in ("rejected", "removed"):
        table, path = getattr(corpus, name), options.output.with_suffix(f".{name}.csv")
        if len(table):
            write_table(table, path)
        elif path.exists():
            path.unlink()
    _say(Run(len(corpus.articles), corpus.rejected, corpus.notes), options.output)


def _events(options: argparse.Namespace) -> None:
    from .events import group_events

    _articles(options, group_events)


def _quotations(options: argparse.Namespace) -> None:
    from .stream import quote_corpus

    _say(quote_corpus(options.path, options.output, columns=options.columns, clean=options.clean), options.output)


def _score(options: argparse.Namespace) -> None:
    from .stream import score_corpus

    reading = {"columns": options.columns, "clean": options.clean}
    _say(score_corpus(options.path, options.output, options.format, _options(options), **reading), options.output)


def _evidence(options: argparse.Namespace) -> None:
    from .articles import read_articles
    from .evidence import list_evidence
    from .scoring import score_with
    from .stream import Run, scorer_for
    from .tables import safe_cells, write_table

    corpus = read_articles(options.path, options.columns, options.clean)
    scored = score_with(corpus.articles, scorer_for(_options(options)))
    found = list_evidence(
        scored.mentions, scored.articles, options.feature, options.outlet, options.voice, options.side
    )
    write_table(safe_cells(found), options.output)
    _say(Run(len(corpus.articles), corpus.rejected, corpus.notes), options.output)


def _compare(options: argparse.Namespace) -> None:
    from .report import compare_scored, open_scores
    from .tables import write_table

    scored = open_scores(options.path, _options(options), columns=options.columns, clean=options.clean)
    found = compare_scored(scored, copies=options.copies, pairs=options.pairs, seed=options.seed)
    for name, table in found.items():
        write_table(table, options.output / f"{name}.csv")
        print(f"{options.output / name}.csv: {len(table)} rows")


def _report(options: argparse.Namespace) -> None:
    from .report import write_report
    from .tables import InputError

    reading = {"columns": options.columns, "clean": options.clean}
    given = options.title, _options(options), options.sheets, options.force
    problems = write_report(options.path, options.output, *given, **reading)
    print(f"written: {options.output / 'index.html'}")
    if problems:
        raise InputError("; ".join(problems))


def _lexicon(options: argparse.Namespace) -> None:
    from .lexicon import read_lexicon

    lexicon = read_lexicon(options.path)
    named = lexicon.entries[lexicon.entries["feature"] != ""]
    print(f"{options.path}: {len(lexicon.features)} features, {len(named)} phrases, nothing wrong")
    for feature, count in named["feature"].value_counts(sort=False).items():
        print(f"  {feature}: {count}")
    if options.export:
        from .dictionaries import write_dictionary

        for line in write_dictionary(lexicon, options.export):
            print(f"cannot be said there: {line}")
    if options.corpus:
        from .articles import read_articles
        from .scoring import preview_lexicon

        for line in preview_lexicon(read_articles(options.corpus).articles, lexicon):
            print(line)


def _sheet(options: argparse.Namespace) -> None:
    from .articles import read_articles
    from .scoring import score_with
    from .sheets import draw_sheet, write_sheet
    from .stream import Run, scorer_for
    from .tables import write_table
    from .tokens import split_sentences

    scorer = scorer_for(_options(options))
    corpus = read_articles(options.path, options.columns, options.clean)
    scored, features = score_with(corpus.articles, scorer), scorer.lexicon.features
    drawn = draw_sheet(scored.articles, scored.mentions, features, split_sentences, n=options.items, seed=options.seed)
    write_sheet(drawn.sheet, features, options.output)
    write_table(drawn.key, options.output.with_suffix(".key.csv"))
    _say(
        Run(len(corpus.articles), corpus.rejected, corpus.notes), options.output, options.output.with_suffix(".key.csv")
    )
    print(
        f"{len(drawn.sheet)} sentences; send coders the sheet without the key, and hand back each as a copy of its own"
    )


def _agreement(options: argparse.Namespace) -> None:
    from .agreement import compare_files
    from .tables import safe_cells, write_table

    found = compare_files(options.sheet, options.key)
    for name, table in found._asdict().items() if options.output else ():
        write_table(safe_cells(table), options.output / f"{name}.csv")
    print(found.measures.drop(columns="about").to_string(index=False))
    for who, rows in found.disagreements.groupby("between"):
        print(f"{len(rows)} answers on which {'coders differ' if who == 'coders' else 'only the tool differs'}")


if __name__ == "__main__":
    sys.exit(main())
