"""Articles out of the exports of news databases, read leniently: by fields and marks, not by an exact layout."""

from __future__ import annotations

import io
import re
from typing import Any, NamedTuple

import pandas as pd

from analysis.pages import MONTH, find_date
from analysis.tables import InputError

# Fields under a name and a colon, as Nexis and ProQuest print them; what they hold for us, or nothing.
_FIELDS = dict.fromkeys(
    "section|length|dateline|highlight|language|graphic|publication-type|journal code|subject|organization|person|type|"
    "geographic|company|industry|correction|correction-date|series|copyright|links|abstract|publication year|people|"
    "issn|document type|database|last updated|pages|place of publication|country of publication|publisher|location|"
    "edition|classification|source type|language of publication|identifier|publication subject|first page|issue|volume|"
    "notes|ticker|correspondent".split("|"),
    "",
) | {
    "byline": "author", "author": "author", "publication title": "outlet", "source": "outlet", "url": "url",
    "publication date": "published", "load-date": "load_date", "load date": "load_date", "title": "headline",
    "headline": "headline", "document url": "url", "proquest document id": "article_id", "full text": "text",
    "body": "text",
}  # fmt: skip
_FIELD = re.compile(rf"\s*({'|'.join(sorted(_FIELDS, key=len, reverse=True))})\s*:\s*(.*)", re.IGNORECASE)
_COUNT = re.compile(
    r"\s*(?:Dokument |Document )?\d+ (?:of|von|de|/) [\d,.]+ ?(?:DOCUMENTS?|DOKUMENTEN?|DOCUMENTOS)?\s*$", re.IGNORECASE
)
_HEADED = "headings like '1 of 10 DOCUMENTS'"
_DATED = re.compile(rf".{{0,20}}\b(?:{MONTH})\w*\b.{{0,12}}\b\d{{4}}\b|\b\d{{1,2}} \w+ \d{{4}}\b", re.IGNORECASE)
_CLOSES = re.compile(r"(?:Subject|Title|Publication|Document|Copyright|Links|Location)")
_IN_TEXTS = {"title", "source", "type", "people", "notes", "location", "person", "subject"}  # people say these too
# Factiva marks its fields with two capitals: in HTML and RTF they stand before their content.
_FACTIVA = {
    "HD": "headline",
    "SN": "outlet",
    "PD": "published",
    "LP": "text",
    "TD": "text",
    "AN": "article_id",
    "BY": "author",
}
_CODES = "HD BY CR WC PD ET SN SC ED PG LA CY LP TD CT CO IN NS RE IPC IPD PUB AN ART CLM SE RF VOL IC".split()


class Export(NamedTuple):
    """The articles of an export, `line` being the number in the file, and what was not found of which."""

    articles: pd.DataFrame
    notes: list[tuple[Any, ...]]


def read_export(content: bytes, source: str) -> Export | None:
    """Read a Nexis, Factiva or ProQuest export: Word, text, HTML, XML or RTF.

    Parameters
    ----------
    content : bytes
        The file.
    source : str
        Its name, whose suffix says what kind of file it is.

    Returns
    -------
    Export or None
        None if a text or HTML file does not look like an export: it may be a page.

    Raises
    ------
    InputError
        If a Word, XML or RTF file, or one that looks like an export, holds no article; it says what was seen.

    Examples
    --------
    >>> saved = "1 of 1 DOCUMENTS|The Sun|May 2, 2018 Friday|Rain|LENGTH: 3 words|It may rain.|LANGUAGE: ENGLISH"
    >>> found = read_export(saved.replace("|", "\\n\\n").encode(), "nexis.txt")
    >>> found.articles[["outlet", "headline", "text"]].values.tolist()
    [['The Sun', 'Rain', 'It may rain.']]
    """
    suffix = source.rsplit(".", 1)[-1].lower()
    try:
        records, seen = _read(content, suffix, source)
    except InputError:
        raise
    except Exception as error:  # whatever a broken file makes its reader raise, it is the file's fault
        raise InputError(f"{source}: not a readable {suffix} file: {str(error).splitlines()[0]}") from error
    if not records and suffix not in {"docx", "xml", "rtf"} and not seen:
        return None
    records = [record for record in records if record]
    if not records:
        raise InputError(
            f"{source}: no article found in this {suffix} file {seen}; expected a Nexis export (articles with a length "
            "and a body), a Factiva export (fields HD, LP, TD) or a ProQuest export (a field 'Full text:')"
        )
    frame = pd.DataFrame(records).astype("str")
    frame["line"] = range(1, len(frame) + 1)
    wanted = ["headline", "outlet", "published", "text"]
    lacking = {name: frame["line"][frame[name].isna() if name in frame else frame["line"] > 0] for name in wanted}
    notes = [(None, f"{source}:{line}", name, "not found in the export") for name in wanted for line in lacking[name]]
    return Export(frame, notes)


