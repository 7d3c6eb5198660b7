"""Words, gaps and sentences of whole batches of texts, as integer arrays.

A text is read as words with gaps between them: gap, word, gap, word, …, gap. Both are dictionary-encoded in one
pass by Arrow, so whatever is known of a word (is it a cue? capitalised?) or of a gap (a full stop? a quotation
mark?) is worked out once for each distinct string and then spread over millions of places by an array index.
Everything downstream (quotations, mentions, scores) works on these arrays and never on one word at a time.

Libraries that split sentences give Python strings, one object a sentence, which costs more than the whole of this
module; here the sentence ends fall out of the gaps that every other step needs anyway.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

#: Stands between texts, so that no word or sentence runs from one into the next. A text's own NUL becomes a space.
SEPARATOR = b"\x00"

#: Abbreviations after which a full stop does not end a sentence when a capital follows: titles, ranks, months,
#: company forms, place names. Compiled from titles and datelines read in US and Russian newswire.
ABBREVIATIONS = frozenset(
    "mr mrs ms mx dr prof sen sens rep reps gen maj lt col capt cmdr cpl sgt adm brig gov lieut hon rev fr msgr st "
    "mt ft jr sr vs no nos dept dist ave blvd rd jan feb mar apr jun jul aug sept sep oct nov dec amb asst atty "
    "supt det spc pvt pfc ariz ark calif colo conn del fla ga ill ind kan ky la mass md mich minn miss mo mont neb "
    "nev okla ore pa penn tenn tex vt va wash wis wyo u.s u.n e.g i.e etc al inc corp co ltd bros".split()
)
#: These end a sentence too when it is clearly over (a new sentence's usual first word follows).
MAY_END = frozenset("jr sr inc corp co ltd bros etc al no".split())
#: First words of sentences in news that are hardly ever the second half of a name.
STARTERS = frozenset(
    "the a an this that these those in on at by for from with after before as while when if but and or he she it "
    "they we i you his her its their our my there here who what why how so not no now then yet however still also "
    "although since because during under over last earlier meanwhile more most some many all both each one two "
    "according asked to".split()
)

_LOWER, _STARTER, _ABBREVIATION, _MAY_END = 1, 2, 3, 4
_CLOSERS = "\"'”’»)]"
_STOP = re.compile(r"[.!?…][%s]*[\s\x00]|[.!?…][“«]" % re.escape(_CLOSERS))
#: For each byte whether it stands in words, as a table for `bytes.translate`, which beats an index into an array.
_ASCII_WORD = bytes(c < 128 and (chr(c).isalnum() or chr(c) == "_") for c in range(256))
_ONLY_DOT = re.compile(r"^\.[%s]*\s" % re.escape(_CLOSERS))


class Vocabulary:
    """Distinct strings seen so far and what is known of each.

    One vocabulary serves a whole run: a table over it (`table`) is worked out once for each distinct string,
    and only the new ones of each batch are added.

    Examples
    --------
    >>> vocabulary = Vocabulary()
    >>> vocabulary.add(["no", "evidence", "no"]).tolist()
    [0, 1, 0]
    >>> vocabulary.table("length", len, "int32").tolist()
    [2, 8]
    """

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._ids: dict[str, int] = {}
        self._keys: dict[bytes | int, int] = {}
        self._tables: dict[str, np.ndarray] = {}
        self._is_word = np.zeros(0, dtype=bool)

    def __len__(self) -> int:
        return len(self.strings)

    def add(self, strings: Sequence[str]) -> np.ndarray:
        """Ids (int32) of `strings`, new ones added."""
        ids, known = self._ids, self.strings
        found = np.empty(len(strings), dtype=np.int32)
        for place, string in enumerate(strings):
            code = ids.get(string)
            if code is None:
                code = ids[string] = len(known)
                known.append(string)
            found[place] = code
        return found

    def encode(self, data: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Ids (int32) of the stretches of `data` (bytes of UTF-8) from each start to its end, new ones added.

        Up to seven bytes, nearly always enough, are one number with their count: Arrow finds the distinct ones among
        numbers in a seventh of the time that it takes for strings.
        """
        size = end - start
        short, long = np.flatnonzero(size < 8), np.flatnonzero(size > 7)
        eight = np.ndarray(len(data), "<u8", np.append(data, np.zeros(8, np.uint8)), strides=(1,))
        count = size[short].astype(np.uint64)
        number = eight[start[short]] & ((np.uint64(1) << count * np.uint64(8)) - np.uint64(1)) | count << np.uint64(56)
        ids = np.empty(len(start), dtype=np.int32)
        ids[short] = self._known(pa.array(number).dictionary_encode())
        ids[long] = self._known(_slices(data, start[long], end[long]).dictionary_encode())
        return ids

    def _known(self, encoded: pa.DictionaryArray) -> np.ndarray:
        keys, known = encoded.dictionary.to_numpy(zero_copy_only=False).tolist(), self._keys
        new = [key for key in keys if key not in known]
        stretches = (key.to_bytes(8, "little")[: key >> 56] if isinstance(key, int) else key for key in new)
        known.update(zip(new, self.add([b.decode("utf-8", "replace") for b in stretches]).tolist(), strict=True))
        return np.array([known[key] for key in keys], dtype=np.int32).take(encoded.indices.to_numpy())

    def table(self, name: str, function: Callable[[str], Any], dtype: str = "bool", of: str = "all") -> np.ndarray:
        """``function`` of every string, by id; kept under `name` and extended as strings come in.

        With `of` "words" or "gaps" it is asked of those only, and the others get 0.
        """
        table = self._tables.get(name)
        done = 0 if table is None else len(table)
        if table is None or done < len(self.strings):
            strings = self.strings[done:]
            new = np.zeros(len(strings), dtype=dtype)
            if of == "all":
                new[:] = [function(string) for string in strings]
            else:
                fresh = [s[:1].isalnum() or s[:1] == "_" for s in self.strings[len(self._is_word) :]]
                self._is_word = np.append(self._is_word, np.array(fresh, dtype=bool))
                asked = np.flatnonzero(self._is_word[done:] == (of == "words"))
                new[asked] = [function(strings[i]) for i in asked.tolist()]
            table = self._tables[name] = new if table is None else np.concatenate([table, new])
        return table


