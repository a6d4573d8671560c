"""What the tests of the ranking share: small verdict tables, other people's recorded choices."""

import ast
import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from inspect_values.analysis.columns import COLUMNS, typed

# material that is not ours to publish lies beside a checkout, or nowhere
_DATA = os.environ.get("INSPECT_VALUES_DATA") or Path(__file__).parents[3] / "shared" / "data"
RECORDED = Path(_DATA) / "recorded_choices"
MODELS = {
    "anthropic/claude-sonnet-4": "anthropic__claude-sonnet-4",
    "openai/gpt-4o": "openai__gpt-4o",
}

Make = Callable[..., pd.DataFrame]


def verdicts(rows: Sequence[dict[str, Any]], **more: object) -> pd.DataFrame:
    """A verdict table; what a row does not say is filled in."""
    base: dict[str, Any] = {column.name: pd.NA for column in COLUMNS}
    base |= {
        "model": "a-1",
        "lab": "a",
        "simulated": False,
        "self_graded": False,
        "member": False,
        "run_status": "success",
        "nudge": "neutral",
        "elicitation": "open",
        "persona": "none",
        "turn": 0,
        "epoch": 1,
        "refused": 0.0,
        "outcome": "verdict",
        "refusal_costs": "second",
    }
    made: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        one = base | dict(more) | row
        first, second = one["first_value"], one["second_value"]
        one.setdefault("pair", "")
        one["pair"] = f"{first}_vs_{second}" if one["pair"] is pd.NA else one["pair"]
        one["first_name"], one["second_name"] = str(first).title(), str(second).title()
        one["family"] = f"family {number}" if one["family"] is pd.NA else one["family"]
        one["cell"] = one["family"] if one["cell"] is pd.NA else one["cell"]
        one["scenario"] = one["cell"]
        lean = {first: 1.0, second: -1.0, "both": 0.0, "neither": 0.0}
        put = one["prioritised"]
        one["lean"] = float("nan") if put is pd.NA else lean.get(put, float("nan"))
        made.append(one)
    return typed(pd.DataFrame(made, columns=list(base)))


@pytest.fixture(name="verdicts")
def _verdicts() -> Make:
    return verdicts


def planted(
    strengths: dict[str, float],
    families: int,
    cells: int = 3,
    seat: float | None = None,
    nudge: float | None = None,
    nu: float = 0.5,
    icc: float = 0.0,
    seed: int = 0,
    **more: object,
) -> pd.DataFrame:
    """A verdict table drawn from a known Davidson model; `families` a pair."""
    rng = np.random.default_rng(seed)
    names, spread = list(strengths), np.sqrt(icc / (1 - icc)) * np.pi / np.sqrt(3)
    rows: list[dict[str, Any]] = []
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            for family in range(families):
                moved = spread * rng.normal()
                for cell in range(cells):
                    for side in ("first", "second") if seat is not None else (pd.NA,):
                        for lean in ("neutral", "first", "second") if nudge else ("neutral",):
                            eta = strengths[one] - strengths[other] + moved
                            eta += (seat or 0.0) * _sign(side) + (nudge or 0.0) * _sign(lean)
                            up = np.exp(eta / 2)
                            drawn = rng.random() * (up + 1 / up + nu)
                            put = one if drawn < up else "both" if drawn < up + nu else other
                            rows.append(
                                {
                                    "first_value": one,
                                    "second_value": other,
                                    "family": f"{one}{other}{family}",
                                    "cell": f"{one}{other}{family}-{cell}",
                                    "nudge": lean,
                                    "seat": side,
                                    "elicitation": "open" if seat is None else "choice",
                                    "prioritised": put,
                                }
                            )
    return verdicts(rows, **more)


def _sign(side: object) -> int:
    return {"first": 1, "second": -1}.get(str(side), 0)


@pytest.fixture(name="planted")
def _planted() -> Make:
    return planted


def converted(model: str) -> pd.DataFrame:
    """One model's recorded choices in our flat format.

    Their layout has two rows a question, one an option: `dilemma` (the question), `action`
    ("Action 1: Choose X"), `values` (a Python list with the value of that option), and the choice
    in `model_resp_clean` ("Action 1" or "Action 2") on both rows. Action 1 stood first.
    """
    rows = pd.read_csv(RECORDED / f"{MODELS[model]}.choices.csv")
    one, other = (rows.iloc[k::2].reset_index(drop=True) for k in (0, 1))
    assert (one["dilemma"] == other["dilemma"]).all()
    assert one["action"].str.startswith("Action 1:").all()
    assert other["action"].str.startswith("Action 2:").all()
    assert (one["model_resp_clean"] == other["model_resp_clean"]).all()
    return pd.DataFrame(
        {
            "model": model,
            "first": one["values"].map(lambda text: ast.literal_eval(text)[0]),
            "second": other["values"].map(lambda text: ast.literal_eval(text)[0]),
            "outcome": one["model_resp_clean"].map({"Action 1": "first", "Action 2": "second"}),
            "seat": "first",
        }
    )


@pytest.fixture(params=list(MODELS))
def recorded(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, pd.DataFrame]:
    """A CSV of one model's recorded choices, and the published Elo table beside it."""
    if not RECORDED.exists():
        pytest.skip("the recorded choices are not on this machine and may not be committed")
    path = tmp_path / "choices.csv"
    converted(request.param).to_csv(path, index=False)
    return path, pd.read_csv(RECORDED / f"{MODELS[request.param]}.elo.csv")


@pytest.fixture(scope="session")
def laboratory() -> ModuleType:
    """`benchmarks/strength_coverage.py`, so that the tests run the laboratory itself."""
    path = Path(__file__).parents[2] / "benchmarks" / "strength_coverage.py"
    spec = importlib.util.spec_from_file_location("strength_coverage", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["strength_coverage"] = module
    spec.loader.exec_module(module)
    return module
