"""Judge calls that are not paid twice, and the secret that keeps fences the same between runs."""

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.log import EvalLog
from inspect_ai.model import ChatMessage, Model, ModelOutput
from platformdirs import user_data_path

from inspect_values._registry import PAIR_TASKS
from inspect_values.evaluation.judging import salt as salts
from inspect_values.evaluation.judging.prompt import nonce_of
from inspect_values.evaluation.judging.recent import Recent
from inspect_values.evaluation.judging.salt import SALT, salt
from inspect_values.record import numbers
from tests.commands import typed  # pyright: ignore[reportMissingImports]

Reply = Callable[[list[ChatMessage]], ModelOutput | str]
Named = Callable[..., Model]
Run = Callable[..., EvalLog]
ask = PAIR_TASKS["fairness_vs_efficiency"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of the test's own, in which nothing is kept yet."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("INSPECT_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("XDG_DATA_HOME", SALT):
        monkeypatch.delenv(name, raising=False)
    salt.cache_clear()
    yield folder
    salt.cache_clear()


def anew() -> bytes:
    """The secret as another process would have it."""
    salt.cache_clear()
    return salt()


def kept() -> Path:
    return user_data_path("inspect-values") / "salt"


# ---- the secret -----------------------------------------------------------------------------


def test_the_secret_is_made_once_and_only_its_owner_can_read_it(home: Path) -> None:
    first = salt()
    assert kept().is_relative_to(home)
    assert len(first) == 32 and kept().read_bytes() == first
    assert stat.S_IMODE(kept().stat().st_mode) == 0o600
    assert [file.name for file in kept().parent.iterdir()] == ["salt"]
    assert anew() == first
    kept().unlink()
    assert anew() != first


def test_the_secret_may_be_given(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    fences = set()
    for given in ("one", "two", "\udcff"):  # the last as the system gives what is no UTF-8
        monkeypatch.setenv(SALT, given)
        assert anew() == os.fsencode(given)
        fences.add(nonce_of("An answer."))
        assert nonce_of("An answer.") in fences
    assert len(fences) == 3
    assert not kept().exists()
    monkeypatch.setenv(SALT, "")
    assert anew() == kept().read_bytes()


def _file_in_the_way(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".local").write_text("a file, where a folder should be")


def _folder_in_the_way(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".local/share/inspect-values/salt").mkdir(parents=True)


def _cut_short(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept().parent.mkdir(parents=True)
    kept().write_bytes(b"short")


def _no_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(_: str) -> Path:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr(salts, "user_data_path", nowhere)


def _unknown_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    monkeypatch.setattr(salts, "user_data_path", lambda _: Path("~/.local/share/inspect-values"))


def _read_only(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError("read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)


def _no_links(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError("links are not supported")

    monkeypatch.setattr(os, "link", refuse)


@pytest.mark.parametrize(
    "trouble",
    [
        _file_in_the_way,
        _folder_in_the_way,
        _cut_short,
        _no_home,
        _unknown_home,
        _read_only,
        _no_links,
    ],
)
def test_where_no_secret_can_be_kept_each_process_has_its_own(
    trouble: Callable[[Path, pytest.MonkeyPatch], None],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trouble(home, monkeypatch)
    first = salt()
    assert len(first) == 32 and salt() == first
    assert anew() != first
    assert not list(home.rglob("*.part")) and not (home / "~").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_home_without_write_permission(home: Path) -> None:
    home.chmod(0o500)
    try:
        assert len(salt()) == 32
    finally:
        home.chmod(0o700)


def test_processes_that_start_together_agree_on_one_secret(home: Path) -> None:
    code = "from inspect_values.evaluation.judging.salt import salt; print(salt().hex())"
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = {process.communicate()[0].strip() for process in started}
    assert said == {kept().read_bytes().hex()}


# ---- the cache of judge calls -----------------------------------------------------------------


def counting(reply: Reply, calls: list[str]) -> Reply:
    def counted(messages: list[ChatMessage]) -> ModelOutput | str:
        calls.append(messages[-1].text)
        return reply(messages)

    return counted


def leans(log: EvalLog) -> list[float]:
    assert log.status == "success" and log.samples
    return [numbers((s.scores or {})["verdict"].value)["lean"] for s in log.samples]


@pytest.mark.parametrize(("cached", "asked"), [(True, 2), (False, 6)])
def test_the_same_answer_is_judged_once_whatever_the_epoch(
    run_roles: Run, named: Named, judge: Callable[..., Reply], cached: bool, asked: int
) -> None:
    calls: list[str] = []
    roles = {"grader": named("judge", counting(judge(5, 1), calls))}
    task = ask(scenarios=1, judge_cache=cached)
    log = run_roles(task, named("model", lambda _: "Same."), roles, epochs=3, max_samples=1)
    assert leans(log) == pytest.approx([0.667] * 3)
    assert len(calls) == asked


def test_another_answer_judge_rubric_or_question_is_judged_anew(
    run_roles: Run, named: Named, judge: Callable[..., Reply]
) -> None:
    calls: list[str] = []

    def judged(name: str = "judge", said: str = "Same.", **how: Any) -> int:
        before = len(calls)
        roles = {"grader": named(name, counting(judge(5, 1), calls))}
        task = ask(scenarios=1, judge_cache=True, response="rules", **how)
        leans(run_roles(task, named("model", lambda _: said), roles))
        return len(calls) - before

    assert [judged(), judged()] == [1, 0]
    assert [judged(said="Other."), judged(said="Other.")] == [1, 0]
    assert [judged(name="second-judge"), judged(name="second-judge")] == [1, 0]
    assert [judged(wording=2), judged(wording=2)] == [1, 0]
    assert [judged(ladders="first") + judged(ladders="second"), judged(ladders="first")] == [1, 0]
    assert [judged(nudges="first"), judged(nudges="first")] == [1, 0]


def test_a_secret_of_its_own_finds_no_verdict_of_another(
    run_roles: Run,
    named: Named,
    judge: Callable[..., Reply],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    for given in ("one", "two", "one"):
        monkeypatch.setenv(SALT, given)
        salt.cache_clear()
        calls: list[str] = []
        roles = {"grader": named("judge", counting(judge(5, 1), calls))}
        leans(run_roles(ask(scenarios=1, judge_cache=True), named("model", lambda _: "x"), roles))
        asked.append(len(calls))
    assert asked == [2, 2, 0]


def test_compliance_is_cached_too(
    run_roles: Run, named: Named, judge: Callable[..., Reply], tmp_path: Path
) -> None:
    (tmp_path / "rules.md").write_text("Assistants are kind to everybody.")
    calls: list[str] = []
    roles = {"grader": named("judge", counting(_complying(judge(5, 1)), calls))}
    task = ask(scenarios=1, judge_cache=True, spec=str(tmp_path / "rules.md"))
    log = run_roles(task, named("model", lambda _: "x"), roles, epochs=2, max_samples=1)
    assert len(calls) == 3
    assert [(s.scores or {})["compliance"].value for s in log.samples or []] == ["compliant"] * 2


def _complying(other: Reply) -> Reply:
    def reply(messages: list[ChatMessage]) -> ModelOutput | str:
        prompt = messages[-1].text
        if '"passages"' not in prompt:
            return other(messages)
        nonce = re.findall(r"The fence is (\w{16})\.", prompt)[-1]
        passages = ["Assistants are kind"]
        return json.dumps(
            {"fence": nonce, "reasons": "", "passages": passages, "compliance": "compliant"}
        )

    return reply


# ---- between processes ------------------------------------------------------------------------

PROVIDER = '''
"""A model that says the same to everything, and judges; it notes each call with its name."""

import json, os, re
from inspect_ai.model import ModelAPI, ModelOutput, ModelUsage, modelapi
from inspect_values import hookimpl


class Steady(ModelAPI):
    async def generate(self, input, tools, tool_choice, config):
        prompt = input[-1].text
        with open(os.environ["STEADY_CALLS"], "a") as calls:
            calls.write(self.model_name + "\\n")
        output = ModelOutput.from_content("steady/" + self.model_name, self.reply(prompt))
        output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
        return output

    def reply(self, prompt):
        fence = re.search(r"The fence is (\\w+)\\.", prompt)
        if fence is None:
            return "I would do it."
        body = {"fence": fence[1], "reasons": "So.", "response_class": "full_compliance"}
        if '"positions"' in prompt:
            a, b = re.findall(r'"(\\w+)": 0 to 6', prompt)
            body |= {"positions": {a: 4, b: 1}, "confidence": 0.9}
        return json.dumps(body)


@modelapi(name="steady")
def steady():
    return Steady


@hookimpl
def providers():
    return [steady]
'''


def test_judge_calls_are_found_again_by_another_process(
    tmp_path: Path, fake_distribution: Callable[..., None]
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    fake_distribution(site, "steady-dist", "steady_plugin", PROVIDER)
    notes = tmp_path / "calls"
    paths = os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])])
    env = os.environ | {"PYTHONPATH": paths, "STEADY_CALLS": str(notes)}

    def judge_calls(**changed: str) -> int:
        notes.unlink(missing_ok=True)
        given = ["inspect", "eval", "inspect_values/fairness_vs_efficiency", "--model", "steady/m"]
        given += ["--model-role", "grader=steady/j", "-T", "scenarios=2", "-T", "judge_cache=true"]
        given += ["--epochs", "2", "--max-samples", "1", "--display", "plain"]
        given += ["--ctl-server", "false", "--log-dir", "logs"]
        done = typed(tmp_path, *given, env=env | changed)
        assert done.returncode == 0, done.stdout + done.stderr
        said = notes.read_text().split()
        assert said.count("m") == 4  # only judges are cached
        return said.count("j")

    assert judge_calls() == 4
    assert judge_calls() == 0
    assert judge_calls(**{SALT: "another machine's"}) == 4
    assert judge_calls(**{SALT: "another machine's"}) == 0


# ---- what a process remembers -------------------------------------------------------------------


def test_a_memory_forgets_what_was_noted_longest_ago() -> None:
    memory: Recent[int] = Recent(most=2)
    for number in (1, 2, 1, 3):
        memory.note(f"k{number}", number)
    assert [memory.get("k1"), memory.get("k2"), memory.get("k3")] == [1, None, 3]
    assert memory.take("k1") == 1 and memory.take("k1") is None
