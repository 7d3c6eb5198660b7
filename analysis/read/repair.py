"""Texts that were damaged on their way, put right: one small function for each kind of damage, and a table of them.

What `read` repairs must give the mentions and voices of the sound text, so only damage is touched that leaves no doubt
of what stood there. Each function is given texts that show a sign of its damage, and gives a sound text back as it is.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
from pyarrow import compute


class Damage(NamedTuple):
    """A kind of damage: how it is told in a note, a pattern that is in every text that has it, and what mends it."""

    note: str
    sign: str
    mend: Callable[[str], str]


# What UTF-8 looks like that was read as Windows or Latin text; the sign for a character that is none is past repair.
MOJIBAKE = "[ÂÃâÐÑ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_MOJIBAKE = re.compile(MOJIBAKE + "|â€")
# Of the three bytes of a closing quotation mark Windows knows no character for the last.
_LOST_BYTE = re.compile("â€(?:\ufffd|(?=[\\s,.;:!?)]|$))")
_BLOCKS = (
    "p br div h1 h2 h3 h4 h5 h6 li ul ol tr td th table blockquote section article figure figcaption hr pre".split()
)
_INLINE = (
    "a b i u em strong span font img small sub sup cite q s strike center iframe script style mark time video".split()
)
_TAG = re.compile(rf"</?({'|'.join(_BLOCKS + _INLINE)})(?:\s[^<>]*|\s*/)?>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_UNSEEN = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
# Windows set its marks where Latin and Unicode have control characters; five of these places are empty.
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_ESCAPED_END = re.compile(r"(?:\\r)?\\n(?=\\|\s|[\"“‘'(\[A-Z0-9]|$)|(?:(?<=[\s.!?\"”’');,…])|(?<=[a-z]:))(?:\\r)?\\n")
_ESCAPED = re.compile(r"\\([\"'“”‘’])|\\u([0-9a-fA-F]{4})")
# Soft hyphens, characters without width, marks of direction, and control characters but for ends of lines and tabs.
_NO_WIDTH = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufffe\uffff\u202a\u202b\u202c\u202d\u202e"
_CONTROLS = "".join(map(chr, [*range(9), *range(0x0E, 0x20), 0x7F]))
_INVISIBLE = dict.fromkeys(map(ord, _NO_WIDTH + _CONTROLS), "") | dict.fromkeys(map(ord, "\u2028\u2029\v\f"), "\n")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_APOSTROPHE = re.compile("(?<=[^\\W\\d_])[‘`´ʼ′＇ʹ](?=[^\\W\\d_])")
_DOUBLE = re.compile(r"(?<!\d)″|＂|‶")
_PENN = {"``": "“", "''": "”", "-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]"}
_EMPHASIS = re.compile(r"(?<!\w)_(?!_)([^_\n]*[^\W_])_(?!\w)")
_OVER_LINES = re.compile(r"([^\W\d_]{2,})[-\u2010\u00ac]\r?\n[ \t]*(?!(?:and|or|to|nor|und)\b)([a-z]+)")
_INSIDE_LINE = re.compile(r"([^\W\d_]{2,})-(?=([a-z]+))")
# Before these a hyphen at the end of a line is likelier the word's own.
_HYPHENED = set(
    "self well so anti non ex half all co counter cross long short high low mid multi pro then semi ill".split()
)
_BEFORE_STOP = re.compile(r"(?<=\S) +(?=[,;:!?%)\]}](?:\s|$|[\"”’')])|\.(?:\s|$|[\"”’')])(?! \.))", re.MULTILINE)
_AFTER_OPEN = re.compile(r"(?<=[(\[{$£]) +")
_CURLY = re.compile(r"“ +| +”")
_CLITIC = re.compile(r"(?<=\w) ?([’']) ?(?=(?:s|re|ve|ll|d|m)\b)")
_NOT = re.compile(r"(?<=\w) ?n ?([’']) ?t\b")
_MARK_BEFORE_STOP = re.compile(r"\" +(?=[,.;:!?)](?:\s|$))")
#: Lines of a text that was broken at a page's width are not longer than this.
WIDEST = 120
_WORDS_OF_LINE = 3  # items of lists are shorter; a line of a sentence is not


def repair_texts(texts: pd.Series) -> tuple[pd.Series, pd.DataFrame]:
    """Mend what is damaged in a column of texts.

    Parameters
    ----------
    texts : Series of str

    Returns
    -------
    texts : Series of str
        With the same index; sound texts are the same.
    notes : DataFrame
        `row` (of the index) and `note`, one a kind of damage that was mended in a text.

    Examples
    --------
    >>> texts, notes = repair_texts(pd.Series(["&quot;It may rain,&quot; he said.", "It rains.", None]))
    >>> texts.tolist(), notes["note"].tolist()
    (['"It may rain," he said.', 'It rains.', nan], ['HTML entities were replaced'])
    """
    # Arrow looks through 200 MB of sound text a second for all signs at once; few have one, and are looked at again.
    doubtful = texts[_has(texts, _ANY_SIGN)]
    rows: dict[tuple[Any, str], None] = {}
    for damage in _DAMAGES if len(doubtful) else ():
        signed = doubtful[_has(doubtful, damage.sign)]
        mended = signed.map(damage.mend)
        changed = mended[mended != signed]
        if len(changed):
            doubtful = changed.reindex(doubtful.index).fillna(doubtful)
            rows |= dict.fromkeys((row, damage.note) for row in changed.index)
    if rows:
        texts = doubtful.reindex(texts.index).fillna(texts)
    return texts, pd.DataFrame(rows.keys(), columns=["row", "note"])


def _has(texts: pd.Series, sign: str) -> Any:
    found = compute.match_substring_regex(pa.array(texts, pa.large_string()), sign)
    return found.fill_null(False).to_numpy(zero_copy_only=False)


def _fix_encoding(text: str) -> str:
    if not _MOJIBAKE.search(text):
        return text
    text = _LOST_BYTE.sub("”", text)
    import ftfy  # slow to import, and few corpora need it

    # Only the encoding is put right: quotation marks and ligatures stay as the outlet set them.
    config = ftfy.TextFixerConfig(uncurl_quotes=False, fix_latin_ligatures=False, unescape_html=False)
    return ftfy.fix_text(text, config=config)


def _strip_tags(text: str) -> str:
    """Text between tags: those that part blocks end a line, what a browser does not show is left out."""
    if not (_TAG.search(text) or _UNSEEN.search(text)):
        return text
    shown = _TAG.sub(lambda tag: "\n" if (tag[1] or "").lower() in _BLOCKS else "", _UNSEEN.sub("", text))
    return re.sub(r"[ \t]*\n\s*", "\n", shown).strip()


def _unescape(text: str) -> str:
    for _ in range(3):  # what was escaped twice is unescaped twice
        text, before = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text), text
        if text == before:
            return text
    return text


def _unescape_json(text: str) -> str:
    """Ends of lines, quotation marks and characters that are still written as programs write them."""
    ended = text if "\n" in text else _ESCAPED_END.sub("\n", text)
    plain = _ESCAPED.sub(lambda found: found[1] or chr(int(found[2], 16)), ended)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _rejoin_words(text: str) -> str:
    """Words parted by a hyphen at the end of a line: alleg-/edly; but not so-/called, which has its own."""
    hyphened = _find_hyphened(text)
    return _OVER_LINES.sub(lambda parted: _first_part(parted, hyphened) + parted[2], text)


def _find_hyphened(text: str) -> list[str]:
    """The words of a text that have a hyphen of their own, sorted."""
    return sorted({f"{first}-{second}" for first, second in _INSIDE_LINE.findall(text)})


def _first_part(parted: re.Match[str], hyphened: list[str]) -> str:
    """What stood before the end of the line, with its hyphen where that is the word's own."""
    own = parted[1].lower() in _HYPHENED or is_beginning(f"{parted[1]}-{parted[2]}", hyphened)
    return parted[1] + ("-" if own else "")


