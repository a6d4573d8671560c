"""Where a disk is full, or the folder is gone, a command says so and the old file stays."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from inspect_ai import eval

from inspect_values.evaluation.tasks.tradeoffs import tradeoffs

CLI = [sys.executable, "-c", "from inspect_values.cli.main import cli; cli()"]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    eval(
        tradeoffs("fairness_vs_efficiency", scenarios=6),
        model="simulated/aster-3",
        display="log",
        log_dir=str(folder),
    )
    return folder


def no_room() -> None:
    """As on a full disk: a file of this process can't grow beyond two hundred bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))


@pytest.mark.parametrize(
    ("command", "output"),
    [
        (["table", "LOGS", "-o", "t.parquet"], "t.parquet"),
        (["signature", "LOGS", "--resamples", "100", "--json", "e.json"], "e.json"),
        (["signature", "LOGS", "--resamples", "100", "--csv", "e.csv"], "e.csv"),
        (["signature", "LOGS", "--resamples", "100", "--parquet", "e.parquet"], "e.parquet"),
        (["signature", "LOGS", "--resamples", "100", "--page", "p.html"], "p.html"),
        (
            ["scenarios", "build", "--pairs", "fairness_vs_efficiency", "-o", "b.parquet"],
            "b.parquet",
        ),
    ],
)
def test_a_full_disk_is_a_sentence_and_the_old_file_stays(
    command: list[str], output: str, logs: Path, tmp_path: Path
) -> None:
    (tmp_path / output).write_text("old")
    done = subprocess.run(
        [*CLI, *(str(logs) if word == "LOGS" else word for word in command)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=no_room,
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "cannot be written" in " ".join(done.stderr.split())
    assert (tmp_path / output).read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == [output], "nothing half-written is left"
