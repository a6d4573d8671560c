"""The bench, run by path as a user runs it: `inspect eval` and `inspect score` as commands."""

import ast
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from inspect_ai.log import EvalLog, EvalSample, list_eval_logs, read_eval_log, write_eval_log

from tests.commands import typed  # pyright: ignore[reportMissingImports]

ROOT = Path(__file__).parents[2]
BENCH = sorted(
    file for name in ("tasks", "solvers", "scorers") for file in (ROOT / name).glob("*.py")
)
PAIR = "fairness_vs_efficiency"


def inspect(folder: Path, *arguments: str) -> str:
    """Run an `inspect` command in a folder; what it printed."""
    env = {**os.environ, "INSPECT_DISPLAY": "plain", "COLUMNS": "200"}
    done = typed(folder, "inspect", *arguments, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def inspect_eval(folder: Path, log_dir: Path, task: str, *options: str) -> EvalLog:
    """Run six scenarios on a simulated model and return the log, which must be complete."""
    size = ("-T", "scenarios=6", "-T", "seed=1")  # with this seed six hold both levels
    common = ("--model", "simulated/aster-1", *size, "--log-dir", str(log_dir))
    printed = inspect(folder, "eval", task, "--display", "none", *common, *options)
    logs = list_eval_logs(str(log_dir))
    assert len(logs) == 1, printed
    log = read_eval_log(logs[0])
    assert log.status == "success"
    return log


def samples(log: EvalLog) -> list[EvalSample]:
    """The six samples, each with a verdict that has positions."""
    assert log.samples is not None
    assert len(log.samples) == 6
    for sample in log.samples:
        verdict = (sample.scores or {})["verdict"]
        assert isinstance(verdict.value, dict)
        assert verdict.metadata is not None and verdict.metadata["outcome"] == "verdict"
        assert verdict.metadata["judge"] == "simulated/judge-plain"
        assert all(0 <= float(str(verdict.value[side])) <= 6 for side in ("first", "second"))
    return log.samples


def asked_about(log: EvalLog) -> set[str]:
    return {sample.metadata["pair"] for sample in samples(log)}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder in which commands are typed that is not the repository's."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def path_from(folder: Path, name: str) -> str:
    """How a file of the bench is named on a command line that is typed in a folder."""
    return os.path.relpath(ROOT / name, folder)


def test_liability_is_asked_at_both_levels_under_a_persona(elsewhere: Path, tmp_path: Path) -> None:
    prompt = "You are a clerk. Write {nothing} in braces."
    log = inspect_eval(
        elsewhere,
        tmp_path / "logs",
        path_from(elsewhere, "tasks/liability.py"),
        *(
            "-T",
            f"pairs={PAIR}",
            "--solver",
            path_from(elsewhere, "solvers/persona.py"),
            "-S",
            f"prompt={prompt}",
        ),
    )
    assert asked_about(log) == {PAIR}
    assert {s.metadata["factors"]["liability"] for s in samples(log)} == {"none", "high"}
    for sample in samples(log):
        roles = [message.role for message in sample.messages]
        assert (roles, sample.messages[0].text) == (["system", "user", "assistant"], prompt)


def test_a_pair_in_python_is_asked_and_thought_over(elsewhere: Path, tmp_path: Path) -> None:
    log = inspect_eval(
        elsewhere,
        tmp_path / "logs",
        path_from(elsewhere, "tasks/my_own_pair.py"),
        *("--solver", path_from(elsewhere, "solvers/think_first.py")),
    )
    assert asked_about(log) == {"candour_vs_kindness"}
    assert {s.metadata["domain"] for s in samples(log)} == {"art", "food"}
    for sample in samples(log):
        system, user, answer = sample.messages
        notes = sample.store["notes"]
        assert notes and notes in system.text
        assert user.text == sample.input
        assert answer.text == sample.output.completion
        assert len([event for event in sample.events if event.event == "model"]) >= 2


@pytest.mark.parametrize("solver", ["persona", "think_first"])
def test_a_solver_asks_a_choice_as_a_choice(solver: str, tmp_path: Path) -> None:
    log = inspect_eval(
        ROOT,
        tmp_path / "logs",
        "tasks/my_own_pair.py",
        *("-T", "elicitation=choice", "--solver", f"solvers/{solver}.py"),
    )
    assert log.samples is not None and len(log.samples) == 12  # six scenarios in two seats
    for sample in log.samples:
        verdict = (sample.scores or {})["verdict"]
        assert isinstance(verdict.value, dict)
        assert verdict.value["lean"] in (-1, 1)
        assert "A. " in sample.messages[-2].text


@pytest.mark.parametrize(
    "task",
    ["inspect_values/tradeoffs", f"{ROOT}/tasks/liability.py@liability"],
    ids=["name", "path"],
)
def test_a_folder_of_pairs_is_the_one_where_the_command_was_typed(
    task: str, write_pair: Callable[..., Path], tmp_path: Path
) -> None:
    write_pair("mine")
    log = inspect_eval(tmp_path, tmp_path / "logs", task, "-T", "pairs=./mine")
    assert asked_about(log) == {"candour_vs_comfort"}


@pytest.fixture(scope="module")
def plain_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of the liability task as it is, with its own solver."""
    folder = tmp_path_factory.mktemp("plain")
    inspect_eval(ROOT, folder, "tasks/liability.py", "-T", f"pairs={PAIR}")
    return next(folder.glob("*.eval"))


@pytest.mark.parametrize("at_root", [True, False], ids=["from the root", "from elsewhere"])
def test_words_are_counted_beside_the_verdict(
    at_root: bool, plain_log: Path, elsewhere: Path, tmp_path: Path
) -> None:
    folder = ROOT if at_root else elsewhere
    log = read_eval_log(str(plain_log))
    assert {s.metadata["factors"]["liability"] for s in samples(log)} == {"none", "high"}
    # an answer that is missing must not be counted as an answer of no words
    output = samples(log)[0].output
    output.completion = output.choices[0].message.content = ""
    copy = str(tmp_path / "copy.eval")
    write_eval_log(log, copy)
    inspect(
        folder,
        *("score", copy, "--scorer", path_from(folder, "scorers/word_count.py")),
        *("--action", "append", "--overwrite", "--display", "none"),
    )
    again = read_eval_log(copy)
    words: list[int] = []
    for new, old in zip(samples(again)[1:], samples(log)[1:], strict=True):
        words.append(len(old.output.completion.split()))
        assert new.scores is not None and old.scores is not None
        assert new.scores["word_count"].value == words[-1] > 5
        assert new.scores["verdict"].value == old.scores["verdict"].value
    assert again.results is not None
    counted = next(score for score in again.results.scores if score.name == "word_count")
    assert (counted.scored_samples, counted.unscored_samples) == (5, 1)
    assert counted.metrics["mean"].value == pytest.approx(sum(words) / 5)


@pytest.mark.parametrize("file", BENCH, ids=lambda file: file.name)
def test_the_bench_imports_only_what_everybody_may(file: Path) -> None:
    imported = [
        node.module or ""
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom)
    ]
    assert imported, "a bench file imports inspect_ai at least"
    for module in imported:
        parts = module.split(".")
        assert not any(part.startswith("_") for part in parts), module
        assert parts[0] in ("inspect_ai", "inspect_values"), module
        if parts[0] == "inspect_values" and len(parts) > 1:
            assert parts[:2] == ["inspect_values", "evaluation"], module
            assert parts[2] in ("tasks", "solvers", "scorers"), module


@pytest.mark.parametrize("file", BENCH, ids=lambda file: file.name)
def test_every_file_of_the_bench_is_run_here_and_in_its_readme(file: Path) -> None:
    name = f"{file.parent.name}/{file.name}"
    assert name in Path(__file__).read_text().replace("{solver}", file.stem)
    assert f"`{file.name}`" in (file.parent / "README.md").read_text()
