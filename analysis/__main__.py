"""The command line: ``python -m analysis COMMAND``, each the face of one function."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any

#: Characters of an error's line: a screen of names; a longer one quotes a file.
_LONGEST_LINE = 1500
EPILOG = "PATH: a table, export, page or folder of articles. See README.md for what each table holds."


class _Terminal(io.TextIOBase):
    """Standard output that any text may be printed to: what it cannot show, or would obey, is replaced."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        from analysis.tables import printable

        encoding = getattr(self.stream, "encoding", None) or "utf-8"
        self.stream.write(printable(text).encode(encoding, "replace").decode(encoding))
        return len(text)

    def flush(self) -> None:
        self.stream.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    int
        The exit status: 0; 2 after one line that says what is wrong; 130 where it was stopped, by Ctrl-C or SIGTERM.
    """
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # also where Ctrl-C is ignored, as behind nohup
    try:
        return _run(options)
    except KeyboardInterrupt:
        print("analysis: stopped; nothing was written that is not whole", file=sys.stderr)
        return 130


def _run(options: argparse.Namespace) -> int:
    """Every way in which a command ends but by being stopped: here, and nowhere else, errors become a line."""
    # Only now: help and a mistyped option are answered at once, without pandas.
    from analysis import commands
    from analysis.tables import InputError, printable

    try:
        # What a library warns of speaks of its code and not of the articles.
        with warnings.catch_warnings(), redirect_stdout(_Terminal(sys.stdout) if sys.stdout else None):
            warnings.simplefilter("default" if sys.warnoptions else "ignore")
            commands.run(options)
            print(end="", flush=True)
        return 0
    except InputError as error:
        said = str(error)
    except BrokenPipeError:  # whoever read has read enough
        _forget_output()
        return 0
    except OSError as error:
        _forget_output()
        said = f"{error.filename or 'standard output'}: {error.strerror or error}"
    except MemoryError:
        said = "memory ran out: give the corpus in smaller files, or as JSON Lines or CSV, which are read in pieces"
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        place = traceback.extract_tb(error.__traceback__)[-1]
        said = f"{type(error).__name__} ({error}) at {Path(place.filename).name}:{place.lineno}, which is a fault of "
        said += "the program: please report it with what `python -X dev -m analysis …` prints"
    line = " ".join(printable(said).split())
    print(f"analysis: {line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + '…'}", file=sys.stderr)
    return 2


def _forget_output() -> None:
    """Send what still waits to be printed nowhere: at exit it would fail once more."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analysis", description=__doc__, epilog=EPILOG)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, says: str, path: str = "path", target: str = "FILE", **options: Any) -> Any:
        command = commands.add_parser(name, help=says, description=says, epilog=EPILOG)
        command.add_argument(path, metavar=path.upper(), type=Path, **options)
        if target:
            command.add_argument("-o", "--output", metavar=target, type=Path, required=True)
        return command

    def reading(command: Any) -> Any:
        command.add_argument("--columns", type=_mapping, metavar="text=body,…", help="which column holds what")
        says = "languages to keep, as ISO 639-1 codes, or all (default: en)"
        command.add_argument("--languages", type=_languages, default=("en",), metavar="en,…", help=says)
        command.add_argument("--clean", action="store_true", default=None, help="remove page furniture from a table")
        return command

    def scoring(command: Any) -> Any:
        reading(command)
        command.add_argument("--lexicon", metavar="PATH", help="another lexicon than the project's codebook")
        command.add_argument("--actors", metavar="FILE", help="which side each speaker is on")
        command.add_argument("--about", metavar="LEXICON", help="count only sentences that name one of its entries")
        return command

    articles = reading(add("articles", "read articles from anywhere into the articles table"))
    says = "leave out articles that are flagged: duplicate, short, stub, language"
    articles.add_argument("--exclude", type=_problems, default=(), metavar="FLAG,…", help=says)
    reading(add("quotations", "find who says what: the quotations table"))
    reading(add("events", "group articles that tell the same event, and find copies"))
    lexicon = add("lexicon", "check a lexicon; show what it would match in a corpus", target="")
    lexicon.add_argument("--corpus", metavar="PATH", type=Path)
    score = scoring(add("score", "articles, quotations, mentions and scores tables", target="DIR"))
    score.add_argument("--format", choices=("csv", "parquet", "jsonl"), default="csv")
    says = "score the files of a folder or glob as tasks of a Dask scheduler at ADDRESS, or of processes here (local)"
    score.add_argument("--scheduler", metavar="ADDRESS", help=says)
    score.add_argument("--no-text", action="store_true", help="write hashes for headlines and texts, to hand it on")
    says = "score only articles that DIR does not hold yet, and add them to its tables"
    score.add_argument("--add", action="store_true", help=says)
    evidence = scoring(add("evidence", "each mention with its sentence: a concordance"))
    evidence.add_argument("--match", metavar="WORD", help="only mentions that hold this word or phrase; or a feature")
    for name in ("feature", "outlet", "voice", "side"):
        evidence.add_argument(f"--{name}", help=f"only mentions of this {name}")
    sheet = scoring(add("sheet", "sentences to code by hand, blind, with the codebook; the key beside them"))
    sheet.add_argument("--items", type=int, default=600, metavar="N", help="how many (default %(default)s)")
    sheet.add_argument("--by", metavar="COLUMN", help="so many of each of its values, such as outlet: to correct by")
    sheet.add_argument("--plan", action="store_true", help="only say what ratios coded sentences could show")
    sheet.add_argument("--all", dest="items", action="store_const", const=None, help="every sentence, in reading order")
    sheet.add_argument("--seed", type=int, default=0, help="of the random draw (default %(default)s)")
    says = "what filled-in sheets say of the coders and of the tool"
    agreement = add("agreement", says, path="sheet", target="", nargs="+")
    agreement.add_argument("--key", metavar="FILE", type=Path, help="the key, if it is not beside a sheet")
    agreement.add_argument("-o", "--output", metavar="DIR", type=Path, help="where the tables go")
    compare = scoring(add("compare", "rates of each outlet, and what differs: with intervals", target="DIR"))
    compare.add_argument("--copies", choices=("once", "all", "drop"), default="once", help="how copies are counted")
    compare.add_argument("--pairs", action="store_true", default=None, help="all pairs, also of more than 6 outlets")
    says = "the declared family: features compared in the newsroom's voice (default: all)"
    compare.add_argument("--sheets", metavar="FILE", nargs="+", type=Path, help="filled-in sheets drawn --by outlet")
    compare.add_argument("--features", type=lambda text: text.split(","), metavar="FEATURE,…", help=says)
    report = scoring(add("report", "every notebook run on a corpus, findings first", target="DIR"))
    report.add_argument("--title", default="")
    report.add_argument("--sheets", metavar="FILE", nargs="+", type=Path, default=[], help="filled-in coding sheets")
    report.add_argument("--declare", metavar="FILE", type=Path, help="what is tested, written down before (JSON)")
    report.add_argument("--force", action="store_true", help="write into a folder that is not empty")
    for command in (evidence, sheet, compare, report):
        says = "the corpus that PATH, a folder scored with --no-text, was made from"
        command.add_argument("--texts", metavar="FILE", type=Path, help=says)
    return parser


def _problems(text: str) -> list[str]:
    from analysis.read.flags import PROBLEMS

    named = [part.strip() for part in text.split(",")]
    if wrong := [name for name in named if name not in PROBLEMS]:
        raise argparse.ArgumentTypeError(f"{', '.join(wrong)!r} is not among {', '.join(PROBLEMS)}")
    return named


def _languages(text: str) -> tuple[str, ...] | None:
    return None if text == "all" else tuple(part.strip() for part in text.split(","))


def _mapping(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.split(",")]
    if not all(ours and theirs for ours, _, theirs in pairs):
        raise argparse.ArgumentTypeError(f"{text!r}: say which column holds what, as in text=body,outlet=medium")
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}


if __name__ == "__main__":
    sys.exit(main())
