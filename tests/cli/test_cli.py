"""The command `inspect-values`, as a user types it."""

import subprocess
import sys
from pathlib import Path

import pytest
from inspect_ai import eval

from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from tests.commands import ours  # pyright: ignore[reportMissingImports]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("inspect-values")), *arguments]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    eval(
        tradeoffs(scenarios=12),
        model=["simulated/aster-3", "simulated/birch-1"],
        display="log",
        log_dir=str(folder),
    )
    return folder


def test_list_shows_pairs_values_models_and_plugins(tmp_path: Path) -> None:
    shown = run("list", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    for word in ("fairness", "Simulated", "Anthropic", "✓", "simulated/aster-1"):
        assert word in shown.stdout


def test_signature_says_simulated_fits_80_columns_and_writes_files(
    logs: Path, tmp_path: Path
) -> None:
    files = ("--json", "e.json", "--csv", "e.csv")
    shown = ours(tmp_path, "signature", str(logs), *files, "--rates")
    assert shown.returncode == 0, shown.stderr
    assert "SIMULATED" in shown.stdout
    assert "situations weighted equally" in " ".join(shown.stdout.split())
    assert max(len(line) for line in shown.stdout.splitlines()) <= 80
    assert "nan" not in shown.stdout.lower()
    assert (tmp_path / "e.json").exists()
    assert (tmp_path / "e.csv").exists()


def test_table_and_signature_of_the_table_agree(logs: Path, tmp_path: Path) -> None:
    assert ours(tmp_path, "table", str(logs), "-o", "deep/v.parquet").returncode == 0
    from_table = ours(tmp_path, "signature", "deep/v.parquet")
    assert from_table.stdout == ours(tmp_path, "signature", str(logs)).stdout


@pytest.mark.parametrize("path", ["nowhere", "empty", "note.txt"])
def test_bad_input_is_one_sentence(path: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "note.txt").write_text("not a log")
    shown = ours(tmp_path, "signature", path)
    assert shown.returncode == 2
    assert "Traceback" not in shown.stderr
    assert shown.stderr.startswith("Error: ")