def is_beginning(text: str, ordered: list[str]) -> bool:
    """Whether one of many strings, which are sorted, begins with a text; without a look at each.

    Examples
    --------
    >>> is_beginning("year-old", ["self-made", "year-olds"]), is_beginning("made", ["self-made", "year-olds"])
    (True, False)
    """
    place = bisect_left(ordered, text)
    return place < len(ordered) and ordered[place].startswith(text)


def is_mid_sentence(line: str, following: str) -> bool:
    """Whether a sentence goes on from one line to the next: no stop, and a small letter.

    Examples
    --------
    >>> is_mid_sentence("The office said on", "Monday that it may"), is_mid_sentence("He said on that", "day it may")
    (False, True)
    """
    if not (line and following and following[0].islower() and (line[-1].islower() or line[-1] == ",")):
        return False
    return line.count(" ") >= _WORDS_OF_LINE - 1


def find_width(lines: list[str]) -> int:
    """The width at which lines were broken, or 0 where they were not.

    A line is broken where the next word did not fit; a text is wrapped where that is so at nearly all places at which a
    sentence goes on.

    Examples
    --------
    >>> find_width(["The office said that the", "rain would reach the city", "by the evening and that it", "may stay."])
    26
    """
    width = max((len(line) for line in lines if " " in line), default=0)
    if width > WIDEST:
        return 0
    inside = [pair for pair in pairwise(lines) if is_mid_sentence(*pair)]
    full = [pair for pair in inside if _is_full(*pair, width)]
    return width if len(inside) >= 2 and len(full) >= 0.8 * len(inside) else 0


