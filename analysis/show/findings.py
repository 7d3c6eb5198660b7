"""Sentences that state results, made from the tables: what the notebooks say of a corpus is never typed by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from analysis.codebook.lexicon import read_lexicon
from analysis.compare.rates import MIN_ARTICLES
from analysis.read.articles import Corpus
from analysis.show.figures import plain_markdown
from analysis.tables import DATA, read_table
from analysis.validate.agreement import precision_table

#: Articles on which the lexicon was shaped: what is counted in them is no test of it.
DEVELOPMENT = DATA / "articles" / "articles.csv"


def development_note(articles: pd.DataFrame) -> str:
    """What every caption has to add where the lexicon was shaped on the articles shown; else nothing."""
    shaped = {Path(name).stem for name in pd.read_csv(DEVELOPMENT, dtype=str)["file"]}
    note = "Development figure: the lexicon was shaped on these articles, so it shows the method and tests nothing."
    return note if shaped & set(articles["article_id"]) else ""


def count(number: float, noun: str) -> str:
    """A number with its noun.

    Examples
    --------
    >>> count(1, "article"), count(2345, "word")
    ('1 article', '2,345 words')
    """
    return f"{number:,.0f} {noun}" + "s" * int(number != 1)


def listed(items: Iterable[object], most: int = 4) -> str:
    """Names in a sentence, the first few of them and how many more.

    Examples
    --------
    >>> listed(["TASS"]), listed(["A", "B"]), listed("ABCDEF")
    ('TASS', 'A and B', 'A, B, C, D and 2 more')
    """
    names = [str(item).replace("_", " ") for item in items]
    if len(names) > most + 1:
        names = [*names[:most], f"{len(names) - most} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def sample_size(articles: pd.DataFrame) -> str:
    """The n of a figure: articles, named outlets, words."""
    outlets = articles["outlet"].nunique()
    of = f" of {count(outlets, 'outlet')}" if outlets else ""
    return f"n = {count(len(articles), 'article')}{of}, {count(articles['words'].sum(), 'word')}"


def codebook_table(folder: str | Path) -> pd.DataFrame:
    """Definitions of a lexicon's features, with the precision measured by hand where that was done.

    Parameters
    ----------
    folder : path
        The lexicon. Verdicts are looked for beside it, in ``../coding/precision.csv``.

    Returns
    -------
    DataFrame
        `feature`, `definition`, `source`, and with verdicts `judged`, `precision`, `ci_low`, `ci_high`.
    """
    table = read_lexicon(folder).features[["feature", "definition", "source"]]
    verdicts = Path(folder).parent / "coding" / "precision.csv"
    if not verdicts.is_file():
        return table
    measured = precision_table(read_table(verdicts))
    return table.merge(measured[["feature", "judged", "precision", "ci_low", "ci_high"]], how="left", on="feature")


def describe_corpus(corpus: Corpus) -> str:
    """What was read, from when, and what was left out."""
    articles, removed = corpus.articles, corpus.removed
    dates = articles["published"].dropna().astype("str").str.slice(0, 10)
    absent = articles[["outlet", "published", "headline"]].isna().sum().rename({"published": "date"})
    missing = [f"the {name} of {count(number, 'article')}" for name, number in absent.items() if number]
    dated = f", published from {dates.min()} to {dates.max()}" if len(dates) else ""
    gaps = f"; not known: {listed(missing)}" if missing else ""
    return plain_markdown(
        f"The corpus: {sample_size(articles).removeprefix('n = ')}{dated}{gaps}. Records that could not be used: "
        f"{len(corpus.rejected):,}. Blocks of page furniture removed: {len(removed):,}, from "
        f"{count(removed['article_id'].nunique(), 'article')}."
    )


def describe_copies(articles: pd.DataFrame) -> str:
    """Whose copy the articles are."""
    foreign = articles[articles["origin"].notna() & (articles["origin"] != articles["outlet"])]
    if foreign.empty:
        return "No article is credited to anybody but its own outlet."
    pairs = foreign["outlet"].fillna("an outlet not named") + " prints " + foreign["origin"]
    sizes = pairs.groupby(pairs).size().sort_values(ascending=False, kind="stable")
    many = listed(f"{name} ({number:,})" for name, number in sizes.items())
    return plain_markdown(f"Somebody else's copy: {len(foreign):,} of {count(len(articles), 'article')}. {many}.")


def say_rates(table: pd.DataFrame, value: str, names: Sequence[str], unit: str) -> str:
    """The highest of the plotted values by the first of `names`, for alt texts; with one name also the lowest.

    Examples
    --------
    >>> rates = pd.DataFrame({"feature": "hedge", "outlet": ["A", "B"], "per_1000": [2.5, 0.0]})
    >>> say_rates(rates, "per_1000", ["outlet"], "per 1,000 words")
    'Highest per 1,000 words: 2.5 (A); lowest: 0 (B).'
    >>> say_rates(rates, "per_1000", ["feature", "outlet"], "per 1,000 words")
    'Highest per 1,000 words, by feature: hedge 2.5 (A).'
    """
    named = table.assign(**table[list(names)].astype("str").fillna("not known"))
    known = named.dropna(subset=[value]).sort_values(value, ascending=False, kind="stable")
    if known.empty:
        return "Nothing could be estimated."
    first, *others = names
    if not others:
        ends = [f"{row[value]:.3g} ({row[first]})" for row in known.iloc[[0, -1]].to_dict("records")]
        return f"Highest {unit}: {ends[0]}; lowest: {ends[1]}.".replace("_", " ")
    top = known[known[value] != 0].drop_duplicates(first).sort_index()
    said = [f"{row[first]} {row[value]:.3g} ({', '.join(row[n] for n in others)})" for row in top.to_dict("records")]
    return f"Highest {unit}, by {first}: {listed(said, 12) or 'none above 0'}."


def say_shares(shares: pd.DataFrame, most: int = 12) -> str:
    """How the largest rows of `plots.share_table` divide: for alt texts, and for sentences.

    Examples
    --------
    >>> shares = pd.DataFrame({"outlet": "A", "who": ["newsroom", "x"], "count": [1, 3], "share": [0.25, 0.75]})
    >>> say_shares(shares)
    'A: newsroom 25 %, x 75 % (of 4).'
    """
    row, part = shares.columns[:2]
    said = []
    for name, here in shares.groupby(row, sort=False):
        parts = [f"{p} {100 * s:.0f} %" for p, s in zip(here[part], here["share"], strict=True) if s >= 0.005]
        said.append(f"{name}: {', '.join(parts) or 'nothing'} (of {here['count'].sum():,})")
    more = [f"and {len(said) - most} more"] if len(said) > most else []
    return ("; ".join([*said[:most], *more]) or "nothing was found").replace("_", " ") + "."


def describe_shares(shares: pd.DataFrame, opening: str) -> str:
    """A sentence of `say_shares` for Markdown, after the words that open it."""
    return plain_markdown(f"{opening}: {say_shares(shares)}")


def describe_rates(table: pd.DataFrame) -> str:
    """The commonest features and those that never occur, of rates in one section and voice."""
    sums = table.groupby("feature", sort=False)[["mentions", "words"]].sum()
    sums = sums.sort_values("mentions", ascending=False, kind="stable")
    found, never = sums[sums["mentions"] > 0], listed(sums.index[sums["mentions"] == 0], 20)
    many = listed((f"{name} {1000 * m / w:.3g} ({m:,.0f})" for name, m, w in found.itertuples()), 20)
    never = f" Never found: {never}." if never else ""
    return plain_markdown(f"Per 1,000 words, with the mentions in brackets: {many or 'nothing'}.{never}")


def describe_intervals(table: pd.DataFrame) -> str:
    """Which outlets have enough articles to say more than what was printed in these."""
    size = table.groupby(table["outlet"].fillna("(not named)"))["articles"].max()
    size = size[size > 0].sort_values(ascending=False, kind="stable")
    many = size >= MIN_ARTICLES
    enough, few = (listed(f"{n} ({a:,})" for n, a in part.items()) for part in (size[many], size[~many]))
    rest = f" Fewer than {MIN_ARTICLES}: {few}. Their points tell of these articles, not of how the outlet writes."
    return plain_markdown(f"Outlets with intervals, by number of articles: {enough or 'none'}.{rest * bool(few)}")


def describe_shift(table: pd.DataFrame) -> str:
    """What part of each feature is in the newsroom's own voice, of rates in the voices newsroom and all."""
    counts = table.pivot_table(index="feature", columns="voice", values="mentions", aggfunc="sum", sort=False)
    counts = counts[counts["all"] > 0]
    own = listed((f"{name} {n:,.0f} of {a:,.0f}" for name, n, a in counts[["newsroom", "all"]].itertuples()), 20)
    share = 100 * counts["newsroom"].sum() / max(counts["all"].sum(), 1)
    return plain_markdown(f"In the newsroom's own voice: {share:.0f} % of these mentions. By feature: {own or 'none'}.")


