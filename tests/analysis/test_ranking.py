"""The statistics of the ranking: what they say and withhold, and that they never fall over."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from inspect_values.analysis.bradley_terry.estimates import FEWEST_FAMILIES, elo
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.estimators.held_out import HELD_OUT_ACCURACY, HELD_OUT_LOG_LOSS
from inspect_values.analysis.estimators.nudge_susceptibility import NUDGE_SUSCEPTIBILITY
from inspect_values.analysis.estimators.p_first import P_FIRST
from inspect_values.analysis.estimators.rank import RANK
from inspect_values.analysis.estimators.seat_effect import SEAT_EFFECT
from inspect_values.analysis.estimators.strength import STRENGTH
from inspect_values.analysis.estimators.strength_by_refusal_rule import (
    FLAG,
    STRENGTH_BY_REFUSAL_RULE,
)
from inspect_values.analysis.settings import AnalysisSettings
from inspect_values.analysis.signature import signature

Make = Callable[..., pd.DataFrame]

STATISTICS = (
    STRENGTH,
    RANK,
    P_FIRST,
    SEAT_EFFECT,
    NUDGE_SUSCEPTIBILITY,
    HELD_OUT_ACCURACY,
    HELD_OUT_LOG_LOSS,
    STRENGTH_BY_REFUSAL_RULE,
)
FAST = AnalysisSettings(resamples=200)
THREE = {"a": 1.0, "b": 0.0, "c": -1.0}


def by_key(estimates: Sequence[Estimate], subject: str = "a-1") -> dict[str, Estimate]:
    return {e.key: e for e in estimates if e.subject == subject}


def checked(table: pd.DataFrame, settings: AnalysisSettings = FAST) -> list[Estimate]:
    """All of the ranking's estimates; every number is one, and every gap has a reason."""
    found = signature(table, STATISTICS, settings)
    for e in found:
        assert e.point is None or math.isfinite(e.point), e
        assert (e.low is None) == (e.high is None), e
        assert (e.low is None) == bool(e.withheld), e
        if e.low is not None and e.point is not None and e.high is not None:
            assert e.low <= e.point <= e.high, e
    return found


def test_the_planted_order_comes_out_with_intervals(planted: Make) -> None:
    table = planted(THREE, families=20)
    found = checked(table)
    strength = by_key([e for e in found if e.statistic == "strength"])
    assert sum(e.point or 0 for e in strength.values()) == pytest.approx(0)
    for value, wanted in THREE.items():
        point, low, high = (getattr(strength[value], name) for name in ("point", "low", "high"))
        assert abs(point - wanted) < 1.7 * (high - low) / 2, "three and a half standard errors"
        assert strength[value].families == 40
        assert strength[value].n == 120
    rank = by_key([e for e in found if e.statistic == "rank"])
    assert [rank[v].point for v in "abc"] == [1, 2, 3]
    assert (rank["a"].low, rank["a"].high) == (1, 1)
    first = by_key([e for e in found if e.statistic == "p_first"])
    assert first["a"].point is not None and first["a"].point > 0.99
    assert first["a"].point < 1, "1,000 resamples can't show certainty"


def test_seat_and_nudge_effects_are_found_again(planted: Make) -> None:
    found = checked(planted(THREE, families=15, seat=0.5, nudge=0.8, nu=0.0))
    seat = [e for e in found if e.statistic == "seat_effect" and e.subject == "a-1"]
    assert {e.nudge for e in seat} == {"neutral", "first", "second"}
    nudge = [e for e in found if e.statistic == "nudge_susceptibility" and e.subject == "a-1"]
    assert [(e.key, e.nudge, e.elicitation) for e in nudge] == [("all", "all", "choice")]
    for e, wanted in [(e, 0.5) for e in seat] + [(nudge[0], 0.8)]:
        assert e.low is not None and e.high is not None
        assert e.low < wanted < e.high
        assert e.low > 0


