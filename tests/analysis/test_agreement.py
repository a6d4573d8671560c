"""Agreement against independent implementations, and corrected estimates against planted truth."""

import math

import numpy as np
import pandas as pd
import pytest
from inspect_ai.scorer import SampleScore, Score
from inspect_ai.scorer import krippendorff_alpha as inspect_alpha
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from inspect_values.analysis.agreement import (
    agreement,
    cohen_kappa,
    family_bootstrap,
    krippendorff_alpha,
    labels_for_kappa,
)
from inspect_values.analysis.columns import COLUMNS, typed
from inspect_values.analysis.ppi import FEWEST_FAMILIES, corrected


def test_alpha_is_that_of_krippendorffs_own_example() -> None:
    # Krippendorff (2011): four observers, twelve units, interval alpha .849
    nan = math.nan
    a = [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan]
    b = [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3]
    c = [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan]
    d = [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan]
    values = np.array([a, b, c, d], dtype=float).T
    assert krippendorff_alpha(values) == pytest.approx(0.849, abs=5e-4)


def test_weights_are_repetitions() -> None:
    rng = np.random.default_rng(1)
    values = rng.integers(0, 7, (20, 2)).astype(float)
    weights = rng.integers(1, 4, 20)
    repeated = np.repeat(values, weights, axis=0)
    total = 2 * len(repeated)
    # the finite-sample factor n / (n - 1) is all that tells the two apart
    plain = 1 - (1 - krippendorff_alpha(repeated)) * total / (total - 1)
    assert krippendorff_alpha(values, weights.astype(float)) == pytest.approx(plain)
    one, other = repeated.T
    assert cohen_kappa(*values.T, weights.astype(float)) == pytest.approx(cohen_kappa(one, other))


@pytest.mark.parametrize("seed", range(5))
def test_kappa_agrees_with_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one = rng.choice(["a", "b", "both"], 50)
    other = np.where(rng.random(50) < 0.6, one, rng.choice(["a", "b", "both"], 50))
    assert cohen_kappa(one, other) == pytest.approx(cohen_kappa_score(one, other))


def test_nothing_to_agree_on_is_no_number() -> None:
    assert math.isnan(krippendorff_alpha(np.array([[1.0, 1.0], [1.0, 1.0]])))
    assert math.isnan(krippendorff_alpha(np.array([[1.0, math.nan]])))
    assert math.isnan(cohen_kappa(np.array(["a", "a"]), np.array(["a", "a"])))


@pytest.mark.parametrize(("shares", "kappa"), [([0.5, 0.5], 0.6), ([0.5, 0.3, 0.2], 0.4)])
def test_the_planned_number_gives_the_wanted_width(shares: list[float], kappa: float) -> None:
    count = labels_for_kappa(shares, 0.2, kappa)
    p = np.array(shares)
    table = count * ((1 - kappa) * np.outer(p, p) + kappa * np.diag(p))
    found = cohens_kappa(table)
    assert found.kappa == pytest.approx(kappa)
    width = 2 * 1.959964 * found.std_kappa
    assert 0.19 < width <= 0.2
    assert labels_for_kappa(shares, 0.1, kappa) == pytest.approx(4 * count, rel=0.02)
    assert labels_for_kappa([1.0], 0.1) == 1


def rows(count: int, families: int, seed: int) -> pd.DataFrame:
    """A verdict table of one model: a judge whose lean is the truth, less .2, with noise."""
    rng = np.random.default_rng(seed)
    family = rng.integers(0, families, count)
    truth = 0.1 + 0.3 * rng.normal(size=families)[family] + 0.2 * rng.normal(size=count)
    frame = pd.DataFrame({c.name: [pd.NA] * count for c in COLUMNS})
    frame["model"], frame["lab"], frame["pair"] = "m", "l", "p"
    frame["elicitation"], frame["nudge"], frame["persona"] = "open", "neutral", "none"
    frame["turn"] = 0
    frame["family"] = [f"f{f}" for f in family]
    frame["cell"] = frame["scenario"] = [f"c{i}" for i in range(count)]
    frame["sample_uuid"], frame["epoch"] = [f"u{i}" for i in range(count)], 1
    frame["outcome"], frame["judge"], frame["refused"] = "verdict", "j", 0.0
    frame["lean"] = truth - 0.2 + 0.1 * rng.normal(size=count)
    table = typed(frame)
    table["truth"] = truth
    return table


