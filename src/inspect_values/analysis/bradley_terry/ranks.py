"""Ranks, their intervals and the probability of rank 1, from draws of a bootstrap over families."""

import numpy as np
from scipy import stats

from inspect_values.analysis.bradley_terry.sparse import Floats, Ints
from inspect_values.analysis.intervals import LEVEL

_NORMAL = float(stats.norm.ppf((1 + LEVEL) / 2))
_TINY = 1e-9


def ranks(strengths: Floats, component: Ints) -> Floats:
    """The rank of each value in its component, 1 the strongest; equal strengths share ranks."""
    found = np.zeros(len(strengths))
    for part in np.unique(component):
        here = component == part
        found[here] = stats.rankdata(-np.round(strengths[here], 9))
    return found


def widened(strengths: Floats, draws: Floats, errors: Floats, degrees: Floats) -> Floats:
    """Draws moved away from the estimate, as far as small-sample intervals are wider than theirs.

    With few families a bootstrap scatters too little. The factor is the median over values of
    t(degrees) times the CR2 standard error over 1.96 times the draws' standard deviation, at
    least 1, the same for all so that draws keep their shape.

    Args:
        strengths: V estimates.
        draws: V × B.
        errors: V standard errors (CR2).
        degrees: V degrees of freedom.
    """
    scatter = draws.std(axis=1)
    known = scatter > _TINY
    if not known.any():
        return draws
    quantile = stats.t.ppf((1 + LEVEL) / 2, degrees[known]) / _NORMAL
    factor = max(1.0, float(np.median(quantile * errors[known] / scatter[known])))
    return strengths[:, None] + factor * (draws - strengths[:, None])


def first(draws: Floats, component: Ints) -> Floats:
    """The share of draws in which each value is the strongest of its component."""
    found = np.zeros(len(draws))
    for part in np.unique(component):
        here = component == part
        top = np.abs(draws[here] - draws[here].max(axis=0)) <= _TINY
        found[here] = (top / top.sum(axis=0)).mean(axis=1)
    return found


def rank_intervals(
    strengths: Floats, covariance: Floats, degrees: Floats, draws: Floats, component: Ints
) -> tuple[Ints, Ints]:
    """95 % intervals of ranks: how many values are surely stronger, and how many surely weaker.

    For each value, intervals of its differences from all others of the component that hold
    together (the critical value is the 95 % quantile of the largest studentised difference over
    the draws, widened by t over normal). Percentiles of bootstrapped ranks, in contrast, fail
    where strengths are close.

    Source: Mogstad, Romano, Shaikh & Wilhelm (2024), "Inference for ranks with applications to
    mobility across neighbourhoods and academic achievement across countries", Review of Economic
    Studies 91(1), 476-518, section 3.1.

    Args:
        strengths: V estimates.
        covariance: V × V.
        degrees: V degrees of freedom.
        draws: V × B.
        component: The component of each value.

    Returns:
        The lowest and the highest rank of each value.
    """
    low, high = np.ones(len(strengths), dtype=np.int64), np.ones(len(strengths), dtype=np.int64)
    moved = draws - strengths[:, None]
    for value in range(len(strengths)):
        others = np.flatnonzero(component == component[value])
        others = others[others != value]
        if not len(others):
            continue
        scatter = moved[value] - moved[others]
        deviation = np.maximum(scatter.std(axis=1), _TINY)
        critical = np.quantile(np.abs(scatter / deviation[:, None]).max(axis=0), LEVEL)
        freedom = np.minimum(degrees[value], degrees[others])
        factor = stats.t.ppf((1 + LEVEL) / 2, freedom) / _NORMAL
        variance = (
            covariance[value, value] + covariance[others, others] - 2 * covariance[value, others]
        )
        half = critical * factor * np.sqrt(np.maximum(variance, 0)) + _TINY
        difference = strengths[value] - strengths[others]
        low[value] = 1 + int((difference < -half).sum())
        high[value] = 1 + len(others) - int((difference > half).sum())
    return low, high
