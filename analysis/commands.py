"""What each command of ``python -m analysis`` does: read, call the function that it is the face of, write, say so.

What draws, tests or runs notebooks is imported by the commands that need it: it takes longer than to score two texts.
"""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.codebook.lexicon import read_lexicon
from analysis.earlier import Earlier
from analysis.read import Corpus, describe, read
from analysis.read.flags import PROBLEMS, check_articles, describe_problems, has_problem, tabulate_corpus
from analysis.read.texts import has_only_hashes
from analysis.stream import MOST_GROUPED, Options, quote_corpus, score_corpus
from analysis.tables import (
    ARTICLES,
    COMPARISON,
    CONTRASTS,
    EVENTS,
    MENTIONS,
    NOTES,
    QUOTATIONS,
    REJECTED,
    SCORES,
    TOLD,
    InputError,
    refuse_foreign,
    refuse_overlap,
    replacing,
    safe_cells,
    write_beside,
    write_table,
)

if TYPE_CHECKING:
    from analysis.study import Study


#: What a command writes into the folder that the user names, and beside the file, each with the columns that an older
#: one begins with; the lists of `TOLD` stand beside every table made from articles.
_INSIDE: dict[str, dict[str, Sequence[str]]] = {
    "score": {"articles": ARTICLES, "quotations": QUOTATIONS, "mentions": MENTIONS, "scores": SCORES},
    "compare": {"comparison": COMPARISON, "contrasts": CONTRASTS, "events": EVENTS},
    "agreement": {"measures": ["reference", "name", "measure"], "disagreements": ["between"]},
}
_BESIDE = {
    "articles": {"flags": NOTES, "corpus": ["outlet", "month", "articles"]},
    "sheet": {"key": ["item", "article_id", "section"]},
}


def run(options: Namespace) -> None:
    """Do what was asked, unless an output would go over what is read or over what is not ours."""
    given = vars(options)
    sources = [given.get(name) for name in ("path", "lexicon", "actors", "about", "key", "declare", "corpus")]
    sources += [*(given.get("sheet") or ()), *(given.get("sheets") or ())]
    written = _written(options)
    refuse_overlap(written, sources)
    for path, columns in written.items():
        if columns:
            refuse_foreign(path, columns)
    globals()[options.command](options)


def _written(options: Namespace) -> dict[Path, Sequence[str]]:
    """Every file and folder that a command may write: empty where whatever stands there is meant to go."""
    target: Path | None = getattr(options, "output", None)
    if target is None:
        return {}
    if options.command == "report":
        from analysis.report import PARTS

        return {target / part: () for part in PARTS}
    if options.command not in _INSIDE:
        beside = {**_BESIDE.get(options.command, {}), **TOLD}
        return {target: (), **{target.with_suffix(f".{name}.csv"): columns for name, columns in beside.items()}}
    suffix = f".{options.format}" if options.command == "score" else ".csv"
    tables = {target / f"{name}{suffix}": columns for name, columns in _INSIDE[options.command].items()}
    lists = {target / f"{name}.csv": columns for name, columns in TOLD.items()}
    return {**tables, **lists, target / "lexicon": ()} if options.command == "score" else tables


def articles(options: Namespace) -> None:
    """The articles table; beside it what was refused or cut away, what may distort a comparison, and what there is."""
    corpus = read(options.path, **_reading(options))
    checked, flags = check_articles(corpus.articles)
    said = describe_problems(checked)
    for problem in options.exclude:
        lost = has_problem(checked, problem)
        reasons = checked[lost].reindex(columns=REJECTED).assign(reason=PROBLEMS[problem])
        corpus = corpus._replace(rejected=pd.concat([corpus.rejected, reasons], ignore_index=True))
        checked = checked[~lost]
    write_table(checked[corpus.articles.columns], options.output)
    write_beside(options.output.with_suffix(".flags.csv"), flags, NOTES)
    write_beside(options.output.with_suffix(".corpus.csv"), safe_cells(tabulate_corpus(checked)))
    _say(corpus._replace(articles=checked), options.output)
    print(said)


def events(options: Namespace) -> None:
    """Which articles tell the same event."""
    from analysis.compare.events import group_events

    corpus = read(options.path, **_reading(options))
    write_table(group_events(corpus.articles), options.output)
    _say(corpus, options.output)


def quotations(options: Namespace) -> None:
    """Who says what."""
    print(describe(quote_corpus(options.path, options.output, **_reading(options))))
    print(f"written: {options.output}")


def score(options: Namespace) -> None:
    """The tables of a scored corpus."""
    if options.scheduler:
        from analysis.cluster import score_parts  # needs Dask, which not everybody has

        if options.add:
            raise InputError("--add cannot be given with --scheduler yet: score what is new on one machine")
        if options.no_text:
            raise InputError("--no-text cannot be given with --scheduler yet: score without it, or on one machine")
        given = options.path, options.output, options.scheduler, _files(options), options.format
        print(describe(score_parts(*given, **_reading(options))))
    else:
        earlier = Earlier(options.output) if options.add else None
        kind = earlier.kind if earlier else options.format
        how = {"texts": not options.no_text, "earlier": earlier, **_reading(options)}
        print(describe(score_corpus(options.path, options.output, kind, _files(options), **how)))
        if earlier:
            print(earlier.describe())
            few = len(earlier.known) + earlier.added <= MOST_GROUPED
            print("events: grouped anew over all" if few else "events: left to be grouped from the tables, being many")
    print(f"written: {options.output}")


