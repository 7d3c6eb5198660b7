"""Articles out of the exports of news databases, read leniently: by fields and marks, not by an exact layout."""

from __future__ import annotations

import io
import re
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from analysis.read.dates import MONTH, find_date
from analysis.read.encoding import HEAD_BYTES, guess_encoding
from analysis.tables import InputError, read_table

# Fields under a name and a colon (Nexis, ProQuest), two capitals (Factiva) or in an element of XML; what they hold.
_FIELDS = read_table(Path(__file__).with_name("export_fields.csv")).fillna("")
_ELEMENTS = dict(_FIELDS[_FIELDS["form"] == "element"][["label", "column"]].to_numpy())
_COLUMN = {label.lower(): column for form, label, column, _ in _FIELDS.to_numpy() if form != "element"}
_OF = _FIELDS.groupby("form")["label"].agg(list)
_ENDS = {
    name: set(_FIELDS["label"][_FIELDS["ends_text"].str.contains(name)].str.lower()) for name in ("nexis", "label")
}
_NAME = re.compile(rf"\s*({'|'.join(sorted(_OF['name'], key=len, reverse=True))})\s*:\s*(.*)", re.IGNORECASE)
_CODE = re.compile(rf"\s*({'|'.join(_OF['code'])})(?:\s+(.*))?$")
_COUNT = re.compile(r"\s*(?:Do[ck]ument \d+ (?:of|von|de) [\d,.]+|\d+ (?:of|von|de|/) [\d,.]+ DO[CK]UMENT\w*)\s*$")
_DATED = re.compile(rf".{{0,20}}\b(?:{MONTH})\w*\b.{{0,12}}\b\d{{4}}\b|\b\d{{1,2}} \w+ \d{{4}}\b", re.IGNORECASE)
_LENGTH = re.compile(r"\s*(?:LENGTH|Length|Länge)\s*:")
_BODY = re.compile(r"\s*(?:Body|BODY)\s*:?\s*$")
_ASIDE = re.compile(rf"\s*(?:Copyright|All Rights|Page \d|\d+\. )|{_COUNT.pattern}")
_CLOSING = re.compile(r"\s*(?:Copyright \d{4}|Classification\s*$|End of Document\s*$)")
_WORDS = re.compile(r"[\d,. ]+ (?:words|mots|Wörter|palabras)$")
_EXPECTED = (
    "a Nexis export (articles with a length and a body), a Factiva export (fields HD, LP, TD) or a ProQuest export (a "
    "field 'Full text:')"
)


def read_export(content: bytes, source: str) -> list[dict[str, str]] | None:
    """Read a Nexis, Factiva or ProQuest export: Word, text, HTML, XML or RTF.

    Parameters
    ----------
    content : bytes
        The file.
    source : str
        Its name, whose suffix says what kind of file it is.

    Returns
    -------
    list of dict, or None
        What was found of each article, by column of the articles table; None if a text or HTML file does not look
        like an export: it may be a page.

    Raises
    ------
    InputError
        If a Word, XML or RTF file, or one that looks like an export, holds no article; it says what was seen.

    Examples
    --------
    >>> saved = "1 of 1 DOCUMENTS|The Sun|May 2, 2018 Friday|Rain|LENGTH: 3 words|It may rain.|LANGUAGE: ENGLISH"
    >>> found = read_export(saved.replace("|", "\\n\\n").encode(), "nexis.txt")
    >>> [(article["outlet"], article["headline"], article["text"]) for article in found]
    [('The Sun', 'Rain', 'It may rain.')]
    """
    suffix = source.rsplit(".", 1)[-1].lower()
    try:
        lines = _lines(content, suffix, source)
    except InputError:
        raise
    except Exception as error:  # whatever a broken file makes its reader raise, it is the file's fault
        raise InputError(f"{source}: not a readable {suffix} file: {str(error).splitlines()[0]}") from error
    # A line that only divides stands in many a page, and so may a number of a document.
    layouts = _LAYOUTS[:3] if suffix in {"txt", "text"} else _LAYOUTS
    for _, mark, opens, read in layouts:
        articles = _split(lines, mark, opens, read)
        if any("text" in article for article in articles):
            return articles
    told = [line.strip() for line in lines if line.strip()]
    seen = [f", with {says}" for says, mark, *_ in layouts if says and any(map(mark.match, told))]
    if not seen and suffix not in {"docx", "xml", "rtf"}:
        return None
    begins = f"{len(told)} lines that begins {''.join(told[:1])[:40]!r}{''.join(seen)}"
    raise InputError(f"{source}: no article found in this {suffix} file of {begins}; expected {_EXPECTED}")


