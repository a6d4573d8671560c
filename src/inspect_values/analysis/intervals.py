"""Intervals over families: small-sample methods, for few situations are the normal case."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy import special

LEVEL = 0.95

FEWEST_FAMILIES = 3
"""Below so many families there is no interval: two tell next to nothing of how situations differ.
From here on the intervals of this module cover at least 93 % (docs/laboratory.md)."""

FEW_AWAY = 5
"""With fewer families away from an end of the scale, and others at it, their spread is not to be
trusted: each family then counts as no more than one observation."""

ONE_FAMILY = "one situation only: nothing tells how situations differ"
CONSTANT = "every situation gives the same value"


_Limits = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Levels of intervals → their lower and upper limits."""


class Interval(NamedTuple):
    """A 95 % interval, or the reason why there is none."""

    low: float | None
    high: float | None
    method: str
    withheld: str = ""
    p: float | None = None
    """Two-sided p-value of no difference, where one is tested."""


def too_few(count: int, fewest: int = FEWEST_FAMILIES) -> str:
    """Why so few families give no interval; empty if they do."""
    if count >= fewest:
        return ""
    if count <= 1:
        return ONE_FAMILY
    return f"{count} situations only; at least {fewest} are needed"


def t_interval(means: Sequence[float], low: float = -math.inf, high: float = math.inf) -> Interval:
    """The t interval of the mean of family means, cut at the scale's ends.

    With families weighted equally it is the cluster-robust interval with G - 1 degrees of freedom.

    Args:
        means: One mean a family.
        low: The least value that the statistic can take.
        high: The greatest.

    Returns:
        The interval; its `p` tests a mean of 0.
    """
    method = "t over families"
    count = len(means)
    reason = too_few(count)
    if reason:
        return Interval(None, None, method, reason)
    spread = float(np.std(means, ddof=1))
    if spread < 1e-12:
        return Interval(None, None, method, CONSTANT)
    half = quantile_t(count - 1) * spread / math.sqrt(count)
    mean = float(np.mean(means))
    return Interval(max(low, mean - half), min(high, mean + half), method, "", t_test(means))


def t_test(values: Sequence[float]) -> float | None:
    """The two-sided p-value of a mean of 0; where all values are the same, that of a sign test.

    Returns:
        The p-value; None with fewer than `FEWEST_FAMILIES` values.
    """
    count = len(values)
    if count < FEWEST_FAMILIES:
        return None
    mean, spread = float(np.mean(values)), float(np.std(values, ddof=1))
    if spread < 1e-12:
        return 1.0 if abs(mean) < 1e-12 else 2 * 0.5**count
    return float(2 * special.stdtr(count - 1, -abs(mean) / (spread / math.sqrt(count))))


def quantile_t(freedom: float, level: float = LEVEL) -> float:
    """The upper quantile of Student's t that leaves (1 - level) / 2 above it."""
    return float(special.stdtrit(freedom, (1 + level) / 2))


def mean_interval(means: Sequence[float], low: float, high: float) -> Interval:
    """The interval of the mean of a bounded value: it stays right where values pile up at an end.

    The scale is mapped to 0 to 1 and the interval is that of Korn & Graubard (1998) for a
    proportion, without their cap at the number of verdicts, which only ones and zeros need: the
    beta interval at the sample size that a proportion with this variance would have. In the middle
    of the scale it is the t interval; near an end, where few situations differ from the rest, the t
    interval covers 85 to 92 % and this one at least 93 % (docs/laboratory.md).

    Args:
        means: One mean a family.
        low: The least value that there is.
        high: The greatest.
    """
    method = "beta over families"
    reason = too_few(len(means))
    if reason:
        return Interval(None, None, method, reason)
    scaled = (np.asarray(means, dtype="float64") - low) / (high - low)
    if float(np.std(scaled)) < 1e-12 and not _at_an_end(scaled):
        return Interval(None, None, method, CONSTANT)
    below, above = (float(x[0]) for x in _beta_limits(scaled, np.array([LEVEL])))
    return Interval(low + below * (high - low), low + above * (high - low), method)


