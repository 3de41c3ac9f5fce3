"""Which article will be linked: what the search says, and what agents linked before.

Past links to articles are observations, and the search is the prior they are mixed with: the
more links a client has to tickets like this one, the less the search counts. An article without
any link is found by the search alone; a client without links is served by the search alone.

The probability of article ``a`` is proportional to

    exp(trust) · softmax(features · weights)[a]  +  Σ_j w_j · [link j is to a]
    with w_j = exp(nearness · (s_j − 0.4) − age · years_j) + exp(popularity)

for links ``j`` to earlier tickets of the client, ``s_j`` their cosine with this one.

References
----------
Zhai and Lafferty (2004), A study of smoothing methods for language models (Dirichlet prior);
Nadaraya (1964), On estimating regression (kernel weights).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

FEATURES = ("standing", "dense", "lexical", "length", "language")
"""Columns of `Case.features`; see `suggest.retriever`."""

_CENTRE = 0.4
_MIXING = ("trust", "nearness", "age", "popularity")
_PENALTY = {"weights": 0.004, "mixing": 0.002}


@dataclass(frozen=True)
class LinkModel:
    """Parameters of the mixture.

    The defaults were learned from the earlier 70 % of a public set of customer care
    conversations with 25 companies (``python tests/benchmarks/retrieval.py refit``), but for the
    language: those conversations have only one.

    Parameters
    ----------
    weights : tuple of float
        One per feature, in the order of `FEATURES`.
    trust, nearness, age, popularity : float
        See the module; age is a rate per year.
    slope, intercept : float
        From the log odds of the mixture to those of the calibrated probability.
    """

    weights: tuple[float, ...] = (0.5, 3.0, 2.8, -0.8, 1.5)
    trust: float = 1.95
    nearness: float = 6.6
    age: float = 1.7
    popularity: float = -2.6
    slope: float = 1.4
    intercept: float = 0.8

    def probability(self, chance: Floats) -> Floats:
        """Return calibrated probabilities for shares of the mixture."""
        logits = self.slope * log_odds(chance) + self.intercept
        return 1.0 / (1.0 + np.exp(-logits))


class Case(NamedTuple):
    """One ticket: its candidates and the earlier links of its client.

    Attributes
    ----------
    features : array of shape (candidates, features)
    linked : array of shape (links,)
        Candidate that each earlier link is to.
    nearness, years : arrays of shape (links,)
        Cosine with the linked ticket, and the time between.
    right : bool array of shape (candidates,)
        What was linked to this ticket; only needed for `fit`.
    """

    features: Floats
    linked: Positions
    nearness: Floats
    years: Floats
    right: NDArray[np.bool_]


def mixture(model: LinkModel, case: Case) -> Floats:
    """Return the share of each candidate, shape (candidates,), summing to 1."""
    prior = np.exp(model.trust) * _softmax(case.features @ np.array(model.weights))
    counted = _kernel(model, case) + np.exp(model.popularity)
    total: Floats = prior + np.bincount(case.linked, counted, len(prior))
    return total / total.sum()


def fit(cases: Sequence[Case], start: LinkModel) -> LinkModel:
    """Learn weights and mixing from cases, held to where they start from.

    Maximum likelihood with a normal prior around ``start``: what the cases say nothing about
    stays as it is. Cases whose right article is not among the candidates are left out.

    Parameters
    ----------
    cases : sequence of Case
    start : LinkModel

    Returns
    -------
    LinkModel
        With the slope and intercept of ``start``.
    """
    from scipy.optimize import minimize

    usable = [case for case in cases if case.right.any()]
    if not usable:
        return start
    origin = _vector(start)
    mixing = len(_MIXING)
    penalty = np.full(len(origin), _PENALTY["weights"])
    penalty[:mixing] = _PENALTY["mixing"]

    def loss(theta: Floats) -> tuple[float, Floats]:
        model = _model(theta, start)
        parts = [_log_likelihood(model, case) for case in usable]
        away = theta - origin
        value = -float(np.mean([p[0] for p in parts])) + float(penalty @ away**2)
        return value, -np.mean([p[1] for p in parts], axis=0) + 2 * penalty * away

    free = (-np.inf, np.inf)
    bounds = [(-6.0, 8.0), (0.0, 20.0), (0.0, 12.0), (-8.0, 3.0), *[free] * len(start.weights)]
    found = minimize(loss, origin, jac=True, method="L-BFGS-B", bounds=bounds)
    return _model(found.x, start)


def calibration(
    judged: Sequence[tuple[LinkModel, Case]], *, first: int = 10
) -> tuple[float, float]:
    """Return slope and intercept, fitted on cases with models that have not seen them.

    Parameters
    ----------
    judged : sequence of (LinkModel, Case)
    first : int
        Candidates of each case that count: those a person may be shown.
    """
    from sklearn.linear_model import LogisticRegression

    rows, right = [], []
    for model, case in judged:
        share = mixture(model, case)
        top = np.argsort(-share, kind="stable")[:first]
        rows.append(log_odds(share[top]))
        right.append(case.right[top])
    x, y = np.concatenate(rows), np.concatenate(right)
    if y.all() or not y.any():
        return 1.0, 0.0
    logistic = LogisticRegression(C=10.0).fit(x[:, None], y)
    return float(logistic.coef_[0, 0]), float(logistic.intercept_[0])


def log_odds(share: Floats) -> Floats:
    """Return log odds, finite at 0 and 1."""
    inside = np.clip(share, 1e-9, 1 - 1e-9)
    odds: Floats = np.log(inside / (1 - inside))
    return odds


def _log_likelihood(model: LinkModel, case: Case) -> tuple[float, Floats]:
    """Log of the share of the right candidates, and its gradient."""
    chance = _softmax(case.features @ np.array(model.weights))
    trust, popular = np.exp(model.trust), np.exp(model.popularity)
    kernel = _kernel(model, case)
    hit = case.right[case.linked].astype(np.float64)
    agreed = float(chance[case.right].sum())
    above = trust * agreed + float(kernel @ hit) + popular * float(hit.sum())
    below = trust + float(kernel.sum()) + popular * len(hit)
    above = max(above, 1e-300)
    pull = hit / above - 1.0 / below
    expected = chance @ case.features
    towards = (chance[case.right] @ case.features[case.right]) - agreed * expected
    gradient = np.concatenate(
        [
            [
                trust * (agreed / above - 1.0 / below),
                float(kernel @ (pull * (case.nearness - _CENTRE))),
                -float(kernel @ (pull * case.years)),
                popular * float(pull.sum()),
            ],
            trust / above * towards,
        ]
    )
    return float(np.log(above / below)), gradient


def _kernel(model: LinkModel, case: Case) -> Floats:
    weight: Floats = np.exp(
        model.nearness * (case.nearness - _CENTRE) - model.age * np.abs(case.years)
    )
    return weight


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(initial=0.0))
    chance: Floats = raised / max(float(raised.sum()), 1e-300)
    return chance


def _vector(model: LinkModel) -> Floats:
    return np.array([*(getattr(model, name) for name in _MIXING), *model.weights])


def _model(theta: Floats, like: LinkModel) -> LinkModel:
    values = [float(v) for v in theta]
    mixing = dict(zip(_MIXING, values, strict=False))
    return LinkModel(
        weights=tuple(values[len(_MIXING) :]),
        slope=like.slope,
        intercept=like.intercept,
        **mixing,
    )
