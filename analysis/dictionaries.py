"""Dictionaries of other tools: quanteda's YAML and LIWC's .dic, read into a lexicon and written from one."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from .lexicon import CONDITIONS, ENTRY_COLUMNS, WITHIN, Lexicon
from .tables import InputError, replacing

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
    if path.suffix.lower() in (".yml", ".yaml"):
        pairs = _yaml(path, text)
    elif path.suffix.lower() == ".dic":
        pairs = _liwc(path, text)
    else:
        raise InputError(f"{path}: a lexicon is a folder, or a dictionary in .yml, .yaml or .dic")
    if not pairs:
        raise InputError(f"{path}: no word in it; a dictionary needs features with words")
    rows = []
    for number, (feature, term) in enumerate(pairs, start=1):
        if not re.fullmatch(r"[\w'’*\- ]+", term) or re.search(r"\*\S|(?<!\S)\S?\*", term):
            raise InputError(f"{path}, entry {number}: {term!r} cannot be read; words, spaces and a final * can")
        rows.append(dict.fromkeys(ENTRY_COLUMNS, "") | {"feature": feature, "pattern": term, "term": term})
    entries = pd.DataFrame(rows).assign(within=WITHIN, file=path.name, row=range(1, len(rows) + 1))
    names = list(dict.fromkeys(feature for feature, _ in pairs))
    features = pd.DataFrame({"feature": names, "label": names}).assign(definition="", source=path.name, core="")
    return Lexicon(features, entries, {})


def _yaml(path: Path, text: str) -> list[tuple[str, str]]:
    import yaml

    try:
        tree = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not YAML that can be read: {str(error).splitlines()[0]}") from error
    pairs: list[tuple[str, str]] = []

    def walk(name: str, value: object) -> None:
        if isinstance(value, dict):
            for key, below in value.items():
                walk(f"{name}.{key}" if name else str(key), below)
        elif isinstance(value, list):
            for below in value:
                walk(name, below)
        elif value is not None:
            if not name:
                raise InputError(f"{path}: a dictionary is keys with words, such as hedge: [may, perhaps]")
            pairs.append((name, str(value).strip()))

    walk("", tree)
    return pairs


def _liwc(path: Path, text: str) -> list[tuple[str, str]]:
    parts = re.split(r"^%\s*$", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3:
        raise InputError(f"{path}: a .dic file lists its categories between two lines that hold only %")
    names = dict(line.split(maxsplit=1) for line in parts[1].splitlines() if len(line.split(maxsplit=1)) == 2)
    pairs = []
    for number, line in enumerate(parts[2].splitlines(), start=parts[0].count("\n") + parts[1].count("\n") + 1):
        if not line.strip():
            continue
        found = _LIWC_LINE.match(line.strip())
        if not found or not all(key in names for key in found["numbers"].split()):
            raise InputError(f"{path}, line {number}: {line.strip()!r} is not a word and its categories' numbers")
        pairs += [(names[key].strip(), found["term"]) for key in found["numbers"].split()]
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
    >>> from analysis.lexicon import read_lexicon
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     lost = write_dictionary(read_lexicon(), Path(folder, "codebook.yml"))
    ...     again = read_dictionary(Path(folder, "codebook.yml"))
    >>> "hedge" in set(again.features["feature"])
    True
    """
    path = Path(path)
    words: dict[str, list[str]] = {}
    lost = []
    for entry in lexicon.entries[lexicon.entries["feature"] != ""].to_dict("records"):
        given = [name for name in [*CONDITIONS, "negation", "case", "section", "not_in"] if entry[name]]
        if "[" in entry["term"] or "@" in entry["term"]:
            lost.append(f"{entry['file']}, row {entry['row']}: {entry['term']!r} left out: a gap or a class of words")
            continue
        if given:
            lost.append(f"{entry['file']}, row {entry['row']}: {entry['term']!r} without its {', '.join(given)}")
        choices: list[str] = [""]
        for part in entry["term"].split():
            options = part.rstrip("?").split("|") + ([""] if part.endswith("?") else [])
            choices = [f"{before} {option}".strip() for before in choices for option in options]
        known = words.setdefault(entry["feature"], [])
        known += [choice for choice in choices if choice and choice not in known]
    if path.suffix.lower() in (".yml", ".yaml"):
        import yaml

        text = yaml.safe_dump(words, allow_unicode=True, sort_keys=False)
    elif path.suffix.lower() == ".dic":
        numbers = {feature: number for number, feature in enumerate(words, start=1)}
        inverse: dict[str, list[int]] = {}
        for feature, terms in words.items():
            for term in terms:
                inverse.setdefault(term, []).append(numbers[feature])
        head = "".join(f"{number}\t{feature}\n" for feature, number in numbers.items())
        body = "".join("\t".join([term, *map(str, inverse[term])]) + "\n" for term in sorted(inverse))
        text = f"%\n{head}%\n{body}"
    else:
        raise InputError(f"{path}: a dictionary is written as .yml, .yaml or .dic")
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")
    return lost