def _lines(content: bytes, suffix: str, source: str) -> list[str]:
    """The lines of a file; of HTML of the blocks marked as articles, if there are any, each closed by a feed."""
    if suffix == "docx":
        import docx

        return [line for part in docx.Document(io.BytesIO(content)).paragraphs for line in part.text.split("\n")]
    text = content.decode(guess_encoding(content[:HEAD_BYTES], source), "replace")
    if suffix == "xml":
        return _xml_lines(content) or [text]
    if suffix == "rtf":
        from striprtf.striprtf import rtf_to_text

        text = rtf_to_text(text, errors="ignore").replace("|", "\n")
    if suffix not in {"html", "htm", "xhtml"}:
        return re.split(r"\r\n?|\n", text)
    if not re.search(r"factiva|DOC NUMBER|\d+ of \d+ DOCUMENTS", text, re.IGNORECASE):
        return []
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(re.sub(r"<!--.*?-->|\s+", " ", text, flags=re.DOTALL), "lxml")
    for line_break in soup.find_all("br"):
        line_break.replace_with("\n")
    leaves = ["td", "p", "div"]
    blocks = soup.find_all(class_=re.compile(r"^article(?:$|\s|Headline)|\w*Article$")) or [soup]
    parts = [[leaf.get_text() for leaf in block.find_all(leaves) if not leaf.find(leaves)] for block in blocks]
    return [line for part in parts for text in (*part, "\f") for line in (*text.split("\n"), "")]


def _split(lines: list[str], mark: re.Pattern[str], opens: bool, read: Any) -> list[dict[str, str]]:
    """Articles between marks; before the first that opens one, or after the last that closes one, there may be none."""
    places = [place + (not opens) for place, line in enumerate(lines) if mark.match(line)]
    found = [read(lines[start:stop]) for start, stop in pairwise([0, *places, len(lines)])] if places else []
    edge = 0 if opens else len(places)
    return [article for place, article in enumerate(found) if article and ("text" in article or place != edge)]


def _paragraphs(lines: list[str], wrapped: bool = False) -> str:
    """One paragraph a line; those broken at a page's width stand between empty lines."""
    blocks = re.split(r"\n\s*\n" if wrapped else r"\n", "\n".join(line.strip() for line in lines))
    return "\n".join(" ".join(block.split("\n")).strip() for block in blocks if block.strip())


def _nexis(lines: list[str], wrapped: bool = False) -> dict[str, str]:
    """One Nexis article: outlet and date around the headline, then fields, then the body up to the closing fields."""
    lines = [line.replace("\xa0", " ") for line in lines]
    fields = {place: found for place, line in enumerate(lines) if (found := _NAME.match(line))}
    bodies = [place for place, line in enumerate(lines) if _BODY.match(line)][:1]
    middle = next((place for place, line in enumerate(lines) if _LENGTH.match(line)), (bodies or [len(lines)])[0])
    head = {place: line.strip() for place, line in enumerate(lines[:middle]) if line.strip()}
    head = {place: line for place, line in head.items() if place not in fields and not _ASIDE.match(line)}
    record: dict[str, str] = {}
    for day in [place for place, line in head.items() if _DATED.match(line) and find_date(line)][-1:]:
        above = [line for place, line in head.items() if place < day]
        end = min((place for place in fields if place > day), default=middle)
        # The edition stands right below the date, the headline after an empty line.
        gap = next((place for place in range(day, end) if not lines[place].strip()), day)
        below = [line for place, line in head.items() if gap < place < end]
        record = {"published": find_date(head[day]) or "", "outlet": "".join(above[-1:])}
        record["headline"] = " ".join(below or above[-2:-1])
    opening = [place for place in fields if place <= middle or not "".join(lines[middle + 1 : place]).strip()]
    start = max(bodies or opening or [middle]) + 1
    closing = [place for place, line in enumerate(lines) if _CLOSING.match(line)]
    closing += [place for place, found in fields.items() if found[1].lower() in _ENDS["nexis"]]
    stop = min((place for place in closing if place >= start), default=len(lines))
    record["text"] = _paragraphs(lines[start:stop], wrapped) if middle < len(lines) else ""
    for place, found in fields.items():
        if not start <= place < stop:
            record.setdefault(_COLUMN[found[1].lower()], found[2].strip())
    return {name: value for name, value in record.items() if name and value}