def _read(content: bytes, suffix: str, source: str) -> tuple[list[dict[str, str]], str]:
    from analysis.records import guess_encoding

    if suffix == "docx":
        import docx

        lines = [line for part in docx.Document(io.BytesIO(content)).paragraphs for line in part.text.split("\n")]
        return _nexis_uni(lines), f"of {sum(bool(line.strip()) for line in lines)} paragraphs"
    text = content.decode(guess_encoding(content[: 1 << 20], source), "replace")
    if suffix == "xml":
        first = re.search(r"<(\w+)", text)
        return _factiva_xml(content), f"whose first element is {first[1] if first else 'missing'}"
    if suffix == "rtf":
        from striprtf.striprtf import rtf_to_text

        lines = rtf_to_text(text, errors="ignore").replace("|", "\n").split("\n")
        return _factiva_lines(lines) or _factiva_print(lines) or _nexis_uni(lines), f"of {len(lines)} lines"
    if suffix in {"html", "htm", "xhtml"}:
        return _html(text)
    lines = re.split(r"\r\n?|\n", text)
    if re.search(r"(?m)^\s*Full text:", text) and re.search(r"(?m)ProQuest|^_{20,}", text):
        parts = _split(lines, re.compile(r"_{20,}\s*$"))
        return [_fields(part) for part in parts if "".join(part).strip()], "from ProQuest"
    if len(parts := _split(lines, _COUNT)) > 1:
        return [_article(part, wrapped=True) for part in parts[1:]], f"with {len(parts) - 1} {_HEADED}"
    found = _nexis_uni(lines) if any(line.strip() == "End of Document" for line in lines) else []
    return found, "with 'End of Document'" if found else ""