def among(values: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Which of `values` (whole numbers from 0, none large) are among `members`: `np.isin` without sorting.

    Examples
    --------
    >>> among(np.array([4, 0, 2]), np.array([2, 4])).tolist()
    [True, False, True]
    """
    known = np.zeros(max(int(values.max(initial=-1)), int(members.max(initial=-1))) + 1, dtype=bool)
    known[members] = True
    return known[values]


class Tokens(NamedTuple):
    """The words of a batch of texts. All offsets but those of `characters` count bytes of `data`.

    Attributes
    ----------
    data : uint8 array
        The texts in UTF-8, a separator before and after each.
    origin : int32 array
        Where in `data` each text begins; one more at the end.
    first : int32 array
        Index of the first word of each text; one more at the end.
    start, end : int32 arrays
        Byte offsets of each word.
    word : int32 array
        Vocabulary id of each word as typed.
    gap : int32 array
        Vocabulary id of the gap *before* each word; one more, after the last word, at the end.
    sentence : int32 array
        Number of the sentence that each word stands in, counted through the batch.
    continuation : int32 array
        Places of the bytes that do not begin a character: they turn byte offsets into code points.
    vocabulary : Vocabulary
    """

    data: np.ndarray
    origin: np.ndarray
    first: np.ndarray
    start: np.ndarray
    end: np.ndarray
    word: np.ndarray
    gap: np.ndarray
    sentence: np.ndarray
    continuation: np.ndarray
    vocabulary: Vocabulary

    def text_of(self, byte: np.ndarray) -> np.ndarray:
        """Index of the text that each byte offset stands in."""
        return (np.searchsorted(self.origin, byte, side="right") - 1).astype(np.int32)

    def text_of_word(self, word: np.ndarray) -> np.ndarray:
        """Index of the text that each word stands in."""
        return (np.searchsorted(self.first, word, side="right") - 1).astype(np.int32)

    def characters(self, byte: np.ndarray, text: np.ndarray) -> np.ndarray:
        """Code point offsets, within their texts, of byte offsets of `data`."""
        origin = self.origin[text]
        if not len(self.continuation):
            return (byte - origin).astype(np.int32)
        before = np.searchsorted(self.continuation, byte) - np.searchsorted(self.continuation, self.origin)[text]
        return (byte - origin - before).astype(np.int32)

    def bytes_of(self, character: np.ndarray, text: np.ndarray) -> np.ndarray:
        """Byte offsets of code point offsets within their texts: the inverse of `characters`."""
        origin = self.origin[text]
        if not len(self.continuation):
            return (origin + character).astype(np.int32)
        whole = origin - np.searchsorted(self.continuation, origin) + character
        before = self.continuation - np.arange(len(self.continuation))
        return (whole + np.searchsorted(before, whole, side="right")).astype(np.int32)

    def slice(self, start: int, end: int) -> str:
        """The text between two byte offsets."""
        return self.data[start:end].tobytes().decode("utf-8", "replace")

    def places(self, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Text, start and end (code points in it) of each stretch of words from `first` to `last`, both in it."""
        text = self.text_of_word(first)
        return text, self.characters(self.start[first], text), self.characters(self.end[last], text)

    def cut(self, text: np.ndarray, start: np.ndarray, end: np.ndarray) -> pa.Array:
        """The stretches of texts between code points, as an Arrow array of strings; missing where they begin at -1."""
        known = start >= 0
        bounds = (self.bytes_of(np.where(known, place, 0), text) for place in (start, end))
        return pc.if_else(pa.array(known), self.strings(*bounds), None)

    def strings(self, start: np.ndarray, end: np.ndarray) -> pa.Array:
        """The texts between byte offsets, as an Arrow array of strings."""
        return _slices(self.data, start, end).cast(pa.large_string())


def _slices(data: np.ndarray, start: np.ndarray, end: np.ndarray) -> pa.Array:
    """The bytes from each start to its end as an Arrow array."""
    size = (end - start).astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(size)])
    place = np.repeat(start - offsets[:-1], size) + np.arange(offsets[-1])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data.take(place, mode="wrap"))]  # wrap: nothing to check
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(size), buffers)