def test_open_answers_have_no_seat_effect_and_neutral_queries_no_nudge_effect(
    planted: Make,
) -> None:
    table = planted(THREE, families=8)
    assert SEAT_EFFECT.estimates(table) == []
    assert NUDGE_SUSCEPTIBILITY.estimates(table) == []
    first_only = table.assign(nudge="first")
    assert NUDGE_SUSCEPTIBILITY.estimates(first_only) == [], "one nudge tells nothing of nudges"


def test_conditions_are_never_mixed(planted: Make) -> None:
    """The opposite order under another elicitation, persona, turn or nudge moves nothing."""
    table = planted(THREE, families=10)
    turned = planted({v: -s for v, s in THREE.items()}, families=10, seed=1)
    alone = by_key(STRENGTH.estimates(table))
    others: list[dict[str, Any]] = [
        {"elicitation": "choice", "seat": "first"},
        {"persona": "strict"},
        {"turn": 2},
        {"nudge": "first"},
    ]
    both = pd.concat([table, *(turned.assign(**more) for more in others)], ignore_index=True)
    found = STRENGTH.estimates(both)
    assert by_key([e for e in found if e.headline]) == alone
    assert len({e.condition for e in found}) == 5


def test_other_models_in_the_table_change_nothing(planted: Make) -> None:
    one = planted(THREE, families=8)
    other = planted({"a": -1.0, "b": 0.0, "d": 1.0}, families=9, model="b-1", lab="b", seed=4)
    other["family"] = other["family"] + "x"
    alone = checked(one)
    together = checked(pd.concat([one, other], ignore_index=True))
    assert alone == [e for e in together if e.subject in ("a-1", "a")]


def test_the_order_of_rows_changes_nothing(planted: Make) -> None:
    table = planted(THREE, families=8, seat=0.3)
    mixed = table.sample(frac=1, random_state=3).reset_index(drop=True)
    for one, other in zip(checked(table), checked(mixed), strict=True):
        assert one.key == other.key
        assert one.point == pytest.approx(other.point, abs=1e-9)
        assert one.low == pytest.approx(other.low, abs=1e-9)


def test_a_seed_gives_the_same_again_and_another_one_other_resamples(planted: Make) -> None:
    table = planted({"a": 0.1, "b": 0.0, "c": -0.1}, families=8)

    def chances(seed: int) -> list[float | None]:
        return [e.point for e in P_FIRST.estimates(table, AnalysisSettings(seed=seed))]

    assert chances(1) == chances(1)
    assert chances(1) != chances(2)


def test_values_that_nothing_connects_have_scales_of_their_own(planted: Make) -> None:
    table = pd.concat(
        [planted({"a": 1.0, "b": -1.0}, families=12), planted({"c": 0.2, "d": -0.2}, families=12)],
        ignore_index=True,
    )
    found = checked(table)
    strength = by_key([e for e in found if e.statistic == "strength"])
    assert (strength["a"].point or 0) + (strength["b"].point or 0) == pytest.approx(0)
    assert "only comparable with: b" in strength["a"].method
    rank = by_key([e for e in found if e.statistic == "rank"])
    assert sorted(rank[v].point or 0 for v in "ab") == [1, 2]
    assert sorted(rank[v].point or 0 for v in "cd") == [1, 2], "not ranks 1 to 4"
    first = by_key([e for e in found if e.statistic == "p_first"])
    assert (first["c"].point or 0) + (first["d"].point or 0) == pytest.approx(1)


def test_a_value_that_always_wins_is_finite_and_says_so(planted: Make) -> None:
    table = planted(THREE, families=10)
    always = table["first_value"].eq("a")
    table.loc[always, "prioritised"] = "a"
    strength = by_key([e for e in checked(table) if e.statistic == "strength"])
    assert strength["a"].point is not None and 3 < strength["a"].point < 15
    assert "a never lost" in strength["a"].withheld
    assert "ridge" in strength["b"].withheld, "the mean that b is measured from holds a"
    rank = by_key([e for e in checked(table) if e.statistic == "rank"])
    assert (rank["a"].low, rank["a"].high) == (1, 1), "that it is first is clear all the same"


