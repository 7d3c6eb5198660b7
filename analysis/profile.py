"""Whether the framing profile of an article, its rates of all features together, gives its outlet away."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.tables import InputError, round_significant

#: Below so many articles an outlet is left out, and below so many events nothing is said: five outer folds, each
#: with two of an outlet's articles, are the least that an accuracy can be taken from.
MIN_ARTICLES, MIN_EVENTS = 10, 20
#: Outlets compared at most, those with the most articles: chance is below one in ten then, and a reader lost.
MAX_OUTLETS = 10
OUTER, INNER, RESAMPLES = 5, 2, 200
#: Strengths of the ridge penalty tried inside each fold (small is strong).
STRENGTHS = [0.03, 1.0]
RESULT = ["outlets", "articles", "events", "features", "accuracy", "chance", "chance_high", "p", "status"]
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
        If the scores table lacks a column that is needed.
    """
    from sklearn import config_context
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold, permutation_test_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler, scale
    from threadpoolctl import threadpool_limits

    if missing := {"article_id", "section", "feature", "voice", "per_1000"} - set(scores.columns):
        raise InputError(f"the scores table has no column {' or '.join(sorted(missing))}")
    chosen = scores[(scores["voice"] == voice) & (scores["section"] == section)]
    rates = chosen.pivot_table(index="article_id", columns="feature", values="per_1000").dropna().sort_index()
    rates = rates.loc[:, rates.max() > rates.min()]
    outlet = articles.set_index("article_id")["outlet"].reindex(rates.index).dropna()
    size = outlet.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    outlet = outlet[outlet.isin(size.index[size >= MIN_ARTICLES][:MAX_OUTLETS])]
    event = pd.Series(outlet.index, index=outlet.index)
    if events is not None:
        event = events.set_index("article_id")["event"].reindex(outlet.index).fillna(event)
    names, group = sorted(outlet.unique()), pd.factorize(event, sort=True)[0]
    sizes = len(names), len(outlet), event.nunique(), rates.shape[1]
    if len(names) < 2 or sizes[2] < MIN_EVENTS or rates.empty:
        needed = f"two outlets with {MIN_ARTICLES} articles each and {MIN_EVENTS} events are needed"
        status = f"nothing can be said: {needed if rates.shape[1] else 'no feature varies'}"
        result = pd.DataFrame([[*sizes, *[np.nan] * 4, status]], columns=RESULT)
        return Profile(result, pd.DataFrame(columns=COEFFICIENTS))
    # Square roots: a count varies by about the same amount then, whatever its size.
    matrix, label = np.sqrt(rates.loc[outlet.index].to_numpy(dtype=float)), outlet.to_numpy(dtype=object)
    # Thousands of small fits: threads would only wait for each other. Routing hands the events to the inner folds.
    with threadpool_limits(1), config_context(enable_metadata_routing=True):
        outer, inner = (StratifiedGroupKFold(folds, shuffle=True, random_state=seed) for folds in (OUTER, INNER))
        model = LogisticRegression(class_weight="balanced", solver="newton-cholesky", tol=1e-3, max_iter=20)
        search = GridSearchCV(model, {"C": STRENGTHS}, cv=inner, scoring="balanced_accuracy")
        accuracy, chance, p = permutation_test_score(
            make_pipeline(StandardScaler(), search), matrix, label, cv=outer, n_permutations=permutations,
            random_state=seed, scoring="balanced_accuracy", params={"groups": group},
        )  # fmt: skip
        # Every event once is the estimate; then events are drawn again, and one drawn twice weighs twice.
        drawn = np.random.default_rng(seed).multinomial(sizes[2], np.full(sizes[2], 1 / sizes[2]), RESAMPLES)
        weights = np.vstack([np.ones(len(label)), drawn[:, group]])
        whole = [weight for weight in weights if len(np.unique(label[weight > 0])) == len(names)]
        fits = np.array([model.fit(scale(matrix), label, sample_weight=weight).coef_ for weight in whole])
    fits = np.concatenate([-fits, fits], axis=1) if len(names) == 2 else fits
    bounds = np.stack([fits[0], *np.quantile(fits[1:], [0.025, 0.975], axis=0)], axis=-1).reshape(-1, 3)
    keys = pd.MultiIndex.from_product([names, rates.columns], names=COEFFICIENTS[:2])
    coefficients = pd.DataFrame(bounds, keys, COEFFICIENTS[2:]).reset_index()
    found = [*sizes, accuracy, chance.mean(), np.quantile(chance, 0.95), p, ""]
    return Profile(round_significant(pd.DataFrame([found], columns=RESULT)), round_significant(coefficients))
