"""What a lexicon would match in a corpus: lines to read while it is written."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.codebook.evidence import concordance
from analysis.codebook.lexicon import read_lexicon
from analysis.codebook.scoring import score


def preview_lexicon(articles: pd.DataFrame, lexicon: Any, top: int = 15, seed: int = 0) -> list[str]:
    """What a lexicon would match in a corpus, most frequent first, with an example of each: lines to read.

    Parameters
    ----------
    articles : DataFrame
        The articles table.
    lexicon : Lexicon, or what `read_lexicon` takes
    top : int
        Matches to show of each feature.
    seed : int
        Chooses the examples.

    Returns
    -------
    list of str
        Per feature its commonest matches (as typed, with the entry where that differs), an example sentence of
        each, and the entries that matched nothing.
    """
    lexicon = read_lexicon(lexicon)
    scored = score(articles, lexicon)
    found = concordance(scored.mentions, scored.articles)
    lines = []
    for feature in lexicon.features["feature"]:
        here = found[found["feature"] == feature]
        lines.append(f"{feature}: {len(here)} mentions, {int(here['negated'].sum())} of them negated")
        counts = here.groupby(["term", here["match"].str.lower()]).size().sort_values(ascending=False, kind="stable")
        for (term, match), count in counts.head(top).items():
            chosen = here[(here["term"] == term) & (here["match"].str.lower() == match)].sample(1, random_state=seed)
            sentence = " ".join(chosen["sentence"].iloc[0].split())
            lines.append(f"  {count:>6}  {match}" + (f"  [{term}]" if term != match else "") + f"  | {sentence}")
        entries = lexicon.entries.loc[lexicon.entries["feature"] == feature, "term"]
        if unseen := sorted(set(entries) - set(here["term"])):
            lines.append(f"  no match for {len(unseen)} of {entries.nunique()} entries: {'; '.join(unseen)}")
    return lines