def test_ties_alone_do_not_hide_that_a_value_never_lost(verdicts: Make) -> None:
    """With Davidson's model wins and ties, but no loss, give no finite maximum."""
    said = ["a"] * 8 + ["both"] * 4
    table = verdicts(
        [{"first_value": "a", "second_value": "b", "prioritised": put} for put in said]
    )
    strength = by_key(STRENGTH.estimates(table))
    assert "a never lost" in strength["a"].withheld
    half = by_key(STRENGTH.estimates(table, AnalysisSettings(ties="half")))
    assert half["a"].withheld == "", "as half wins, ties are losses too"


def test_a_seat_that_decides_alone_has_no_finite_effect(verdicts: Make) -> None:
    rows = [
        {
            "first_value": "a",
            "second_value": "b",
            "family": f"f{number}",
            "seat": seat,
            "prioritised": "a" if seat == "first" else "b",
        }
        for number in range(8)
        for seat in ("first", "second")
    ]
    found = checked(verdicts(rows, elicitation="choice"))
    seat = next(e for e in found if e.statistic == "seat_effect")
    assert seat.point is None
    assert "the seat alone decides" in seat.withheld
    strength = by_key([e for e in found if e.statistic == "strength"])
    assert strength["a"].point == pytest.approx(0, abs=1e-6), "no value is ahead"


def test_few_situations_give_no_interval_and_say_how_many(planted: Make) -> None:
    few = planted({"a": 0.5, "b": -0.5}, families=FEWEST_FAMILIES - 1, nu=0.0, seed=2)
    for e in checked(few):
        if e.statistic in ("strength", "rank", "p_first"):
            assert "fewer than" in e.withheld or "never" in e.withheld
    enough = planted({"a": 0.5, "b": -0.5}, families=FEWEST_FAMILIES + 2, nu=0.0, seed=2)
    assert all(not e.withheld for e in STRENGTH.estimates(enough))


def test_two_groups_that_one_situation_connects_have_no_interval(planted: Make) -> None:
    """Each value is in many situations, but their common scale hangs on one."""
    table = pd.concat(
        [
            planted({"a": 0.4, "b": -0.4}, families=20, nu=0.0),
            planted({"c": 0.4, "d": -0.4}, families=20, nu=0.0, seed=1),
            planted({"a": 0.3, "c": -0.3}, families=1, cells=12, nu=0.0, seed=5),
        ],
        ignore_index=True,
    )
    for e in STRENGTH.estimates(table):
        assert e.low is None
        assert "too few situations connect" in e.withheld or "never" in e.withheld


def test_a_lab_weighs_its_models_the_same(planted: Make) -> None:
    one = planted(THREE, families=8, cells=4)
    other = planted({"a": -0.5, "b": 0.0, "c": 0.5}, families=8, cells=2, model="a-2", seed=3)
    found = STRENGTH.estimates(pd.concat([one, other], ignore_index=True))
    first, second, lab = (by_key(found, name) for name in ("a-1", "a-2", "a"))
    for value in THREE:
        mean = ((first[value].point or 0) + (second[value].point or 0)) / 2
        assert lab[value].point == pytest.approx(mean)
        assert lab[value].n == first[value].n + second[value].n
        assert lab[value].families == 16


def test_a_lab_of_two_copies_is_as_sure_as_one_of_them(planted: Make) -> None:
    """Families are what varies: asking a second model the same situations adds none."""
    one = planted(THREE, families=8, icc=0.3)
    both = pd.concat([one, one.assign(model="a-2")], ignore_index=True)
    found = checked(both)
    model, lab = (
        {(e.statistic, e.key): e for e in found if e.subject == subject} for subject in ("a-1", "a")
    )
    for key, e in model.items():
        if key[0] in ("strength", "rank", "p_first"):
            assert lab[key].point == pytest.approx(e.point)
            assert lab[key].low == pytest.approx(e.low)