def _is_full(line: str, following: str, width: int) -> bool:
    """Whether the first word of the next line had no room."""
    return len(line) + 1 + len(following.split(" ", 1)[0]) > width


def unwrap(text: str) -> str:
    """Lines that were broken inside sentences, joined; paragraphs stay apart.

    Examples
    --------
    >>> unwrap("The office said on Monday that\\nrain would reach the city by the\\nevening.\\n\\nNobody was hurt.")
    'The office said on Monday that rain would reach the city by the evening.\\n\\nNobody was hurt.'
    """
    lines = [line.strip() for line in text.split("\n")]
    if not any(is_mid_sentence(*pair) for pair in pairwise(lines)):
        return text
    width, hyphened = find_width(lines), _find_hyphened(text)
    parts = [lines[0]]  # the lines and what stands between them: a line that is joined is not written anew
    for line, following in pairwise(lines):
        parted = _OVER_LINES.search(f"{line}\n{following}") if width else None
        if parted:  # before the width can no longer be told
            parts[-1] = line[: parted.start()] + _first_part(parted, hyphened)
        else:
            full = width and line and following and _is_full(line, following, width)
            parts.append(" " if full or is_mid_sentence(line, following) else "\n")
        parts.append(following)
    return "".join(parts)


def _close_up(text: str) -> str:
    """Blanks that a tokeniser put around stops, apostrophes and quotation marks."""
    for token, mark in _PENN.items():
        text = text.replace(token, mark)
    text = _NOT.sub(r"n\1t", _CLITIC.sub(r"\1", text))
    return _AFTER_OPEN.sub("", _BEFORE_STOP.sub("", text))


def _detokenise(text: str) -> str:
    # Points of omission ( . . . ) are no sign of a tokeniser.
    spaced = text.count(" , ") + text.count(" . ") + text.count(" ,\n") + text.count(" .\n") - 3 * text.count(" . . ")
    stops = text.count(", ") + text.count(". ") + text.count(",\n") + text.count(".\n") + text.endswith(".")
    if spaced + text.endswith(" .") >= 2 and 2 * spaced > stops:
        text = _close_up(text)
    if "“ " in text or " ”" in text:
        text = _CURLY.sub(lambda mark: mark[0].strip(), text)
    lines = text.split("\n")
    return "\n".join(_close_marks(line) if ' " ' in f" {line} " else line for line in lines)


def _close_marks(line: str) -> str:
    """Straight quotation marks with blanks on both sides: the first opens, the next closes."""
    if line.count('"') % 2:
        return line
    parts = line.split('"')
    for place in range(1, len(parts), 2):  # what stands between marks
        parts[place] = parts[place].strip()
    return _MARK_BEFORE_STOP.sub('"', '"'.join(parts))


_DAMAGES = (
    Damage("characters of a wrong encoding were repaired", f"{MOJIBAKE}|â€", _fix_encoding),
    Damage("control characters were replaced by the Windows characters of their number", "[\u0080-\u009f]",
           lambda text: text.translate(_WINDOWS)),
    Damage("HTML tags were taken out", "<[A-Za-z/!]", _strip_tags),
    Damage("HTML entities were replaced", "&#|&[A-Za-z][A-Za-z0-9]*;", _unescape),
    Damage("HTML tags were taken out", "<[A-Za-z/!]", _strip_tags),  # those that had been escaped
    Damage("escaped line ends and characters were replaced", r"\\[nru\"'“”‘’]", _unescape_json),
    Damage("invisible characters were taken out", f"[{re.escape(''.join(map(chr, _INVISIBLE)))}]",
           lambda text: text.translate(_INVISIBLE)),
    Damage("ligatures were replaced by their letters", "[ﬀ-ﬆ]", lambda text: text.translate(_LIGATURES)),
    Damage("look-alikes of apostrophes were replaced", "[A-Za-z][‘`´ʼ′＇ʹ][A-Za-z]",
           lambda text: _APOSTROPHE.sub("’", text)),
    Damage("look-alikes of quotation marks were replaced", "[″＂‶]", lambda text: _DOUBLE.sub('"', text)),
    Damage("underscores for emphasis were taken out", r"_[^_\n]*_", lambda text: _EMPHASIS.sub(r"\1", text)),
    Damage("lines broken inside sentences were joined", r"[a-zà-ÿ,][ \r]*\n\s*[a-zà-ÿ]", unwrap),
    Damage("words parted at the end of a line were joined", "[-\u2010¬]\r?\n", _rejoin_words),
    Damage("blanks around quotation marks and stops were taken out", r" [,.][ \n\"”]|(?:^|\s)\"\s|“ | ”|`` |'' ",
           _detokenise),
)  # fmt: skip
_ANY_SIGN = "|".join(dict.fromkeys(damage.sign for damage in _DAMAGES))
