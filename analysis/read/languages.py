"""Which language an article is in: the codebook is English, and what is not is refused unless it is asked for."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd

#: Words without which English prose does not go on; of other languages only *was* and *by* are among them.
_ENGLISH = r"(?i)\b(?:the|of|and|that|to|with|was|by|from|which|said|is|are|has|have)\b"
# A third of the words of English news are among these; of German, French or Dutch news fewer than one in fifty.
_ENGLISH_SHARE = 0.12
_CHARACTERS = 600  # the first paragraphs tell a language; whole texts take a hundred times as long
# With fewer characters no language is told, and no article refused.
SHORTEST = 40
# How sure a detector must be. Of 2,690 English paragraphs of 40 to 200 characters with hardly a grammatical word it
# takes 1 for another language at 0.9; sentences in ten other languages, written for it, have 0.93 to 1.00.
_SURE = 0.9
_LAST_LATIN = "\u02af"  # letters of Latin script end here
_FILLER = {"la"}  # no newspaper is in Latin: samples are filled with it


def tell_languages(texts: pd.Series) -> pd.Series:
    """The language of each text (ISO 639-1): English by its grammatical words, others by a detector.

    Parameters
    ----------
    texts : Series of str

    Returns
    -------
    Series of str
        Missing where a text is too short to tell, or filler.

    Examples
    --------
    >>> german = "Der Minister sagte am Montag, dass es keine Beweise für die Behauptung gibt. " * 3
    >>> tell_languages(pd.Series([german, "The minister said that it may rain in the capital. " * 5, "Rain."])).tolist()
    ['de', 'en', nan]
    """
    long = texts.where(texts.str.len() >= SHORTEST).str.slice(0, _CHARACTERS)
    share = long.str.count(_ENGLISH) / (long.str.count(" ") + 1)
    told = pd.Series("en", texts.index, dtype="str").where(share >= _ENGLISH_SHARE)
    doubtful = long[told.isna() & long.notna()]
    if len(doubtful):
        told = told.fillna(doubtful.map(_detect).astype("str"))
    return told.astype("str")


def _detect(text: str) -> str | None:
    """The language that a detector is sure of; of a text in another script it need not be."""
    language, probability = _detector().classify(text)
    letters = [character for character in text if character.isalpha()]
    foreign = sum(character > _LAST_LATIN for character in letters) > len(letters) / 2
    return language if (foreign or probability >= _SURE) and language not in _FILLER else None


@cache
def _detector() -> Any:
    from py3langid import langid  # slow to import, and most corpora are English

    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
