"""The interval of the mean of values with a long tail on one side, such as spreads."""

import math
from collections.abc import Sequence

import numpy as np

from inspect_values.analysis.intervals import CONSTANT, Interval, quantile_t, too_few

FEWEST = 40
"""Families below which the interval is withheld: a tail that holds one family in twenty is in none
of the others, and no interval can correct for what it does not see (docs/decisions/0015)."""


def skewed_interval(means: Sequence[float], low: float, high: float) -> Interval:
    """The t interval with its skewness removed, by Hall's transformation.

    Hall 1992, "On the removal of skewness by transformation", Journal of the Royal Statistical
    Society B 54, 221-228: with `a` the skewness over the root of the number of families,
    T + a T² / 3 + a² T³ / 27 + a / 6 is nearly symmetric and has an inverse everywhere, which
    quantiles of t are put into. Where skewness is 0 it is the t interval.

    Args:
        means: One mean a family.
        low: The least value that there is.
        high: The greatest.

    Returns:
        The interval, inside `low` and `high`; withheld below `FEWEST` families, and where all
        means are the same.
    """
    method = "t without skewness (Hall) over families"
    reason = too_few(len(means), FEWEST)
    if reason:
        return Interval(None, None, method, reason)
    values = np.asarray(means, dtype="float64")
    count, mean, spread = len(values), float(values.mean()), float(values.std(ddof=1))
    if spread < 1e-12:
        return Interval(None, None, method, CONSTANT)
    third = float(((values - mean) ** 3).mean() / values.std() ** 3)
    a = third * math.sqrt(count - 1) / (count - 2)  # the unbiased skewness over the root of n
    error, t = spread / math.sqrt(count), quantile_t(count - 1)
    below, above = mean - _inverse(t, a) * error, mean - _inverse(-t, a) * error
    return Interval(max(low, below), min(high, above), method)


def _inverse(quantile: float, a: float) -> float:
    """The T whose transform is the quantile."""
    if abs(a) < 1e-8:
        return quantile
    return float((np.cbrt(1 + a * (quantile - a / 6)) - 1) * 3 / a)
