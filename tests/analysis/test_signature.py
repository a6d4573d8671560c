"""From real logs to the signature: nothing is lost, swapped or counted twice."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest
from inspect_ai import eval
from inspect_ai.model import ModelOutput, ModelUsage, get_model

from inspect_values.analysis.columns import COLUMNS, typed
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.estimators.lean import LEAN
from inspect_values.analysis.estimators.prioritisation_rate import PRIORITISATION_RATE
from inspect_values.analysis.estimators.refusal_rate import REFUSAL_RATE
from inspect_values.analysis.models import ModelIdentity
from inspect_values.analysis.partition import family_means
from inspect_values.analysis.signature import signature, to_csv, to_json
from inspect_values.analysis.table import by_one_judge, load, read_table, verdict_table, write_table
from inspect_values.errors import DataError, LogError, ParameterError, PluginError
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs


class Labs:
    """Every model belongs to the lab before its first dash."""

    def lab_of(self, model: str) -> ModelIdentity:
        return ModelIdentity(model.split("-")[0], "", model.startswith("simulated/"))


def rows(leans: dict[str, list[float]], model: str = "a-1", **more: object) -> pd.DataFrame:
    """A small table: family → leans of its cells."""
    base = {column.name: pd.NA for column in COLUMNS}
    made = [
        base
        | {
            "model": model,
            "lab": model.split("-")[0],
            "simulated": False,
            "self_graded": False,
            "run_status": "success",
            "pair": "x_vs_y",
            "first_value": "x",
            "second_value": "y",
            "first_name": "X",
            "second_name": "Y",
            "family": family,
            "cell": f"{family}{number}",
            "nudge": "neutral",
            "elicitation": "open",
            "lean": lean,
            "refused": 0.0,
            "prioritised": pd.NA if math.isnan(lean) else ("x" if lean > 0 else "y"),
            "outcome": "grader_failed" if math.isnan(lean) else "verdict",
        }
        | more
        for family, values in leans.items()
        for number, lean in enumerate(values)
    ]
    return typed(pd.DataFrame(made))


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    for elicitation in ("open", "choice"):
        eval(
            tradeoffs(
                pairs="fairness_vs_efficiency", scenarios=24, elicitation=elicitation, nudges="all"
            ),
            model=["simulated/aster-3", "simulated/birch-1"],
            model_roles={"grader": "simulated/judge-exact"},
            display="log",
            log_dir=str(folder),
        )
    return folder


def test_table_holds_one_row_a_verdict_with_the_declared_columns(logs: Path) -> None:
    table = verdict_table([logs], Labs())
    assert list(table.columns) == [column.name for column in COLUMNS]
    assert len(table) == 2 * 24 + 2 * 24 * 2
    judged = table[table["elicitation"] == "open"]
    assert judged["lean"].tolist() == pytest.approx(
        ((judged["first"] - judged["second"]) / 6).tolist()
    )
    assert set(table["outcome"]) == {"verdict"}
    assert set(table["judge"]) == {"simulated/judge-exact", "parser"}
    assert table["model_returned"].eq(table["model"]).all()


def test_signature_recovers_the_planted_signs_and_never_mixes_estimands(logs: Path) -> None:
    estimates = signature(verdict_table([logs], Labs()), [LEAN])
    asked = {(e.elicitation, e.nudge) for e in estimates}
    assert asked == {(e, n) for e in ("open", "choice") for n in ("neutral", "first", "second")}
    lean = {(e.subject, e.nudge): e.point for e in estimates if e.elicitation == "open"}
    assert lean["simulated/aster-3", "neutral"] > 0 > lean["simulated/birch-1", "neutral"]
    assert lean["simulated/birch-1", "first"] > lean["simulated/birch-1", "second"]


def test_parquet_brings_the_same_table_back(logs: Path, tmp_path: Path) -> None:
    table = verdict_table([logs], Labs())
    write_table(table, tmp_path / "v.parquet")
    pd.testing.assert_frame_equal(typed(read_table(tmp_path / "v.parquet")), table)
    twice = load([tmp_path / "v.parquet", logs], Labs())
    assert len(twice) == len(table), "the same verdict counts once"


def test_a_crashed_sample_is_a_row_without_numbers(tmp_path: Path) -> None:
    def crash(*_: object) -> ModelOutput:
        raise RuntimeError("the provider fell over")

    eval(
        tradeoffs(pairs="fairness_vs_efficiency", scenarios=3),
        model=get_model("mockllm/model", custom_outputs=crash),
        model_roles={"grader": "simulated/judge-exact"},
        display="log",
        fail_on_error=False,
        log_dir=str(tmp_path),
    )
    table = verdict_table([tmp_path], Labs())
    assert set(table["outcome"]) == {"sample_error"}
    assert table["lean"].isna().all()
    estimate = signature(table, [LEAN])[0]
    assert (estimate.point, estimate.n, estimate.missing) == (None, 0, 3)
    assert estimate.withheld == "no verdict"


def test_a_run_without_scoring_is_not_scored(tmp_path: Path) -> None:
    output = ModelOutput.from_content("mockllm/model", "An answer.")
    output.usage = ModelUsage()
    eval(
        tradeoffs(pairs="fairness_vs_efficiency", scenarios=2),
        model=get_model("mockllm/model", custom_outputs=[output, output.model_copy(deep=True)]),
        score=False,
        display="log",
        log_dir=str(tmp_path),
    )
    assert set(verdict_table([tmp_path], Labs())["outcome"]) == {"not_scored"}


def test_families_weigh_the_same_and_missing_is_not_zero() -> None:
    table = rows({"f": [1.0, 1.0, 1.0], "g": [0.0], "h": [float("nan")]})
    estimate = LEAN.estimates(table)[0]
    assert estimate.point == pytest.approx(0.5)
    assert (estimate.n, estimate.families, estimate.missing) == (4, 2, 1)


def test_a_lab_weighs_its_models_the_same_over_the_families_they_share() -> None:
    table = pd.concat(
        [rows({"f": [1.0], "g": [1.0]}), rows({"f": [0.0] * 5}, "a-2")], ignore_index=True
    )
    lab = next(e for e in LEAN.estimates(table) if e.level == "lab")
    assert lab.point == pytest.approx(0.5)
    assert lab.families == 1
    assert lab.n == 6, "the verdict in the family that only one of them answered is not in"
    assert lab.withheld


def test_a_model_without_verdicts_leaves_no_lab_estimate() -> None:
    table = pd.concat(
        [rows({"f": [1.0], "g": [0.5]}), rows({"f": [float("nan")], "g": [float("nan")]}, "a-2")],
        ignore_index=True,
    )
    lab = next(e for e in LEAN.estimates(table) if e.level == "lab")
    assert lab.point is None
    assert family_means(table, table["lean"]).empty


def test_rates_of_a_pair_add_up_to_one() -> None:
    table = rows({"f": [1.0, -1.0], "g": [0.5], "h": [-0.5]})
    shares = {e.key: e.point for e in PRIORITISATION_RATE.estimates(table) if e.level == "model"}
    assert shares["x_vs_y:x"] == pytest.approx(0.5)
    assert sum(shares.values()) == pytest.approx(1)


def test_no_refusal_in_few_families_is_not_certainty() -> None:
    estimate = REFUSAL_RATE.estimates(rows({str(n): [0.1] for n in range(20)}))[0]
    assert estimate.point == 0
    assert estimate.high == pytest.approx(0.168, abs=1e-3)


def test_files_are_valid_and_harmless(tmp_path: Path) -> None:
    estimates = LEAN.estimates(rows({"f": [0.5]}, "=HYPERLINK(1)-x"))
    to_json(estimates, tmp_path / "e.json")
    assert json.loads((tmp_path / "e.json").read_text())[0]["low"] is None
    to_csv(estimates, tmp_path / "e.csv")
    assert "'=HYPERLINK" in (tmp_path / "e.csv").read_text()


def test_what_is_no_log_of_ours_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="does not exist"):
        verdict_table([tmp_path / "nowhere"], Labs())
    with pytest.raises(LogError, match="no log of an inspect-values task"):
        verdict_table([tmp_path], Labs())
    (tmp_path / "broken.eval").write_bytes(b"PK nothing")
    with pytest.raises(LogError, match="not an Inspect log"):
        verdict_table([tmp_path / "broken.eval"], Labs())


def test_damaged_tables_are_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 cut")
    with pytest.raises(DataError, match="damaged"):
        read_table(tmp_path / "cut.parquet")
    pd.DataFrame({"x": [1]}).to_parquet(tmp_path / "other.parquet")
    with pytest.raises(DataError, match="no verdict table"):
        read_table(tmp_path / "other.parquet")


def test_judges_of_the_same_answers_are_never_mixed() -> None:
    one = rows({"f": [1.0], "g": [0.5]}, sample_uuid="s1", epoch=1, judge="a/j", scorer="verdict")
    one["sample_uuid"] = ["s1", "s2"]
    two = one.assign(judge="b/j", scorer="verdict1", lean=-1.0)
    both = typed(pd.concat([one, two], ignore_index=True))
    with pytest.raises(ParameterError, match=r"several judges.*a/j, b/j"):
        by_one_judge(both)
    assert by_one_judge(both, "a/j")["lean"].tolist() == [1.0, 0.5]
    with pytest.raises(ParameterError, match="the nearest is 'a/j'"):
        by_one_judge(both, "a/jj")


class Foreign:
    """A statistic as a plugin may bring it, with whatever it returns."""

    name = "foreign"
    doc = ""

    def __init__(self, found: object) -> None:
        self.found = found

    def estimates(self, table: pd.DataFrame) -> object:
        return self.found


@pytest.mark.parametrize("found", [None, ["no estimate"], 3])
def test_a_statistic_that_gives_no_estimates_is_named(found: object) -> None:
    with pytest.raises(PluginError, match="statistic 'foreign' failed"):
        signature(rows({"f": [0.5]}), [Foreign(found)])  # type: ignore[list-item]


def test_a_number_of_a_plugin_that_is_none_is_null(tmp_path: Path) -> None:
    one = LEAN.estimates(rows({"f": [0.5]}))[0].model_dump()
    made = Estimate(**one | {"point": float("nan"), "low": -math.inf, "high": math.inf})
    to_json([made], tmp_path / "e.json")
    written = json.loads((tmp_path / "e.json").read_text())[0]
    assert (written["point"], written["low"], written["high"]) == (None, None, None)
