"""A report on a study in one folder: findings first, then every notebook run on it, figures, tables, methods."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from analysis.codebook.evidence import concordance
from analysis.codebook.lexicon import Lexicon, is_codebook, read_lexicon, write_lexicon
from analysis.compare.declaration import check_declaration, read_declaration
from analysis.manifest import MANIFEST, describe_input, describe_lexicon, describe_software, digest, write_manifest
from analysis.notebooks import CASE_STUDY, TEXTS, run_notebooks
from analysis.progress import progress
from analysis.read.flags import describe_problems
from analysis.show import figures, findings
from analysis.show.front import front_page, given_columns, write_notebook_page
from analysis.show.methods import methods_text
from analysis.show.pages import counted_mentions, file_name, write_evidence_pages, write_page
from analysis.show.plotted import attempt
from analysis.tables import BOOKS, DATA, TOLD, InputError, open_table, read_table, safe_cells, write_beside, write_table
from analysis.validate.agreement import AGREEMENT, reliability_tiers
from analysis.validate.sheets import find_key, read_sheet

NOTEBOOKS = BOOKS
LEXICON = DATA / "lexicons"
#: Marks cells about sentences on the matter in dispute; they are left out where no lexicon names it.
ABOUT = "about"
#: Needs filled-in sheets; the others need only articles.
VALIDATION = "07_validation"
#: Needs the texts in every cell; of the others only cells that are tagged do.
WORDS = "06_distinctive_language"
#: Speaks of one study alone.
ONE_STUDY = "08_us_news"
#: What a report says where the texts are not at hand.
NO_TEXTS = (
    "This study was handed on without its texts: sentences, flags, words by side and distinctive words are left out."
)
#: Folders of a report, which another report there replaces.
PARTS = ("tables", "data", "notebooks", "figures", "evidence")
#: Mentions whose sentences are written at once: some 200 MB, whatever the size of the corpus.
EVIDENCE_AT_ONCE = 100_000
#: Tables under other names than what they hold.
_FILES = {"rates": "comparison", "contrasts": "contrasts"}


class Reportable(Protocol):
    """What a report needs of a study."""

    given: dict[str, Any]
    columns: dict[str, str]
    seed: int
    lexicon: Any

    @property
    def corpus(self) -> Any: ...

    @property
    def tables(self) -> dict[str, pd.DataFrame]: ...

    @property
    def folder(self) -> Path | None: ...

    @property
    def manifest(self) -> dict[str, Any]: ...

    @property
    def articles(self) -> pd.DataFrame: ...

    @property
    def mentions(self) -> pd.DataFrame: ...

    @property
    def quotations(self) -> pd.DataFrame: ...

    @property
    def events(self) -> pd.DataFrame: ...

    @property
    def contrasts(self) -> Callable[..., pd.DataFrame]: ...

    @property
    def rates(self) -> Callable[..., pd.DataFrame]: ...

    @property
    def evidence(self) -> Callable[..., pd.DataFrame]: ...

    @property
    def checked(self) -> pd.DataFrame: ...

    @property
    def flags(self) -> pd.DataFrame: ...

    @property
    def keep(self) -> Callable[[Path], None]: ...

    @property
    def has_texts(self) -> bool: ...


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
        if not (folder / MANIFEST).is_file():
            raise InputError(f"{part} is there already, and no report beside it: name another folder")
        shutil.rmtree(part)
    return folder


def write_report(
    study: Reportable, folder: str | Path, title: str = "", sheets: Sequence[str | Path] = (), force: bool = False,
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
        check_declaration(declared, names, study.articles["outlet"].dropna().unique().tolist())
    for name, table in {} if inside else study.tables.items():
        write_table(table, tables / f"{name}.parquet")
    if study.manifest and not inside:
        write_manifest(tables / MANIFEST, study.manifest)
    for name in () if inside else TOLD:
        write_beside(tables / f"{name}.csv", getattr(study.corpus, name), TOLD[name])
    if study.has_texts:
        _write_evidence(study, folder / "evidence.csv")
    study.keep(tables)
    parameters = _gather(folder / "data", study, coded)
    # Which notebooks are copied and which cells are dropped: by what this study has.
    there = {ONE_STUDY: False, VALIDATION: bool(coded), WORDS: study.has_texts}
    there |= {CASE_STUDY: False, TEXTS: study.has_texts, ABOUT: bool(parameters["ABOUT"]) and study.has_texts}
    dropped = {name for name, has in there.items() if not has}
    books = [book for book in sorted(NOTEBOOKS.glob("*.ipynb")) if book.stem not in dropped]
    problems = _run_all(books, folder / "notebooks", parameters, dropped)
    figures.write_index(folder / "figures")
    manifest = _manifest(study, folder, title, parameters, problems, coded)
    contrasts = attempt(study.contrasts, features=declared.features if declared else None)
    pages = {
        "index.html": _front(study, folder, title, contrasts, [book.stem for book in books], problems, bool(declared))
    }
    pages["methods.md"] = methods_text(
        study, contrasts, is_codebook(study.lexicon), manifest["software"], manifest["sha256"], bool(coded),
        beforehand=bool(declared),
    )  # fmt: skip
    manifest["declaration"] = declared._asdict() if declared else None
    for name, page in pages.items():
        write_page(folder / name, page)
    write_manifest(folder / MANIFEST, manifest)
    return problems


def _write_evidence(study: Reportable, path: Path) -> None:
    """Every mention with its sentence, some at a time."""
    mentions, articles = study.mentions, study.articles
    with open_table(path) as append:
        for begin in range(0, max(len(mentions), 1), EVIDENCE_AT_ONCE):
            append(safe_cells(concordance(mentions[begin : begin + EVIDENCE_AT_ONCE], articles)))


def _front(
    study: Reportable, folder: Path, title: str, contrasts: pd.DataFrame, books: list[str], problems: list[str],
    beforehand: bool,
) -> str:  # fmt: skip
    """The front page, and all that it links to: sentences, articles, notebooks, tables."""
    features = study.lexicon.features
    names = dict(zip(features["feature"], features.get("label", features["feature"]), strict=True))
    columns = given_columns(study.articles)
    rates = {"outlet": study.rates(), **{column: study.rates(by=column) for column in columns}}
    written = {"contrasts": contrasts, "rates": rates["outlet"]}
    written |= {f"rates by {column}": table for column, table in rates.items() if column != "outlet"}
    files = {name: f"tables/{_FILES.get(name) or file_name(name)}.csv" for name in written}
    for name, table in written.items():
        write_table(safe_cells(table), folder / files[name])
    files |= {"figures": "figures/README.md", "methods": "methods.md", "manifest": "manifest.json"}
    files |= {"evidence": "evidence.csv"} if study.has_texts else {}
    events = study.events
    links = write_evidence_pages(
        study.mentions, study.articles, study.quotations, folder / "evidence", events=events, names=names,
        columns=columns, seed=study.seed,
    )  # fmt: skip
    told = [write_notebook_page(folder / "notebooks" / f"{book}.ipynb", folder / "notebooks" / f"{book}.html")
            for book in books]  # fmt: skip
    shown = [{**page, **{name: f"notebooks/{page[name]}" for name in ("page", "book")}} for page in told]
    notes: list[str] = [findings.describe_copies(study.articles)]
    notes += [describe_problems(study.checked), *_incomparable(study.flags)] if study.has_texts else [NO_TEXTS]
    return front_page(
        title, study.articles, rates["outlet"], contrasts, links,
        mentions=counted_mentions(study.mentions, study.articles, events), names=names,
        groups={column: table for column, table in rates.items() if column != "outlet"}, notes=notes,
        problems=problems, notebooks=shown, files=files, beforehand=beforehand,
        tiers=_tiers(study.lexicon),
    )  # fmt: skip


def _tiers(lexicon: Lexicon) -> dict[str, dict[str, str]]:
    """How far counts can be trusted, by feature; nothing is known of a codebook that is not the project's."""
    if not is_codebook(lexicon):
        return {}
    table = reliability_tiers(lexicon.features, read_table(AGREEMENT))
    rows = zip(table["feature"], table["tier"], table["because"], strict=True)
    return {str(name): {"tier": str(tier), "because": str(because)} for name, tier, because in rows}