def _labelled(lines: list[str], label: re.Pattern[str]) -> dict[str, str]:
    """One article whose every part stands under its label: all labels of Factiva, some of ProQuest end a text."""
    record: dict[str, list[str]] = {}
    name = ""
    for line in (line.replace("\xa0", " ").strip() for line in lines):
        found = label.match(line)
        if found and (name != "text" or (found[1].lower() in _ENDS["label"] and line[0].isupper())):
            name, line = _COLUMN[found[1].lower()], found[2] or ""
            name = "" if name in record and name != "text" else name
        record.setdefault(name, []).append(line)
    text = _paragraphs(record.pop("text", []), wrapped=label is _NAME)
    values = {name: " ".join(parts).strip() for name, parts in record.items()} | {"text": text}
    values["article_id"] = values.get("article_id", "").split(" ")[-1]
    return {name: value for name, value in values.items() if name and value}


def _factiva(lines: list[str]) -> dict[str, str]:
    """One Factiva article: coded, or as shown: headline, words, day, outlet, code, language, rights, text, number."""
    if "text" in (record := _labelled(lines, _CODE)):
        return record
    part = [line.strip() for line in lines if line.strip()]
    words = [place for place, line in enumerate(part) if _WORDS.match(line)][:1]
    rights = [place for place, line in enumerate(part) if re.match(r"©|\([Cc]\)|Copyright", line)]
    body = [place for place in rights if not words or place > words[0]][:1] or words
    if not body:
        return {}
    record = {"article_id": part[-1].split()[-1], "text": "\n".join(part[body[0] + 1 : -1])}
    if words and words[0]:
        day = next((place for place in range(words[0], len(part)) if find_date(part[place])), len(part))
        outlets = [line for line in part[day + 1 : -1] if not re.match(r"\d\d?:\d\d", line)]
        record |= {"headline": part[0], "published": "".join(part[day : day + 1]), "outlet": "".join(outlets[:1])}
    return {name: value for name, value in record.items() if value}


def _xml_lines(content: bytes) -> list[str]:
    """Factiva's elements as lines of 'HD content', each article closed by a feed."""
    from lxml import etree

    root = etree.fromstring(content.strip(), etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
    lines = []
    for article in root.iter("{*}article"):
        for element, code in _ELEMENTS.items():
            for node in article.iter(f"{{*}}{element}"):
                leaves = node.findall(".//{*}paragraph") or [node]
                lines += [f"{code} {' '.join(''.join(leaf.itertext()).split())}" for leaf in leaves]
        lines.append("\f")
    return lines


# What is seen, the line that parts articles, whether it opens one, and how one is read.
_LAYOUTS: tuple[tuple[str, re.Pattern[str], bool, Any], ...] = (
    ("", re.compile(r"_{20,}\s*$"), True, partial(_labelled, label=_NAME)),
    ("'End of Document'", re.compile(r"\s*End of Document\s*$"), False, _nexis),
    ("headings like '1 of 10 DOCUMENTS'", _COUNT, True, partial(_nexis, wrapped=True)),
    ("document numbers", re.compile(r"\s*(?:AN\s+)?Document [A-Z0-9]{5}\w*\s*$|\f"), False, _factiva),
)
