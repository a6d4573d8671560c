"""Audits recover what was planted in simulated judges, and find nothing where nothing is."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from audits import audited, covers, crossed, found, length_effects, repeatability_of
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

PAIR = "honesty_vs_helpfulness"
"""Any bundled pair: what it says is of no account."""

PLANTED: dict[str, Any] = {"wordings": (0.0, 0.5, -0.5), "first_ladder": 0.5, "noise": 0.6}
TRUTHS = {"audit_wording-2": 0.5 / 6, "audit_wording-3": -0.5 / 6, "audit_ladders": 1 / 6}


def test_planted_biases_are_found_and_their_intervals_cover_at_the_stated_rate() -> None:
    """25 audits × 3 effects: about one in twenty intervals misses what was planted."""
    runs = [
        found(audited(SimulatedJudge(**PLANTED, seed=seed), seed=seed, families=12))
        for seed in range(25)
    ]
    missed = sum(not covers(run[name], truth) for run in runs for name, truth in TRUTHS.items())
    assert missed <= 10  # 5 % of 75 is 4; more than 10 has a chance below 1 %
    for name, truth in TRUTHS.items():
        points = [run[name].point or 0.0 for run in runs]
        # four standard errors of the mean over the runs
        error = float(np.std(points, ddof=1)) / len(points) ** 0.5
        assert abs(float(np.mean(points)) - truth) < 4 * error + 0.005
    assert all(not covers(run["audit_ladders"], 0) for run in runs[:3])  # ten standard errors


def test_a_taste_for_length_is_found_on_the_same_answers() -> None:
    padding, trimming = length_effects(1.0)
    assert padding > 0.05 and trimming < -0.05, "both changes are large"
    judge = SimulatedJudge(length=1.0, noise=0.4)
    estimates = found(audited(judge, seed=2, families=60))
    for name, truth in (("audit_padded", padding), ("audit_trimmed", trimming)):
        # noise .4 and rounding make .164 an answer, .015 for 120: four standard errors
        assert estimates[name].point == pytest.approx(truth, abs=0.06)
        assert not covers(estimates[name], 0)


def test_repeatability_is_the_planted_jitter() -> None:
    jitter = 0.8
    truth = repeatability_of(jitter)
    runs = [
        found(audited(SimulatedJudge(jitter=jitter, noise=0.6, seed=seed), seed, families=12))
        for seed in range(25)
    ]
    errors = [run["audit_repeatability"] for run in runs]
    assert sum(not covers(error, truth) for error in errors) <= 5  # P < 1 % at a rate of 5 %
    assert np.mean([error.point or 0.0 for error in errors]) == pytest.approx(truth, rel=0.05)
    difference = smallest_difference(list(runs[0].values()), "j")
    assert errors[0].point is not None
    assert difference == pytest.approx(1.96 * math.sqrt(2) * errors[0].point, rel=1e-3)


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
    """8 of each: lifts are covered and found at their rates; a strict judge has none."""
    partial = [found(crossed(1.0, seed, 8), "aster-judge")[OWN_LAB] for seed in range(8)]
    assert sum(not covers(lift, 1.0) for lift in partial) <= 2  # P < 1 % at a rate of 5 %
    assert all(not covers(lift, 0) for lift in partial)  # about eight standard errors away
    fair = [crossed(0.0, seed, 8) for seed in range(20, 28)]
    assert sum(not covers(found(t, "aster-judge")[OWN_LAB], 0) for t in fair) <= 2
    assert sum(not covers(found(_strict(t), "aster-judge")[OWN_LAB], 0) for t in fair) <= 2


def _strict(table: pd.DataFrame) -> pd.DataFrame:
    """The same with a judge that is a position stricter, and a lab whose answers are better."""
    better, strict = table["lab"].eq("aster"), table["judge"].eq("aster-judge")
    shift = 0.5 * better.astype("float64") - strict.astype("float64")
    return table.assign(first=table["first"] + shift, second=table["second"] + shift)


def test_two_judges_of_the_same_two_labs_share_one_lift_and_it_says_so() -> None:
    lifts = found(crossed(1.0, 8, 8), "birch-judge"), found(crossed(1.0, 8, 8), "aster-judge")
    assert lifts[0][OWN_LAB].point == pytest.approx(lifts[1][OWN_LAB].point)
    assert all("cannot be told apart" in lift[OWN_LAB].method for lift in lifts)


def test_answers_of_a_lab_without_a_judge_tell_whose_lift_it_is() -> None:
    judge = SimulatedJudge(own_lab="birch", noise=0.4, seed=9)
    partial = SimulatedJudge(own_lab="aster", own_lab_bias=1.0, noise=0.4, seed=8)
    parts = [crossed(1.0, 8, 8)]
    for name, one in (("aster-judge", partial), ("birch-judge", judge)):
        parts.append(audited(one, 8, 8, lab="cedar", name=name))
    table = pd.concat(parts, ignore_index=True)
    kind, fair = (found(table, f"{lab}-judge")[OWN_LAB] for lab in ("aster", "birch"))
    assert not covers(kind, 0) and covers(kind, 1.0)
    assert fair.point is not None and abs(fair.point) < 0.4, "four standard errors"
    assert "cannot be told apart" not in kind.method


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
        tradeoffs(pairs=PAIR, scenarios=16),
        model=[
            # a refusal has no style by which a judge could know its lab
            get_model(f"simulated/{lab}-1", memoize=False, refusal=-20)
            for lab in ("aster", "birch")
        ],
        display="log",
        log_dir=str(folder),
    )
    return folder


def test_the_task_puts_answers_to_the_judges_again(study: Path, tmp_path: Path) -> None:
    task = judge_audit(logs=str(study), answers=32)
    judges = [
        get_model("simulated/aster-judge", memoize=False, own_lab_bias=1.5),
        get_model("simulated/birch-judge", memoize=False, jitter=0.5),
    ]
    logs = eval(task, model=judges, display="log", log_dir=str(tmp_path))
    assert all(log.status == "success" for log in logs)
    table = verdict_table([tmp_path], Labs())
    assert len(table) == 2 * 32 * 9
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
    eval(tradeoffs(pairs=PAIR, scenarios=24), model=model, display="log", log_dir=str(tmp_path))
    table = verdict_table([tmp_path], Labs())
    assert 0 < table["refused"].mean() < 1
    found_ = [e for e in audit(table) if e.statistic == "audit_refusal_rules"]
    assert {e.key: e.point for e in found_} == {"refused": 0.0, "answered": 0.0}
    wrong = table.assign(refused_rule=~table["refused_rule"])
    turned = [e for e in audit(wrong) if e.statistic == "audit_refusal_rules"]
    assert {e.key: e.point for e in turned} == {"refused": 1.0, "answered": 1.0}
    assert np.isfinite([e.n for e in turned]).all()
