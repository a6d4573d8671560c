"""Verdict tables that tests of the commands write to files, and the labs' servers on loopback."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from inspect_values.analysis.columns import COLUMNS, typed
from inspect_values.analysis.table import write_table
from inspect_values.cli.main import cli
from inspect_values.testing.fixtures import lab_servers_running, labs

__all__ = ["lab_servers_running", "labs"]

VALUES = {"honesty": "Honesty", "helpfulness": "Helpfulness", "fairness": "Fairness"}


def verdict_row(**more: Any) -> dict[str, Any]:
    """One judged open answer; what is not said is as usual."""
    row: dict[str, Any] = {column.name: pd.NA for column in COLUMNS}
    row |= {
        "log": "a.eval",
        "run_status": "success",
        "model": "lab/m-1",
        "lab": "Lab A",
        "simulated": False,
        "first_value": "honesty",
        "second_value": "helpfulness",
        "family": "f0",
        "cell": "c0",
        "nudge": "neutral",
        "elicitation": "open",
        "persona": "none",
        "epoch": 1,
        "turn": 0,
        "refusal_costs": "second",
        "first": 5.0,
        "second": 1.0,
        "refused": 0.0,
        "response_class": "full_compliance",
        "response_outcome": "verdict",
        "outcome": "verdict",
        "judge": "lab/judge",
        "member": False,
        "rubric": "fixed",
        "ladders": "first",
        "self_graded": False,
        "threshold": 2.0,
        "scorer": "verdict",
        **more,
    }
    one, other = str(row["first_value"]), str(row["second_value"])
    row["pair"] = f"{one}_vs_{other}"
    row["first_name"], row["second_name"] = VALUES.get(one, one), VALUES.get(other, other)
    if row["scenario"] is pd.NA:
        row["scenario"] = f"{row['pair']}-{row['cell']}-{row['nudge']}"
    if row["sample_uuid"] is pd.NA:
        kept = ("model", "scenario", "seat", "epoch", "elicitation", "persona")
        row["sample_uuid"] = "-".join(str(row[name]) for name in kept)
    return row


def verdict_frame(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """A verdict table of rows of `verdict_row`; lean and prioritised follow from the positions."""
    table = pd.DataFrame(rows, columns=[column.name for column in COLUMNS])
    first = pd.to_numeric(table["first"], errors="coerce")
    second = pd.to_numeric(table["second"], errors="coerce")
    lean = (first - second) / 6
    table["lean"] = pd.to_numeric(table["lean"], errors="coerce").fillna(lean)
    put = np.where(first - second >= 2, table["first_value"], "neither")
    put = np.where(second - first >= 2, table["second_value"], put)
    known = pd.Series(put, index=table.index).where(lean.notna(), pd.NA)
    table["prioritised"] = table["prioritised"].fillna(known)
    return typed(table)


@pytest.fixture(scope="session")
def row() -> Callable[..., dict[str, Any]]:
    """`verdict_row`."""
    return verdict_row


@pytest.fixture(scope="session")
def frame() -> Callable[[Sequence[dict[str, Any]]], pd.DataFrame]:
    """`verdict_frame`."""
    return verdict_frame


@pytest.fixture
def save(tmp_path: Path) -> Callable[[Sequence[dict[str, Any]]], str]:
    """Write rows as a verdict table and return its path."""

    def write(rows: Sequence[dict[str, Any]]) -> str:
        path = tmp_path / "verdicts.parquet"
        write_table(verdict_frame(rows), path)
        return str(path)

    return write


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Run a command; what Python raises fails the test, our errors are sentences."""
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str) -> tuple[int, str]:
        shown = CliRunner().invoke(cli, list(arguments), catch_exceptions=False)
        return shown.exit_code, " ".join(shown.output.split())

    return run
