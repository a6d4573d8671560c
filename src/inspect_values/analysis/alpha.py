"""Krippendorff's alpha from sums over families, so that leaving one out is a subtraction."""

import math
from typing import NamedTuple

import numpy as np

from inspect_values.analysis.intervals import Interval, quantile_t, too_few

FEWEST = 12
"""From so many families on the interval covers at least 93 %; with 8 or 10 it covers 92 % in some
worlds (docs/decisions/0015)."""


class AlphaSums(NamedTuple):
    """What alpha needs of each family; arrays of one entry a family."""

    values: np.ndarray
    """How many values there are in units with two or more."""

    total: np.ndarray
    squares: np.ndarray
    within: np.ndarray
    """Squared differences of all ordered pairs within a unit, over (its values - 1)."""

    units: np.ndarray

    @property
    def families(self) -> np.ndarray:
        """The families that have any such unit."""
        return np.flatnonzero(self.units > 0)


def alpha_sums(unit: np.ndarray, family: np.ndarray, value: np.ndarray, families: int) -> AlphaSums:
    """The sums of each family.

    Args:
        unit: Value → number of what was rated, from 0; -1 leaves it out.
        family: Unit → number of its family.
        value: The ratings, NaN where there is none.
        families: How many families there are.
    """
    known = (unit >= 0) & ~np.isnan(value)
    unit, value = unit[known], value[known]
    size = len(family)
    count = np.bincount(unit, minlength=size)
    total = np.bincount(unit, weights=value, minlength=size)
    squares = np.bincount(unit, weights=value**2, minlength=size)
    used = count > 1
    count, total, squares, of = count[used], total[used], squares[used], family[used]
    within = 2 * (count * squares - total**2) / (count - 1)
    return AlphaSums(
        *(
            np.bincount(of, weights=x, minlength=families)
            for x in (count, total, squares, within, np.ones(len(of)))
        )
    )


def alpha(sums: AlphaSums, weights: np.ndarray | None = None) -> np.ndarray:
    """Alpha with the interval metric, for each row of family weights.

    Source: Krippendorff (2011), "Computing Krippendorff's alpha-reliability": 1 - observed over
    expected squared differences, the expected ones between all values.

    Args:
        sums: The sums of families.
        weights: Rows × families, how often each family is in; None is each once.

    Returns:
        One alpha a row, at most 1; NaN where all values are the same.
    """
    drawn = np.ones((1, len(sums.units))) if weights is None else weights
    return _alpha(*(drawn @ x for x in sums[:4]))


def _alpha(n: np.ndarray, total: np.ndarray, squares: np.ndarray, within: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = 2 * (n * squares - total**2) / (n * (n - 1))
        found = 1 - (within / n) / expected
    return np.where(expected > 1e-12, found, np.nan)


def alpha_interval(sums: AlphaSums) -> tuple[float | None, Interval]:
    """Alpha, with the delete-one-family jackknife interval.

    It is taken on the scale of log(1 - alpha), with t and G - 1 degrees of freedom. A percentile
    bootstrap on that scale covers 1 to 3 % less with 8 to 20 families (docs/decisions/0015).

    Returns:
        Alpha (None where it is not defined) and its interval.
    """
    method = "jackknife over families"
    used = sums.families
    if not len(used):
        return None, Interval(None, None, "none", "nothing was rated twice")
    kept = AlphaSums(*(x[used] for x in sums))
    point = float(alpha(kept)[0])
    if math.isnan(point):
        return None, Interval(None, None, method, "all values are the same")
    if point > 1 - 1e-12:
        return point, Interval(None, None, method, "no two values of a unit differ")
    count = len(used)
    reason = too_few(count, FEWEST)
    if reason:
        return point, Interval(None, None, method, reason)
    others = _alpha(*(x.sum() - x for x in kept[:4]))
    if np.isnan(others).any() or (others > 1 - 1e-12).any():
        reason = "too few situations have values that differ"
        return point, Interval(None, None, method, reason)
    middle = math.log(1 - point)
    error = math.sqrt((count - 1) / count * float(((np.log(1 - others) - middle) ** 2).sum()))
    half = quantile_t(count - 1) * error
    return point, Interval(1 - math.exp(middle + half), 1 - math.exp(middle - half), method)
