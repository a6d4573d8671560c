"""The interval of means with a long tail: Hall's transformation, inverted, and what it covers."""

import math

import numpy as np
import pytest
from scipy import optimize, stats

from inspect_values.analysis.intervals import CONSTANT, t_interval
from inspect_values.analysis.skewed import FEWEST, skewed_interval


def test_the_limits_are_where_halls_transform_meets_the_quantiles_of_t() -> None:
    values = np.random.default_rng(3).gamma(1.0, 0.4, 50)
    found = skewed_interval(list(values), -math.inf, math.inf)
    a = stats.skew(values, bias=False) / math.sqrt(50)
    error = stats.sem(values)

    def beyond(mean: float, quantile: float) -> float:
        t = (values.mean() - mean) / error
        return t + a * t**2 / 3 + a**2 * t**3 / 27 + a / 6 - quantile

    quantile = stats.t.ppf(0.975, 49)
    low = optimize.brentq(lambda mean: beyond(mean, quantile), -2, 3)
    high = optimize.brentq(lambda mean: beyond(mean, -quantile), -2, 3)
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    assert found.high is not None and found.low is not None
    assert found.high - values.mean() > values.mean() - found.low, "the tail is above"


def test_without_skewness_it_is_the_t_interval() -> None:
    values = [float(x) for x in range(40)]
    found, plain = skewed_interval(values, -99, 99), t_interval(values)
    assert (found.low, found.high) == (pytest.approx(plain.low), pytest.approx(plain.high))


def test_a_long_tail_is_covered_where_t_is_not() -> None:
    # 2,000 studies of 40: the standard error of a coverage of .94 is .005
    rng = np.random.default_rng(7)
    studies = np.minimum(rng.lognormal(0, 1.0, (2000, 40)), 20)
    truth = float(np.minimum(rng.lognormal(0, 1.0, 4_000_000), 20).mean())
    both = []
    for interval in (skewed_interval, t_interval):
        found = [interval(list(study), 0.0, 20.0) for study in studies]
        assert all(one.low is not None for one in found)
        both.append(np.mean([one.low <= truth <= one.high for one in found]))
    assert both[0] >= 0.92 > both[1]


def test_few_situations_and_no_variance_have_none() -> None:
    rows = [0.5, 0.7] * FEWEST
    assert "at least 40 are needed" in skewed_interval(rows[: FEWEST - 1], 0, 3).withheld
    assert skewed_interval([0.5] * FEWEST, 0, 3).withheld == CONSTANT
