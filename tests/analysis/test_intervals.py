"""Intervals against published numbers, other libraries, and planted truth."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from inspect_values.analysis.intervals import clopper_pearson, korn_graubard, t_interval


def test_t_interval_is_the_cluster_robust_interval_of_statsmodels() -> None:
    rng = np.random.default_rng(3)
    means = list(rng.normal(0.2, 0.3, 14))
    found = t_interval(means)
    fitted = sm.OLS(means, np.ones(14)).fit(cov_type="nonrobust")
    low, high = fitted.conf_int(alpha=0.05)[0]
    assert found.low == pytest.approx(low)
    assert found.high == pytest.approx(high)


@pytest.mark.parametrize(("hits", "n"), [(0, 20), (3, 10), (20, 20), (7, 24)])
def test_clopper_pearson_agrees_with_statsmodels(hits: int, n: int) -> None:
    assert clopper_pearson(hits, n) == pytest.approx(proportion_confint(hits, n, method="beta"))


def test_rule_of_three_where_no_family_has_an_event() -> None:
    # exact upper limit 1 - .025 ** (1 / n): 0.1684 for n = 20 (Clopper & Pearson 1934)
    found = korn_graubard([0.0] * 20, 400)
    assert found.low == 0
    assert found.high == pytest.approx(0.16843, abs=1e-5)


def test_effective_size_never_exceeds_the_verdicts() -> None:
    means = [0.4, 0.6] * 4  # families agree more than chance would let them
    found = korn_graubard(means, 8)
    assert found.low is not None
    assert found.low == pytest.approx(clopper_pearson(4, 8)[0])


@pytest.mark.parametrize("interval", [t_interval, lambda means: korn_graubard(means, 5)])
def test_one_family_gives_no_interval(interval: object) -> None:
    found = interval([0.5])  # type: ignore[operator]
    assert found.low is None
    assert "one situation" in found.withheld


def test_no_variance_gives_no_interval_of_the_lean() -> None:
    found = t_interval([1.0] * 9, -1, 1)
    assert found.low is None
    assert "same value" in found.withheld


@pytest.mark.parametrize("families", [8, 20, 40, 120])
@pytest.mark.parametrize("icc", [0.1, 0.3, 0.6])
def test_lean_interval_covers_the_planted_mean(families: int, icc: float) -> None:
    rng = np.random.default_rng(families * 10 + int(icc * 10))
    studies, cells = 2000, 3
    situations = rng.normal(0, math.sqrt(icc), (studies, families, 1))
    leans = 0.1 + 0.3 * (situations + rng.normal(0, math.sqrt(1 - icc), (studies, families, cells)))
    intervals = [t_interval(list(means)) for means in leans.mean(axis=2)]
    covered = np.mean(
        [i.low <= 0.1 <= i.high for i in intervals if i.low is not None and i.high is not None]
    )
    # Monte-Carlo error of .95 over 2,000 studies: .005
    assert 0.935 <= covered <= 0.965


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.5])
@pytest.mark.parametrize("families", [8, 24])
def test_rate_interval_covers_at_least_as_often_as_it_says(families: int, rate: float) -> None:
    rng = np.random.default_rng(families)
    studies, cells, icc = 1000, 3, 0.3
    within = (1 - icc) / icc
    shares = stats.beta(rate * within, (1 - rate) * within).rvs(
        (studies, families), random_state=rng
    )
    means = rng.binomial(cells, shares) / cells
    intervals = [korn_graubard(list(row), families * cells) for row in means]
    covered = np.mean(
        [i.low <= rate <= i.high for i in intervals if i.low is not None and i.high is not None]
    )
    assert covered >= 0.93


def test_korn_graubard_is_clopper_pearson_at_the_corrected_effective_size() -> None:
    means, n = [0.0, 0.5, 1.0, 0.5, 0.0, 0.0, 0.5, 0.5, 0.0, 0.5], 40
    fitted = sm.OLS(means, np.ones(10)).fit(cov_type="nonrobust")
    rate, variance = float(fitted.params[0]), float(fitted.bse[0]) ** 2
    correction = (stats.t.isf(0.025, n - 1) / stats.t.isf(0.025, 9)) ** 2
    effective = rate * (1 - rate) / variance * correction
    assert 1 < effective < n, "the example must not be cut at the number of verdicts"
    low, high = proportion_confint(rate * effective, effective, method="beta")
    found = korn_graubard(means, n)
    assert (found.low, found.high) == pytest.approx((low, high))
