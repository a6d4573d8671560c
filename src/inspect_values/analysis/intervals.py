"""Intervals over families: small-sample methods, for few situations are the normal case."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

LEVEL = 0.95


class Interval(NamedTuple):
    """A 95 % interval, or the reason why there is none."""

    low: float | None
    high: float | None
    method: str
    withheld: str = ""


def t_interval(means: Sequence[float], low: float = -math.inf, high: float = math.inf) -> Interval:
    """The t interval of the mean of family means, cut at the scale's ends.

    With families weighted equally it is the cluster-robust interval with G - 1 degrees of freedom.

    Args:
        means: One mean a family.
        low: The least value that the statistic can take.
        high: The greatest.
    """
    method = "t over families"
    count = len(means)
    if count < 2:
        return Interval(
            None, None, method, "one situation only: nothing tells how situations differ"
        )
    spread = float(np.std(means, ddof=1))
    if spread < 1e-12:
        return Interval(None, None, method, "every situation gives the same value")
    half = float(stats.t.ppf((1 + LEVEL) / 2, count - 1)) * spread / math.sqrt(count)
    mean = float(np.mean(means))
    return Interval(max(low, mean - half), min(high, mean + half), method)


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
    families = len(means)
    if families < 2:
        return Interval(
            None, None, method, "one situation only: nothing tells how situations differ"
        )
    rate = float(np.mean(means))
    variance = float(np.var(means, ddof=1)) / families
    effective = float(families)
    if variance > 1e-15 and 0 < rate < 1:
        quantile = (1 + LEVEL) / 2
        correction = (
            float(stats.t.ppf(quantile, n - 1)) / float(stats.t.ppf(quantile, families - 1))
        ) ** 2
        effective = min(float(n), rate * (1 - rate) / variance * correction)
    return Interval(*clopper_pearson(rate * effective, effective), method)


def clopper_pearson(hits: float, n: float) -> tuple[float, float]:
    """The exact 95 % interval of a proportion; `hits` and `n` need not be whole.

    Source: Clopper & Pearson (1934), Biometrika 26, 404-413.
    """
    tail = (1 - LEVEL) / 2
    low = 0.0 if hits <= 1e-9 else float(stats.beta.ppf(tail, hits, n - hits + 1))
    high = 1.0 if hits >= n - 1e-9 else float(stats.beta.ppf(1 - tail, hits + 1, n - hits))
    return low, high
