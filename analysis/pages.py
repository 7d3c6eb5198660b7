"""A news page as it was saved, cut down to the article: by the page's structure, with a reason for each cut."""

from __future__ import annotations

import re
from typing import NamedTuple

import pandas as pd

MONTHS = "January February March April May June July August September October November December".split()
MONTH = "|".join(f"{name}|{name[:3]}" + (r"|Sept" if name == "September" else "") for name in MONTHS)

# The names under which agencies sign their copy. Short forms count in capitals only.
AGENCIES = {
    "AFP": "Agence France[ -]Presse|AFP", "AP": "(?:The )?Associated Press|AP", "Anadolu": "Anadolu(?: Agency)?",
    "ANI": "Asian News International|ANI", "ANSA": "ANSA", "Bloomberg": "Bloomberg(?: News)?", "EFE": "EFE",
    "IANS": "Indo-Asian News Service|IANS", "Interfax": "Interfax(?:-Ukraine)?", "IRNA": "IRNA", "KCNA": "KCNA",
    "Kyodo": "Kyodo(?: News)?", "PA": "Press Association|PA Media", "PTI": "Press Trust of India|PTI",
    "Reuters": "(?:Thomson )?Reuters", "RIA Novosti": "RIA Novosti|RIA", "SANA": "SANA", "Sputnik": "Sputnik",
    "TASS": "(?:ITAR-)?TASS", "Tasnim": "Tasnim", "Ukrinform": "Ukrinform", "UPI": "United Press International|UPI",
    "Xinhua": "Xinhua(?: News Agency)?", "Yonhap": "Yonhap", "dpa": "dpa|DPA|Deutsche Presse-Agentur",
}  # fmt: skip
_NAMED = {name: re.compile(rf"\b(?:{form})\b") for name, form in AGENCIES.items()}
_AGENCY = f"(?:{'|'.join(AGENCIES.values())})"
_ANY = rf"{_AGENCY}(?!\w)"
_DAY = rf"(?:{MONTH})\.? \d{{1,2}}(?:,? \d{{4}})?|\d{{1,2}} (?:{MONTH})(?:,? \d{{4}})?"
# WASHINGTON, March 6. /TASS/. · MOSCOW (Sputnik) – · BEIJING, Jan. 3 (Xinhua) -- · KABUL, Afghanistan (AP) —
DATELINE = re.compile(
    rf"(?P<place>[A-Z][\w.'’-]*(?:[ ,/]+[A-Z][\w.'’-]*){{0,5}}?)?(?:,? (?P<day>{_DAY})\.?)?,?\s*"
    rf"(?:\((?P<round>{_ANY}[^()\n]{{0,25}})\)\s*(?:[-–—:]{{1,2}}|\.)|/(?P<slash>{_ANY}[^/\n]{{0,25}})/\.?(?:\s*[-–—])?)\s*"
)
_BARE_DATELINE = re.compile(
    rf"(?P<place>[A-Z][A-Z.'’ -]{{3,}}[A-Z](?:, [A-Z][A-Za-z. ]+?)?)(?:, (?P<day>{_DAY})\.?)?\s+[-–—]{{1,2}}\s+"
)
# At the edges of the copy: a byline, a signature, a notice of rights. In it: whom the newsroom credits.
_BYLINED = re.compile(rf"\W*(?:By\s[^\n]{{0,60}}?[\s,|(])?(?P<byline>{_ANY})\W*\n")
_SIGNED = re.compile(rf"[(\[—–|-]\s*(?P<tail>{_ANY})[)\]]?\W*\Z|\n(?P<line>{_ANY})\W*\Z")
_RIGHTS = re.compile(rf"(?:Copyright|©|\([Cc]\))\W*(?:\d{{4}}\s+)?(?:by\s)?(?P<rights>{_ANY})(?!\s*(?:Photo|/|Images))")
_STUDY = r"(?![-/’']| (?:poll|count|tally|anal|investig|survey|data|report by))"
_SOURCE = "ccording to (?:the |an? report (?:by|from|in) )?"
_SAYS = re.compile(rf"{_SOURCE}(?P<says>{_ANY}){_STUDY}")
_HELPED = re.compile(
    rf"(?P<helped>{_ANY}[^.\n]{{0,60}}) contributed to th|ith inputs [^)\n]{{0,20}}?(?P<inputs>{_ANY}[^)\n]{{0,20}})"
)
_EDGE = 300  # characters at either end in which copy is signed; a signature deeper in is somebody's else