def _word_bytes(data: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which bytes stand in words (`\\w+(?:['’-]\\w+)*`), and where characters of several bytes go on."""
    inside = np.frombuffer(bytearray(data).translate(_ASCII_WORD), dtype=bool)
    beyond = np.flatnonzero(data >= 0x80)
    follows = data[beyond] < 0xC0
    continuation = beyond[follows].astype(np.int32)
    connector = np.flatnonzero((data == 0x27) | (data == 0x2D))
    width = np.ones(len(connector), dtype=np.int64)
    if len(continuation):
        lead = beyond[~follows]
        size = np.where(data[lead] >= 0xF0, 4, np.where(data[lead] >= 0xE0, 3, 2))
        padded = np.append(data, np.zeros(4, np.uint8))
        code = (data[lead] & (0x7F >> size)).astype(np.uint32)
        for step in (1, 2, 3):
            code = np.where(size > step, (code << 6) | (padded[lead + step] & 0x3F), code)
        distinct, place = np.unique(code, return_inverse=True)
        letter = np.array([chr(c).isalnum() for c in distinct.tolist()], dtype=bool)[place]
        for step in range(4):
            inside[lead[letter & (size > step)] + step] = True
        curly = lead[code == 0x2019]
        connector = np.concatenate([connector, curly])
        width = np.concatenate([width, np.full(len(curly), 3)])
    joins = inside[connector - 1] & inside[connector + width]
    connector, width = connector[joins], width[joins]
    for step in range(3):
        inside[connector[width > step] + step] = True
    return inside, continuation


def in_turn(headlines: pd.Series, texts: pd.Series) -> pa.Array:
    """Headline, text, headline, text, … of articles as one Arrow array; a missing one is empty.

    Examples
    --------
    >>> in_turn(pd.Series(["No evidence", None], dtype="str"), pd.Series(["It rained.", "It may."])).to_pylist()
    ['No evidence', 'It rained.', '', 'It may.']
    """
    columns = [pa.array(whole_characters(column), pa.large_string(), from_pandas=True) for column in (headlines, texts)]
    chunks = [chunk for column in columns for chunk in getattr(column, "chunks", [column])]
    order = np.arange(2 * len(texts)).reshape(2, -1).ravel(order="F")
    return pa.concat_arrays(chunks).fill_null("").take(pa.array(order))


def whole_characters(texts: pd.Series) -> pd.Series:
    """Texts in which a half character, which is none in UTF-8, is a question mark; offsets stay as they are.

    Examples
    --------
    >>> whole_characters(pd.Series([f"It{chr(0xD800)} rained.", None], dtype=object)).tolist()
    ['It? rained.', nan]
    """
    try:
        return texts.astype("str")
    except UnicodeEncodeError:
        whole = [text.encode("utf-8", "replace").decode() if isinstance(text, str) else None for text in texts]
        return pd.Series(whole, texts.index, dtype="str")


def _joined(texts: Sequence[str] | pa.Array) -> np.ndarray:
    """The bytes of all texts with a separator before and after each; half characters may only come in strings."""
    if not len(texts):
        return np.zeros(2, np.uint8)
    if not isinstance(texts, pa.Array):
        whole = "\x00".join([text.replace("\x00", " ") if "\x00" in text else text for text in texts])
        return np.frombuffer(SEPARATOR + whole.encode("utf-8", "surrogatepass") + SEPARATOR, dtype=np.uint8)
    nothing, separator = (pa.scalar(mark, texts.type) for mark in ("", "\x00"))
    data = pc.binary_join_element_wise(texts, nothing, separator).buffers()[2]
    joined = np.append(np.uint8(0), np.frombuffer(data, dtype=np.uint8)) if data else np.zeros(1, np.uint8)
    if np.count_nonzero(joined == 0) > len(texts) + 1:
        return _joined(pc.replace_substring(texts, "\x00", " "))
    return joined


def tokenise(texts: Sequence[str] | pa.Array, vocabulary: Vocabulary | None = None) -> Tokens:
    """Words, gaps and sentences of a batch of texts.

    Parameters
    ----------
    texts : sequence of str, or Arrow array of large strings
        Bodies or headlines; an empty one is allowed, a missing one is not. Arrow's need no copy for each.
    vocabulary : Vocabulary, optional
        One to go on with; a new one otherwise.

    Returns
    -------
    Tokens

    Examples
    --------
    >>> tokens = tokenise(["Gen. Miller didn’t say so. “No evidence,” he said."])
    >>> [tokens.vocabulary.strings[i] for i in tokens.word]
    ['Gen', 'Miller', 'didn’t', 'say', 'so', 'No', 'evidence', 'he', 'said']
    >>> tokens.sentence.tolist()
    [0, 0, 0, 0, 0, 1, 1, 1, 1]
    """
    vocabulary = Vocabulary() if vocabulary is None else vocabulary
    data = _joined(texts)
    inside, continuation = _word_bytes(data)
    edges = (np.flatnonzero(inside[1:] != inside[:-1]) + 1).astype(np.int32)
    start, end = edges[0::2].copy(), edges[1::2].copy()
    word = vocabulary.encode(data, start, end)
    opens, closes = np.append(np.int32(0), end), np.append(start, np.int32(len(data)))
    gap = np.full(len(opens), vocabulary.add([" "])[0])
    odd = np.flatnonzero((closes - opens != 1) | (data[opens] != ord(" ")))  # nearly all gaps are one space
    gap[odd] = vocabulary.encode(data, opens[odd], closes[odd])
    nul = np.flatnonzero(data == 0)
    origin = (nul[: len(texts) + 1] + 1).astype(np.int32)
    first = np.searchsorted(start, origin).astype(np.int32)
    sentence = _sentences(word, gap, start, end, first, vocabulary)
    return Tokens(data, origin, first, start, end, word, gap, sentence, continuation, vocabulary)


def _sentences(
    word: np.ndarray,
    gap: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    first: np.ndarray,
    vocabulary: Vocabulary,
) -> np.ndarray:
    """Sentence numbers: a line's end always ends one; a full stop does unless an abbreviation or initial bears it."""
    if not len(word):
        return np.zeros(0, dtype=np.int32)
    line = vocabulary.table("line", lambda s: "\n" in s or "\x00" in s or "\r" in s, of="gaps")
    stop = vocabulary.table("stop", lambda s: bool(_STOP.search(s)), of="gaps")
    dot = vocabulary.table("only dot", lambda s: bool(_ONLY_DOT.match(s)), of="gaps")
    role = vocabulary.table("role at a full stop", _role, "uint8", of="words")
    ends = line[gap[:-1]]
    place = np.flatnonzero(stop[gap[:-1]] & ~ends)
    place = place[place > 0]
    before, after = role[word[place - 1]], role[word[place]]
    held = after == _LOWER
    held |= dot[gap[place]] & ((before == _ABBREVIATION) | ((before == _MAY_END) & (after != _STARTER)))
    ends[place[~held]] = True
    ends[first[:-1][first[:-1] < len(word)]] = True
    return (np.cumsum(ends, dtype=np.int32) - ends[0]).astype(np.int32)


def _role(word: str) -> int:
    """What a word says of a full stop beside it."""
    lower = word.lower()
    if lower in MAY_END or (len(word) == 1 and word.isupper() and word != "I"):
        return _MAY_END
    if lower in ABBREVIATIONS:
        return _ABBREVIATION
    if word[0].islower():
        return _LOWER
    return _STARTER if lower in STARTERS else 0


def sentence_bounds(tokens: Tokens) -> tuple[np.ndarray, np.ndarray]:
    """Byte offsets of each sentence, its own punctuation and quotation marks included.

    Returns
    -------
    tuple of two int32 arrays
        Start and end of each sentence, by its number.
    """
    strings = tokens.vocabulary
    if not len(tokens.word):
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    opening = strings.table("opening", _opening, "int32", "gaps")
    closing = strings.table("closing", _closing, "int32", "gaps")
    change = np.flatnonzero(np.diff(tokens.sentence, prepend=-1))
    last = np.append(change[1:], len(tokens.word)) - 1
    starts = tokens.start[change] - opening[tokens.gap[change]]
    ends = tokens.end[last] + closing[tokens.gap[last + 1]]
    return starts.astype(np.int32), ends.astype(np.int32)


def split_sentences(texts: Sequence[str] | pd.Series) -> pd.DataFrame:
    """Places of the sentences of texts.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    DataFrame
        `row` (which text, from 0), `start`, `end` (code points), in reading order.

    Examples
    --------
    >>> split_sentences(["It rained. “Nobody came,” he said.", "", "Überall."]).values.tolist()
    [[0, 0, 10], [0, 11, 34], [2, 0, 8]]
    """
    tokens = tokenise(list(texts))
    starts, ends = sentence_bounds(tokens)
    row = tokens.text_of(starts)
    return pd.DataFrame({"row": row, "start": tokens.characters(starts, row), "end": tokens.characters(ends, row)})


def _closing(gap: str) -> int:
    """Bytes at the head of a gap that belong to the sentence before it: up to the first white space."""
    return len(re.split(r"[\s\x00]", gap, maxsplit=1)[0].encode("utf-8", "replace"))


def _opening(gap: str) -> int:
    """Bytes at the end of a gap that belong to the sentence after it: an opening mark or bracket."""
    tail = re.split(r"[\s\x00]", gap)[-1] if re.search(r"[\s\x00]", gap) else ""
    return len(tail.encode("utf-8", "replace"))