def test_a_lab_counts_only_the_families_that_all_of_its_models_answered(planted: Make) -> None:
    one = planted(THREE, families=10)
    other = one.assign(model="a-2")
    gone = other["family"].isin(["ab0", "ab1", "ac3"])
    other.loc[gone, "prioritised"] = pd.NA
    found = STRENGTH.estimates(pd.concat([one, other], ignore_index=True))
    lab, second = by_key(found, "a"), by_key(found, "a-2")
    assert lab["a"].families == 17
    assert lab["a"].point == pytest.approx(second["a"].point), "on those, both said the same"
    assert lab["a"].missing == 9


def test_a_lab_with_a_model_that_answered_nothing_has_no_ranking(planted: Make) -> None:
    one = planted(THREE, families=8)
    other = one.assign(model="a-2", prioritised=pd.NA)
    found = checked(pd.concat([one, other], ignore_index=True))
    lab = by_key([e for e in found if e.statistic == "strength"], "a")
    assert lab["a"].point is None
    assert "every model" in lab["a"].withheld


def test_refusals_counted_in_another_way_flag_another_top_value(planted: Make) -> None:
    table = planted({"a": 0.3, "b": 0.0, "c": -0.3}, families=10, cells=2, seed=6)
    # a wins by refusing
    table["refused"] = table["prioritised"].eq("a").fillna(False).astype(float)
    table["refusal_costs"] = "first"
    found = checked(table)
    rules = {e.key.split(":")[1] for e in found if e.statistic == "strength_by_refusal_rule"}
    assert rules == {"dropped", "tie", "loss"}
    flagged = {e.key for e in found if FLAG in e.method}
    assert "a:loss" in flagged
    assert STRENGTH_BY_REFUSAL_RULE.estimates(table.assign(refused=0.0)) == []


def test_held_out_prediction_beats_chance_where_there_is_an_order(planted: Make) -> None:
    table = planted({"a": 1.5, "b": 0.0, "c": -1.5}, families=20)
    found = {(e.statistic, e.key): e for e in checked(table) if e.subject == "a-1"}
    assert found["held_out_accuracy", "baseline"].point == pytest.approx(0.5)
    for statistic in ("held_out_accuracy", "held_out_log_loss"):
        gain = found[statistic, "gain"]
        assert gain.low is not None and gain.low > 0
    strengths = found["held_out_accuracy", "strengths"]
    assert strengths.n < found["held_out_log_loss", "strengths"].n, "ties have no winner"


def test_held_out_prediction_gains_nothing_where_there_is_no_order(planted: Make) -> None:
    """A fit that saw what it predicts would gain."""
    table = planted(dict.fromkeys("abcdef", 0.0), families=3, cells=1)
    gain = by_key(HELD_OUT_LOG_LOSS.estimates(table))["gain"]
    assert gain.point is not None and gain.point < 0.02


def test_the_held_out_log_loss_is_that_of_a_fit_without_the_family(planted: Make) -> None:
    table = planted({"a": 0.8, "b": -0.8}, families=5, cells=2, nu=0.0, seed=1)
    settings = AnalysisSettings(folds=5)
    found = by_key(HELD_OUT_LOG_LOSS.estimates(table, settings))["strengths"]
    losses: list[float] = []
    for family in table["family"].unique():
        kept, left = (table[table["family"].eq(family) == out] for out in (False, True))
        strength = by_key(STRENGTH.estimates(kept, settings))["a"].point or 0.0
        chance = 1 / (1 + math.exp(-2 * strength))
        said = np.where(left["prioritised"].eq("a"), chance, 1 - chance)
        losses.append(float(-np.log(said).mean()))
    assert found.point == pytest.approx(np.mean(losses), abs=1e-5)