def difference_interval(
    one: Sequence[float], other: Sequence[float], low: float, high: float
) -> Interval:
    """The interval of the difference of two means over the same families, one - other.

    It is put together from the two means' own intervals and their correlation (MOVER: Zou & Donner
    2008, "Construction of confidence limits about effect measures", Statistics in Medicine 27,
    1693-1702; for paired proportions Newcombe 1998, Statistics in Medicine 17, 2635-2650), so that
    it holds for rare refusals and near the ends of the scale. Where neither mean varies over
    families and one of them is not at an end of the scale, there is no interval, as there is none
    of that mean itself (`mean_interval`); at the ends each family counts as one observation.

    Args:
        one: One mean a family.
        other: The other mean of the same families.
        low: The least value of either.
        high: The greatest.

    Returns:
        The interval; its `p` is the level at which it would reach 0, so that the two always agree.
    """
    method = "paired beta (MOVER) over families"
    reason = too_few(len(one))
    if reason:
        return Interval(None, None, method, reason)
    a = (np.asarray(one, dtype="float64") - low) / (high - low)
    b = (np.asarray(other, dtype="float64") - low) / (high - low)
    if max(a.std(), b.std()) < 1e-12 and not (_at_an_end(a) and _at_an_end(b)):
        return Interval(None, None, method, CONSTANT)
    limits = partial(_difference_limits, a, b)
    return _of_difference(float(a.mean() - b.mean()), limits, high - low, method)


class BetaMean(NamedTuple):
    """A mean between 0 and 1, and what its beta interval needs."""

    mean: float
    size: float
    """The sample size that a proportion with its variance would have."""

    freedom: float
    """The degrees of freedom of that variance."""


def independent_difference(one: BetaMean, other: BetaMean, scale: float, method: str) -> Interval:
    """The interval of the difference of two independent means, one - other (MOVER).

    Args:
        one: A mean.
        other: Another one, of other answers.
        scale: How long the scale is that both were brought to 0 to 1 from.
        method: What to call it.

    Returns:
        The interval, with the level at which it would reach 0 as its `p`.
    """
    limits = partial(_independent_limits, one, other)
    return _of_difference(one.mean - other.mean, limits, scale, method)


