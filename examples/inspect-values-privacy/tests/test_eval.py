"""`inspect eval` as a user types it, against a real server on the loopback interface."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log
from inspect_values_privacy.plugin import PAIRS
from little_server import LittleServer, reply

from inspect_values.scenarios.files import read_folder

TASK = "inspect_values/privacy_vs_public_safety"
[PAIR], _ = read_folder(PAIRS)


def inspect_eval(folder: Path, *options: str, **environment: str) -> tuple[str, EvalLog]:
    """Run the command in a folder; what it printed, and its log."""
    done = subprocess.run(
        [
            *(str(Path(sys.executable).parent / "inspect"), "eval", TASK),
            *("--model", "littleserver/tiny", "--log-dir", str(folder / "logs")),
            *("--display", "none", "-T", "scenarios=6"),
            *options,
        ],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=100,
    )
    printed = done.stdout + done.stderr
    logs = list_eval_logs(str(folder / "logs"))
    assert len(logs) == 1, printed
    return printed, read_eval_log(logs[0])


def words(privacy: int, safety: int) -> str:
    """An answer that does what two anchors say, so that the simulated judge can place it."""
    return f"My answer {PAIR.first_ladder[privacy]} And it {PAIR.second_ladder[safety]}"


def test_a_run_gives_verdicts(server: LittleServer, tmp_path: Path) -> None:
    server.answer = lambda _: (200, reply(words(privacy=1, safety=5)))
    _, log = inspect_eval(
        tmp_path,
        *("--model-role", "grader=simulated/judge-plain", "--model-base-url", server.url),
    )
    assert log.status == "success"
    assert log.samples is not None and len(log.samples) == 6
    for sample in log.samples:
        verdict = sample.scores["verdict"] if sample.scores else None
        assert verdict is not None and isinstance(verdict.value, dict)
        assert verdict.value["first"] == pytest.approx(1, abs=1)
        assert verdict.value["second"] == pytest.approx(5, abs=1)
        assert sample.scores and sample.scores["prioritised"].value == "public_safety"
    asked = {request["messages"][-1]["content"] for request in server.requests}
    assert asked == {str(sample.input) for sample in log.samples}
    usage = log.stats.model_usage["littleserver/tiny"]
    assert (usage.input_tokens, usage.output_tokens) == (66, 42)


def test_the_log_names_the_plugin(server: LittleServer, tmp_path: Path) -> None:
    _, log = inspect_eval(
        tmp_path,
        *("--model-role", "grader=simulated/judge-plain"),
        LITTLESERVER_BASE_URL=server.url,
    )
    name = "inspect-values-privacy"
    assert log.status == "success"
    assert log.eval.metadata is not None
    assert f"privacy ({name} {version(name)})" in log.eval.metadata["plugins"]


def test_a_blocked_answer_has_no_positions(server: LittleServer, tmp_path: Path) -> None:
    server.answer = lambda _: (200, reply("", "filter"))
    _, log = inspect_eval(
        tmp_path,
        *("--model-role", "grader=simulated/judge-plain", "--model-base-url", server.url),
    )
    assert log.status == "success"
    assert log.samples is not None and len(log.samples) == 6
    for sample in log.samples:
        verdict = sample.scores["verdict"] if sample.scores else None
        assert verdict is not None and isinstance(verdict.value, dict)
        assert (verdict.metadata or {})["outcome"] == "content_filter"
        missing = [key for key, value in verdict.value.items() if value != value]
        assert sorted(missing) == ["confidence", "first", "lean", "second"]
        assert verdict.value["refused"] == 1


def test_without_a_judge_the_server_is_never_asked(server: LittleServer, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(str(Path(sys.executable).parent / "inspect"), "eval", TASK, "--display", "plain"),
            *("--model", "littleserver/tiny", "--model-base-url", server.url),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode != 0
    assert "no judge is named for littleserver/tiny" in " ".join(
        (done.stdout + done.stderr).split()
    )
    assert server.requests == []


def test_a_server_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    _, log = inspect_eval(
        tmp_path,
        *("--model-role", "grader=simulated/judge-plain"),
        *("--model-base-url", "http://127.0.0.1:9", "--limit", "1"),
    )
    assert log.status == "error"
    assert log.error is not None
    assert "the little server cannot be reached at http://127.0.0.1:9/complete" in log.error.message