def test_elo_is_a_change_of_scale() -> None:
    assert elo(0) == 1500
    odds = 1 / (1 + 10 ** ((elo(0) - elo(math.log(3))) / 400))
    assert odds == pytest.approx(0.75)


def one(put: object, **more: object) -> dict[str, Any]:
    return {"first_value": "a", "second_value": "b", "prioritised": put, **more}


DEGENERATE: dict[str, list[dict[str, Any]]] = {
    "one row": [one("a")],
    "one family": [one(put, family="f") for put in ("a", "b", "both")],
    "no variance": [one("a", family=f"f{n}") for n in range(12)],
    "all ties": [one("both", family=f"f{n}") for n in range(12)],
    "each family the same mix": [
        one(put, family=f"f{n}") for n in range(12) for put in ("a", "b", "both")
    ],
    "all missing": [one(pd.NA, family=f"f{n}") for n in range(4)],
    "all refused": [one("b", family=f"f{n}", refused=1.0) for n in range(8)],
    "no family": [one("a") | {"family": None}],
    "one loss in many": [one("b" if n == 3 else "a", family=f"f{n}") for n in range(40)],
    "a value that only ties": [
        *(one("a" if n % 3 else "b", family=f"f{n}") for n in range(12)),
        *(one("both", second_value="c", family=f"g{n}") for n in range(8)),
    ],
    "one seat only": [
        one("a" if n % 3 else "b", seat="first", elicitation="choice") for n in range(9)
    ],
    "a family in two pairs": [
        *(one("a" if n % 3 else "b", family=f"f{n}") for n in range(9)),
        *(one("c" if n % 2 else "a", second_value="c", family=f"f{n}") for n in range(9)),
    ],
    "unknown nudge and turn": [one("a", nudge="odd", turn=pd.NA, persona=pd.NA), one("b")],
}


@pytest.mark.parametrize("ties", ["davidson", "drop", "half"])
@pytest.mark.parametrize("case", list(DEGENERATE))
def test_degenerate_data_is_a_statement(case: str, ties: str, verdicts: Make) -> None:
    table = verdicts(DEGENERATE[case])
    found = checked(table, AnalysisSettings(ties=ties, resamples=100))  # type: ignore[arg-type]
    assert isinstance(found, list)


def test_without_a_ridge_nothing_breaks_either(verdicts: Make) -> None:
    for case in ("no variance", "one loss in many", "a value that only ties"):
        checked(verdicts(DEGENERATE[case]), AnalysisSettings(ridge=0, resamples=100))


def test_an_empty_table_has_no_estimates(verdicts: Make) -> None:
    assert checked(verdicts([one("a")]).iloc[:0]) == []


def test_dropped_ties_leave_a_value_that_only_ties_without_a_place(verdicts: Make) -> None:
    table = verdicts(DEGENERATE["a value that only ties"])
    found = checked(table, AnalysisSettings(ties="drop", resamples=100))
    strength = by_key([e for e in found if e.statistic == "strength"])
    assert strength["c"].point is None
    assert "every comparison of it is a tie" in strength["c"].withheld
    assert strength["a"].point is not None


def test_a_plugins_statistic_needs_to_know_nothing_of_settings(planted: Make) -> None:
    class Plain:
        name, doc = "plain", ""

        def estimates(self, table: pd.DataFrame) -> list[Estimate]:
            return [e.model_copy(update={"statistic": "plain"}) for e in STRENGTH.estimates(table)]

    table = planted({"a": 0.5, "b": -0.5}, families=4)
    assert {e.statistic for e in signature(table, [Plain(), STRENGTH], FAST)} == {
        "plain",
        "strength",
    }


def test_settings_reach_the_statistics(planted: Make) -> None:
    table = planted(THREE, families=6)
    davidson, half = (
        signature(table, [STRENGTH], AnalysisSettings(ties=ties))  # type: ignore[arg-type]
        for ties in ("davidson", "half")
    )
    assert davidson[0].point != half[0].point
    assert "ties as half wins" in half[0].method