_FINAL = re.compile(r"[.!?…][\"'”’»)\]*]*$")
_CONTROL = re.compile(
    r"(?:[-–•|\s]*)(?:subscribe|share|print|e-?mail|search|live:?|listen live|loader|chats?|menu|home|advertisement|"
    r"get short url|(?:log|sign) ?in|register|facebook|twitter|telegram|whatsapp|close|ok|click to \w+|photos?|videos?|"
    r"loading\W*|\d[\d\s.,:]*|\d+ (?:shares|comments)|\d{1,2}:\d\d.*|(?:last )?(?:updated|published)\b.*|date .*)$",
    re.IGNORECASE,
)
_CALL = re.compile(r"(?:Get|Read|Follow|Subscribe|Sign up|Download|Discover|Stay|Find|Join|Click)\b", re.IGNORECASE)
_LINK = re.compile(
    r"\W*(?:read (?:more|also|next|the full \w+)|see also|also read|watch(?: more)?|don['’]t miss)\s*[:>»]",
    re.IGNORECASE,
)
_BOX = re.compile(
    r"(?:related(?: \w+)?|tags?|topics?|keywords|read also|see also|also read|more on (?:this|the) \w+)\s*:(?:\s.*)?$"
    r"|related (?:articles|stories|news|topics)$",
    re.IGNORECASE,
)
_END = re.compile(
    r"newsfeed$|community standards|to participate in the discussion|comments?(?: \(\d+\))?$|comment via\b|all news$|"
    r"(?:leave|post|write|add) a (?:comment|reply)|(?:log|sign) ?in (?:or|to)\b|registration$|password recovery|"
    r"most (?:read|popular|viewed)\b|trending$|privacy policy|terms of (?:use|service)|(?:about|contact) us$|"
    r"sign up (?:for|to)\b|subscribe to (?:our|the)\b|follow us\b|all rights reserved|recommended(?: for you)?$|"
    r"you (?:may|might) also like|copyright ©|we use cookies|more (?:from|stories)\b.{0,40}$",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"©\s*\S|(?:(?:AP|AFP|REUTERS|Reuters|EPA|Getty Images|Sputnik|TASS)\s*(?:Photo|Images)?\s*/)|"
    r"\(?(?:Photo|Image|Picture|PHOTO)(?: credit| by)?\s*:|"
    r".{0,60}(?:/|via )\s*(?:Getty Images|AFP|AP|TASS|EPA|Reuters)\)?$"
)
_CAPTION = re.compile(
    r"\(?\bfile\b(?: (?:photo|picture|image))?|\bphoto(?:graph)?,|\bpictured\b|\b(?:is|are) seen\b|\bhandout\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"[\"']?\s*(?:class|style|href|src|alt|id|width|height|title)=[\"'][^\n]*$|<[^<>\n]*>?$|[\"']\s*/?>$"
)
_SPACE = re.compile(r"[ \t\xa0\u2000-\u200b\u202f\ufeff]+")
# A paragraph of an article: shorter lines of furniture do not reach it, one-sentence paragraphs mostly do.
_PARAGRAPH = 60
_PICTURE = {"caption", "photo credit"}


_DATES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\d)(?P<y>\d{4})[-/.]?(?P<m>\d\d?)[-/.]?(?P<d>\d\d?)(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s.,-]+(?P<m>{MONTH})[a-z]*[\s.,-]+(?P<y>\d{{4}}|\d\d)(?!\d|:)",
        rf"\b(?P<m>{MONTH})[a-z]*\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})(?!\d)",
        r"(?<!\d)(?P<m>\d\d?)(?P<mark>[/.-])(?P<d>\d\d?)(?P=mark)(?P<y>\d{4}|\d\d)(?!\d)",
    )
]


class Page(NamedTuple):
    """What a page holds: headline and date may be missing, `text` empty; `signed` is dateline and text."""

    headline: str | None
    text: str
    published: str | None
    signed: str
    removed: pd.DataFrame


def find_date(text: str, day_first: bool = False) -> str | None:
    """The first whole date in a line, as YYYY-MM-DD; of 8/9/18 the month comes first unless `day_first`.

    Examples
    --------
    >>> find_date("Posted March 6, 2018"), find_date("06-Mar-2018"), find_date("29.8.18"), find_date("March 6")
    ('2018-03-06', '2018-03-06', '2018-08-29', None)
    """
    for rule in _DATES:
        if found := rule.search(text):
            part = found.groupdict()
            year, month, day = part["y"], part["m"], int(part["d"])
            if part.get("mark") and (day_first or part["mark"] == "." or int(month) > 12):
                month, day = str(day), int(month)
            number = int(month) if month.isdigit() else [m[:3].lower() for m in MONTHS].index(month[:3].lower()) + 1
            whole = int(year) + (0 if len(year) == 4 else 1900 if int(year) > 68 else 2000)
            stamp = pd.to_datetime(f"{whole:04}-{number:02}-{day:02}", errors="coerce")
            return None if pd.isna(stamp) else f"{stamp:%Y-%m-%d}"
    return None


