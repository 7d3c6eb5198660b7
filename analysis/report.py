"""A report on a corpus in one folder: findings first, then every notebook run on it, figures, tables, methods."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.codebook.evidence import list_evidence
from analysis.codebook.scoring import Scored, score_with
from analysis.compare.contrasts import ALPHA, contrasts
from analysis.compare.events import THRESHOLD, WINDOW, group_events
from analysis.compare.rates import MIN_ARTICLES, rates
from analysis.notebooks import CASE_STUDY, digest, run_notebooks
from analysis.read.articles import read_articles
from analysis.read.quality import check_articles, describe_problems
from analysis.stream import Options, scorer_for
from analysis.tables import DATA, InputError, find_table, read_table, replacing, safe_cells, write_table
from analysis.validate.agreement import precision_table
from analysis.validate.sheets import find_key, read_sheet

NOTEBOOKS = DATA.parent / "notebooks"
TEMPLATES = Path(__file__).with_name("show") / "templates"
LEXICON, ACTORS, JUDGED = (DATA / name for name in ("lexicons", "actors.csv", "coding/precision.csv"))
#: Marks cells about sentences on the matter in dispute; they are left out where no lexicon names it.
ABOUT = "about"
#: Needs filled-in sheets; the others need only articles.
VALIDATION = "07_validation"
SEED = 1
#: What the methods say of the family of tests.
FAMILY = (
    "The family that is tested together is every feature of the dictionary, in the newsroom's voice, in the body, "
    "adjusted by Benjamini and Hochberg (1995). It was not declared before testing: what it finds is exploratory."
)
#: Contrasts that open the report, and sentences shown with each.
FINDINGS, EXAMPLES = 10, 3
SOFTWARE = "comparative-framing numpy pandas scipy scikit-learn matplotlib".split()


def open_scores(
    path: str | Path, options: Options | None = None, **reading: Any
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None]:
    """Articles, scores and, if they are there, events that `score` wrote into a folder; or those of a corpus, made now.

    Raises
    ------
    InputError
        As `read_articles`.
    """
    if find_table(path, "scores") is None:
        scored = score_with(read_articles(path, **reading).articles, scorer_for(options or Options()))
        return scored.articles, scored.scores, None
    tables = {name: find_table(path, name) for name in ("articles", "scores", "events")}
    if tables["articles"] is None:
        raise InputError(f"{path} has scores and no articles: which outlet each is of stands in the articles table")
    articles, scores, events = (read_table(table) if table else None for table in tables.values())
    return articles, scores, events  # type: ignore[return-value]


def compare_scored(
    articles: pd.DataFrame, scores: pd.DataFrame, events: pd.DataFrame | None = None,
    contrast: Callable[..., pd.DataFrame] = contrasts, copies: str = "once", **options: Any,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """The tables ``comparison``, ``contrasts`` and ``events`` of a scored corpus.

    Without a table of events they are found by the texts; without texts each article is an event of its own, and only
    credits tell copies.
    """
    if events is None and articles.reindex(columns=["text"])["text"].notna().any():
        events = group_events(articles)
    found = {
        "comparison": rates(scores, articles, copies=copies, events=events),
        "contrasts": contrast(scores, articles, copies=copies, events=events, **options),
    }
    return found if events is None else {**found, "events": events}


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
    from analysis.show import figures, findings, plots

    folder, options, title = Path(folder), options or Options(), title or "Comparative framing report"
    if folder.exists() and not force and (folder.is_file() or any(folder.iterdir())):
        raise InputError(f"{folder} is not empty: name another folder, or add --force to write into it")
    for sheet in sheets:
        read_sheet(sheet)  # what cannot be read is refused before the long run
    options = options._replace(lexicon=options.lexicon or str(LEXICON), actors=options.actors or str(ACTORS))
    scorer = scorer_for(options)
    corpus = read_articles(path, **reading)
    scored = score_with(corpus.articles, scorer)
    found = compare_scored(scored.articles, scored.scores, None, partial(plots.attempt, contrasts))
    beside = {f"articles.{name}": getattr(corpus, name) for name in ("rejected", "removed", "notes")}
    for name, table in {**scored._asdict(), **found, **beside}.items():
        write_table(table, folder / "tables" / f"{name}.csv")
    write_table(safe_cells(list_evidence(scored.mentions, scored.articles)), folder / "evidence.csv")
    parameters = _gather(folder / "data", options, sheets)
    books = [book for book in sorted(NOTEBOOKS.glob("*.ipynb")) if sheets or book.stem != VALIDATION]
    problems = _run_all(books, folder / "notebooks", parameters, {CASE_STUDY} | (set() if options.about else {ABOUT}))
    figures.write_index(folder / "figures")
    sources = {"corpus": path, **options._asdict(), **{sheet.name: sheet for sheet in sheets}}
    manifest = {
        "title": title, "parameters": {**reading, **parameters, "seed": SEED}, "problems": problems,
        "sha256": {name: digest(Path(source)) for name, source in sources.items() if source},
        "software": {name: metadata.version(name) for name in SOFTWARE} | {"python": platform.python_version()},
    }  # fmt: skip
    words = {
        **manifest, "corpus": findings.describe_corpus(corpus), "copies": findings.describe_copies(scored.articles),
        "rejected": corpus.rejected["reason"].value_counts(),
        "flagged": describe_problems(check_articles(corpus.articles, repair=False)[0]),
        "lexicon": scorer.lexicon, "sheets": sheets,
        "judged": precision_table(read_table(JUDGED))["precision"] if options.lexicon == str(LEXICON) else None,
        "summary": findings.describe_contrasts(found["contrasts"]), "findings": _findings(found["contrasts"], scored),
        "family": FAMILY, "about": options.about, "few": MIN_ARTICLES, "threshold": THRESHOLD, "window": WINDOW,
        "events": found["events"]["event"].nunique(), "level": ALPHA, "seed": SEED,
        "sections": {book.stem: _section(folder / "notebooks" / book.name) for book in books},
    }  # fmt: skip
    pages = {name: _fill(name, words) for name in ("index.html", "methods.md")}
    pages["manifest.json"] = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    for name, page in pages.items():
        with replacing(folder / name) as new:
            new.write_text(page, encoding="utf-8", newline="\n")
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


def _run_all(books: Sequence[Path], folder: Path, parameters: dict[str, str], drop: set[str]) -> list[str]:
    """Run copies of the notebooks in a folder, two at a time; what went wrong, a line each."""
    from tqdm import tqdm

    _copy(books, folder)
    runs = run_notebooks([folder / book.name for book in books], parameters, drop)
    bar = tqdm(runs, total=len(books), unit=" notebooks", disable=None, leave=False)
    return [problem for problem in bar if problem]


def _fill(name: str, words: dict[str, Any]) -> str:
    """A template with its words; those of HTML are escaped, and Markdown in them is shown as it means."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
    from nbconvert.filters import markdown2html

    from analysis.show.findings import listed

    given: dict[str, Any] = {"trim_blocks": True, "keep_trailing_newline": True, "undefined": StrictUndefined}
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        **given,
    )
    pages.filters |= {"markdown": markdown2html, "listed": partial(listed, most=99)}
    return pages.get_template(name).render(words)


def _section(book: Path) -> str:
    """An executed notebook without its code, as HTML."""
    from nbconvert import HTMLExporter

    hide = {"exclude_input": True, "exclude_output_prompt": True, "exclude_anchor_links": True}
    return str(HTMLExporter(template_name="basic", **hide).from_filename(str(book))[0])


def _findings(table: pd.DataFrame, scored: Scored) -> list[dict[Any, Any]]:
    """The clearest contrasts, each with sentences behind it."""
    from analysis.show.plots import select_contrasts

    rows = select_contrasts(table[table["p"].notna()], FINDINGS).to_dict("records")
    origin = scored.articles["origin"].fillna(scored.articles["outlet"])
    counted = scored.mentions[~scored.mentions["negated"] & (scored.mentions["section"] == "body")]
    for row in rows:
        own = counted["article_id"].isin(scored.articles["article_id"][origin == row["outlet_a"]])
        shown = list_evidence(counted[own], scored.articles, str(row["feature"]), voice="newsroom")
        row["sentences"] = shown.drop_duplicates("article_id").head(EXAMPLES).to_dict("records")
    return rows