def labelled(table: pd.DataFrame, share: float, seed: int) -> pd.DataFrame:
    """Labels of a part, drawn with unequal weights: high leans more often."""
    rng = np.random.default_rng([seed, 1])
    chance = np.where(table["lean"] > 0, 1.5 * share, 0.5 * share)
    drawn = table[rng.random(len(table)) < chance]
    weight = 1 / chance[drawn.index]
    return drawn.assign(
        lean=drawn["truth"], weight=weight, labeller="ann", judge="person:ann", item=drawn["cell"]
    )


def test_labels_correct_a_biased_judge_and_the_interval_covers() -> None:
    covered, naive, points = 0, 0, []
    for seed in range(60):
        table = rows(400, 40, seed)
        (lean, _) = corrected(table, labelled(table, 0.25, seed))[:2]
        assert lean.statistic == "lean_corrected"
        assert lean.low is not None and lean.high is not None and lean.point is not None
        covered += lean.low <= 0.1 <= lean.high
        naive += abs(float(table["lean"].mean()) - 0.1) < 0.1
        points.append(lean.point)
    assert covered >= 52  # 95 % of 60 is 57; fewer than 52 has a chance below 1 %
    assert np.mean(points) == pytest.approx(0.1, abs=0.03)
    assert naive < 20, "the judge's own word must be off, or nothing is shown"


def test_too_few_labelled_situations_are_withheld() -> None:
    table = rows(60, 30, 0)
    some = labelled(table, 0.5, 0)
    few = some[some["family"].isin(sorted(some["family"].unique())[: FEWEST_FAMILIES - 1])]
    lean, refused = corrected(table, few)[:2]
    assert lean.point is None and "situations are labelled" in lean.withheld
    assert refused.statistic == "refusal_rate_corrected"
    assert len(corrected(table, few)) == 4  # the model's and the lab's


def test_two_judges_agree_with_an_interval_that_resamples_families() -> None:
    one = rows(200, 25, 3).assign(prioritised="a")
    other = one.assign(lean=one["lean"] + 0.05)
    found = {a.measure: a for a in agreement(one, other, ("one", "other"))}
    difference = found["difference of the lean"]
    assert difference.point == pytest.approx(-0.05)
    assert difference.low == pytest.approx(-0.05) and difference.families == 25
    alpha = found["alpha of the lean"]
    assert alpha.low is not None and alpha.point is not None and alpha.low < alpha.point < 1
    assert found["kappa: what comes first"].withheld == "one of them never varies"
    apart = other.assign(sample_uuid="elsewhere")
    assert all(a.point is None for a in agreement(one, apart, ("one", "other")))


def test_the_bootstrap_draws_whole_families() -> None:
    families = pd.Series(["a"] * 50 + ["b"] * 50)
    values = np.array([0.0] * 50 + [1.0] * 50)
    low, high = family_bootstrap(families, lambda index: float(values[index].mean()))
    assert (low, high) == (0.0, 1.0)
    assert family_bootstrap(pd.Series(["a"] * 9), lambda _: 0.0) == (None, None)


def test_inspects_own_alpha_says_the_same() -> None:
    rng = np.random.default_rng(9)
    values = rng.integers(0, 7, (40, 3))
    scores = [SampleScore(score=Score(value=[int(x) for x in row])) for row in values]
    theirs = inspect_alpha(level="interval")(scores)  # type: ignore[call-arg,arg-type]
    assert krippendorff_alpha(values.astype(float)) == pytest.approx(theirs)
