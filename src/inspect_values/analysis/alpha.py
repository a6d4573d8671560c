"""Krippendorff's alpha from sums over families, so that a bootstrap is a matrix product."""

import math
from typing import NamedTuple

import numpy as np

from inspect_values.analysis.intervals import Interval, expanded, too_few

RESAMPLES = 1_000
FEWEST = 8
"""From so many families on the interval covers at least 93 % (docs/laboratory-labs.md)."""


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
        weights: Resamples × families, how often each family is in; None is each once.

    Returns:
        One alpha a resample, at most 1; NaN where all values are the same.
    """
    drawn = np.ones((1, len(sums.units))) if weights is None else weights
    n, total, squares, within = (drawn @ x for x in sums[:4])
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = 2 * (n * squares - total**2) / (n * (n - 1))
        found = 1 - (within / n) / expected
    return np.where(expected > 1e-12, found, np.nan)


def alpha_interval(sums: AlphaSums, seed: int = 0) -> tuple[float | None, Interval]:
    """Alpha, with an interval by a bootstrap over families.

    The bootstrap's distances on the scale of log(1 - alpha) are widened for few families
    (`intervals.expanded`).

    Returns:
        Alpha (None where it is not defined) and its interval.
    """
    method = f"bootstrap over families, {RESAMPLES} resamples"
    used = sums.families
    if not len(used):
        return None, Interval(None, None, "none", "nothing was rated twice")
    kept = AlphaSums(*(x[used] for x in sums))
    point = float(alpha(kept)[0])
    if math.isnan(point):
        return None, Interval(None, None, method, "all values are the same")
    if point > 1 - 1e-12:
        return point, Interval(None, None, method, "no two values of a unit differ")
    reason = too_few(len(used), FEWEST)
    if reason:
        return point, Interval(None, None, method, reason)
    count = len(used)
    rng = np.random.default_rng(seed)
    draws = alpha(kept, rng.multinomial(count, np.full(count, 1 / count), RESAMPLES))
    draws = draws[~np.isnan(draws)]
    if len(draws) < RESAMPLES / 2:
        return point, Interval(None, None, method, "too few situations have values that differ")
    scale = np.log(np.maximum(1 - draws, 1e-12))
    low, high = expanded(scale, math.log(1 - point), count)
    return point, Interval(1 - math.exp(high), 1 - math.exp(low), method)
