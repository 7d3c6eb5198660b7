"""Dictionaries of other tools: quanteda's YAML and LIWC's .dic, read into a lexicon and written from one."""

from __future__ import annotations

import re
from itertools import chain, product
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.codebook.lexicon import ALLOWED, CONDITIONS, ENTRY_COLUMNS, WITHIN, Lexicon
from analysis.tables import InputError, replacing

#: In a LIWC file a word and its categories stand on one line, the categories between two lines of ``%`` before.
_LIWC_LINE = re.compile(r"^(?P<term>.+?)\s+(?P<numbers>\d+(?:\s+\d+)*)$")


def read_dictionary(path: str | Path) -> Lexicon:
    """Read a quanteda dictionary (``.yml``, ``.yaml``) or a LIWC dictionary (``.dic``).

    Keys become features (nested ones joined by ``.``), values patterns. What we cannot say is refused by name: a
    ``*`` inside a word, or a regular expression.

    Parameters
    ----------
    path : path

    Returns
    -------
    Lexicon

    Raises
    ------
    InputError

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "doubt.yml").write_text("doubt: [maybe, 'alleg*']\\n")
    ...     read_dictionary(Path(folder, "doubt.yml")).entries["term"].tolist()
    ['maybe', 'alleg*']
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text") from error
    readers = {".yml": _yaml, ".yaml": _yaml, ".dic": _liwc}
    if path.suffix.lower() not in readers:
        raise InputError(f"{path}: a lexicon is a folder, or a dictionary in .yml, .yaml or .dic")
    pairs = readers[path.suffix.lower()](path, text)
    if not pairs:
        raise InputError(f"{path}: no word in it; a dictionary needs features with words")
    for number, (_, term) in enumerate(pairs, start=1):
        if not re.fullmatch(r"[\w'’*\- ]+", term) or re.search(r"\*\S|(?<!\S)\S?\*", term):
            raise InputError(f"{path}, entry {number}: {term!r} cannot be read; words, spaces and a final * can")
    entries = pd.DataFrame(pairs, columns=["feature", "pattern"]).reindex(columns=ENTRY_COLUMNS, fill_value="")
    entries = entries.assign(term=entries["pattern"], within=WITHIN, file=path.name, row=entries.index + 1)
    features = entries[["feature"]].drop_duplicates(ignore_index=True)
    features = features.assign(label=features["feature"], definition="", source=path.name, core="")
    return Lexicon(features, entries, {})


def _yaml(path: Path, text: str) -> list[tuple[str, str]]:
    import yaml

    try:
        pairs = _leaves(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not YAML that can be read: {str(error).splitlines()[0]}") from error
    if not all(name for name, _ in pairs):
        raise InputError(f"{path}: a dictionary is keys with words, such as hedge: [may, perhaps]")
    return pairs


def _leaves(tree: Any, name: str = "") -> list[tuple[str, str]]:
    """Each value with the keys above it, joined by points."""
    if isinstance(tree, dict):
        below = [_leaves(value, f"{name}.{key}" if name else str(key)) for key, value in tree.items()]
        return list(chain(*below))
    if isinstance(tree, list):
        return [pair for value in tree for pair in _leaves(value, name)]
    return [] if tree is None else [(name, str(tree).strip())]


def _liwc(path: Path, text: str) -> list[tuple[str, str]]:
    parts = re.split(r"^%\s*$", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3:
        raise InputError(f"{path}: a .dic file lists its categories between two lines that hold only %")
    names = dict(line.split(maxsplit=1) for line in parts[1].splitlines() if len(line.split(maxsplit=1)) == 2)
    pairs = []
    lines = map(str.strip, parts[2].splitlines())
    for number, line in enumerate(lines, start=parts[0].count("\n") + parts[1].count("\n") + 1):
        found = _LIWC_LINE.match(line)
        if line and not (found and {*found["numbers"].split()} <= {*names}):
            raise InputError(f"{path}, line {number}: {line!r} is not a word and its categories' numbers")
        pairs += [(names[key].strip(), found["term"]) for key in found["numbers"].split()] if found else []
    return pairs


def write_dictionary(lexicon: Lexicon, path: str | Path) -> list[str]:
    """Write a lexicon as ``.yml`` (quanteda) or ``.dic`` (LIWC).

    Parameters
    ----------
    lexicon : Lexicon
    path : path

    Returns
    -------
    list of str
        What the other format cannot say, a line an entry: conditions are lost, gaps and classes left out.

    Examples
    --------
    >>> import tempfile
    >>> from analysis.codebook.lexicon import read_lexicon
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     lost = write_dictionary(read_lexicon(), Path(folder, "codebook.yml"))
    ...     again = read_dictionary(Path(folder, "codebook.yml"))
    >>> "hedge" in set(again.features["feature"])
    True
    """
    path = Path(path)
    words: dict[str, dict[str, None]] = {}  # the terms of each feature, in order and each once
    lost = []
    for entry in lexicon.entries[lexicon.entries["feature"] != ""].to_dict("records"):
        given = ", ".join(name for name in [*CONDITIONS, *ALLOWED, "not_in"] if entry[name])
        place = f"{entry['file']}, row {entry['row']}: {entry['term']!r}"
        if "[" in entry["term"] or "@" in entry["term"]:
            lost.append(f"{place} left out: a gap or a class of words")
            continue
        lost += [f"{place} without its {given}"] if given else []
        options = [part.replace("?", "|").split("|") for part in entry["term"].split()]
        choices = (" ".join(filter(None, choice)) for choice in product(*options))
        words.setdefault(entry["feature"], {}).update(dict.fromkeys(filter(None, choices)))
    if path.suffix.lower() in (".yml", ".yaml"):
        import yaml

        lists = {feature: list(terms) for feature, terms in words.items()}
        text = yaml.safe_dump(lists, allow_unicode=True, sort_keys=False)
    elif path.suffix.lower() == ".dic":
        numbers = {feature: str(number) for number, feature in enumerate(words, start=1)}
        head = [f"{number}\t{feature}" for feature, number in numbers.items()]
        body = [
            "\t".join([term, *(numbers[feature] for feature in words if term in words[feature])])
            for term in sorted({*chain(*words.values())})
        ]
        text = "\n".join(["%", *head, "%", *body, ""])
    else:
        raise InputError(f"{path}: a dictionary is written as .yml, .yaml or .dic")
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")
    return lost