def describe_part(part: pd.DataFrame, whole: pd.DataFrame, name: str) -> str:
    """How many of the words, and of each feature's mentions, stand in a part of the text (headlines, the matter)."""
    of = whole.groupby("feature")["mentions"].sum()
    share = 100 * part["words"].max() / max(whole["words"].max(), 1) if len(part) else 0
    many = [f"{f} {n:,} of {of[f]:,}" for f, n in zip(part["feature"], part["mentions"], strict=True) if of[f] > 0]
    return plain_markdown(f"{name}: {share:.0f} % of the words, and of the mentions {listed(many, 20) or 'none'}.")


def describe_contrasts(contrasts: pd.DataFrame, level: float = 0.05) -> str:
    """What the contrasts of the declared family show, or how large a difference would have had to be."""
    family = contrasts[contrasts["family"] == "declared"]
    tested = family[family["p_adjusted"].notna()]
    why = (family if len(family) else contrasts)["status"].drop(tested.index).replace("", pd.NA).value_counts()
    text = f"Contrasts declared before testing: {len(family):,}; estimated: {len(tested):,}"
    text += f" ({'; '.join(f'{reason}: {number:,}' for reason, number in why.head(3).items())})" if len(why) else ""
    found = tested[tested["p_adjusted"] < level].sort_values(["p_adjusted", "feature", "outlet_a"])
    said = listed((f"{r.feature} in {r.outlet_a}, {r.rate_ratio:.2g} times the rate of the others "
                   f"({r.ci_low:.2g} to {r.ci_high:.2g})" for r in found.itertuples()), 8)  # fmt: skip
    text += f"; with an adjusted p below {level}: {len(found):,}{'. ' * bool(said)}{said}" if len(tested) else ""
    least = tested["detectable_ratio"].median()
    text += f". For half of the others rates would have had to differ {least:.2g}-fold to be found" if least > 0 else ""
    return plain_markdown(f"{text.rstrip('. ')}. What is not found is not shown to be alike.")