def _split(lines: list[str], mark: re.Pattern[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for line in lines:
        if mark.match(line):
            parts.append([])
        else:
            parts[-1].append(line)
    return parts


def _nexis_uni(lines: list[str]) -> list[dict[str, str]]:
    """Articles that end with the words 'End of Document'."""
    parts = _split([line.replace("\xa0", " ") for line in lines], re.compile(r"\s*End of Document\s*$"))
    return [record for part in parts if (record := _article(part, wrapped=False))]


def _at(lines: list[str], pattern: str) -> list[int]:
    return [place for place, line in enumerate(lines) if re.match(pattern, line)]


def _article(lines: list[str], wrapped: bool) -> dict[str, str]:
    """One Nexis article: outlet and date around the headline, then fields, then the body up to the closing fields."""
    lengths, bodies = _at(lines, r"\s*(?:LENGTH|Length|Länge)\s*:"), _at(lines, r"\s*(?:Body|BODY)\s*:?\s*$")
    if not lengths and not bodies:
        return {}
    middle = (lengths or bodies)[0]
    fields = {place: found for place, line in enumerate(lines) if (found := _FIELD.match(line))}
    aside = {*fields, *_at(lines, r"\s*(?:Copyright|All Rights|Page \d|\d+\. )")}
    head = {place: line.strip() for place, line in enumerate(lines[:middle]) if line.strip() and place not in aside}
    days = [place for place, line in head.items() if _DATED.match(line) and find_date(line)]
    record: dict[str, str] = {}
    if days:
        record["published"] = find_date(head[days[-1]]) or ""
        end = min((place for place in fields if place > days[-1]), default=middle)
        above = [line for place, line in head.items() if place < days[-1]]
        # The edition stands right below the date, the headline after an empty line.
        gap = next((place for place in range(days[-1], end) if not lines[place].strip()), days[-1])
        below = [line for place, line in head.items() if gap < place < end]
        record["outlet"] = above[-1] if above else ""
        record["headline"] = " ".join(below or above[-2:-1])
    opening = [place for place in fields if place <= middle or not "".join(lines[middle + 1 : place]).strip()]
    start = 1 + (bodies[0] if bodies else max(opening))
    closing = _at(lines, r"\s*(?:Copyright \d{4}|Classification\s*$)")
    closing += [place for place, found in fields.items() if found[1].lower() not in _IN_TEXTS]
    body = lines[start : min((place for place in closing if place >= start), default=len(lines))]
    record["text"] = _paragraphs(body) if wrapped else "\n".join(line.strip() for line in body if line.strip())
    for found in fields.values():
        name = _FIELDS[found[1].lower()]
        if name in {"author", "url"} and found[2]:
            record.setdefault(name, found[2].strip())
        if name == "load_date" and (day_loaded := find_date(found[2])):
            record.setdefault("published", day_loaded)
    return {name: value for name, value in record.items() if value}


def _paragraphs(lines: list[str]) -> str:
    """Lines broken at a page's width, joined again: paragraphs stand between empty lines."""
    blocks = re.split(r"\n\s*\n", "\n".join(line.strip() for line in lines))
    return "\n".join(" ".join(block.split("\n")).strip() for block in blocks if block.strip())


def _fields(lines: list[str]) -> dict[str, str]:
    """One ProQuest article: every field under its name; the text runs on to the next field that ends it."""
    record: dict[str, str] = {}
    name = ""
    for line in lines:
        found = _FIELD.match(line)
        # Inside the text only a field that closes it counts.
        if found and (name != "text" or _CLOSES.match(line)):
            name, line = _FIELDS[found[1].lower()], found[2]
        if name:
            record[name] = f"{record[name]}\n{line.strip()}" if name in record else line.strip()
    record["text"] = _paragraphs(record.get("text", "").split("\n"))
    return {key: value.strip() for key, value in record.items() if value.strip() and key != "load_date"}


def _factiva_lines(lines: list[str]) -> list[dict[str, str]]:
    """Factiva articles from lines of 'HD content'; an article ends at its accession number."""
    code = re.compile(rf"({'|'.join(_CODES)})(?:\s+(.*))?$")
    records: list[dict[str, str]] = []
    record: dict[str, str] = {}
    name = ""
    ended = False
    for line in (line.replace("\xa0", " ").strip() for line in lines):
        if found := code.match(line):
            if found[1] == "HD" or ended:
                records.append(record)
                record = {}
            ended = found[1] == "AN"
            name, line = _FACTIVA.get(found[1], ""), found[2] or ""
        if name and line:
            line = line.split()[-1] if name == "article_id" else line
            record[name] = f"{record[name]}\n{line}" if name in record else line
    records.append(record)
    return [record for record in records if "text" in record]


def _factiva_print(lines: list[str]) -> list[dict[str, str]]:
    """Factiva articles as shown: headline, words, day, outlet, code, language, rights, text, document number."""
    records = []
    ends = [place for place, line in enumerate(lines) if re.match(r"Document \w{12,}\s*$", line.strip())]
    for begin, end in zip([0, *(place + 1 for place in ends)], ends, strict=False):
        part = [line.strip() for line in lines[begin:end] if line.strip()]
        counts = [
            place for place, line in enumerate(part) if re.fullmatch(r"[\d,. ]+ (?:words|mots|Wörter|palabras)", line)
        ]
        rights = [place for place, line in enumerate(part) if re.match(r"(?:©|\([Cc]\)|Copyright)", line)]
        record = {"article_id": lines[end].split()[1]}
        if counts and counts[0]:
            record["headline"] = part[0]
            dated = [place for place in range(counts[0], len(part)) if find_date(part[place])]
            after = part[dated[0] + 1 :] if dated else []
            record |= {"published": part[dated[0]]} if dated else {}
            record |= {"outlet": next((line for line in after if not re.match(r"\d\d?:\d\d", line)), "")}
        body = part[max([place for place in rights if not counts or place > counts[0]][:1] or counts[:1] or [0]) + 1 :]
        records.append({name: value for name, value in {**record, "text": "\n".join(body)}.items() if value})
    return records


def _factiva_xml(content: bytes) -> list[dict[str, str]]:
    from lxml import etree

    root = etree.fromstring(content.strip(), etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
    wanted = {"headline": ["headline"], "text": ["leadParagraph", "tailParagraphs"], "outlet": ["sourceName"],
              "published": ["publicationDate"], "article_id": ["accessionNo"], "author": ["byline"]}  # fmt: skip

    def value(article: etree._Element, names: list[str]) -> str:
        found = [node for name in names for node in article.iter(f"{{*}}{name}")]
        paragraphs = [leaf for node in found for leaf in (list(node.iter("{*}paragraph")) or [node])]
        return "\n".join(text for leaf in paragraphs if (text := " ".join("".join(leaf.itertext()).split())))

    return [
        {name: text for name, names in wanted.items() if (text := value(article, names))}
        for article in root.iter("{*}article")
    ]


def _html(text: str) -> tuple[list[dict[str, str]], str]:
    """Factiva articles are divisions of tables of fields, or of plain divisions; Nexis ones stand between anchors."""
    if not re.search(r"factiva|DOC NUMBER|\d+ of \d+ DOCUMENTS", text, re.IGNORECASE):
        return [], ""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL), "lxml")
    for line_break in soup.find_all("br"):
        line_break.replace_with("\n")
    blocks = soup.find_all(class_=re.compile(r"^article(?:$|\s|Headline)|\w*Article$"))
    records = []
    leaves = ["td", "p", "div"]
    for block in blocks:
        lines = [leaf.get_text(" ", strip=True) for leaf in block.find_all(leaves) if not leaf.find(leaves)]
        records += _factiva_lines(lines) or _factiva_print(lines)
    if records:
        return records, "from Factiva"
    lines = [
        line
        for part in soup.find_all(["p", "div"])
        if not part.find(["p", "div"])
        for line in (*part.get_text().split("\n"), "")
    ]
    parts = _split(lines, _COUNT)
    return [_article(part, wrapped=False) for part in parts[1:]], f"with {len(parts) - 1} {_HEADED}"
