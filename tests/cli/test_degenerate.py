"""Degenerate data is normal: every command gives a statement, never a traceback or NaN."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

Rows = list[dict[str, Any]]
Row = Callable[..., dict[str, Any]]


def _families(row: Row, count: int = 8, **more: Any) -> Rows:
    return [row(family=f"f{n}", cell=f"c{n}", first=float(2 + n % 4), **more) for n in range(count)]


def one_answer(row: Row) -> Rows:
    return [row()]


def one_model_one_pair(row: Row) -> Rows:
    return _families(row)


def one_family(row: Row) -> Rows:
    return [
        row(model=f"lab/m-{m}", cell=f"c{n}", first=float(n)) for m in range(3) for n in range(5)
    ]


def no_variance(row: Row) -> Rows:
    return [
        row(model=f"lab/m-{m}", lab=f"Lab {m % 2}", family=f"f{n}", cell=f"c{n}", epoch=e)
        for m in range(4)
        for n in range(9)
        for e in (1, 2)
    ]


def a_value_that_always_wins(row: Row) -> Rows:
    pairs = (("honesty", "helpfulness"), ("honesty", "fairness"), ("helpfulness", "fairness"))
    return [
        row(first_value=a, second_value=b, family=f"f{n}", cell=f"c{n}", first=6.0, second=0.0)
        for a, b in pairs
        for n in range(8)
    ]


def all_refused(row: Row) -> Rows:
    more: dict[str, Any] = {"refused": 1.0, "response_class": "complete_rejection"}
    return _families(row, **more) + _families(row, model="lab/m-2", **more)


def all_missing(row: Row) -> Rows:
    gone: dict[str, Any] = {
        "second": pd.NA,
        "refused": pd.NA,
        "response_class": pd.NA,
        "outcome": "grader_failed",
        "response_outcome": "grader_failed",
    }
    rows = _families(row, **gone) + _families(row, model="lab/m-2", **gone)
    return [one | {"first": pd.NA} for one in rows]


def all_blocked(row: Row) -> Rows:
    gone: dict[str, Any] = {
        "second": pd.NA,
        "refused": 1.0,
        "outcome": "content_filter",
        "judge": pd.NA,
    }
    return [one | {"first": pd.NA, "response_class": pd.NA} for one in _families(row, **gone)]


def crashed_before_anything(row: Row) -> Rows:
    kept = ("log", "run_status", "model", "lab", "simulated", "pair", "epoch", "outcome", "member")
    whole = row(outcome="sample_error", run_status="error")
    return [{name: value if name in kept else pd.NA for name, value in whole.items()}]


def models_without_a_common_situation(row: Row) -> Rows:
    other = [one | {"family": f"g{n}", "cell": f"d{n}"} for n, one in enumerate(_families(row))]
    return _families(row) + [one | {"model": "lab/m-2"} for one in other]


def no_lab(row: Row) -> Rows:
    return _families(row, lab=pd.NA) + _families(row, lab=pd.NA, model="m-2")


def choices_of_one_seat(row: Row) -> Rows:
    rows = _families(row, elicitation="choice", seat="first", judge="parser", second=pd.NA)
    bare: dict[str, Any] = {"first": pd.NA, "lean": 1.0, "prioritised": "honesty"}
    bare |= {"refused": pd.NA, "response_class": pd.NA, "response_outcome": "not_scored"}
    return [one | bare for one in rows]


def pushes_without_a_first_answer(row: Row) -> Rows:
    return _families(row, elicitation="pushback", turn=2, pressed="second")


def nothing(row: Row) -> Rows:
    return []


CASES = [
    one_answer,
    one_model_one_pair,
    one_family,
    no_variance,
    a_value_that_always_wins,
    all_refused,
    all_missing,
    all_blocked,
    crashed_before_anything,
    models_without_a_common_situation,
    no_lab,
    choices_of_one_seat,
    pushes_without_a_first_answer,
    nothing,
]
_NAN = re.compile(r"(?<![a-z])(nan|inf|<na>)(?![a-z])")


def check(code: int, output: str) -> None:
    assert code in (0, 2), output
    if code == 2:
        assert output.startswith("Error: "), output
        assert output.endswith(".")
    assert "Traceback" not in output
    found = _NAN.search(output.lower())
    assert output
    assert found is None, output[max(0, found.start() - 200) : found.end() + 80]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
@pytest.mark.parametrize("options", [(), ("--target", "bank")], ids=["situations", "bank"])
def test_signature_makes_statements(
    case: Callable[[Row], Rows],
    options: Sequence[str],
    row: Row,
    save: Callable[[Rows], str],
    command: Callable[..., tuple[int, str]],
    tmp_path: Path,
) -> None:
    files = {kind: str(tmp_path / f"out.{kind}") for kind in ("json", "csv", "parquet")}
    written = [part for kind, path in files.items() for part in (f"--{kind}", path)]
    page = tmp_path / "page.html"
    every = ("--rates", "--ranking", "--show", "all", "--resamples", "100", "--page", str(page))
    code, output = command("signature", save(case(row)), *every, *written, *options)
    check(code, output)
    assert code == 0, output
    judged = case not in (nothing, all_missing, all_blocked, crashed_before_anything)
    assert ("nothing can be estimated" in output) == (not judged)
    body = re.sub(r"<(script|style).*?</\1>", "", page.read_text(), flags=re.DOTALL)
    assert _NAN.search(re.sub(r"<[^>]*>", " ", body).lower()) is None
    estimates = json.loads(Path(files["json"]).read_text())["estimates"]
    for one in estimates:
        assert one["withheld"] or one["low"] is not None, one
        assert (one["point"] is None) <= bool(one["withheld"]), one


def test_models_of_unknown_makers_are_shown_and_are_no_lab(
    row: Row, save: Callable[[Rows], str], command: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    for lab in (pd.NA, "unknown lab"):
        rows = _families(row, lab=lab) + _families(row, lab=lab, model="m-2")
        path = tmp_path / "e.json"
        _, output = command("signature", save(rows), "--resamples", "100", "--json", str(path))
        assert "lab/m-1" in output
        assert "unknown lab puts" not in output
        found = json.loads(path.read_text())
        assert {one["level"] for one in found["estimates"]} <= {"model", "all"}
        assert {one["level"] for one in found["headlines"]} == {"model"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_other_commands_make_statements(
    case: Callable[[Row], Rows],
    row: Row,
    save: Callable[[Rows], str],
    command: Callable[..., tuple[int, str]],
    tmp_path: Path,
) -> None:
    table = save(case(row))
    check(*command("disagreement", table, "--csv", str(tmp_path / "d.csv")))
    check(*command("elo", table, "--csv", str(tmp_path / "e.csv")))
    check(*command("audit", table))
    check(*command("table", table, "-o", str(tmp_path / "again.parquet")))
    check(*command("compare", "lab/m-1", "lab/m-2", table, "--json", str(tmp_path / "c.json")))
    check(*command("compare", "lab/m-1", "lab/m-2", table, "--target", "bank"))
    check(*command("compare", "a", "b", table, "--judges"))
    copy = tmp_path / "copy.parquet"
    copy.write_bytes(Path(table).read_bytes())
    check(*command("compare", table, str(copy)))
