"""Exports of news databases: which database a file is from, and its articles, read leniently by fields and marks."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from analysis.read import factiva, nexis, proquest
from analysis.read.encoding import HEAD_BYTES, guess_encoding
from analysis.read.nexis import Article, Left
from analysis.tables import InputError

_EXPECTED = (
    "a Nexis export (articles with a length and a body), a Factiva export (fields HD, LP, TD, or as displayed), a "
    "ProQuest export (a field 'Full text:') or a Europresse export in HTML"
)
# Marks of a database in HTML, of which no page is made: more than its name.
_IN_HTML = {
    "marks of Factiva": re.compile(
        r"<title>\s*Factiva|class=[\"'][^\"']*\b(?:enArticle|\w+Headline|articleParagraph)\b|"
        r"Do[ck]umento? [A-Z]{3,}\d{10}", re.I),
    "marks of Nexis": re.compile(r"<DOC(?:FULL| NUMBER)|NAME=.?DOC_ID_|\b\d+ (?:of|von|de) \d+ DO[CK]UMENT", re.I),
    "marks of ProQuest": re.compile(r"ProQuestDocuments|ProQuest document (?:ID|link)|DocID_", re.I),
    "marks of NewsBank": re.compile(r"infoweb\.newsbank\.com|NewsBank, inc|<title>[^<]*Access World News", re.I),
    "marks of Europresse": re.compile(r"docOcurrContainer|DocPublicationName|titreArticleVisu", re.I),
}  # fmt: skip
# What stands at the end of each document of databases whose exports are not read: no page has it on a line of its own.
_NAMED = {
    "the name of Europresse": re.compile(r".*\b(?:europresse|CEDROM-SNi|eureka\.cc)\b", re.I),
    "citations of NewsBank": re.compile(r".*\b(?:NewsBank: |infoweb\.newsbank\.com|NewsBank, inc)|OpenURL Link$", re.I),
    "document numbers of Gale": re.compile(r"\s*(?:Gale Document Number:|.*\blink\.gale\.com/)", re.I),
    "accession numbers of EBSCO": re.compile(r".*\bsearch\.ebscohost\.com/|\s*EBSCO(?:host|\s+Publishing)\b"),
    "notices of Westlaw": re.compile(r".*©.*Thomson Reuters\. No claim to orig", re.I),
    "the name of wiso or Genios": re.compile(r".*\b(?:wiso-net\.de|GBI-Genios)\b", re.I),
}


_ISSUE = re.compile(r",\s*(?:no|n°|nº)\.?\s*\d.*$")  # of a newspaper, behind its name
_LAST = 40  # lines at the end of a file in which a database names itself


class Layout(NamedTuple):
    """A way in which exports hold articles: what is seen of it, what parts them, whether that opens one, the reader."""

    seen: str
    mark: re.Pattern[str]
    opens: bool
    read: Callable[[list[str]], tuple[Article, Left]]


_LAYOUTS = (
    Layout("fields of ProQuest", proquest.RULE, True, proquest.read_proquest),
    Layout("'End of Document'", nexis.END, False, partial(nexis.read_nexis, headline_first=True)),
    Layout("headings like '1 of 10 DOCUMENTS'", nexis.COUNT, True, partial(nexis.read_nexis, headline_first=False)),
    Layout("document numbers", factiva.NUMBER, False, factiva.read_factiva),
)


def read_export(content: bytes, source: str) -> list[tuple[Article, Left]] | None:
    """Read a Nexis, Factiva, ProQuest or Europresse export: Word, text, HTML, XML or RTF.

    Parameters
    ----------
    content : bytes
        The file.
    source : str
        Its name, whose suffix says what kind of file it is.

    Returns
    -------
    list of (dict, list), or None
        What was found of each article, by column of the articles table, and what was left out of it, with a reason;
        None if a text or HTML file shows no mark of an export: it may be a page.

    Raises
    ------
    InputError
        If a Word, XML or RTF file, or one that shows marks of an export, holds no article; it says what was seen.

    Examples
    --------
    >>> saved = "1 of 1 DOCUMENTS|The Sun|May 2, 2018 Friday|Rain|LENGTH: 3 words|It may rain.|LANGUAGE: ENGLISH"
    >>> [(article, left)] = read_export(saved.replace("|", "\\n\\n").encode(), "nexis.txt")
    >>> article["outlet"], article["headline"], article["text"], left[-1]
    ('The Sun', 'Rain', 'It may rain.', ('field of the export: language', 'LANGUAGE: ENGLISH'))
    """
    suffix = source.rsplit(".", 1)[-1].lower()
    try:
        lines, seen = _lines(content, suffix, source)
    except InputError:
        raise
    except Exception as error:  # whatever a broken file makes its reader raise, it is the file's fault
        raise InputError(f"{source}: not a readable {suffix} file: {str(error).splitlines()[0]}") from error
    if lines is None:
        return None
    seen += _seen(lines)
    for articles in (_read(layout, lines) for layout in _LAYOUTS if _speaks_for(layout, lines, suffix)):
        if any("text" in article for article, _ in articles):
            return articles
    if nexis.looks_like_nexis(lines):
        first = any(map(nexis.END.match, lines)) or suffix in {"docx", "rtf"}
        articles = [nexis.read_nexis(part, headline_first=first) for part in nexis.split_unmarked(lines)]
        if any("text" in article for article, _ in articles):
            return articles
    if proquest.looks_like_proquest(lines) and "text" in (whole := proquest.read_proquest(lines))[0]:
        return [whole]
    if not seen and suffix not in {"docx", "xml", "rtf"}:
        return None
    told = [line.strip() for line in lines if line.strip()]
    with_ = f", with {' and '.join(dict.fromkeys(seen))}" if seen else ""
    begins = f"{len(told)} lines that begins {''.join(told[:1])[:40]!r}{with_}"
    raise InputError(f"{source}: no article found in this {suffix} file of {begins}; expected {_EXPECTED}")


def _seen(lines: list[str]) -> list[str]:
    """Marks of an export among lines; a line that only divides stands in many a page, and so may a number."""
    seen = [layout.seen for layout in _LAYOUTS[1:3] if any(map(layout.mark.match, lines))]
    seen += ["coded fields"] * factiva.looks_like_factiva(lines)
    seen += ["fields of ProQuest"] * proquest.looks_like_proquest(lines)
    seen += ["fields of Nexis"] * nexis.looks_like_nexis(lines)
    said = [name for name, mark in _NAMED.items() if len(lines) > 1 and any(map(mark.match, lines[-_LAST:]))]
    return seen + said


def _speaks_for(layout: Layout, lines: list[str], suffix: str) -> bool:
    """Whether a layout is tried: in plain text a rule, or a number, needs fields beside it."""
    if layout.read is proquest.read_proquest:
        return proquest.looks_like_proquest(lines)
    if layout.read is factiva.read_factiva and suffix in {"txt", "text"}:
        shown = any(factiva.NUMBER.match(line) and len(line) > 25 for line in lines)
        return factiva.looks_like_factiva(lines) or shown
    return True


def _read(layout: Layout, lines: list[str]) -> list[tuple[Article, Left]]:
    """Articles between marks; before the first that opens one, or after the last that closes one, there may be none."""
    places = [place + (not layout.opens) for place, line in enumerate(lines) if layout.mark.match(line)]
    found = [layout.read(lines[start:stop]) for start, stop in pairwise([0, *places, len(lines)])] if places else []
    edge = 0 if layout.opens else len(places)
    return [
        (article, left)
        for place, (article, left) in enumerate(found)
        if article and ("text" in article or place != edge)
    ]


def _lines(content: bytes, suffix: str, source: str) -> tuple[list[str] | None, list[str]]:
    """The lines of a file, and the marks of an export in it; None for a page."""
    if suffix == "docx":
        import docx

        return [line for part in docx.Document(io.BytesIO(content)).paragraphs for line in part.text.split("\n")], []
    text = content.decode(guess_encoding(content[:HEAD_BYTES], source), "replace")
    if suffix == "xml":
        return factiva.list_xml(content) or [text], []
    if suffix == "rtf":
        from striprtf.striprtf import rtf_to_text

        text = rtf_to_text(text, errors="ignore").replace("|", "\n")
    if suffix in {"html", "htm", "xhtml"}:
        seen = [name for name, mark in _IN_HTML.items() if mark.search(text)]
        return (_html_lines(text, seen) if seen else None), seen
    return re.split(r"\r\n?|\n", text), []


def _html_lines(text: str, seen: list[str]) -> list[str]:
    """The lines of HTML; those of the blocks marked as articles, if there are any, each closed by a feed."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(re.sub(r"<!--.*?-->|\s+", " ", text, flags=re.DOTALL), "lxml")
    for line_break in soup.find_all("br"):
        line_break.replace_with("\n")
    if "marks of ProQuest" in seen:
        proquest.mark_articles(soup)
        return _block_lines(soup)
    if "marks of Europresse" in seen:
        return _europresse_lines(soup)
    marked = soup.find_all(class_=re.compile(r"^article(?:$|\s)|^\w*Article$"))
    known = set(map(id, marked))
    blocks = [block for block in marked if not any(id(parent) in known for parent in block.parents)]
    if "marks of Factiva" in seen and blocks:
        return [line for block in blocks for line in (*factiva.list_shown(block), "\f")]
    return _block_lines(soup)