def _independent_limits(
    one: BetaMean, other: BetaMean, level: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    (a_low, a_high), (b_low, b_high) = beta_limits(one, level), beta_limits(other, level)
    point = one.mean - other.mean
    down = np.hypot(one.mean - a_low, b_high - other.mean)
    return point - down, point + np.hypot(a_high - one.mean, other.mean - b_low)


def _of_difference(point: float, limits: _Limits, scale: float, method: str) -> Interval:
    below, above = (float(x[0]) for x in limits(np.array([LEVEL])))
    p = _p_value(point, limits)
    return Interval(max(-1.0, below) * scale, min(1.0, above) * scale, method, "", p)


def _at_an_end(scaled: np.ndarray) -> bool:
    return not 1e-9 < float(scaled.mean()) < 1 - 1e-9


_GRID = -np.expm1(np.linspace(math.log(0.999), math.log(1e-12), 121))
"""Levels of intervals, from next to nothing to next to 1."""


def _p_value(point: float, limits: _Limits) -> float:
    """The smallest 1 - level at which the interval of the difference reaches 0."""
    if abs(point) < 1e-12:
        return 1.0
    below, above = limits(_GRID)
    near = below if point > 0 else -above  # falls from the point's size to -1 as the level grows
    reached = np.flatnonzero(near <= 0)
    if not len(reached):
        return 1e-12
    k = int(reached[0])
    if k == 0:
        return 1.0
    share = near[k - 1] / (near[k - 1] - near[k])
    left, right = math.log(1 - _GRID[k - 1]), math.log(1 - _GRID[k])
    return float(math.exp(left + share * (right - left)))


def _difference_limits(
    a: np.ndarray, b: np.ndarray, level: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The limits of the difference of two paired means between 0 and 1, at several levels."""
    (a_low, a_high), (b_low, b_high) = _beta_limits(a, level), _beta_limits(b, level)
    mean_a, mean_b = _inside(float(a.mean())), _inside(float(b.mean()))
    together = _correlation(a, b)
    down = _mover(mean_a - a_low, b_high - mean_b, together)
    up = _mover(a_high - mean_a, mean_b - b_low, together)
    point = float(a.mean() - b.mean())
    return point - down, point + up


def _mover(one: np.ndarray, other: np.ndarray, together: float) -> np.ndarray:
    return np.sqrt(np.maximum(0.0, one**2 + other**2 - 2 * together * one * other))


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    spread = float(one.std() * other.std())
    if spread < 1e-15:
        return 0.0
    joint = float(((one - one.mean()) * (other - other.mean())).mean())
    return min(1.0, max(-1.0, joint / spread))


def _inside(mean: float) -> float:
    return min(1.0, max(0.0, mean))


def _beta_limits(scaled: np.ndarray, level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The limits of the mean of values between 0 and 1 (a little beyond is cut), at some levels."""
    count = len(scaled)
    mean = _inside(float(scaled.mean()))
    variance = float(scaled.var(ddof=1)) / count
    effective = np.full(len(level), float(count))
    if variance > 1e-15 and 1e-12 < mean < 1 - 1e-12:
        upper = (1 + level) / 2
        correction = (special.ndtri(upper) / special.stdtrit(count - 1, upper)) ** 2
        effective = mean * (1 - mean) / variance * correction
        away = min(int((scaled < 1 - 1e-9).sum()), int((scaled > 1e-9).sum()))
        if away < min(FEW_AWAY, count):
            effective = np.minimum(effective, float(count))
    return _beta(mean, effective, level)


def beta_interval(one: BetaMean) -> tuple[float, float]:
    """The beta interval of a mean between 0 and 1 (Korn & Graubard 1998)."""
    low, high = beta_limits(one, np.array([LEVEL]))
    return float(low[0]), float(high[0])


def beta_limits(one: BetaMean, level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The limits of the beta interval at several levels."""
    effective = np.full(len(level), one.size)
    if math.isfinite(one.freedom):
        upper = (1 + level) / 2
        effective *= (special.ndtri(upper) / special.stdtrit(one.freedom, upper)) ** 2
    return _beta(one.mean, effective, level)


def _beta(mean: float, effective: np.ndarray, level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The beta limits of a mean at effective sample sizes, one a level."""
    hits, tail = mean * effective, (1 - level) / 2
    misses = effective - hits
    low = np.zeros(len(level))
    if mean > 1e-12:
        low = special.betaincinv(hits, misses + 1, tail)
    high = np.ones(len(level))
    if mean < 1 - 1e-12:
        high = special.betaincinv(hits + 1, misses, 1 - tail)
    return low, high


def korn_graubard(means: Sequence[float], n: int) -> Interval:
    """The Korn–Graubard interval of a rate: Clopper–Pearson at the effective sample size.

    Source: Korn & Graubard (1998), "Confidence intervals for proportions with small expected
    number of positive counts estimated from survey data", Survey Methodology 24(2), 193-201; with
    their correction for the degrees of freedom. Where all families agree on 0 or 1, nothing is
    known of the spread and each family counts as one observation.

    Args:
        means: The rate in each family, 0 to 1.
        n: Verdicts in all; the effective sample size is never larger.
    """
    method = "Korn–Graubard over families"
    reason = too_few(len(means))
    if reason:
        return Interval(None, None, method, reason)
    effective = effective_size(means, n)
    return Interval(*clopper_pearson(float(np.mean(means)) * effective, effective), method)


def effective_size(means: Sequence[float], n: int) -> float:
    """How many independent answers a rate in families is worth (Korn & Graubard 1998)."""
    families = len(means)
    rate = float(np.mean(means))
    variance = float(np.var(means, ddof=1)) / families
    if variance <= 1e-15 or not 0 < rate < 1:
        return float(families)
    correction = (quantile_t(max(n - 1, 1)) / quantile_t(families - 1)) ** 2
    return min(float(n), rate * (1 - rate) / variance * correction)


def clopper_pearson(hits: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """The exact interval of a proportion; `hits` and `n` need not be whole.

    Source: Clopper & Pearson (1934), Biometrika 26, 404-413.
    """
    tail = (1 - level) / 2
    low = 0.0 if hits <= 1e-9 else float(special.betaincinv(hits, n - hits + 1, tail))
    high = 1.0 if hits >= n - 1e-9 else float(special.betaincinv(hits + 1, n - hits, 1 - tail))
    return low, high
