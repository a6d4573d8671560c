"""Ctrl-C, a full disk and a log folder that goes away in the middle of a run."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.hooks import RunEnd
from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalSpec

from inspect_values.analysis.models import ModelIdentity
from inspect_values.analysis.table import verdict_table
from inspect_values.evaluation.hook import RunHook
from tests.commands import started, typed  # pyright: ignore[reportMissingImports]

SCENARIOS = 120


class Labs:
    def lab_of(self, model: str) -> ModelIdentity:
        return ModelIdentity("Simulated lab", "", True)


def command(logs: Path) -> list[str]:
    return [
        *("inspect", "eval-set", "inspect_values/fairness_vs_efficiency"),
        *("-T", f"scenarios={SCENARIOS}", "--model", "simulated/aster-1", "--max-samples", "2"),
        *("--log-buffer", "1", "--log-dir", str(logs), "--display", "plain"),
    ]


def interrupted(logs: Path, trouble: Callable[[BaseProcess], None]) -> tuple[str, int | None]:
    """What a run says that meets trouble in its middle, and its exit code."""
    output = logs.parent / f"{logs.name}.txt"
    output.touch()
    run = started(logs.parent, *command(logs), said=(output, output))
    try:
        for _ in range(4000):
            time.sleep(0.02)
            # the log that is being written is no whole archive yet
            done = sum(log.read_bytes().count(b"samples/") for log in logs.glob("*.eval"))
            if done >= 30 or run.exitcode is not None:
                break
        trouble(run)
        run.join(120)
    finally:
        run.kill()
        run.join()
    return output.read_text(), run.exitcode


def complete(logs: Path) -> None:
    """The same command again asks what is left, and each query has one row."""
    again = typed(logs.parent, *command(logs))
    assert again.returncode == 0, again.stdout[-2000:]
    table = verdict_table([logs], Labs())
    assert len(table) == SCENARIOS
    assert table["scenario"].is_unique
    assert table["outcome"].eq("verdict").all()


def calls(said: str) -> int:
    (found,) = re.findall(r"inspect-values: ([\d,]+) calls", said)
    return int(found.replace(",", ""))


def test_after_ctrl_c_what_was_in_flight_is_said_and_nothing_done_is_asked_again(
    tmp_path: Path,
) -> None:
    logs = tmp_path / "logs"
    said, code = interrupted(logs, lambda run: os.kill(run.pid or 0, signal.SIGINT))
    assert code == 130, "a script must not take it for success"
    flying = re.search(r"interrupted: (\d+) queries are done, (\d+) were in flight", said)
    assert flying, said[-2000:]
    assert int(flying.group(1)) >= 10
    assert int(flying.group(2)) <= 4
    first = set(verdict_table([logs], Labs()).query("outcome == 'verdict'")["sample_uuid"])
    complete(logs)
    assert first <= set(verdict_table([logs], Labs())["sample_uuid"])


@pytest.mark.parametrize(
    ("error", "statuses", "code"),
    [
        (None, [], 130),  # what Inspect hands over after Ctrl-C, at whatever moment
        (KeyboardInterrupt(), [], 130),
        (None, ["success", "cancelled"], 130),
        (None, ["success", "error"], 0),  # Inspect ends with 1 by itself
        (OSError("no space left"), [], 0),
    ],
)
def test_only_an_interruption_ends_with_130(
    error: BaseException | None,
    statuses: list[Any],
    code: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended: list[tuple[list[str], int]] = []
    monkeypatch.setattr("inspect_values.evaluation.hook._tell", lambda *words: ended.append(words))
    spec = EvalSpec(
        created="2026-11-25", task="t", dataset=EvalDataset(), model="m", config=EvalConfig()
    )
    logs: Any = [EvalLog(eval=spec, status=status) for status in statuses]
    hook = RunHook()
    hook.tally.start()  # a query is asked when it happens
    asyncio.run(hook.on_run_end(RunEnd(None, "run", error, logs)))
    ((said, found),) = ended
    assert found == code
    assert "1 were in flight" in said[-1]


def test_a_log_folder_that_goes_away_loses_only_itself(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    said, _ = interrupted(logs, lambda run: shutil.rmtree(logs))
    assert calls(said) > 0
    complete(logs)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of 120 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=120k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small filesystem needs the rights of root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_ends_a_run_and_with_more_room_it_goes_on(small_disk: Path) -> None:
    logs = small_disk / "logs"
    said = typed(small_disk, *command(logs))
    assert said.returncode
    assert "were in flight" in said.stderr
    before = set(verdict_table([logs], Labs()).query("outcome == 'verdict'")["sample_uuid"])
    assert before
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    complete(logs)
    assert before <= set(verdict_table([logs], Labs())["sample_uuid"])
