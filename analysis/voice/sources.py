"""What kind of source a speaker is: a person by name, an office, a group, a medium, a document, or somebody unnamed."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import pandas as pd

from analysis.voice.persons import name_class
from analysis.voice.speakers import word_class
from analysis.voice.tokens import Tokens
from analysis.voice.words import Words, kinds_named

#: After the categories in which newsroom auditors count sources: who is named, who is not, and what else speaks.
SOURCE_KINDS = ("person", "office", "group", "medium", "document", "unnamed")
_ALONE = kinds_named(
    "i you he she it we they who which that him her them us me there his its their our my your "
    "it's he's she's they're i'm we're you're i've we've they've"
)
_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
_JOINING = frozenset("of to and by for in at on from with who which that".split())
_ARTICLES = frozenset("the a an its his her their our my these those this that some many several".split())
#: Words that make of whomever they stand with a source that is not named.
_HIDDEN = frozenset("source sources insider insiders anonymous unnamed unidentified".split())
#: Words that say of somebody that he will not be named: then an official or spokesman is nobody's office.
_ANONYMITY = frozenset("anonymity anonymously unnamed".split())


#: What counts whoever stands behind its *of*: *a total of 70 fighters*.
_AMOUNTS = frozenset("total number majority lots dozens scores hundreds thousands couple handful half".split())


@lru_cache(1 << 16)
def source_kind(phrase: str) -> str:
    """Kind of the source that a noun phrase names.

    Examples
    --------
    >>> [source_kind(p) for p in ("Gen. John Nicholson", "the Russian Foreign Ministry", "local residents")]
    ['person', 'office', 'group']
    >>> [source_kind(p) for p in ("RIA Novosti news agency", "a report by the UN", "two sources in Kabul")]
    ['medium', 'document', 'unnamed']
    """
    words = _WORD.findall(phrase)
    joint = next((place for place, word in enumerate(words) if word in _JOINING and place), len(words))
    front = [word.removesuffix("'s").removesuffix("’s") for word in words[:joint]]
    if not front:
        return "unnamed"
    if len(front) > 1 and front[0][:1].isupper() and front[0].lower() not in _ARTICLES:
        named = max(place for place, word in enumerate(front) if word[:1].isupper())
        head = {word.lower() for word in front[named + 1 :]} & word_class("crowd")
        front = front[: named + 1] if named and not head else front  # *Ann Smith last*: no part of the name
    last, low = front[-1], [word.lower() for word in front]
    if low[-1] in _AMOUNTS and joint < len(words) - 1 and words[joint] == "of":
        return source_kind(" ".join(words[joint + 1 :]))
    several = low[-1] in ("one", "some", "many", "several", "most") and joint < len(words)
    if (
        several
        or low[:2] == ["no", "one"]
        or {*low} & _HIDDEN
        or (low[-1] in word_class("vague") and not low[0].isdigit())
    ):
        return "unnamed"
    if low[-1] in word_class("document") and (len(front) == 1 or not last[:1].isupper()):
        return "document"
    owned = len(front) > 2 and any(word.endswith(("'s", "’s")) for word in words[: joint - 2])
    if {*low[-2 * owned :]} & word_class("medium"):
        return "medium"
    if last[:1].isupper():
        plural = low[-1].endswith(("ans", "ists", "ats", "crats", "ers", "ors", "ians")) and len(front) == 1
        if low[-1] in word_class("crowd") - word_class("body") or plural:
            return "group"
        body = name_class(last) == 3 or low[-1] in word_class("place") or (last.isupper() and len(last) > 1)
        if body or name_class(last) == 2 or (low[0] in ("the", "its", "his", "their") and "of" not in words[:1]):
            return "office"
        return "person"
    if {low[-1], low[-1].removesuffix("s")} & word_class("body") and low[-1] != "forces":
        return "office"
    crowd = any(word in word_class("crowd") for word in low if word.endswith("s"))
    if crowd or low[-1] in word_class("crowd") or (low[-1].endswith("s") and not low[-1].endswith("ss")):
        return "group"
    return "office"


def source_kinds(tokens: Tokens, words: Words, attributions: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Index into SOURCE_KINDS of each attribution's source; -1 where nobody is named.

    A pronoun is the person that it takes up; who speaks *on condition of anonymity* is unnamed, unless he has a name.
    """
    speaker, last, person = (attributions[name].to_numpy() for name in ("speaker", "speaker_last", "person"))
    named = np.maximum(speaker, 0)
    pronoun = (speaker >= 0) & (last - speaker == 1) & _ALONE[words.kind[named]]
    phrases = tokens.strings(tokens.start[named], tokens.end[np.maximum(last - 1, named)]).dictionary_encode()
    of_phrase = np.array([SOURCE_KINDS.index(source_kind(text)) for text in phrases.dictionary.to_pylist()])
    of_person = np.array([*(SOURCE_KINDS.index(source_kind(name)) for name in names), -1])
    kind = of_phrase[phrases.indices.to_numpy()] if len(of_phrase) else np.zeros(0, dtype=np.int64)
    full = of_person[np.maximum(person, -1)]
    kind = np.where(pronoun | (full == 0), full, kind)
    hidden = tokens.vocabulary.table("anonymity", lambda s: s.lower() in _ANONYMITY, of="words").take(tokens.word)
    anonymous = np.isin(words.head[named], words.head[np.flatnonzero(hidden)])
    kind = np.where(anonymous & (kind > 0), SOURCE_KINDS.index("unnamed"), kind)
    return np.where(speaker >= 0, kind, -1).astype(np.int8)
