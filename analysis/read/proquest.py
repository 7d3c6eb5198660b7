"""Articles out of ProQuest exports: every part stands under its label."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from analysis.read.nexis import Article, Left
from analysis.read.repair import unwrap
from analysis.tables import read_table

_FIELDS = read_table(Path(__file__).with_name("export_fields.csv")).fillna("").query("form == 'proquest'")
_COLUMN = dict(zip(_FIELDS["label"], _FIELDS["column"], strict=True))
_ENDS = set(_FIELDS["label"][_FIELDS["ends_text"] != ""])
_LABEL = re.compile(
    rf"\s*({'|'.join(map(re.escape, sorted(_COLUMN, key=len, reverse=True)))})\s*:\s*(.*)", re.IGNORECASE
)
RULE = re.compile(r"_{20,}\s*$")
_COUNT = re.compile(
    r"\s*(?:Do[ck]umento? \d+ (?:of|von|de) [\d,.]+|\d+\. .*|https?:\S+|ProQuest document link)\s*$", re.IGNORECASE
)
# Beside a text and not in it: what ProQuest sets under the last paragraph.
_CAPTION = re.compile(
    r"\s*(CAPTIONS?|CREDITS?|PHOTOS?|GRAPHICS?|ILLUSTRATIONS?|CHARTS?|MAPS?|IMAGES?|Credit|Caption|Illustration)\s*:\s*(.*)"
)
# Any other label beside the text, in whatever language: its words go to no column.
_OTHER = re.compile(r"\s*([^\W\d_][\w /'’-]{1,40}?)\s*:\s+(\S.*)")
_INFO = re.compile(r"(.*?)\s*;.*?\](.*?):")  # The Sun ; London [London]04 May 2018: A.2.


def looks_like_proquest(lines: list[str]) -> bool:
    """Whether lines hold a whole text and ProQuest's own fields."""
    labels = {found[1].lower() for line in lines if (found := _LABEL.match(line))}
    return any(_COLUMN[label] == "text" for label in labels) and len(labels) >= 3


def read_proquest(lines: list[str]) -> tuple[Article, Left]:
    """One article; the line above the first label is its headline where no label gives one."""
    parts: dict[str, list[str]] = {}
    left: Left = []
    label, column, above = "", "", []
    for line in (line.replace("\xa0", " ").strip() for line in lines):
        if RULE.match(line):
            continue
        found = _LABEL.match(line)
        if found and column == "text" and not (found[1].lower() in _ENDS and line[0].isupper()):
            found = None
        caption = _CAPTION.match(line) if column == "text" else None
        if caption:
            left.append((f"beside the text: {caption[1].lower()}", line))
            if caption[1].lower().startswith("credit"):
                parts.setdefault("credit", []).append(caption[2])
        elif found:
            label, column = found[1].lower(), _COLUMN[found[1].lower()]
            column = "" if column in parts and column != "text" else column
            if column:
                parts[column] = [found[2]]
            elif found[2]:
                left.append((f"field of the export: {label}", found[2]))
        elif column != "text" and label and (other := _OTHER.match(line)):
            label, column = other[1].lower(), ""
            left.append((f"field of the export: {label}", other[2]))
        elif column:
            parts[column].append(line)
        elif line:
            above += [] if label or _COUNT.match(line) else [line]
            left += (
                [(f"field of the export: {label}" if label else "field of the export", line)]
                if label or _COUNT.match(line)
                else []
            )
    text = unwrap("\n".join(parts.pop("text", [])).strip())
    article = {name: " ".join(filter(None, lines)).strip() for name, lines in parts.items()}
    article["text"] = "\n".join(line for line in text.split("\n") if line)
    info = _INFO.match(article.pop("info", ""))
    if info:
        article.setdefault("outlet", info[1])
        article.setdefault("published", info[2])
    article.setdefault("headline", "".join(above[:1]))
    article.setdefault("author", article.pop("credit", ""))
    article.pop("credit", "")
    article["outlet"] = article.get("outlet", "").split(";")[0].strip()
    article["article_id"] = article.get("article_id", "").split(" ")[-1]
    if not (article["text"] or article["article_id"] or article.get("published")):
        return {}, []  # what stands under the last rule is the export's own
    return {name: value for name, value in article.items() if value}, left


def mark_articles(soup: Any) -> None:
    """Put a rule before each article of ProQuest's HTML."""
    for mark in soup.find_all("a", attrs={"name": re.compile("DocID", re.IGNORECASE)}):
        mark.insert_before("\n" + "_" * 30 + "\n")
