"""A news page as it was saved, cut down to the article: by the page's structure, with a reason for each cut."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis.read.dates import MONTH, match_date
from analysis.read.repair import is_beginning
from analysis.tables import read_table

# What furniture looks like, by rule, and the names under which agencies sign their copy: short forms in capitals.
_IS = {
    str(rule): re.compile("|".join(patterns), re.IGNORECASE).match
    for rule, patterns in read_table(Path(__file__).with_name("furniture.csv")).groupby("rule")["pattern"]
}
_AGENCIES = read_table(Path(__file__).with_name("agencies.csv")).set_index("agency")["forms"]
_NAMED = {str(name): re.compile(rf"\b(?:{forms})\b") for name, forms in _AGENCIES.items()}
_AGENCY = f"(?:{'|'.join(_AGENCIES)})"
_BLANKS = {
    "<agency>": rf"{_AGENCY}(?!\w)",
    "<day>": rf"(?:{MONTH})\.? \d{{1,2}}(?:,? \d{{4}})?|\d{{1,2}}\.? [^\W\d_]{{3,11}}\.?(?: \d{{4}})?",
    "<month>": MONTH,
}
# At the edges of agency copy a dateline, a byline, a signature, a notice of rights; in it, whom the newsroom credits.
_MARKS = {
    mark: [re.compile(re.sub("<(?:agency|day|month)>", lambda blank: _BLANKS[blank[0]], text)) for text in patterns]
    for mark, patterns in read_table(Path(__file__).with_name("marks.csv")).groupby("mark")["pattern"]
}
_DATELINE, _BARE, _BYLINED, _SIGNED, _RIGHTS, _SAYS, _HELPED, _MARKUP = (
    _MARKS[mark][0]
    for mark in ("dateline", "bare dateline", "byline", "signature", "rights", "says", "helped", "markup")
)
_OPENS_DATELINE = re.compile(r"[(/]|[,.] .*(?:[-–—]|\d\.)")  # in the first characters of a line
_EDGE = 300  # characters at either end in which copy is signed; a signature deeper in is somebody else's

_WORD = re.compile(r"\w+")
_FINAL = re.compile(r"[.!?…][\"'”’»)\]*]*$")
_SPACE = re.compile(r"[ \t\xa0\u2000-\u200b\u202f\ufeff]+")
# A paragraph of an article: shorter lines of furniture do not reach it, one-sentence paragraphs mostly do.
_PARAGRAPH = 60
_PICTURES = (
    20  # captions that are remembered: one is repeated beside its picture, and a page must not cost their square
)
_LEAD_WORDS = 4  # the shortest sentence that may open an article above its first paragraph


class Page(NamedTuple):
    """What a page holds: headline and date (as written) may be missing, `text` empty; `signed` is dateline and text."""

    headline: str | None
    text: str
    published: str | None
    signed: str
    removed: pd.DataFrame


def clean_page(text: str, headline: str | None = None, extracted: bool = False) -> Page:
    """Cut a saved page down to the article: paragraphs one a line, subheadings and footnotes kept.

    The rules read structure: what stands around a dateline, a photo credit, a repeated line, a box of links,
    the forms under an article. Runs of spaces, no-break ones too, become one space.

    Parameters
    ----------
    text : str
        The page, as text.
    headline : str, optional
        The headline where it is known; else it is looked for above the article.
    extracted : bool
        The article was taken out of its HTML already: nothing is taken for the head of a page, for a list or a caption.

    Returns
    -------
    Page
        `text` is empty where the page holds no article. `removed` has `line` (from 1), `reason` and `text`.

    Examples
    --------
    >>> story = "MOSCOW (Sputnik) - The ministry said late on Monday evening that the report was false."
    >>> page = clean_page(f"Ministry denies it all\\n\\n{story}\\n\\nTags:")
    >>> page.headline, page.text
    ('Ministry denies it all', 'The ministry said late on Monday evening that the report was false.')
    >>> page.removed["reason"].tolist()
    ['headline', 'dateline', 'list of links']
    """
    raw = [_SPACE.sub(" ", line).strip() for line in re.split(r"\r\n?|\n", text)]
    lines = [(number, line, number > 1 and bool(raw[number - 2])) for number, line in enumerate(raw, 1) if line]
    removed: list[tuple[int, str, str]] = []
    kept: list[str] = []
    start = 0 if extracted else _first_line(lines)
    head = [line for _, line, _ in lines[:start]]
    headline = _SPACE.sub(" ", headline).strip() if headline else _headline(head, lines[start:])
    title = _WORD.findall((headline or "").lower())
    glued = re.compile(re.escape(headline or "") + " ")
    opening: dict[str, Any] = {"headline": glued.match, "markup": _MARKUP.search, "dateline": _find_dateline}
    spaced = any(not joined for _, _, joined in lines[start + 1 :])
    # Behind the last paragraph a promotion ends the article; before it only its own line is cut.
    last = max(
        (place for place, (_, line, _) in enumerate(lines) if _is_paragraph(line) and not _is_furniture(line)),
        default=0,
    )
    box = ended = after_credit = False
    pictures: deque[str] = deque(maxlen=_PICTURES)
    for place, (number, line, joined) in enumerate(lines):
        titled, credit = title and _WORD.findall(line.lower()) == title, _IS["photo credit"](line)
        final = _FINAL.search(line)
        credited = place + 1 < len(lines) and lines[place + 1][2] and _IS["photo credit"](lines[place + 1][1])
        promoted = _IS["promotion"](line)
        # What begins like furniture and is a sentence of the article is never cut.
        own = _is_paragraph(line) and not (credit or _is_said_to_reader(line))
        tests = (
            ("headline", place < start and titled),
            ("photo credit", place < start and credit),
            ("page header", place < start),
            ("page footer", ended or (kept and _IS["page footer"](line) and not own)),
            ("page footer", kept and promoted and not own and place > last),
            ("promotion", promoted and not own),
            ("link to another article", _IS["link to another article"](line) and not own),
            (
                "list of links",
                (_IS["list of links"](line) and not own) or (box and not _is_paragraph(line) and line[0] != "*"),
            ),
            ("photo credit", credit),
            ("caption", not extracted and credited and (not final or _IS["caption"](line) or (spaced and not joined))),
            ("headline of another article", after_credit and joined and not final),
            ("caption", len(line) > 20 and any(cut.endswith(line.split(" - ")[0]) for cut in pictures)),
            ("page control", _IS["page control"](line) and not own),
            ("headline", titled),
        )
        reason = next((why for why, met in tests if met), None)
        ended, after_credit = reason == "page footer", reason == "photo credit"
        box = reason == "list of links" or (reason == "promotion" and not final) or (box and reason is not None)
        if reason:
            removed.append((number, reason, line))
            if reason in {"caption", "photo credit"}:
                pictures.append(line)
            continue
        for why, find in opening.items():
            if (cut := find(line)) and (not kept or why == "markup"):
                removed.append((number, why, cut.group().strip()))
                line = (line[: cut.start()] + line[cut.end() :]).strip()
        kept += [line] if line else []
    if not any(map(_is_paragraph, kept)):
        removed += [(0, "no paragraph of an article", line) for line in kept]
        kept = []
    dated = (found for line in head if len(line) < _PARAGRAPH and (found := match_date(line)))
    published = next((found.group() for found in dated), None)
    signed = [cut for _, why, cut in removed if why == "dateline"] + ["\n".join(kept)]
    table = pd.DataFrame(removed, columns=["line", "reason", "text"])
    return Page(headline, signed[-1], published, " ".join(signed).strip(), table)


def _is_paragraph(line: str) -> bool:
    return len(line) >= _PARAGRAPH and bool(_FINAL.search(line))


def _is_said_to_reader(line: str) -> bool:
    """Whether a sentence speaks to who reads the page, and not of what somebody said."""
    return bool(_IS["addressed"](line)) and not _IS["told"](line)


def _is_furniture(line: str) -> bool:
    """Whether a paragraph is none of the article: it begins like furniture, and speaks to the reader."""
    named = any(_IS[rule](line) for rule in ("promotion", "page footer", "link to another article", "list of links"))
    return bool(_IS["photo credit"](line)) or (named and _is_said_to_reader(line))


def _find_dateline(line: str) -> re.Match[str] | None:
    return _DATELINE.match(line) or _BARE.match(line)


def _first_line(lines: list[tuple[int, str, bool]]) -> int:
    """Where the article begins: at its dateline, else at its first paragraph and the short sentences right above it."""
    paragraphs: list[int] = []
    for place, (_, line, _) in enumerate(lines):
        # One paragraph may stand above the dateline, a caption; below more, it belongs to something quoted.
        if len(paragraphs) < 2 and (_DATELINE.match(line) or (_BARE.match(line) and _is_paragraph(line))):
            return place
        other = any(_IS[rule](line) for rule in ("photo credit", "no headline"))
        own = _is_paragraph(line) and not _is_said_to_reader(line)
        if _is_paragraph(line) and (own or not other) and not _IS["photo credit"](line) and not _IS["caption"](line):
            paragraphs.append(place)
    start = (paragraphs or [len(lines)])[0]
    while 0 < start < len(lines) and _is_short_sentence(lines[start - 1][1]):
        start -= 1
    return start


def _is_short_sentence(line: str) -> bool:
    """Whether a line is a lead of one short sentence, and not a label, a caption or a call of the page."""
    none = (
        "photo credit",
        "no headline",
        "page control",
        "promotion",
        "page footer",
        "link to another article",
        "caption",
    )
    sentence = line[0].isupper() and line[-1] in ".!?" and len(line.split()) >= _LEAD_WORDS and "(" not in line
    return sentence and not any(_IS[rule](line) for rule in none)


def _headline(head: list[str], rest: list[tuple[int, str, bool]]) -> str | None:
    """The line above the article that is repeated, or the last that reads like a headline."""
    none = [_IS[rule] for rule in ("photo credit", "page control", "link to another article", "no headline")]
    likely = [
        line
        for line in head
        if len(line) <= 200 and len(re.findall(r"[^\W\d_]{2,}", line)) >= 3 and not _FINAL.search(line)
        and not any(rule(line) for rule in none) and not re.match(r"[-–|]|By ", line)
    ]  # fmt: skip
    counts, below = Counter(likely), sorted(text for _, text, _ in rest)
    again = (line for line in reversed(likely) if counts[line] > 1 or is_beginning(line, below))
    return next(again, likely[-1] if likely else None)


def find_agencies(texts: pd.Series) -> pd.DataFrame:
    """Which news agencies an article credits, and whose copy it is.

    Parameters
    ----------
    texts : Series of str

    Returns
    -------
    DataFrame
        With the index of `texts`: `agency`, every agency credited, `; ` between, in order of appearance; and
        `copy`, those whose copy it is by its dateline, byline, signature or notice of rights. An agency
        that a newspaper names as the source of a fact (*according to AFP*) is credited, not copied. Both
        may be missing.

    Examples
    --------
    >>> find_agencies(pd.Series(["MOSCOW (Sputnik) - He said so.", "It is true, according to AFP."])).to_dict("list")
    {'agency': ['Sputnik', 'AFP'], 'copy': ['Sputnik', nan]}
    """
    # Fast scans of whole columns find the few texts that may credit one; these are read at their edges.
    texts = texts.astype("str")
    says = texts.str.contains(f"ccording to (?:the |an? report (?:by|from|in) )?{_AGENCY}")
    edges = pd.Series([text[:_EDGE] + text[-_EDGE:] for text in texts], texts.index, dtype="str")
    near = says | edges.str.contains(_AGENCY)
    rows = [_agencies(text, said) for text, said in zip(texts[near], says[near], strict=True)]
    found = pd.DataFrame(rows, texts.index[near], ["agency", "copy"], dtype="str")
    return found.reindex(texts.index)


def _agencies(text: str, says: bool) -> tuple[str | None, str | None]:
    head, tail = text[:_EDGE], text[-_EDGE:]
    opening = [line for line in head.split("\n")[:4] if _OPENS_DATELINE.search(line[:90])]
    found = [*map(_DATELINE.match, opening), _BYLINED.match(head), _SIGNED.search(tail[-40:]), *_RIGHTS.finditer(tail)]
    own = _names(filter(None, found))
    helped = _HELPED.finditer(tail) if "contributed to th" in tail or "ith inputs" in tail else ()
    credited = _names([*(_SAYS.finditer(text) if says else ()), *helped])
    return "; ".join(dict.fromkeys(own + credited)) or None, "; ".join(own) or None


def _names(found: Iterable[re.Match[str]]) -> list[str]:
    signed = " ".join(text for match in found for text in match.groupdict().values() if text)
    places = {name: hit.start() for name, rule in _NAMED.items() if signed and (hit := rule.search(signed))}
    return sorted(places, key=lambda name: places[name])


def name_agencies(outlets: pd.Series) -> pd.Series:
    """The agency that an outlet is (`The Associated Press`: `AP`), missing for all others.

    Examples
    --------
    >>> name_agencies(pd.Series(["Associated Press", "AP News Weekly", None])).tolist()
    ['AP', nan, nan]
    """
    told = outlets.dropna().unique()
    known = {outlet: name for outlet in told for name, rule in _NAMED.items() if rule.fullmatch(outlet)}
    return outlets.map(known).astype("str")


# Possessive, so that the long lines, nearly all, are given up at once.
_SHORT_LINE = re.compile(r"\n[^\S\n]*+(?P<line>[A-Z0-9\"“‘'][^\n]{2,89}+)(?=\n)")
_NOTE = re.compile(r"\n[^\S\n]*(?P<line>\*+ ?[\"“‘']?[A-Z][^\n]*?)[^\S\n]*(?=\n|\Z)")
_NOTES = 600  # characters at the end in which the notes under an article stand


def section_lines(texts: pd.Series) -> pd.DataFrame:
    """The lines of articles that are not body: subheadings between paragraphs, and notes under the article.

    A subheading is a short line without final punctuation that stands alone between a paragraph that ends and one
    that begins. A footnote is a line under the article that begins with an asterisk and explains a
    word starred above, or says what is banned.

    Parameters
    ----------
    texts : Series of str
        Bodies, paragraphs one a line (blank lines between them do no harm).

    Returns
    -------
    DataFrame
        `row` (position in `texts`), `start`, `end` (code points, end exclusive), `section`; in this order.

    Examples
    --------
    >>> body = "He said that IS* lost.\\nNo evidence given\\nThe US gave none.\\n* IS is banned in Russia"
    >>> section_lines(pd.Series([body])).values.tolist()
    [[0, 23, 40, 'subheading'], [0, 59, 83, 'footnote']]
    """
    rows: list[tuple[int, int, int, str]] = []
    for row, text in enumerate(texts):
        rows += [(row, *span, "subheading") for span in _subheadings(text)]
        if "*" in text[-_NOTES:]:
            rows += [(row, *span, "footnote") for span in _footnotes(text)]
    return pd.DataFrame(rows, columns=["row", "start", "end", "section"])


def _subheadings(text: str) -> Iterator[tuple[int, int]]:
    for match in _SHORT_LINE.finditer(text):
        line, start = match["line"].rstrip(), match.start("line")
        # Cheapest tests first: most short lines are short paragraphs.
        if line[-1] in ".!?…:;,–—-" or _FINAL.search(line[-4:]):
            continue
        if not _FINAL.search(text[max(0, start - 8) : start].rstrip()):
            continue
        after = text[match.end() : match.end() + 400].lstrip().split("\n", 1)[0].rstrip()
        begins = re.match(r"[\"“‘'\[(]|\d", after) or after[:1].isupper()
        paragraph = begins and (len(after) > 90 or _FINAL.search(after[-4:]))
        if paragraph and len(line.split()) <= 14 and not _IS["no subheading"](line):
            yield start, start + len(line)


def _footnotes(text: str) -> list[tuple[int, int]]:
    notes: list[tuple[int, int]] = []
    end = len(text.rstrip())
    for match in reversed(list(_NOTE.finditer(text))):
        start, stop = match.span("line")
        starred = re.search(r"\w[\"”’]?\*", text[:start])
        if stop < end or not (starred or _IS["legal note"](match["line"])):
            break
        notes.insert(0, (start, stop))
        end = len(text[:start].rstrip())
    return notes
