"""Audits recover what was planted in simulated judges, and find nothing where nothing is."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from audits import PAIR, audited, covers, crossed, found
from inspect_ai import eval
from inspect_ai.model import get_model

from inspect_values.analysis.audit import OWN_LAB, audit, smallest_difference
from inspect_values.analysis.models import ModelIdentity
from inspect_values.analysis.table import verdict_table
from inspect_values.cli.results import CatalogModels
from inspect_values.evaluation.audit import padded, trimmed
from inspect_values.evaluation.launch import PrerequisiteError
from inspect_values.evaluation.providers.judge import SimulatedJudge
from inspect_values.evaluation.tasks.judge_audit import judge_audit
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.plugins.catalog import default_catalog

PLANTED: list[tuple[dict[str, Any], str, float]] = [
    ({"wordings": (0.0, 1.0, 0.0)}, "audit_wording-2", 1 / 6),
    ({"wordings": (0.0, 0.0, -1.0)}, "audit_wording-3", -1 / 6),
    ({"first_ladder": 1.0}, "audit_ladders", 2 / 6),
]


@pytest.mark.parametrize(("bias", "statistic", "effect"), PLANTED)
def test_a_planted_bias_is_found_and_its_interval_covers_it(
    bias: dict[str, Any], statistic: str, effect: float
) -> None:
    estimate = found(audited(SimulatedJudge(**bias), seed=1, families=40))[statistic]
    assert covers(estimate, effect)
    assert not covers(estimate, 0)


def test_a_taste_for_length_is_found_on_the_same_answers() -> None:
    # 1.5 positions for 100 words, and about 30 words of padding: .45 of a position, .075 of lean
    estimates = found(audited(SimulatedJudge(length=1.5, noise=0.2), seed=2, families=40))
    padding, trimming = estimates["audit_padded"], estimates["audit_trimmed"]
    assert padding.point is not None and 0.04 < padding.point < 0.11
    assert not covers(padding, 0)
    assert trimming.point is not None and trimming.point < 0 and not covers(trimming, 0)


def test_repeatability_is_the_planted_jitter() -> None:
    # rounding to whole positions adds a twelfth to the variance of each
    jitter = 0.8
    truth = math.sqrt(2 * (jitter**2 + 1 / 12))
    estimates = found(audited(SimulatedJudge(jitter=jitter, noise=0.2), seed=3, families=60))
    error = estimates["audit_repeatability"]
    assert error.point == pytest.approx(truth, rel=0.12)
    assert covers(error, truth)
    difference = smallest_difference(list(estimates.values()), "j")
    assert error.point is not None
    assert difference == pytest.approx(1.96 * math.sqrt(2) * error.point, rel=1e-3)


def test_a_steady_judge_has_no_smallest_difference() -> None:
    estimates = found(audited(SimulatedJudge(), seed=4))
    assert estimates["audit_repeatability"].point == 0
    assert estimates["audit_repeatability"].withheld == "every repeat gave the same verdict"


def test_false_alarms_come_at_their_stated_rate() -> None:
    """40 audits × 5 effects of an unbiased judge: about one in twenty intervals misses 0."""
    alarms, tests = 0, 0
    for seed in range(40):
        estimates = found(audited(SimulatedJudge(noise=0.6, seed=seed), seed=seed, families=12))
        for statistic in ("wording-2", "wording-3", "ladders", "padded", "trimmed"):
            tests += 1
            alarms += not covers(estimates[f"audit_{statistic}"], 0)
    assert tests == 200
    assert 2 <= alarms <= 19  # 5 % of 200 is 10; outside of this range has a chance below 1 %


# ---- own lab --------------------------------------------------------------------------------


def test_a_partial_judge_is_found_and_a_fair_one_is_not() -> None:
    table = crossed(1.0, seed=5)
    lift = found(table, "aster-judge")[OWN_LAB]
    assert covers(lift, 1.0) and not covers(lift, 0)
    plain = found(crossed(0.0, seed=6), "aster-judge")[OWN_LAB]
    assert covers(plain, 0)


def test_a_stricter_judge_and_better_answers_are_no_lift() -> None:
    table = crossed(0.0, seed=7)
    strict = table["judge"].eq("aster-judge")
    better = table["lab"].eq("aster")
    shift = 0.5 * better.astype(float) - strict.astype(float)
    table["first"], table["second"] = table["first"] + shift, table["second"] + shift
    assert covers(found(table, "aster-judge")[OWN_LAB], 0)


def test_what_cannot_be_told_apart_says_so() -> None:
    one_judge = crossed(1.0, 8)
    one_judge = one_judge[one_judge["judge"].eq("aster-judge")]
    lift = found(one_judge, "aster-judge")[OWN_LAB]
    assert lift.point is None and lift.withheld.startswith("not identifiable: one judge only")
    one_lab = crossed(1.0, 8)
    one_lab = one_lab[one_lab["lab"].eq("aster")]
    assert "from one lab" in found(one_lab, "aster-judge")[OWN_LAB].withheld
    assert "own lab" in found(one_lab, "birch-judge")[OWN_LAB].withheld


# ---- the task -------------------------------------------------------------------------------


class Labs:
    def lab_of(self, model: str) -> ModelIdentity:
        return CatalogModels(default_catalog()).lab_of(model)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    eval(
        tradeoffs(pairs=PAIR, scenarios=12),
        model=["simulated/aster-1", "simulated/birch-1"],
        display="none",
        log_dir=str(folder),
    )
    return folder


def test_the_task_puts_answers_to_the_judges_again(study: Path, tmp_path: Path) -> None:
    task = judge_audit(logs=str(study), answers=24)
    judges = [
        get_model("simulated/aster-judge", memoize=False, own_lab_bias=1.5),
        get_model("simulated/birch-judge", memoize=False, jitter=0.5),
    ]
    logs = eval(task, model=judges, display="none", log_dir=str(tmp_path))
    assert all(log.status == "success" for log in logs)
    table = verdict_table([tmp_path], Labs())
    assert len(table) == 2 * 24 * 9
    assert set(table["model"]) == {"simulated/aster-1", "simulated/birch-1"}
    assert set(table["judge"]) == {"simulated/aster-judge", "simulated/birch-judge"}
    assert set(table["judge_lab"]) == {"Simulated lab Aster", "Simulated lab Birch"}
    assert table["lean"].notna().all()
    found_ = {(e.subject, e.statistic): e for e in audit(table)}
    lift = found_["simulated/aster-judge", OWN_LAB]
    assert lift.point is not None and lift.point > 0.5 and not covers(lift, 0)
    unsteady = found_["simulated/birch-judge", "audit_repeatability"]
    assert unsteady.point is not None and unsteady.point > 0.3
    assert found_["simulated/aster-judge", "audit_repeatability"].point == 0


def test_padding_adds_half_and_trimming_takes_the_last_part() -> None:
    answer = "One two three four. Five six seven eight nine ten eleven twelve. Last one here."
    assert len(padded(answer).split()) >= 1.5 * len(answer.split())
    assert trimmed(answer) == "One two three four. Five six seven eight nine ten eleven twelve."
    assert trimmed("One.\n\nTwo.\n\nThree.") == "One.\n\nTwo."
    assert trimmed("Only this") == "Only this"


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({}, "judge_audit needs logs"),
        ({"logs": "nowhere"}, "no log of an inspect-values task|cannot be read"),
        ({"logs": ".", "variations": "lenght"}, "nearest is 'length'"),
        ({"logs": ".", "repeats": 0}, "repeats=0"),
        ({"log": "."}, "'log' is not known.*'logs'"),
    ],
)
def test_a_bad_parameter_is_one_sentence(
    parameters: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PrerequisiteError, match=said) as caught:
        judge_audit(**parameters)
    assert "\n" not in str(caught.value.message)


def test_the_rules_for_refusals_are_held_against_the_judge(tmp_path: Path) -> None:
    model = get_model("simulated/custom-r", memoize=False, refusal=0.5)
    eval(tradeoffs(pairs=PAIR, scenarios=24), model=model, display="none", log_dir=str(tmp_path))
    table = verdict_table([tmp_path], Labs())
    assert 0 < table["refused"].mean() < 1
    found_ = [e for e in audit(table) if e.statistic == "audit_refusal_rules"]
    assert {e.key: e.point for e in found_} == {"refused": 0.0, "answered": 0.0}
    wrong = table.assign(refused_rule=~table["refused_rule"])
    turned = [e for e in audit(wrong) if e.statistic == "audit_refusal_rules"]
    assert {e.key: e.point for e in turned} == {"refused": 1.0, "answered": 1.0}
    assert np.isfinite([e.n for e in turned]).all()
