"""Speakers named by a label: *JONES:* in a transcript, *Jones: “…”*, *Reports: …* and *… - Diplomat* in a headline."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from analysis.voice.speakers import Phrases, word_class
from analysis.voice.tokens import Tokens
from analysis.voice.words import COLON, DASH, LABEL, LINE, Words, kinds_named

#: A turn of a transcript: a name in capitals, perhaps with a role or a bracket (*ANNA JONES, HOST*, *REP. SMITH
#: (D-OH)*).
_TURN = re.compile(r"(?P<name>[A-Z][A-Z.'’-]*(?: [A-Z.'’-]+){0,4})(?P<role>, [^:]{1,60}| ?[(\[][^)\]]*[)\]])?")
#: A name or an office as it is usually written, with a bracket or role perhaps.
_NAMED = re.compile(
    r"(?P<name>[A-Z][\w.'’-]*(?: (?:of|the|for|and|de|al|bin|van|von|[A-Z][\w.'’-]*)){0,5})"
    r"(?P<role> ?[(\[][^)\]]*[)\]])?"
)
#: Words of a label, and of the line after a name that is not written in capitals, at most.
_LABEL_WORDS, _LABELLED_WORDS = 10, 25
#: Labels of a text from which on a single word in capitals is a speaker and no heading (*NOTE:*, *WASHINGTON:*), and a
#: name as it is usually written begins a turn, if one label comes again or asks a question.
_TRANSCRIPT = 2
_CAPITAL = kinds_named("capital Possessive initial")
_COLUMNS = ["first", "last", "speaker", "speaker_last", "direct"]
_TOLD = ["name", "asks", "shape"]


def find_labels(tokens: Tokens, words: Words, phrases: Phrases, headline: np.ndarray) -> pd.DataFrame:
    """What labels claim.

    Parameters
    ----------
    tokens : Tokens
    words : Words
    phrases : Phrases
    headline : bool array
        Which texts are headlines.

    Returns
    -------
    DataFrame
        ``first``, ``last`` (word numbers of the content), ``speaker``, ``speaker_last`` (of who is named), ``direct``
        (a turn of a transcript, which needs no quotation marks).
    """
    lines = np.flatnonzero((words.gap == LINE) | (words.gap == LABEL))
    lines = lines[lines < words.size]
    headed = np.repeat(headline, np.diff(tokens.first))
    rows = [*_before_colons(tokens, words, lines, headed), *_signs(tokens, words, phrases, lines, headed)]
    table = pd.DataFrame(rows, columns=_COLUMNS).astype({**dict.fromkeys(_COLUMNS, "int64"), "direct": bool})
    return table.sort_values("speaker", kind="stable", ignore_index=True)


def _before_colons(tokens: Tokens, words: Words, lines: np.ndarray, headed: np.ndarray) -> list[dict[Any, Any]]:
    """Labels at the head of a line, up to a colon."""
    after = np.flatnonzero(((words.gap == COLON) | (words.gap == LABEL)) & ~words.opens)
    # *Q.* and *A.* at the head of a line.
    lettered = lines + 1
    dotted = tokens.vocabulary.table("dot", lambda s: s.strip(" ") == ".", of="gaps")
    lettered = lettered[(lettered < words.size) & dotted[tokens.gap[np.minimum(lettered, words.size - 1)]]]
    names = [tokens.vocabulary.strings[code] in ("Q", "A") for code in tokens.word[lettered - 1]]
    lettered = lettered[np.array(names, dtype=bool)]
    after = np.union1d(after[(after > 0) & (after < words.size)], lettered)
    line = np.searchsorted(lines, after - 1, side="right") - 1
    near = (line >= 0) & (after - lines[np.maximum(line, 0)] <= _LABEL_WORDS)
    rows = []
    for first, begin in zip(after[near].tolist(), lines[line[near]].tolist(), strict=True):
        # A label alone on its line speaks the next one.
        stop = lines[np.searchsorted(lines, first, side="right")] if first < lines[-1] else words.size
        row = _labelled(tokens, words, begin, first, int(stop), bool(headed[begin]))
        if row and row["speaker_last"] > row["speaker"]:
            rows.append(row)
    if not rows:
        return []
    text = np.array([np.searchsorted(tokens.first, row["speaker"], side="right") for row in rows], dtype=np.int64)
    table = pd.DataFrame(rows, columns=[*_COLUMNS, *_TOLD]).assign(text=text)
    here = table.assign(again=table.duplicated(["text", "name"])).groupby("text")
    several = (here["last"].transform("size") >= _TRANSCRIPT).to_numpy(bool)
    interview = several & (here["asks"].transform("any") | here["again"].transform("any")).to_numpy(bool)
    shape = table["shape"].to_numpy()
    table["last"] = _whole_turns(table, interview & here["asks"].transform("any").to_numpy(bool))
    table["direct"] = np.isin(shape, ("turn", "role", "one word")) | (shape != "quoted") & interview
    kept = np.where(shape == "one word", several, (shape != "long") | interview)
    return [row for row, keep in zip(table[_COLUMNS].to_dict("records"), kept, strict=True) if keep]


def _whole_turns(table: pd.DataFrame, interview: np.ndarray) -> np.ndarray:
    """Ends of turns: in an interview a turn may have several paragraphs, up to the next label."""
    following = table["speaker"].shift(-1, fill_value=-1).to_numpy()
    same = (table["text"] == table["text"].shift(-1)).to_numpy()
    # A name as it is usually written may as well head a paragraph of a report.
    goes_on = interview & same & np.isin(table["shape"].to_numpy(), ("turn", "role", "one word"))
    return np.where(goes_on, np.maximum(following, table["last"]), table["last"])


def _labelled(tokens: Tokens, words: Words, begin: int, first: int, stop: int, headline: bool) -> dict[str, Any] | None:
    """What one label claims, or nothing if it is none, and what tells turns from quotations: `name`, `asks` (ends in a
    question mark), `shape`.

    The shapes: "turn" in capitals, "one word" in capitals, with a "role", before marks ("quoted"), or a "line", or a
    "long" one, after a name as it is usually written.
    """
    label, colon, _ = tokens.slice(int(tokens.start[begin]), int(tokens.start[first])).partition(":")
    if first == begin + 1 and label.rstrip() in ("Q.", "A."):
        label, colon = label[0], ":"
    if "]" in label and "[" not in label:
        name, comma, role = label.rstrip().removesuffix("]").partition(", ")
        label = f"{name} ({role})" if comma else name
    last_word = tokens.vocabulary.strings[tokens.word[first - 1]].lower()
    turn, named = _TURN.fullmatch(label.rstrip()), _NAMED.fullmatch(label.rstrip())
    found = turn or named
    if not colon or found is None or last_word in word_class("outlet") or last_word in word_class("heading"):
        return None
    name_end = int(tokens.start[begin]) + len(found["name"].encode())
    quoted = int(words.quote_last[first]) if words.quote_next[first - 1] == first else 0
    if turn and not headline:
        shape = "one word" if " " not in found["name"] and not found["role"] else "turn"
    elif quoted or headline:
        shape, stop = "quoted", min(quoted or stop, stop)
    else:
        shape = "role" if found["role"] else "long" if stop - first > _LABELLED_WORDS else "line"
    return {
        "first": first,
        "last": stop,
        "speaker": begin,
        "speaker_last": int(np.searchsorted(tokens.start, name_end)),
        "name": found["name"],
        "asks": "?" in tokens.vocabulary.strings[tokens.gap[stop]],
        "shape": shape,
    }


def _signs(
    tokens: Tokens, words: Words, phrases: Phrases, lines: np.ndarray, headed: np.ndarray
) -> list[dict[str, Any]]:
    """Who signs a headline: *… - Diplomat*."""
    first, last = phrases
    dashed = (words.gap[first] == DASH) & headed[first] & (last - first <= 3)
    first, last = first[dashed], last[dashed]
    behind = np.append(lines, words.size)[np.searchsorted(lines, last, side="left")]
    before = lines[np.maximum(np.searchsorted(lines, first, side="right") - 1, 0)]
    outlets = word_class("outlet")
    outlet = tokens.vocabulary.table("outlet", lambda s: s.lower() in outlets, of="words")[tokens.word[last - 1]]
    good = (last == behind) & (first - before >= 3) & ~outlet
    named = zip(before[good].tolist(), first[good].tolist(), last[good].tolist(), strict=True)
    return [dict(zip(_COLUMNS, (begin, name, name, end, False), strict=True)) for begin, name, end in named]
