"""Word lists and dictionaries in the forms that people have: each is read into pairs of a feature and a phrase.

A lexicon of ours is a folder (`analysis.codebook.lexicon`). Everything simpler comes through here: words in Python, a
column of words in a file, quanteda's YAML, LIWC's ``.dic``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from analysis.tables import InputError

#: What words are called that come without a name.
UNNAMED = "marker"
#: How a column of phrases, and one of their features, may be headed.
PHRASE_HEADINGS = ("pattern", "phrase", "term", "word", "entry", "words", "terms", "patterns", "phrases", "entries")
FEATURE_HEADINGS = ("feature", "category", "dimension", "key", "label")
#: Nobody nests categories so deep; a file that does is made to break its reader.
DEEPEST = 20
#: In a LIWC file a word and its categories stand on one line, the categories between two lines of ``%`` before.
_LIWC_LINE = re.compile(r"^(?P<term>.+?)\s+(?P<numbers>\d+(?:\s+\d+)*)$")


class Pair(NamedTuple):
    """A phrase, the feature that it marks, and where both stand."""

    feature: str
    phrase: str
    row: int


def pairs_of_words(words: Mapping[str, Iterable[str]] | Iterable[str]) -> list[Pair]:
    """Phrases given in Python: a list, or features with a list each.

    Examples
    --------
    >>> pairs_of_words({"doubt": ["allegedly", "so-called"]})
    [Pair(feature='doubt', phrase='allegedly', row=1), Pair(feature='doubt', phrase='so-called', row=2)]
    """
    named = words if isinstance(words, Mapping) else {UNNAMED: words}
    found: list[Pair] = []
    for feature, phrases in named.items():
        if not isinstance(feature, str) or not isinstance(phrases, Iterable):
            raise InputError(f"a lexicon in Python is {{'feature': ['word', …]}}; {feature!r}: {phrases!r} is neither")
        for phrase in [phrases] if isinstance(phrases, str) else phrases:
            if not isinstance(phrase, str):
                raise InputError(f"lexicon, feature {feature!r}: {phrase!r} is no text; give words as strings")
            found.append(Pair(feature.strip(), phrase.strip(), len(found) + 1))
    return found


def pairs_of_file(path: Path) -> list[Pair]:
    """The phrases of a file of words: ``.yml``, ``.yaml`` (quanteda), ``.dic`` (LIWC), or ``.txt``, ``.csv``, ``.tsv``.

    A text or table is one column of phrases, which take the file's name as their feature, or two columns with a
    heading that says which is which. What another tool's dictionary says and we cannot is refused: a ``*`` inside a
    word, a regular expression.

    Raises
    ------
    InputError
    """
    readers = {".yml": _yaml, ".yaml": _yaml, ".dic": _liwc, ".txt": _column, ".csv": _column, ".tsv": _column}
    suffix = path.suffix.lower()
    if suffix not in readers:
        raise InputError(f"{path}: a lexicon is a folder, a column of words, or a dictionary in .yml, .yaml or .dic")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    pairs = list(readers[suffix](path, text))
    if not pairs:
        raise InputError(f"{path}: no word in it; a dictionary needs features with words")
    for _, term, row in pairs if readers[suffix] is not _column else ():
        if not re.fullmatch(r"[\w'’*\- ]+", term) or re.search(r"\*\S|(?<!\S)\S?\*", term):
            raise InputError(f"{path}, entry {row}: {term!r} cannot be read; words, spaces and a final * can")
    return pairs


def _column(path: Path, text: str) -> Iterator[Pair]:
    """One column of phrases, or two: with a heading where there are two, with or without one else."""
    rows = list(_rows(path, text))
    width = max((len(cells) for _, cells in rows), default=1)
    heading = [cell.lower() for cell in rows[0][1]] if rows else []
    phrase = next((heading.index(name) for name in PHRASE_HEADINGS if name in heading), None)
    feature = next((heading.index(name) for name in FEATURE_HEADINGS if name in heading), None)
    if width > 2 or (width == 2 and (phrase is None or feature is None)):
        raise InputError(f"{path}: needs one column of words, or two headed feature and pattern")
    for number, cells in rows if phrase is None else rows[1:]:
        if len(cells) < width or not all(cells):
            raise InputError(f"{path}, row {number}: a feature or a word is missing")
        name = path.name.split(".")[0] if feature is None else cells[feature]
        yield Pair(name, cells[phrase or 0], number)


def _rows(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that are not empty, as cells, with their numbers; in a text each line is one cell."""
    suffix = path.suffix.lower()
    lines = text.splitlines()
    table = csv.reader(lines, delimiter="\t" if suffix == ".tsv" else ",", strict=True)
    try:
        for number, line in enumerate(([line] for line in lines) if suffix == ".txt" else table, 1):
            if any(map(str.strip, line)):
                yield number, [cell.strip() for cell in line]
    except csv.Error as error:
        raise InputError(f"{path}: not a table that can be read ({error})") from error


def _yaml(path: Path, text: str) -> Iterator[Pair]:
    """Keys with their words; nested keys are joined by points.

    The tree is read and not its Python values: *no* and *yes* are words here, no truth values. A part that refers to
    another (``*name``) could refer to itself, or multiply without end, and is refused.
    """
    import yaml  # only where a dictionary is YAML: it is slow to import

    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent):
                raise InputError(f"{path}: *{event.anchor} refers to another part; write the words out")
            if depth > DEEPEST:
                raise InputError(f"{path}: nested more than {DEEPEST} deep")
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not YAML that can be read: {str(error).splitlines()[0]}") from error
    waiting = [("", tree)] if tree is not None else []
    while waiting:
        name, node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            below = [(f"{name}.{key.value}" if name else str(key.value), value) for key, value in node.value]
            waiting.extend(reversed(below))
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend((name, item) for item in reversed(node.value))
        elif node.tag != "tag:yaml.org,2002:null":
            if not name:
                raise InputError(f"{path}: a dictionary is keys with words, such as hedge: [may, perhaps]")
            yield Pair(name, node.value.strip(), node.start_mark.line + 1)


def _liwc(path: Path, text: str) -> Iterator[Pair]:
    parts = re.split(r"^%\s*$", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3:
        raise InputError(f"{path}: a .dic file lists its categories between two lines that hold only %")
    named = (line.split(maxsplit=1) for line in parts[1].splitlines())
    names = dict(parts for parts in named if len(parts) == 2)
    above = parts[0].count("\n") + parts[1].count("\n")
    for number, line in enumerate(map(str.strip, parts[2].splitlines()), start=above + 1):
        found = _LIWC_LINE.match(line)
        if line and not (found and {*found["numbers"].split()} <= {*names}):
            raise InputError(f"{path}, line {number}: {line!r} is not a word and its categories' numbers")
        if found:
            yield from (Pair(names[key].strip(), found["term"], number) for key in found["numbers"].split())