def _incomparable(flags: pd.DataFrame) -> list[str]:
    """What is said of whole outlets: texts in a state in which they cannot be compared with others."""
    return [findings.plain_markdown(note) for note in flags.loc[flags["field"] == "outlet", "note"]]


def _manifest(
    study: Reportable, folder: Path, title: str, parameters: dict[str, str], problems: list[str], sheets: Sequence[Path]
) -> dict[str, Any]:
    """What a run can be repeated from: parameters, hashes of what was read, versions of the software."""
    named = {name: Path(given) for name, given in study.given.items() if isinstance(given, str | Path) and str(given)}
    read = {"lexicon": folder / "data" / "lexicon", "articles": folder / "tables" / "articles.parquet"}
    read |= {name: path for name, path in named.items() if path.exists()} | {sheet.name: sheet for sheet in sheets}
    return {
        "command": "report", "title": title, "parameters": {**parameters, "seed": study.seed}, "problems": problems,
        "input": study.manifest.get("input") or describe_input(study.given["corpus"], study.columns),
        "scored": study.manifest, "lexicon": describe_lexicon(study.lexicon),
        "sha256": {name: digest(path) for name, path in read.items()}, "software": describe_software(),
    }  # fmt: skip


def _gather(folder: Path, study: Reportable, sheets: Sequence[Path]) -> dict[str, str]:
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
    with progress(total=len(books), unit="notebooks") as bar:

        def count(book: Path, problem: str) -> None:
            bar.update()

        return run_notebooks({book: folder / book.name for book in books}, parameters, drop, folder, count)
