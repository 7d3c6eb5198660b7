"""A report on a corpus in one folder: findings first, then every notebook run on it, figures, tables, methods."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from html import escape
from importlib import metadata
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd

from .agreement import precision_table
from .articles import read_articles
from .comparison import LEVEL, MIN_ARTICLES, compare_outlets
from .contrasts import contrast_outlets
from .events import THRESHOLD, WINDOW, group_events
from .evidence import list_evidence
from .figures import write_index
from .findings import count, describe_contrasts, describe_copies, describe_corpus, listed
from .notebooks import CASE_STUDY, run_notebook
from .plots import attempt, select_contrasts
from .ratios import DRAWS
from .scoring import Scored, score_with
from .sheets import find_key, read_sheet
from .stream import Options, scorer_for
from .tables import InputError, read_table, replacing, safe_cells, write_table

TEMPLATES = Path(__file__).resolve().parent / "templates"
ROOT = TEMPLATES.parent.parent
NOTEBOOKS = ROOT / "notebooks"
LEXICON, ACTORS, JUDGED = (ROOT / "data" / name for name in ("lexicons", "actors.csv", "coding/precision.csv"))
#: Marks cells about sentences on the matter in dispute; they are left out where no lexicon names it.
ABOUT = "about"
#: Needs filled-in sheets; the others need only articles.
VALIDATION = "07_validation"
SEED = 1
#: Contrasts that open the report, and sentences shown with each.
FINDINGS, EXAMPLES = 10, 3
FINDING = """<li><b>{name}</b>: {rate_ratio:.3g} times the rate of the others ({ci_low:.3g} to {ci_high:.3g}; adjusted
p {p_adjusted:.2g}{verdict}; {articles_a:,} against {articles_b:,} articles) {quotes}</li>"""
MEASURED = """On US news that the dictionary had not seen, {:.2f} to {:.2f} of the mentions of a feature were judged
right by one coder, who also wrote it."""
OWN_LEXICON = "The dictionary is not the program's own, and nothing is known of it."
CODED = f"Sentences of this corpus were coded by hand: see `notebooks/{VALIDATION}.ipynb`."
UNCODED = "No sentence of this corpus was coded by hand yet; that should be done before anything is published."
WHOLE = "Whole articles were counted, not only sentences that name the matter in dispute."
SOFTWARE = "comparative-framing numpy pandas scipy scikit-learn statsmodels matplotlib".split()


def open_scores(path: str | Path, options: Options | None = None, **reading: Any) -> Scored:
    """The tables that `score` wrote into a folder, or those of any other corpus, scored now.

    Raises
    ------
    InputError
        As `read_articles`.
    """
    kinds = [kind for kind in ("csv", "parquet", "jsonl") if (Path(path) / f"scores.{kind}").is_file()]
    if kinds:
        return Scored(*(read_table(Path(path) / f"{name}.{kinds[0]}") for name in Scored._fields))
    return score_with(read_articles(path, **reading).articles, scorer_for(options or Options()))


def compare_scored(
    scored: Scored, contrast: Callable[..., pd.DataFrame] = contrast_outlets, copies: str = "once",
    pairs: bool | None = None, seed: int = SEED,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """The tables ``comparison``, ``contrasts`` and ``events`` of a scored corpus, with its events found."""
    events = group_events(scored.articles)
    rates = compare_outlets(scored.scores, scored.articles, copies=copies, events=events)
    found = contrast(scored.scores, scored.articles, copies=copies, events=events, pairs=pairs, seed=seed)
    return {"comparison": rates, "contrasts": found, "events": events}


def write_report(
    path: str | Path, folder: str | Path, title: str = "", options: Options | None = None,
    sheets: Sequence[Path] = (), force: bool = False, **reading: Any,
) -> list[str]:  # fmt: skip
    """Run every notebook on a corpus and leave findings, figures, tables and methods in a folder.

    The folder holds all that the notebooks read, so that they can be run again in it: the articles as they were read,
    lexicon, actors and sheets. The same input gives the same bytes.

    Parameters
    ----------
    path, folder : path
        The corpus, and where the report goes.
    title : str
        Of the report.
    options : Options, optional
        Lexicon, actors and matter in dispute.
    sheets : sequence of path
        Filled-in coding sheets with their key beside them; without any there is no validation.
    force : bool
        Write into a folder that is not empty; other files in it are kept.
    **reading
        ``columns`` and ``clean`` of `read_articles`.

    Returns
    -------
    list of str
        A line for each notebook that failed; all else is there.

    Raises
    ------
    InputError
        If nothing can be read, or the folder is in use.
    """
    folder, options, title = Path(folder), options or Options(), title or "Comparative framing report"
    if folder.exists() and not force and (folder.is_file() or any(folder.iterdir())):
        raise InputError(f"{folder} is not empty: name another folder, or add --force to write into it")
    for sheet in sheets:
        read_sheet(sheet)  # what cannot be read is refused before the long run
    options = options._replace(lexicon=options.lexicon or str(LEXICON), actors=options.actors or str(ACTORS))
    scorer = scorer_for(options)
    corpus = read_articles(path, **reading)
    scored = score_with(corpus.articles, scorer)
    found = compare_scored(scored, partial(attempt, contrast_outlets))
    beside = {f"articles.{name}": getattr(corpus, name) for name in ("rejected", "removed", "notes")}
    for name, table in {**scored._asdict(), **found, **beside}.items():
        write_table(table, folder / "tables" / f"{name}.csv")
    write_table(safe_cells(list_evidence(scored.mentions, scored.articles)), folder / "evidence.csv")
    parameters = _gather(folder / "data", options, sheets)
    problems = _run_all(folder / "notebooks", parameters, bool(options.about), bool(sheets))
    write_index(folder / "figures")
    sources = {"corpus": path, **options._asdict(), **{sheet.name: sheet for sheet in sheets}}
    hashes = {name: _digest(Path(source)) for name, source in sources.items() if source}
    given = {**reading, **parameters, "seed": SEED}
    versions = {name: metadata.version(name) for name in SOFTWARE} | {"python": platform.python_version()}
    manifest = {"title": title, "sha256": hashes, "parameters": given, "software": versions, "problems": problems}
    _write(folder / "manifest.json", json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    about, copies = describe_corpus(corpus), describe_copies(scored.articles)
    summary = describe_contrasts(found["contrasts"])
    measured = precision_table(read_table(JUDGED))["precision"].agg(["min", "max"])
    validity = MEASURED.format(*measured) if hashes["lexicon"] == _digest(LEXICON) else OWN_LEXICON
    _fill(folder / "methods.md", {
        "corpus": about, "copies": copies, "found": summary, "seed": SEED, "hash": hashes["lexicon"],
        "excluded": listed((f"{r} ({n:,})" for r, n in corpus.rejected["reason"].value_counts().items()), 9) or "none",
        "features": listed(scorer.lexicon.features["feature"], 99), "patterns": len(scorer.lexicon.entries),
        "validity": validity, "coded": CODED if sheets else UNCODED, "whole": "" if options.about else WHOLE,
        "draws": f"{DRAWS:,}", "few": MIN_ARTICLES, "threshold": THRESHOLD, "window": WINDOW,
        "events": count(found["events"]["event"].nunique(), "event"),
        "software": listed((f"{name} {version}" for name, version in versions.items()), 99),
    })  # fmt: skip
    books = sorted((folder / "notebooks").glob("*.ipynb"))
    _fill(folder / "index.html", {
        "title": escape(title), "corpus": _html(about), "summary": _html(summary),
        "problems": "".join(f'<p class="problem">Not finished: {escape(line)}</p>' for line in problems),
        "findings": _findings(found["contrasts"], scored), "sections": "\n".join(map(_section, books)),
        "links": "".join(f'<a href="#{book.stem}">{book.stem.replace("_", " ")}</a>' for book in books),
    })  # fmt: skip
    return problems


def _gather(folder: Path, options: Options, sheets: Sequence[Path]) -> dict[str, str]:
    """Copy what the notebooks read beside them, and say where it is: their parameters."""
    found = {"CORPUS": "../tables/articles.csv", "ABOUT": "", "CODING": "../data/sheets", "SHEETS": "*"}
    for name, source in options._asdict().items():
        if source:
            files = [file for file in Path(source).iterdir() if file.is_file()] if Path(source).is_dir() else [source]
            _copy(files, folder / name)
            found[name.upper()] = f"../data/{name}" + ("" if Path(source).is_dir() else f"/{Path(source).name}")
    _copy([*sheets, *filter(None, map(find_key, sheets))], folder / "sheets")
    _copy([JUDGED] if options.lexicon == str(LEXICON) else [], folder / "coding")
    return found


def _copy(files: Sequence[Path | str], folder: Path) -> None:
    for file in files:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / Path(file).name)


def _run_all(folder: Path, parameters: dict[str, str], about: bool, coded: bool) -> list[str]:
    """Run copies of the notebooks in a folder; what went wrong, a line each."""
    from tqdm import tqdm

    books = [book for book in sorted(NOTEBOOKS.glob("*.ipynb")) if coded or book.stem != VALIDATION]
    _copy(books, folder)
    drop, problems = {CASE_STUDY} | (set() if about else {ABOUT}), []
    with ProcessPoolExecutor(2) as pool, tqdm(total=len(books), unit=" notebooks", disable=None, leave=False) as bar:
        copies = [folder / book.name for book in books]
        for job in [pool.submit(run_notebook, copy, copy, parameters, drop) for copy in copies]:
            try:
                job.result()
            except InputError as error:
                problems.append(str(error))
            bar.update()
    return problems


def _write(path: Path, text: str) -> None:
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def _fill(path: Path, words: Mapping[str, object]) -> None:
    """Fill the template that is named like the file."""
    _write(path, Template((TEMPLATES / path.name).read_text(encoding="utf-8")).substitute(words))


def _html(markdown: str) -> str:
    from nbconvert.filters import markdown2html

    return str(markdown2html(markdown)).strip().removeprefix("<p>").removesuffix("</p>")


def _section(book: Path) -> str:
    """An executed notebook without its code."""
    from nbconvert import HTMLExporter

    hide = {"exclude_input": True, "exclude_output_prompt": True, "exclude_anchor_links": True}
    body, _ = HTMLExporter(template_name="basic", **hide).from_filename(str(book))
    return f'<section id="{book.stem}">\n{body}\n<p><a href="notebooks/{book.name}">With its code</a></p>\n</section>'


def _findings(table: pd.DataFrame, scored: Scored) -> str:
    """The clearest contrasts, each with sentences behind it."""
    items = []
    rows: list[dict[str, Any]] = select_contrasts(table[table["p"].notna()], FINDINGS).to_dict("records")  # type: ignore
    for row in rows:
        own = scored.articles[scored.articles["origin"].fillna(scored.articles["outlet"]) == row["outlet_a"]]
        counted = scored.mentions["article_id"].isin(own["article_id"]) & ~scored.mentions["negated"]
        here = scored.mentions[counted & (scored.mentions["section"] == "body")]
        shown = list_evidence(here, scored.articles, row["feature"], voice="newsroom").drop_duplicates("article_id")
        shown = shown.assign(headline=shown["headline"].fillna(shown["article_id"])).head(EXAMPLES)
        quotes = shown[["sentence", "headline"]].astype("str").map(escape).to_numpy()
        items.append(FINDING.format(
            **row, name=escape(row["contrast"].replace("_", " ")),
            verdict="" if row["p_adjusted"] < 1 - LEVEL else ": not shown to differ",
            quotes="".join(f"<q>{sentence}</q> <small>{headline}</small>" for sentence, headline in quotes),
        ))  # fmt: skip
    return "\n".join(items) or "<li>None could be estimated.</li>"


def _digest(path: Path) -> str:
    """SHA-256 of a file; of a folder, that of the list of its files with theirs."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        told = "".join(f"{_digest(file)}  {file.relative_to(path).as_posix()}\n" for file in files)
        return hashlib.sha256(told.encode()).hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
