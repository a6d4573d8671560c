"""`inspect-values scenarios …` as a user types it, and a task that asks a bank."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from inspect_ai.log import list_eval_logs, read_eval_log

from tests.commands import Done, ours, typed  # pyright: ignore[reportMissingImports]


def scenarios(cwd: Path, *arguments: str) -> Done:
    return ours(cwd, "scenarios", *arguments)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bank")
    done = scenarios(
        folder, "build", "-o", "deep/bank.parquet", "--pairs", "core", "--queries", "12"
    )
    assert done.returncode == 0, done.stderr
    text = " ".join(done.stdout.split())
    for said in ("fairness_vs_efficiency", "By nudge: neutral", "vulnerability: low", "Jaccard"):
        assert said in text
    assert "the number of situations is what counts" in text
    assert max(len(line) for line in done.stdout.splitlines()) <= 80
    return folder / "deep" / "bank.parquet"


def test_a_bank_is_checked(bank: Path) -> None:
    done = scenarios(bank.parent, "check", "bank.parquet", "--json", "found.json")
    assert done.returncode == 0, done.stdout
    found = json.loads((bank.parent / "found.json").read_text())
    assert all(finding["note"] for finding in found)


def test_a_folder_is_checked_and_a_mistake_ends_with_1(
    write_pair: Callable[..., Path], tmp_path: Path
) -> None:
    write_pair("good")
    write_pair("bad", situations={"I cooked a soup": "I cooked a apple soup for [name]"})
    assert scenarios(tmp_path, "check", "good").returncode == 0
    bad = scenarios(tmp_path, "check", "bad")
    assert bad.returncode == 1
    assert "wrong article" in bad.stdout and "placeholder" in bad.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build", "-o", "bank.csv"], "must be a file whose name ends in .parquet"),
        (["build", "-o", "b.parquet", "--pairs", "croe"], "nearest is 'core'"),
        (["build", "-o", "b.parquet", "--nudges", "nuetral"], "nearest is 'neutral'"),
        (["build", "-o", "b.parquet", "--queries", "2"], "queries=2 is too few"),
        (["build", "-o", "/proc/nowhere/b.parquet"], "cannot be made"),
        (["check", "nowhere"], "neither a bank"),
        (["check", "nowhere.parquet"], "does not exist"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = scenarios(tmp_path, *arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_task_asks_a_shard_of_a_bank(bank: Path) -> None:
    done = typed(
        bank.parent.parent,
        *("inspect", "eval", "inspect_values/tradeoffs", "--model", "simulated/aster-1"),
        *("-T", "bank=deep/bank.parquet", "-T", "shard=1", "-T", "shards=4", "-T", "nudges=all"),
        *("--display", "plain", "--log-dir", "logs"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    log = read_eval_log(list_eval_logs(str(bank.parent.parent / "logs"))[0])
    assert log.samples
    cells = [sample.metadata["cell"] for sample in log.samples]
    assert all(cells.count(cell) == 3 for cell in cells)
    assert {s.metadata["pair"] for s in log.samples} == {
        "fairness_vs_efficiency",
        "harm_avoidance_vs_user_autonomy",
        "honesty_vs_helpfulness",
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-T", "bank=nowhere.parquet"], "does not exist"),
        (["-T", "bank=deep/bank.parquet", "-T", "domains=medcine"], "nearest is 'medicine'"),
        (["-T", "bank=deep/bank.parquet", "-T", "factors=liabilty:high"], "'liability'"),
        (["-T", "bank=deep/bank.parquet", "-T", "shard=9", "-T", "shards=9"], "does not exist"),
        (["-T", "bank=3"], "is not the path of a bank"),
    ],
)
def test_a_bank_that_cannot_be_asked_is_one_sentence(
    bank: Path, options: list[str], said: str
) -> None:
    task = "inspect_values/fairness_vs_efficiency"
    done = typed(
        bank.parent.parent, "inspect", "eval", task, "--model", "simulated/aster-1", *options
    )
    assert done.returncode != 0
    output = done.stdout + done.stderr
    assert said in " ".join(output.split())
    assert "Traceback" not in output
