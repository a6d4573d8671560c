"""`signature --lab PATTERN=LAB`: labs for models that nobody knows."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from inspect_ai import eval

from inspect_values.cli.main import cli
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    eval(
        tradeoffs("fairness_vs_efficiency", scenarios=6),
        model=["simulated/aster-3", "simulated/birch-1"],
        display="log",
        log_dir=str(folder),
    )
    return folder


def labs_of(path: Path) -> set[str]:
    found = json.loads(path.read_text())
    return {str(e.get("subject", "")) for e in found["estimates"]} | {
        str(e.get("lab", "")) for e in found["estimates"]
    }


def test_a_lab_is_given_by_pattern_for_logs_and_for_tables(log: Path, tmp_path: Path) -> None:
    table, out = tmp_path / "t.parquet", tmp_path / "e.json"
    assert CliRunner().invoke(cli, ["table", str(log), "-o", str(table)]).exit_code == 0
    for given in (log, table):
        shown = CliRunner().invoke(
            cli,
            ["signature", str(given), "--lab", "simulated/aster*=Asters Ltd", "--json", str(out)],
        )
        assert shown.exit_code == 0, shown.output
        assert "Asters Ltd" in shown.output
        assert "Asters Ltd" in labs_of(out)
        assert "Simulated lab Birch" in shown.output


def test_a_lab_without_a_pattern_is_refused(log: Path) -> None:
    shown = CliRunner().invoke(cli, ["signature", str(log), "--lab", "Asters"])
    assert shown.exit_code == 2
    assert "PATTERN=LAB" in shown.output
