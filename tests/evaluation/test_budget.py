"""Budgets for a whole run, price files, and what is said at a run's end."""

import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inspect_ai.log import list_eval_logs, read_eval_log
from inspect_ai.model import get_model

from inspect_values.errors import DataError, ParameterError
from inspect_values.evaluation.budget import BUDGET, budget
from inspect_values.evaluation.budget import PRICES as PRICES_VARIABLE
from inspect_values.evaluation.ledger import NAME, Entry, Ledger
from inspect_values.evaluation.tally import Tally
from inspect_values.prices import missing, read_prices
from tests.commands import Done, typed  # pyright: ignore[reportMissingImports]

PRICES = """date: 2026-11-20
currency: EUR
prices:
  simulated/aster-1: {input: 2000, output: 12000}
  simulated/judge-plain: {input: 2000, output: 12000}
"""
TASK = [
    *("inspect_values/fairness_vs_efficiency", "-T", "scenarios=12"),
    *("--model", "simulated/aster-1", "--log-dir", "logs", "--display", "plain"),
    *("--max-samples", "4"),
]


def run(folder: Path, *arguments: str, **more: str) -> Done:
    return typed(folder, "inspect-values", "run", *arguments, env={**os.environ, **more})


def in_the_background(folder: Path, *arguments: str) -> Done:
    """As a script runs it in the background: Ctrl-C, by which a run is stopped, is ignored."""
    command = str(Path(sys.executable).with_name("inspect-values"))
    script = ["sh", "-c", 'trap "" INT; exec "$0" run "$@"', command, *arguments]
    return subprocess.run(
        script, cwd=folder, capture_output=True, text=True, timeout=200, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "prices.yaml").write_text(PRICES)
    return tmp_path


def test_a_run_over_its_budget_stops_and_goes_on_with_more(folder: Path) -> None:
    first = in_the_background(folder, "--budget", "20", "--prices", "prices.yaml", *TASK)
    assert first.returncode == 3, first.stderr
    assert "leaves nothing for another query" in first.stderr
    spent = Ledger(folder / "logs").spent()
    assert 10 < spent.cost <= 20
    second = run(folder, "--budget", "500", "--prices", "prices.yaml", *TASK)
    assert second.returncode == 0, second.stderr
    all_ = Ledger(folder / "logs").spent()
    assert all_.calls == 12 * 3, "a call was paid for twice, or not counted"
    said = re.search(r"(\d+) calls and", second.stderr)
    assert said
    assert int(said.group(1)) == all_.calls - spent.calls
    (log,) = [
        read_eval_log(item, header_only=True) for item in list_eval_logs(str(folder / "logs"))
    ]
    assert log.status == "success"
    assert log.eval.metadata
    assert log.eval.metadata["prices"] == "prices of 2026-11-20 in EUR"


def test_a_budget_without_prices_is_refused_before_anything_is_asked(folder: Path) -> None:
    refused = run(folder, "--budget", "20", *TASK)
    assert refused.returncode
    text = " ".join((refused.stdout + refused.stderr).split())
    assert "a budget of 20 needs prices" in text
    assert "Traceback" not in text
    assert not (folder / "logs" / NAME).exists()


@pytest.mark.parametrize("given", ["nan", "-1", "0", "inf", "much"])
def test_budgets_that_are_none(folder: Path, given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PRICES_VARIABLE, str(folder / "prices.yaml"))
    monkeypatch.setenv(BUDGET, given)
    with pytest.raises(ParameterError, match="no amount of money"):
        budget([get_model("simulated/aster-1")])


def test_a_judge_without_a_price_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "prices.yaml").write_text("\n".join(PRICES.splitlines()[:-1]))
    monkeypatch.setenv(PRICES_VARIABLE, str(folder / "prices.yaml"))
    monkeypatch.setenv(BUDGET, "20")
    with pytest.raises(ParameterError, match=r"cannot be kept: .*'simulated/judge-plain'"):
        budget([get_model("simulated/aster-1"), get_model("simulated/judge-plain")])


def test_refusals_as_errors_are_refused(folder: Path) -> None:
    refused = run(folder, *TASK, "--fail-on-refusal")
    text = " ".join((refused.stdout + refused.stderr).split())
    assert refused.returncode
    assert "fail_on_refusal is set" in text


def test_options_after_the_task_are_inspects(folder: Path) -> None:
    refused = run(folder, *TASK, "--budget", "20")
    assert refused.returncode == 2
    assert "stands before the task" in refused.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no date"),
        ("date: yesterday\ncurrency: EUR\nprices: {a: {input: 1, output: 1}}", "date"),
        (PRICES.replace("EUR", "euro"), "currency"),
        (PRICES.replace("2000", "-1"), "greater than or equal to 0"),
        (PRICES.replace("2000", ".nan"), "finite"),
        (PRICES.replace("input", "imput"), "nearest is 'input'"),
        (PRICES.replace("currency: EUR\n", ""), "'currency' is missing"),
        ("a: [", "not valid YAML"),
        ("a: !!python/object/apply:os.system ['echo']", "not valid YAML"),
    ],
)
def test_price_files_that_cannot_be_used(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(text)
    with pytest.raises(DataError, match=re.escape(words)):
        read_prices(path)


def test_the_nearest_price_is_named(folder: Path) -> None:
    prices = read_prices(folder / "prices.yaml")
    assert "the nearest is 'simulated/aster-1'" in missing(prices, ["simulated/aster-2"])
    assert missing(prices, ["simulated/aster-1"]) == ""


def test_a_ledger_is_shared_and_survives_half_a_line(tmp_path: Path) -> None:
    one, two = Ledger(tmp_path), Ledger(tmp_path)
    one.note(Entry(model="a", tokens=5, cost=0.5))
    two.note(Entry(model="b", tokens=7, cost=None))
    with (tmp_path / NAME).open("a") as file:
        file.write('{"model": "c", "tok')
    three = Ledger(tmp_path)
    three.note(Entry(model="d", tokens=1, cost=0.25))
    for ledger in (one, two, three):
        assert ledger.spent().calls == 3
        assert ledger.spent().cost == 0.75


@given(st.binary(max_size=200))
def test_a_damaged_ledger_is_passed_over(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / NAME).write_bytes(content)
        ledger = Ledger(Path(folder))
        before = ledger.spent().calls
        ledger.note(Entry(model="a", tokens=1, cost=1.0))
        assert ledger.spent().calls == before + 1


def test_a_ledger_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        Ledger(tmp_path / "file" / "logs").note(Entry(model="a", tokens=1))


def test_changed_model_ids_are_said() -> None:
    tally = Tally()
    tally.returned["openai/gpt-x"] = Counter({"x-1": 9, "x-2": 3})
    (said,) = tally.sentences()
    assert "openai/gpt-x answered under 2 model ids: x-1 (9), x-2 (3)" in said