def clean_page(text: str, headline: str | None = None) -> Page:
    """Cut a saved page down to the article: paragraphs one a line, subheadings and footnotes kept.

    The rules read structure: what stands around a dateline, a photo credit, a repeated line, a box of links,
    the forms under an article. Runs of spaces, no-break ones too, become one space.

    Parameters
    ----------
    text : str
        The page, as text.
    headline : str, optional
        The headline where it is known; else it is looked for above the article.

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
    start = _first_line(lines)
    head = [line for _, line, _ in lines[:start]]
    headline = _SPACE.sub(" ", headline).strip() if headline else _headline(head, lines[start:])
    spaced = any(not joined for _, _, joined in lines[start + 1 :])
    box = ended = False
    after_credit = False
    for place, (number, line, joined) in enumerate(lines):
        credited = place + 1 < len(lines) and lines[place + 1][2] and _CREDIT.match(lines[place + 1][1])
        reason = None
        if place < start:
            reason = "photo credit" if _CREDIT.match(line) else "page header"
            reason = "headline" if headline and _same(line, headline) else reason
        elif ended or (kept and _END.match(line)):
            reason, ended = "page footer", True
        elif _LINK.match(line):
            reason = "link to another article"
        elif _BOX.match(line):
            reason, box = "list of links", True
        elif box and not _is_paragraph(line):
            reason = "list of links" if not line.startswith("*") else None
        elif _CREDIT.match(line):
            reason = "photo credit"
        elif credited and (not _FINAL.search(line) or _CAPTION.search(line) or (spaced and not joined)):
            reason = "caption"
        elif after_credit and joined and not _FINAL.search(line):
            reason = "headline of another article"
        elif (
            any(why in _PICTURE and text.endswith(line.split(" - ")[0]) for _, why, text in removed) and len(line) > 20
        ):
            reason = "caption"
        elif _CONTROL.match(line):
            reason = "page control"
        elif headline and _same(line, headline):
            reason = "headline"
        after_credit = reason == "photo credit"
        box = box and reason is not None
        if reason:
            removed.append((number, reason, line))
            continue
        cuts = [("markup", _MARKUP.search(line))]
        if headline and not kept and line.startswith(headline + " "):
            removed.append((number, "headline", headline))
            line = line[len(headline) :].strip()
        if not kept:
            cuts.append(("dateline", DATELINE.match(line) or _BARE_DATELINE.match(line)))
        for why, cut in cuts:
            if cut:
                removed.append((number, why, cut.group().strip()))
                line = line.replace(cut.group(), "", 1).strip()
        if line:
            kept.append(line)
    if not any(_is_paragraph(line) for line in kept):
        removed += [(0, "no paragraph of an article", line) for line in kept]
        kept = []
    body = "\n".join(kept)
    published = next((date for line in head if len(line) < _PARAGRAPH and (date := find_date(line))), None)
    dateline = " ".join(line for _, why, line in removed if why == "dateline")
    table = pd.DataFrame(removed, columns=["line", "reason", "text"])
    return Page(headline, body, published, f"{dateline} {body}".strip(), table)


def _is_paragraph(line: str) -> bool:
    return len(line) >= _PARAGRAPH and bool(_FINAL.search(line))


def _same(line: str, headline: str) -> bool:
    return re.sub(r"\W+", " ", line).strip().lower() == re.sub(r"\W+", " ", headline).strip().lower()


def _first_line(lines: list[tuple[int, str, bool]]) -> int:
    """Where the article begins: at its dateline, else at its first paragraph."""
    paragraphs: list[int] = []
    for place, (_, line, _) in enumerate(lines):
        # One paragraph may stand above the dateline, a caption; below more, it belongs to something quoted.
        if len(paragraphs) < 2 and (DATELINE.match(line) or (_BARE_DATELINE.match(line) and _is_paragraph(line))):
            return place
        if _is_paragraph(line) and not (_CREDIT.match(line) or _CALL.match(line) or _CAPTION.search(line)):
            paragraphs.append(place)
    return (paragraphs or [len(lines)])[0]


def _headline(head: list[str], rest: list[tuple[int, str, bool]]) -> str | None:
    """The line above the article that is repeated, or the last that reads like a headline."""
    likely = [
        line
        for line in head
        if len(line) <= 200 and len(re.findall(r"[^\W\d_]{2,}", line)) >= 3 and not _FINAL.search(line)
        and not any(rule.match(line) for rule in (_CREDIT, _CONTROL, _LINK, _CALL))
        and not re.match(r"[-–|]|By ", line)
    ]  # fmt: skip
    again = [line for line in likely if likely.count(line) > 1 or any(text.startswith(line) for _, text, _ in rest)]
    return (again or likely)[-1] if likely else None


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
    import pyarrow as pa
    import pyarrow.compute as pc

    # One fast scan finds the few texts in which an agency is said to say; the rest are read at their edges.
    says = pc.match_substring_regex(pa.array(texts, pa.large_string()), _SOURCE + _AGENCY).to_pylist()
    rows = [_agencies(text, said) for text, said in zip(texts, says, strict=True)]
    return pd.DataFrame(rows, columns=["agency", "copy"], index=texts.index).astype("str")


def _agencies(text: str, says: bool) -> tuple[str | None, str | None]:
    head, tail = text[:_EDGE], text[-_EDGE:]
    opening = [line for line in head.split("\n")[:4] if "(" in line[:90] or "/" in line[:90]]
    found = [*map(DATELINE.match, opening), _BYLINED.match(head), _SIGNED.search(tail[-40:])]
    copied = [match for match in found if match]
    copied += _RIGHTS.finditer(tail) if "opyright" in tail or "©" in tail else ()
    credited = list(_SAYS.finditer(text)) if says else []
    credited += _HELPED.finditer(tail) if "contributed to th" in tail or "ith inputs" in tail else ()
    if not copied and not credited:
        return None, None
    own = _names(copied)
    return "; ".join(dict.fromkeys(own + _names(credited))) or None, "; ".join(own) or None


def name_agencies(outlets: pd.Series) -> pd.Series:
    """The agency that an outlet is (`The Associated Press`: `AP`), missing for all others.

    Examples
    --------
    >>> name_agencies(pd.Series(["Associated Press", "AP News Weekly", None])).tolist()
    ['AP', nan, nan]
    """
    known = {
        outlet: name for outlet in outlets.dropna().unique() for name, rule in _NAMED.items() if rule.fullmatch(outlet)
    }
    return outlets.map(known).astype("str")


def _names(found: list[re.Match[str]]) -> list[str]:
    parts = [match.groupdict() for match in found]
    signed = " ".join(text for part in parts for name, text in part.items() if text and name not in {"place", "day"})
    places = {name: hit.start() for name, rule in _NAMED.items() if (hit := rule.search(signed))}
    return sorted(places, key=lambda name: places[name])


# Possessive, so that the long lines, nearly all, are given up at once.
_SHORT_LINE = re.compile(r"\n[^\S\n]*+(?P<line>[A-Z0-9\"“‘'][^\n]{2,89}+)(?=\n)")
_NOTE = re.compile(r"\n[^\S\n]*(?P<line>\*+ ?[\"“‘']?[A-Z][^\n]*?)[^\S\n]*(?=\n|\Z)")
_NOTES = 600  # characters at the end in which the notes under an article stand
_LEGAL = re.compile(r"\b(?:banned|outlawed|prohibited|designated|recogni[sz]ed|(?:also|formerly) known as|extremist)\b")
# Short lines that head nothing: bylines, addresses, and the calls and labels that stay in many a scraped text.
_HEADS_NOTHING = re.compile(
    r"by |—|advertisement|image|photos?\b|story\b|(?:continue )?read(?:ing)?\b|watch|follow|click|related|see also|"
    r"sign up|support \w+[’']s|enlarge|subscribe|getty|\S+@|.*(?:https?:|www\.|newsletter|read more$)",
    re.IGNORECASE,
)


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


def _subheadings(text: str) -> list[tuple[int, int]]:
    found = []
    for match in _SHORT_LINE.finditer(text):
        line, start = match["line"].rstrip(), match.start("line")
        # Cheapest tests first: most short lines are short paragraphs.
        if (
            line[-1] in ".!?…:;,–—-"
            or _FINAL.search(line[-4:])
            or not _FINAL.search(text[max(0, start - 8) : start].rstrip())
        ):
            continue
        after = text[match.end() : match.end() + 400].lstrip().split("\n", 1)[0].rstrip()
        begins = after[:1].isupper() or after[:1] in "\"“‘'[(" or after[:1].isdigit()
        paragraph = begins and (len(after) > 90 or _FINAL.search(after[-4:]))
        if paragraph and len(line.split()) <= 14 and not _HEADS_NOTHING.match(line):
            found.append((start, start + len(line)))
    return found


def _footnotes(text: str) -> list[tuple[int, int]]:
    notes: list[tuple[int, int]] = []
    end = len(text.rstrip())
    for match in reversed(list(_NOTE.finditer(text))):
        start, stop = match.span("line")
        starred = re.search(r"\w[\"”’]?\*", text[:start])
        if stop < end or not (starred or _LEGAL.search(match["line"])):
            break
        notes.append((start, stop))
        end = len(text[:start].rstrip())
    return notes[::-1]
