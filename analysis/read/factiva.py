"""Articles out of Factiva exports: coded fields (HD, LP, TD), as displayed (HTML, RTF), XML."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from analysis.read.dates import match_date
from analysis.read.nexis import Article, Left
from analysis.tables import read_table

_FIELDS = read_table(Path(__file__).with_name("export_fields.csv")).fillna("")
_ELEMENTS = dict(_FIELDS.query("form == 'element'")[["label", "column"]].to_numpy())
_COLUMN = dict(_FIELDS.query("form == 'code'")[["label", "column"]].to_numpy())
# A code stands alone on its line or in its cell: a paragraph may begin with IN or RE.
_CODE = re.compile(rf"\s*({'|'.join(_COLUMN)})(?:\s*|(?:\t|  +)(\S.*))$")
# With one blank behind them they are codes where none stands alone; those that begin like words show what they list.
_CODE_AND_BLANK = re.compile(
    rf"\s*({'|'.join(_COLUMN.keys() - {'IN', 'RE', 'CO', 'NS'})}|(?:IN|RE|CO|NS)(?= \w+ : ))\s(\S.*)$"
)
NUMBER = re.compile(r"\s*(?:AN\s+)?Do[ck]umento? ([A-Z0-9]{5}\w*)\s*$|\f")
_WORDS = re.compile(r"[\d,.\u202f ]+ (?:words|mots|Wörter|palabras|parole|palavras|woorden)$")
_RIGHTS = re.compile(r"©|\([Cc]\)|Copyright")
_FINAL = re.compile(r"[.!?…][\"'”’»)\]]*$")
_CODES_SHOWN = 3  # different codes on lines of their own that no page has
_PUBLISHER_WORDS = 10


def looks_like_factiva(lines: list[str]) -> bool:
    """Whether lines hold coded fields: three codes, one of them a headline's, one a text's."""
    return _coded(lines) is not None


def _coded(lines: list[str]) -> re.Pattern[str] | None:
    """How the codes of lines are written; None where there are none."""
    for form in (_CODE, _CODE_AND_BLANK):
        codes = {found[1] for line in lines if (found := form.match(line))}
        if len(codes) >= _CODES_SHOWN and "HD" in codes and not codes.isdisjoint({"LP", "TD"}):
            return form
    return None


def read_factiva(lines: list[str]) -> tuple[Article, Left]:
    """One article, coded or as displayed: headline, words, day, outlet, code, language, rights, text, number."""
    form = _coded(lines)
    return _read_codes(lines, form) if form else _read_shown(lines)


def _read_codes(lines: list[str], form: re.Pattern[str]) -> tuple[Article, Left]:
    parts: dict[str, list[str]] = {}
    left: Left = []
    column, code = "", ""
    for line in (line.replace("\xa0", " ") for line in lines):
        if found := form.match(line):
            code, column, line = found[1], _COLUMN[found[1]], found[2] or ""
        if column and (line := line.strip()):
            parts.setdefault(column, []).append(line)
        elif line := line.strip():
            left.append((f"field of the export: {code}" if code else "field of the export", line))
    article = {name: " ".join(values) for name, values in parts.items() if name != "text"}
    article["text"] = "\n".join(parts.get("text", []))
    article["article_id"] = article.get("article_id", "").split(" ")[-1]
    return {name: value for name, value in article.items() if value}, left


def _read_shown(lines: list[str]) -> tuple[Article, Left]:
    number = next((found[1] for line in lines if (found := NUMBER.match(line)) and found[1]), "")
    lines = [line.strip() for line in lines if not NUMBER.match(line)]
    words = next((place for place, line in enumerate(lines) if _WORDS.match(line)), None)
    if words is None:
        return {}, []
    above = [block.split("\n") for block in re.split(r"\n\s*\n", "\n".join(lines[:words]).strip()) if block.strip()]
    rights = next((place for place, line in enumerate(lines) if place > words and _RIGHTS.match(line)), None)
    prose = next(
        (place for place, line in enumerate(lines) if place > words and len(line) > 40 and _FINAL.search(line)), 0
    )
    begins = rights + 1 if rights is not None else prose or len(lines)
    body = [line for line in lines[begins:] if line]
    left: Left = []
    if len(body) > 1 and not _FINAL.search(body[-1]) and len(body[-1].split()) <= _PUBLISHER_WORDS:
        left.append(("field of the export: publisher", body.pop()))
    head, by = _headline(above)
    day = next((place for place in range(words, begins) if match_date(lines[place])), begins)
    told = [line for line in lines[day + 1 : begins] if line and not re.match(r"\d\d?:\d\d", line)]
    article = {
        "article_id": number, "headline": head[-1] if head else "", "author": re.sub(r"^By\s+", "", " ".join(by)),
        "published": "".join(lines[day : day + 1]), "outlet": "".join(told[:1]), "text": "\n".join(body),
    }  # fmt: skip
    left += [("field of the export: section", line) for line in head[:-1]]
    left += [("field of the export", line) for line in [lines[words], *told[1:]]]
    return {name: value for name, value in article.items() if value}, left


def _headline(above: list[list[str]]) -> tuple[list[str], list[str]]:
    """Section and headline, and the author below them: an empty line, or *By*, parts the two."""
    lines = above[0] if above else []
    by = [line for block in above[1:] for line in block]
    if not by and len(lines) > 1 and re.match(r"(?:By|Von|Par|Por)\s", lines[-1]):
        return lines[:-1], lines[-1:]
    return lines, by


def list_shown(block: Any) -> list[str]:
    """The lines of an article that HTML shows, with the headline last of the lines above its author."""
    lines: list[str] = []
    author = [part.get_text() for part in block.find_all(class_=re.compile(r"^author$"))]
    for leaf in block.find_all(["td", "p", "div"]):
        if leaf.find(["td", "p", "div"]):
            continue
        text = leaf.get_text()
        named = (
            leaf.find(class_=re.compile("Headline$"))
            or leaf.get("id") == "hd"
            or "Headline" in " ".join(leaf.get("class") or [])
        )
        if text in author or (named and lines and "" not in lines):
            lines += [""] if text in author else []
        lines += text.split("\n") if leaf.name == "td" or "\n" in text else [text]
    return lines


def list_xml(content: bytes) -> list[str]:
    """Factiva's elements as lines of 'HD', a tab and the content, each article closed by a feed."""
    from lxml import etree

    root = etree.fromstring(content.strip(), etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
    lines = []
    for article in root.iter("{*}article"):
        others = [node for node in article.iter("*") if not _is_known(node)]
        lines += [" ".join(node.text.split()) for node in others if node.text and node.text.strip()]
        for element, code in _ELEMENTS.items():
            for node in article.iter(f"{{*}}{element}"):
                leaves = node.findall(".//{*}paragraph") or [node]
                lines += [f"{code}\t{' '.join(''.join(leaf.itertext()).split())}" for leaf in leaves]
        lines.append("\f")
    return lines


def _is_known(node: Any) -> bool:
    """Whether an element of XML, or one that it stands in, is among those that are read."""
    from lxml import etree

    return any(etree.QName(outer).localname in _ELEMENTS for outer in (node, *node.iterancestors()))
