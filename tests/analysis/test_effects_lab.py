"""The laboratory of effects, small: shown intervals cover, and p-values keep their level."""

import numpy as np
import pytest
from effects import cell, p_values
from studies import ABOUT_MODELS, OVER_SITUATIONS, P_VALUES, Experiment, liability
from worlds import World

from inspect_values.analysis.estimators.factor_effect import FACTOR_EFFECT
from inspect_values.analysis.references import agreement_interval, distance_interval

STUDIES = 80
EVERY = {one.name: one for one in (*OVER_SITUATIONS, *ABOUT_MODELS)}


@pytest.mark.parametrize(
    ("name", "planted"),
    [
        ("elicitation_gap", "an effect near the end"),
        ("steerability", "an effect"),
        ("steadfastness", "nothing"),
        ("give_way", "an effect"),
        ("factor_effect on the lean", "an effect"),
        ("factor_effect on refusals", "an effect"),
        ("factor_by_lab on the lean", "an effect"),
        ("lab_lean, 3 models", "a population"),
        ("lab_contrast", "labs differ"),
        ("judge_agreement", "steady"),
        ("repeatability", "scattered"),
        ("disagreement", "a population"),
        ("reference_distance", "the same"),
        ("reference_agreement", "another"),
    ],
)
def test_shown_intervals_cover_the_statistics_own_value(name: str, planted: str) -> None:
    one: Experiment = EVERY[name]
    families = 45 if name == "disagreement" else 20  # which has no interval below 40
    found = cell(one, one.worlds[planted](0.3), families, STUDIES)
    # refusals are rare: many studies have too few situations that show any difference
    assert found.withheld <= (STUDIES // 2 if "refusals" in name else STUDIES // 10)
    # three Monte-Carlo standard errors below .93
    assert found.covered >= 0.93 - 3 * (0.93 * 0.07 / STUDIES) ** 0.5


@pytest.mark.parametrize("name", ["judge_agreement", "repeatability"])
def test_agreement_is_withheld_where_its_interval_would_not_cover(name: str) -> None:
    one = EVERY[name]
    found = cell(one, one.worlds["steady"](0.6), 8, 20)
    assert found.shown == 0
    assert all(reason.endswith("at least 12 are needed") for reason in found.reasons)


@pytest.mark.parametrize(
    "test",
    [one for one in P_VALUES if one.name.startswith(("lab_permutation, labs of 3", "only_when"))],
    ids=lambda test: test.name,
)
def test_p_values_keep_their_level_where_nothing_is_planted(test: object) -> None:
    found = p_values(test, 60, planted=False)  # type: ignore[arg-type]
    # at a rate of .05, more than 8 of 60 have a chance below 1 %
    assert (found <= 0.05).sum() <= 8


def test_the_factor_effect_is_least_squares_within_situations() -> None:
    one = EVERY["factor_effect on the lean"]
    frame = one.draw(World(0.3, effect=0.25), np.random.default_rng(3), 1, 40)
    by_hand = liability(frame, "lean")
    found = {e.key: e.point for e in FACTOR_EFFECT.estimates(frame) if e.level == "model"}
    assert found["p0:liability:high-none:lean"] == pytest.approx(by_hand, abs=1e-9)


def test_a_model_that_is_just_like_the_reference_may_be_at_no_distance() -> None:
    rng = np.random.default_rng(5)
    expected = np.array([0.1, -0.2, 0.3, 0.0, 0.05])
    lows = [
        distance_interval([rng.normal(x, 0.3, 20) for x in expected], expected, np.ones(5)).low
        for _ in range(100)
    ]
    assert np.mean([low == 0 for low in lows]) >= 0.95


def test_small_leans_leave_the_rank_agreement_open() -> None:
    rng = np.random.default_rng(5)
    expected = np.ones(15)
    spans = [
        agreement_interval([rng.normal(0.05, 0.3, 20) for _ in expected], expected)
        for _ in range(100)
    ]
    assert np.mean([span.high == pytest.approx(1) for span in spans]) >= 0.95
