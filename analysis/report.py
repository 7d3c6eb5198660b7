"""A report on a study in one folder: findings first, then every notebook run on it, figures, tables, methods."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from nbconvert import HTMLExporter
from nbconvert.filters import markdown2html
from tqdm import tqdm

from analysis.codebook.lexicon import is_codebook, read_lexicon, write_lexicon
from analysis.compare.contrasts import ALPHA
from analysis.compare.declaration import Declaration, check_declaration, read_declaration
from analysis.compare.events import THRESHOLD, WINDOW
from analysis.compare.rates import MIN_ARTICLES
from analysis.notebooks import CASE_STUDY, digest, run_notebooks
from analysis.read.flags import describe_problems
from analysis.show import figures, findings
from analysis.show.findings import listed
from analysis.show.plotted import attempt, select_contrasts
from analysis.tables import BOOKS, DATA, TOLD, InputError, replacing, safe_cells, write_beside, write_table
from analysis.validate.sheets import find_key, read_sheet

NOTEBOOKS = BOOKS
TEMPLATES = Path(__file__).with_name("show") / "templates"
LEXICON, JUDGED = DATA / "lexicons", DATA / "coding" / "precision.csv"
#: Marks cells about sentences on the matter in dispute; they are left out where no lexicon names it.
ABOUT = "about"
#: Needs filled-in sheets; the others need only articles.
VALIDATION = "07_validation"
#: Folders of a report, which another report there replaces.
PARTS = ("tables", "data", "notebooks", "figures")
#: What the methods say of the family of tests.
FAMILY = (
    "The family that is tested together is every feature of the dictionary, in the newsroom's voice, in the body, "
    "adjusted by Benjamini and Hochberg (1995). It was not declared before testing: what it finds is exploratory."
)
#: Contrasts that open the report, and sentences shown with each.
FINDINGS, EXAMPLES = 10, 3
SOFTWARE = "comparative-framing numpy pandas scipy scikit-learn matplotlib".split()


class Study(Protocol):
    """What a report needs of a study."""

    given: dict[str, Any]
    seed: int
    lexicon: Any

    @property
    def corpus(self) -> Any: ...

    @property
    def tables(self) -> dict[str, pd.DataFrame]: ...

    @property
    def folder(self) -> Path | None: ...

    @property
    def contrasts(self) -> Callable[..., pd.DataFrame]: ...

    @property
    def rates(self) -> Callable[..., pd.DataFrame]: ...

    @property
    def evidence(self) -> Callable[..., pd.DataFrame]: ...

    @property
    def checked(self) -> pd.DataFrame: ...


def check_target(folder: str | Path, force: bool = False, sheets: Sequence[str | Path] = ()) -> Path:
    """The folder of a report, refused if it is in use; sheets that cannot be read are refused too.

    With `force`, what an earlier report left there goes, and the other files stay.

    Raises
    ------
    InputError
        In both cases: before the long run.
    """
    folder, named = Path(folder), [Path(sheet).name for sheet in sheets]
    for sheet in sheets:
        read_sheet(Path(sheet))
    if len(set(named)) < len(named):
        raise InputError(f"sheets of one name ({', '.join(named)}): give each a name of its own")
    if folder.is_file() or (not force and folder.exists() and any(folder.iterdir())):
        raise InputError(f"{folder} is not empty: name another folder, or add --force to write into it")
    for part in filter(Path.is_dir, (folder / name for name in PARTS)):
        if not (folder / "manifest.json").is_file():
            raise InputError(f"{part} is there already, and no report beside it: name another folder")
        shutil.rmtree(part)
    return folder


def write_report(
    study: Study, folder: str | Path, title: str = "", sheets: Sequence[str | Path] = (), force: bool = False,
    declare: str | Path | None = None,
) -> list[str]:  # fmt: skip
    """Run every notebook on a study and leave findings, figures, tables and methods in a folder.

    The folder holds all that the notebooks read, so that they can be run again in it: the tables of the study, lexicon,
    actors and sheets. The same study gives the same bytes.

    Parameters
    ----------
    study : Study
        One whose tables already stand in ``folder/tables`` is not written again.
    folder : path
        Where the report goes.
    title : str
        Of the report.
    sheets : sequence of path
        Filled-in coding sheets with their key beside them; without any there is no validation.
    force : bool
        Write into a folder that is not empty; other files in it are kept.
    declare : path, optional
        What was declared before testing (`compare.declaration`); without it the report says that it is exploratory.

    Returns
    -------
    list of str
        A line for each notebook that failed; all else is there.

    Raises
    ------
    InputError
        If the folder is in use, or a sheet cannot be read.
    """
    tables = Path(folder) / "tables"
    inside = study.folder is not None and study.folder.resolve() == tables.resolve()
    coded, title = [Path(sheet) for sheet in sheets], title or "Comparative framing report"
    folder = Path(folder) if inside else check_target(folder, force, coded)
    declared = read_declaration(declare) if declare else None
    if declared:
        names = study.lexicon.features["feature"].tolist()
        check_declaration(declared, names, study.corpus.articles["outlet"].dropna().unique().tolist())
    family = declared.features if declared else None
    found = {"comparison": study.rates(), "contrasts": attempt(study.contrasts, features=family)}
    written = {f"{name}.csv": table for name, table in found.items()}
    written |= {} if inside else {f"{name}.parquet": table for name, table in study.tables.items()}
    for name, table in written.items():
        write_table(table, tables / name)
    for name in () if inside else TOLD:
        write_beside(tables / f"{name}.csv", getattr(study.corpus, name), TOLD[name])
    write_table(safe_cells(study.evidence()), folder / "evidence.csv")
    parameters = _gather(folder / "data", study, coded)
    books = [book for book in sorted(NOTEBOOKS.glob("*.ipynb")) if coded or book.stem != VALIDATION]
    dropped = {CASE_STUDY} | (set() if parameters["ABOUT"] else {ABOUT})
    problems = _run_all(books, folder / "notebooks", parameters, dropped)
    figures.write_index(folder / "figures")
    manifest = _manifest(study, folder, title, parameters, problems, coded)
    words = {
        **manifest, **_describe(study, found["contrasts"], declared), "sheets": coded, "about": parameters["ABOUT"],
        "sections": {book.stem: _section(folder / "notebooks" / book.name) for book in books},
    }  # fmt: skip
    pages = {name: _fill(name, words) for name in ("index.html", "methods.md")}
    manifest["declaration"] = declared._asdict() if declared else None
    pages["manifest.json"] = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    for name, page in pages.items():
        with replacing(folder / name) as new:
            new.write_text(page, encoding="utf-8", newline="\n")
    return problems


def _describe(study: Study, contrasts: pd.DataFrame, declared: Declaration | None) -> dict[str, Any]:
    """What the pages of a report say of a study."""
    corpus, own = study.corpus, is_codebook(study.lexicon)
    return {
        "corpus": findings.describe_corpus(corpus), "copies": findings.describe_copies(corpus.articles),
        "rejected": corpus.rejected["reason"].value_counts(), "flagged": describe_problems(study.checked),
        "lexicon": study.lexicon, "judged": findings.precision_of(JUDGED.parent)["precision"] if own else None,
        "summary": findings.describe_contrasts(contrasts, declared is not None),
        "findings": _findings(contrasts, study),
        "few": MIN_ARTICLES, "family": declared or FAMILY, "threshold": THRESHOLD, "window": WINDOW,
        "events": study.tables["events"]["event"].nunique(), "level": ALPHA, "seed": study.seed,
    }  # fmt: skip


def _manifest(
    study: Study, folder: Path, title: str, parameters: dict[str, str], problems: list[str], sheets: Sequence[Path]
) -> dict[str, Any]:
    """What a run can be repeated from: parameters, hashes of what was read, versions of the software."""
    named = {name: Path(given) for name, given in study.given.items() if isinstance(given, str | Path) and str(given)}
    read = {"lexicon": folder / "data" / "lexicon", "articles": folder / "tables" / "articles.parquet"}
    read |= {name: path for name, path in named.items() if path.exists()} | {sheet.name: sheet for sheet in sheets}
    return {
        "title": title, "parameters": {**parameters, "seed": study.seed}, "problems": problems,
        "sha256": {name: digest(path) for name, path in read.items()},
        "software": {name: metadata.version(name) for name in SOFTWARE} | {"python": platform.python_version()},
    }  # fmt: skip


def _gather(folder: Path, study: Study, sheets: Sequence[Path]) -> dict[str, str]:
    """Copy what the notebooks read beside them, and say where it is: their parameters."""
    found = {"CORPUS": "../tables", "ABOUT": "", "ACTORS": "", "CODING": "../data/sheets", "SHEETS": "*"}
    given = {"lexicon": study.given["lexicon"] or str(LEXICON), **{n: study.given[n] for n in ("actors", "about")}}
    for name, source in given.items():
        if isinstance(source, str | Path) and str(source):
            path = Path(source)
            _copy([file for file in path.iterdir() if file.is_file()] if path.is_dir() else [path], folder / name)
            found[name.upper()] = f"../data/{name}" + ("" if path.is_dir() else f"/{path.name}")
        elif source is not None and name == "actors":
            write_table(source, folder / name / "actors.csv")
            found["ACTORS"] = "../data/actors/actors.csv"
        elif source is not None:
            write_lexicon(study.lexicon if name == "lexicon" else read_lexicon(source), folder / name)
            found[name.upper()] = f"../data/{name}"
    _copy([*sheets, *filter(None, map(find_key, sheets))], folder / "sheets")
    return found


def _copy(files: Sequence[Path | str], folder: Path) -> None:
    for file in files:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / Path(file).name)


def _run_all(books: Sequence[Path], folder: Path, parameters: dict[str, str], drop: set[str]) -> list[str]:
    """Run the notebooks in a folder, two at a time; what went wrong, a line each."""
    folder.mkdir(parents=True, exist_ok=True)
    with tqdm(total=len(books), unit=" notebooks", disable=None, leave=False) as bar:

        def count(book: Path, problem: str) -> None:
            bar.update()

        return run_notebooks({book: folder / book.name for book in books}, parameters, drop, folder, count)


def _fill(name: str, words: dict[str, Any]) -> str:
    """A template with its words; those of HTML are escaped, and Markdown in them is shown as it means."""
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
    hide = {"exclude_input": True, "exclude_output_prompt": True, "exclude_anchor_links": True}
    return str(HTMLExporter(template_name="basic", **hide).from_filename(str(book))[0])


def _findings(table: pd.DataFrame, study: Study) -> list[dict[Any, Any]]:
    """The clearest contrasts, each with sentences behind it."""
    rows = select_contrasts(table[table["p"].notna()], FINDINGS).to_dict("records")
    evidence = study.evidence()
    own = evidence[~evidence["negated"] & (evidence["section"] == "body") & (evidence["voice"] == "newsroom")]
    for row in rows:
        more = row["outlet_a"] if row["rate_ratio"] >= 1 else row["outlet_b"]  # whose sentences show what is found
        here = own[(own["feature"] == row["feature"]) & (own["outlet"] == more)]
        row["sentences"] = here.drop_duplicates("article_id").head(EXAMPLES).to_dict("records")
    return rows