def _block_lines(soup: Any) -> list[str]:
    """All text, with an empty line at each end of a block."""
    for block in soup.find_all(["td", "p", "div", "tr", "li", "h1", "h2", "h3", "title"]):
        block.insert_before("\n\n")
        block.insert_after("\n\n")
    return [line.strip(" ") for line in re.sub(r"\n\s*\n", "\n\n", soup.get_text()).split("\n")]


def _europresse_lines(soup: Any) -> list[str]:
    """Europresse's articles as lines of Factiva's codes: its classes name what they hold."""
    classes = {"HD": "titreArticle", "SN": "DocPublicationName", "PD": "DocHeader", "BY": "docAuthors",
               "TD": "docOcurrContainer", "AN": "publiC-lblNodoc"}  # fmt: skip
    lines = []
    for article in soup.find_all("article"):
        fields = []
        for code, name in classes.items():
            for part in article.find_all(class_=name)[:1]:
                paragraphs = [leaf.get_text() for leaf in part.find_all("p")] or part.get_text().split("\n")
                told = [" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip()]
                fields += [f"{code}\t{_ISSUE.sub('', text) if code == 'SN' else text}" for text in told]
                part.extract()
        lines += [*filter(None, map(str.strip, article.get_text("\n").split("\n"))), *fields, "\f"]
    return lines
