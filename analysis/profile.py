"""Whether the framing profile of an article, its rates of all features together, gives its outlet away."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.tables import InputError, round_significant

#: Below so many articles an outlet is left out, and below so many events nothing is said: five outer folds, each
#: with two of an outlet's articles, are the least that an accuracy can be taken from.
MIN_ARTICLES, MIN_EVENTS = 10, 20
#: Outlets compared at most, those with the most articles: chance is below one in ten then, and a reader lost.
MAX_OUTLETS = 10
OUTER, INNER = 5, 2
#: Strengths of the ridge penalty tried inside each fold (small is strong).
STRENGTHS = (0.03, 1.0)
RESULT = ["outlets", "articles", "events", "features", "accuracy", "chance", "chance_high", "p", "status"]
_Folds = list[tuple[np.ndarray, np.ndarray, list[tuple[np.ndarray, np.ndarray]]]]
COEFFICIENTS = ["outlet", "feature", "coefficient", "ci_low", "ci_high"]


class Profile(NamedTuple):
    """One row that says how well outlets are told apart, and what each feature adds."""

    result: pd.DataFrame
    coefficients: pd.DataFrame


def outlet_profile_test(
    scores: pd.DataFrame,
    articles: pd.DataFrame,
    events: pd.DataFrame | None = None,
    voice: str = "newsroom",
    section: str = "body",
    permutations: int = 99,
    seed: int = 0,
) -> Profile:
    """Test whether rates of all features tell outlets apart better than chance.

    Logistic regression, its penalty chosen inside each fold, is asked for the outlet of articles whose event it has
    never seen; the same is done with outlets dealt out at random, for what chance gives (Ojala and Garriga 2010).

    Parameters
    ----------
    scores : DataFrame
        The scores table.
    articles : DataFrame
        ``article_id``; ``outlet`` where known.
    events : DataFrame, optional
        The events table; without it every article is its own event.
    voice, section : str
        Of which the rates are taken.
    permutations : int
        Random deals of outlets; the least p is one in this many plus one.
    seed : int
        Of the deals, the folds and the intervals.

    Returns
    -------
    Profile
        ``result``: number of ``outlets``, ``articles``, ``events`` and ``features`` used, ``accuracy`` (mean share
        found of each outlet's articles), ``chance`` (its mean under random outlets) and ``chance_high`` (their 95th
        percentile), ``p``, and ``status``, which says why there is no answer. ``coefficients``: log-odds of each
        ``outlet`` for one standard deviation of each ``feature``, with 95 % intervals over resampled events.

    Raises
    ------
    InputError
        If a table lacks a column that is needed.
    """
    from threadpoolctl import threadpool_limits

    for table, name, needed in (
        (scores, "scores", {"article_id", "section", "feature", "voice", "per_1000"}),
        (articles, "articles", {"article_id", "outlet"}),
    ):
        if missing := needed - set(table.columns):
            raise InputError(f"the {name} table has no column {' or '.join(sorted(missing))}")
    chosen = scores[(scores["voice"] == voice) & (scores["section"] == section)]
    rates = chosen.pivot_table(index="article_id", columns="feature", values="per_1000").dropna().sort_index()
    rates = rates.loc[:, rates.max() > rates.min()]
    outlet = articles.set_index("article_id")["outlet"].reindex(rates.index).dropna()
    size = outlet.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    outlet = outlet[outlet.isin(size.index[size >= MIN_ARTICLES][:MAX_OUTLETS])]
    event = pd.Series(outlet.index, index=outlet.index)
    if events is not None:
        event = events.set_index("article_id")["event"].reindex(outlet.index).fillna(event)
    label, names = pd.factorize(outlet, sort=True)
    group, groups = pd.factorize(event, sort=True)
    # Square roots: a count varies by about the same amount then, whatever its size.
    matrix = np.sqrt(rates.loc[outlet.index].to_numpy(dtype=float))
    result = dict(zip(RESULT[:4], (len(names), len(label), len(groups), matrix.shape[1]), strict=True))
    status = ""
    if len(names) < 2:
        status = f"nothing can be said: two outlets with {MIN_ARTICLES} articles each are needed"
    elif len(groups) < MIN_EVENTS:
        status = f"nothing can be said: {MIN_EVENTS} events are needed"
    elif not matrix.shape[1]:
        status = "nothing can be said: no feature varies"
    if status:
        return Profile(pd.DataFrame([result | {"status": status}], columns=RESULT), pd.DataFrame(columns=COEFFICIENTS))
    random = np.random.default_rng(seed)
    folds = _folds(group, seed)
    # Thousands of small fits: threads would only wait for each other.
    with threadpool_limits(1):
        accuracy = _accuracy(matrix, label, folds)
        chance = np.array([_accuracy(matrix, random.permutation(label), folds) for _ in range(permutations)])
        coefficients = _coefficients(matrix, label, group, random)
    result |= {
        "accuracy": accuracy, "chance": chance.mean(), "chance_high": np.quantile(chance, 0.95),
        "p": (1 + (chance >= accuracy - 1e-12).sum()) / (permutations + 1), "status": status,
    }  # fmt: skip
    table = pd.DataFrame(
        [(o, f, *coefficients[:, i, j]) for i, o in enumerate(names) for j, f in enumerate(rates.columns)],
        columns=COEFFICIENTS,
    )
    return Profile(round_significant(pd.DataFrame([result], columns=RESULT)), round_significant(table))


def _folds(group: np.ndarray, seed: int) -> _Folds:
    """Outer training and test rows, and the inner folds of each training part; no event stands on both sides."""
    from sklearn.model_selection import GroupKFold

    outer, inner = (GroupKFold(n, shuffle=True, random_state=seed) for n in (OUTER, INNER))
    return [
        (train, test, [(train[a], train[b]) for a, b in inner.split(train, groups=group[train])])
        for train, test in outer.split(group, groups=group)
    ]


def _accuracy(matrix: np.ndarray, label: np.ndarray, folds: _Folds) -> float:
    """Mean over outlets of the share of their articles that is found, in folds unseen."""
    found = np.zeros(len(label), dtype=bool)
    for train, test, inner in folds:
        right = [sum(_right(matrix, label, a, b, strength).sum() for a, b in inner) for strength in STRENGTHS]
        found[test] = _right(matrix, label, train, test, STRENGTHS[int(np.argmax(right))])
    return float((np.bincount(label, weights=found) / np.bincount(label)).mean())


def _right(matrix: np.ndarray, label: np.ndarray, train: np.ndarray, test: np.ndarray, strength: float) -> np.ndarray:
    if len(np.unique(label[train])) < 2:
        return label[test] == label[train][0]
    mean, deviation = matrix[train].mean(axis=0), matrix[train].std(axis=0)
    scaled = (matrix - mean) / np.where(deviation > 0, deviation, 1)
    return _fit(scaled[train], label[train], strength).predict(scaled[test]) == label[test]


def _fit(matrix: np.ndarray, label: np.ndarray, strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, class_weight="balanced", solver="newton-cholesky", tol=1e-3, max_iter=20)
    return model.fit(matrix, label)


def _coefficients(matrix: np.ndarray, label: np.ndarray, group: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Estimate, lower and upper bound of every outlet's coefficients, events resampled 200 times."""
    scaled = (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)
    rows = [np.flatnonzero(group == one) for one in range(group.max() + 1)]
    outlets = label.max() + 1

    def fitted(chosen: np.ndarray) -> np.ndarray:
        weights = _fit(scaled[chosen], label[chosen], STRENGTHS[-1]).coef_
        return np.vstack([-weights, weights]) if outlets == 2 else weights

    drawn: list[np.ndarray] = []
    while len(drawn) < 200:
        chosen = np.concatenate([rows[one] for one in random.integers(0, len(rows), len(rows))])
        if len(np.unique(label[chosen])) == outlets:
            drawn.append(fitted(chosen))
    return np.concatenate([fitted(np.arange(len(label)))[None], np.quantile(drawn, [0.025, 0.975], axis=0)])