def evidence(options: Namespace) -> None:
    """Each mention with its sentence."""
    study = _study(options)
    asked = {name: getattr(options, name) for name in ("match", "feature", "outlet", "voice", "side")}
    write_table(safe_cells(study.evidence(**asked)), options.output)
    _say(study.corpus, options.output)


def compare(options: Namespace) -> None:
    """Rates of each outlet, and what differs."""
    from analysis.validate.sheets import coded_sentences

    study = _study(options)
    coded = coded_sentences(options.sheets, study.mentions if study.has_texts else None) if options.sheets else None
    if not study.has_events:
        alone = study.articles[["article_id"]]
        study.events = alone.assign(event=alone["article_id"], duplicate_of=None).astype("str")
        print("no table of events and no texts: each article is taken for an event of its own, and none for a copy")
    chosen = {"copies": options.copies, "pairs": options.pairs, "features": options.features}
    found = {
        "comparison": study.rates(copies=options.copies),
        "contrasts": study.contrasts(**chosen, coded=coded),
        "events": study.events,
    }
    print(describe(study.corpus))
    for name, table in found.items():
        write_table(table, options.output / f"{name}.csv")
        print(f"{options.output / name}.csv: {len(table)} rows")
    with replacing(options.output / "compare.json") as beside:
        beside.write_text(
            json.dumps({**vars(options), **chosen}, indent=1, default=_named) + "\n",
            encoding="utf-8",
        )


def _named(value: Any) -> Any:
    """Options as a file holds them: paths by their names."""
    return str(value)


def report(options: Namespace) -> None:
    """Every notebook run on a corpus: it is scored into the folder, and all else is made from the tables there."""
    from analysis.compare.declaration import read_declaration
    from analysis.report import check_target
    from analysis.study import Study

    folder = check_target(options.output, options.force, options.sheets)
    if options.declare:
        read_declaration(options.declare)  # what cannot be read is refused before the long run
    files = {"lexicon": options.lexicon, "actors": options.actors, "about": options.about}
    if has_only_hashes(options.path):  # it cannot be scored again
        study = Study(options.path, options.columns, **files, texts=options.texts)
        print(describe(study.corpus))
    else:
        whole = _files(options)._replace(about=None)  # notebooks count whole articles, and the matter beside them
        print(describe(score_corpus(options.path, folder / "tables", "parquet", whole, **_reading(options))))
        study = Study(folder / "tables", **files)
    problems = study.report(folder, options.title, sheets=options.sheets, force=True, declare=options.declare)
    print(f"written: {folder / 'index.html'}")
    if problems:
        raise InputError("; ".join(problems))


def lexicon(options: Namespace) -> None:
    """A lexicon checked, and on request tried on a corpus."""
    from analysis.codebook.preview import preview_lexicon

    checked = read_lexicon(options.path)
    named = checked.entries["feature"][checked.entries["feature"] != ""]
    print(f"{options.path}: {len(checked.features)} features, {len(named)} phrases, nothing wrong")
    for feature, count in named.value_counts(sort=False).items():
        print(f"  {feature}: {count}")
    for line in preview_lexicon(read(options.corpus).articles, checked) if options.corpus else ():
        print(line)


def sheet(options: Namespace) -> None:
    """A coding sheet, and its key beside it."""
    from analysis.validate.sheets import draw_sheet, plan_sheet, write_sheet
    from analysis.voice import split_sentences

    study, key = _study(options), options.output.with_suffix(".key.csv")
    if options.plan:
        plan = plan_sheet(study.mentions, study.articles, len(split_sentences(study.articles["text"])))
        write_table(plan, options.output)
        print(
            "ratio between two outlets that so many coded sentences of each could show, the articles' own chance apart"
        )
        print(plan.to_string(index=False))
        return
    chosen = {"n": options.items, "seed": options.seed, "by": options.by}
    drawn = draw_sheet(study.articles, study.mentions, study.lexicon.features, split_sentences, **chosen)
    write_sheet(drawn.sheet, study.lexicon.features, options.output)
    write_table(drawn.key, key)
    _say(study.corpus, options.output, key)
    how = "send coders the sheet without the key, and hand back each as a copy of its own"
    print(f"{len(drawn.sheet)} sentences; {how}")


def agreement(options: Namespace) -> None:
    """What coders' answers say of the tool and of each other."""
    from analysis.validate.agreement import compare_files

    found = compare_files(options.sheet, options.key)
    for name, table in found._asdict().items() if options.output else ():
        write_table(safe_cells(table), options.output / f"{name}.csv")
    print(found.measures.drop(columns="about").to_string(index=False))
    for who, rows in found.disagreements.groupby("between"):
        print(f"{len(rows)} answers on which {'coders differ' if who == 'coders' else 'only the tool differs'}")


def _reading(options: Namespace) -> dict[str, Any]:
    return {"columns": options.columns, "clean": options.clean, "languages": options.languages}


def _files(options: Namespace) -> Options:
    return Options(options.lexicon, options.actors, options.about)


def _study(options: Namespace) -> Study:
    """A corpus scored, or opened where it was scored before; only sentences on a matter if one is named."""
    from analysis.study import Study

    study = Study(
        options.path, options.columns, lexicon=options.lexicon, actors=options.actors, about=options.about,
        clean=options.clean, languages=options.languages, texts=options.texts,
    )  # fmt: skip
    return study.matter if options.about else study


def _say(corpus: Corpus, *written: Path) -> None:
    """What was read and what became of it, on screen and beside the first of the written tables."""
    for name, columns in TOLD.items():
        write_beside(written[0].with_suffix(f".{name}.csv"), getattr(corpus, name), columns)
    print(describe(corpus))
    print(f"written: {', '.join(map(str, written))}")
