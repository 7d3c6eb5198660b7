"""Which language an article is in: the codebook is English, and what is not is refused unless it is asked for."""

from __future__ import annotations

import pandas as pd

#: Words without which English prose does not go on; of other languages only *was* and *by* are among them.
_ENGLISH = r"(?i)\b(?:the|of|and|that|to|with|was|by|from|which|said|is|are|has|have)\b"
# A third of the words of English news are among these; of German, French or Dutch news fewer than one in fifty.
_ENGLISH_SHARE = 0.12
_CHARACTERS = 600  # the first paragraphs tell a language; whole texts take a hundred times as long
# Characters from which English can be told by its words, and others by a detector: with fewer no article is refused.
_SHORTEST_ENGLISH, SHORTEST = 40, 200
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
    long = texts.where(texts.str.len() >= _SHORTEST_ENGLISH).str.slice(0, _CHARACTERS)
    share = long.str.count(_ENGLISH) / (long.str.count(" ") + 1)
    told = pd.Series("en", texts.index, dtype="str").where(share >= _ENGLISH_SHARE)
    doubtful = long[told.isna() & (texts.str.len() >= SHORTEST)]
    if len(doubtful):
        import py3langid  # slow to import, and most corpora are English

        found = doubtful.map(lambda text: py3langid.classify(text)[0])
        told = told.fillna(found.where(~found.isin(_FILLER)))
    return told.astype("str")
