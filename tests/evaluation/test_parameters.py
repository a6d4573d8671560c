"""Task parameters that cannot be used: one sentence with the nearest match, never a traceback."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import Task

from inspect_values._registry import PAIR_TASKS
from inspect_values.errors import DataError, ParameterError
from inspect_values.evaluation.launch import PrerequisiteError, launch_folder
from inspect_values.evaluation.parameters import (
    factor_levels,
    names,
    resolve_pairs,
    selection,
    whole_number,
)
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.plugins.catalog import evaluation_catalog
from inspect_values.scenarios.situation import Situation
from inspect_values.values import ValuePair
from tests.commands import typed  # pyright: ignore[reportMissingImports]

PAIR = "fairness_vs_efficiency"


def refusal(build: Callable[..., Task], **parameters: Any) -> str:
    """The one line with which a task refuses its parameters."""
    with pytest.raises(PrerequisiteError) as caught:
        build(**parameters)
    text = str(caught.value.message)
    assert "\n" not in text and text.endswith(".")
    return text


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"nudge": "all"}, ["task parameter 'nudge' is not known", "'nudges'"]),
    ({"nudges": "nuetral"}, ["nudge 'nuetral' is not known", "'neutral'"]),
    ({"nudges": "neutral,frist"}, ["'frist'", "'first'"]),
    ({"nudges": ""}, ["no nudge was given", "neutral"]),
    ({"nudges": 3}, ["nudges=3 is not a name"]),
    ({"factors": "stake:high"}, ["factor 'stake' is not known", "'stakes'"]),
    ({"factors": "stakes:hihg"}, ["level of factor 'stakes' 'hihg'", "'high'"]),
    ({"factors": "stakes"}, ["factors='stakes' names no level"]),
    ({"factors": {"stakes": 4}}, ["factors.stakes=4"]),
    ({"elicitation": "chioce"}, ["elicitation 'chioce' is not known", "'choice'"]),
    ({"scenarios": 0}, ["scenarios=0 is not a whole number from 1 up"]),
    ({"scenarios": "many"}, ["scenarios='many'"]),
    ({"scenarios": True}, ["scenarios=True"]),
    ({"scenarios": 2.5}, ["scenarios=2.5"]),
    ({"scenarios": 2, "nudges": "all"}, ["scenarios=2 is too few", "3 nudges"]),
    ({"seed": -1}, ["seed=-1"]),
    ({"shard": 4, "shards": 4}, ["shard=4 of shards=4 does not exist"]),
    ({"shard": 1}, ["shard=1 of shards=1 does not exist"]),
    ({"shards": 0}, ["shards=0"]),
    ({"shard": -1, "shards": 2}, ["shard=-1"]),
    ({"threshold": 0}, ["threshold=0 is not a number above 0"]),
    ({"threshold": "2"}, ["threshold='2'"]),
    ({"trust_content": "no"}, ["trust_content='no' is not true or false"]),
    ({"self_grading": 1}, ["self_grading=1 is not true or false"]),
]


@pytest.mark.parametrize(("parameters", "said"), WRONG, ids=[str(given) for given, _ in WRONG])
@pytest.mark.parametrize("build", [PAIR_TASKS[PAIR], tradeoffs], ids=["pair", "tradeoffs"])
def test_a_bad_parameter_is_one_sentence(
    build: Callable[..., Task], parameters: dict[str, Any], said: list[str]
) -> None:
    sentence = refusal(build, **parameters)
    for part in said:
        assert part in sentence


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ("fairness_vs_eficiency", f"'{PAIR}'"),
        ("croe", "'core'"),
        ("", "no value pair was named"),
        (f"{PAIR},{PAIR}", "is named twice"),
        (f"core,{PAIR}", "is named twice"),
        ("./nowhere/pairs", "the folder './nowhere/pairs'"),
        ("nowhere/pairs", "does not exist"),
        (7, "pairs=7 is not a name"),
    ],
)
def test_a_bad_pair_is_one_sentence(pairs: object, said: str) -> None:
    assert said in refusal(tradeoffs, pairs=pairs)


def test_an_empty_folder_is_one_sentence(tmp_path: Path) -> None:
    assert "holds no pair" in refusal(tradeoffs, pairs=str(tmp_path))


def test_a_pair_task_has_no_parameter_pairs() -> None:
    assert "task parameter 'pairs' is not known" in refusal(PAIR_TASKS[PAIR], pairs="core")


def test_an_empty_shard_is_one_sentence(write_pair: Callable[..., Path]) -> None:
    folder = str(write_pair())
    said: list[str] = []
    for shard in range(30):
        try:
            tradeoffs(pairs=folder, scenarios="all", shard=shard, shards=30)
        except PrerequisiteError as error:
            said.append(str(error.message))
    assert said and all("is empty" in s and "Use fewer shards" in s for s in said)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"    domain: food": "    domian: food"}, ["'domian' is not known", "'domain'"]),
        ({"  - id: soup_review": "  - id: [soup_review"}, ["line ", "is not valid YAML"]),
        ({"    domain: food": "    domain: a\n    domain: b"}, ["line 6", "stands twice"]),
        ({"low: It was a weekday lunch.": "low: yes"}, ["put it in quotes"]),
        ({"        low: It was a w": "        no: It was a w"}, ["put it in quotes"]),
        ({"pair: candour_vs": "pair: candor_vs"}, ["which is not known", "'candour_vs_comfort'"]),
    ],
)
def test_a_wrong_file_is_one_sentence_with_its_place(
    write_pair: Callable[..., Path], changes: dict[str, str], said: list[str]
) -> None:
    sentence = refusal(tradeoffs, pairs=str(write_pair(situations=changes)))
    for part in ["candour_vs_comfort.yaml", *said]:
        assert part in sentence


def test_a_pair_without_situations_is_one_sentence(write_pair: Callable[..., Path]) -> None:
    folder = write_pair()
    (folder / "candour_vs_comfort.yaml").unlink()
    assert "has no situations" in refusal(tradeoffs, pairs=str(folder))


def test_pairs_resolve_by_id_tag_folder_and_object(
    write_pair: Callable[..., Path], small_pair: tuple[ValuePair, list[Situation]]
) -> None:
    catalog = evaluation_catalog()
    pair, situations = small_pair

    def found(pairs: object, extra: list[Situation] | None = None) -> list[tuple[str, int]]:
        return [(p.id, len(s)) for p, s in resolve_pairs(catalog, pairs, extra)]

    bundled = len(catalog.situations_of(PAIR))
    assert found(PAIR) == [(PAIR, bundled)]
    assert (PAIR, bundled) in found("core")
    folder = str(write_pair())
    assert found(f"{PAIR}, {folder}") == [(PAIR, bundled), ("candour_vs_comfort", 2)]
    assert found(pair, situations[:1]) == [("candour_vs_comfort", 1)]
    with pytest.raises(DataError, match="no situations"):
        found([pair])


def test_situations_of_a_folder_may_be_for_an_installed_pair(
    write_pair: Callable[..., Path],
) -> None:
    folder = write_pair(situations={"pair: candour_vs_comfort": f"pair: {PAIR}"})
    (folder / "candour_vs_comfort.md").unlink()
    asked = resolve_pairs(evaluation_catalog(), str(folder))
    assert [(p.id, len(s)) for p, s in asked] == [(PAIR, 2)]


def test_from_python_a_folder_is_meant_from_the_current_one(
    write_pair: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_pair()
    monkeypatch.chdir(folder.parent)
    assert launch_folder() == folder.parent
    assert tradeoffs(pairs="pairs").dataset.name == "candour_vs_comfort"
    assert tradeoffs(pairs="./pairs").dataset.name == "candour_vs_comfort"


def test_reading_of_lists_and_numbers() -> None:
    assert names(" a, b,,c ", "x") == ["a", "b", "c"]
    assert names(["a", 1], "x") == ["a", "1"]
    assert factor_levels("a:x|y,b:z,a:w") == {"a": ("x", "y", "w"), "b": ("z",)}
    assert factor_levels({"a": "x,y"}) == {"a": ("x", "y")}
    assert factor_levels(None) == factor_levels("") == {}
    assert whole_number(3, "n", 3) == 3
    with pytest.raises(ParameterError, match="n=2 is not a whole number from 3 up"):
        whole_number(2, "n", 3)
    every = selection(
        nudges="all", factors=None, domains=None, scenarios="all", seed=1, shard=0, shards=1
    )
    assert every.scenarios is None
    assert len(every.nudges) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([f"inspect_values/{PAIR}", "-T", "nudge=all"], ["'nudge' is not known", "'nudges'"]),
        # relative to where the command was typed, and square brackets are no markup
        (
            ["inspect_values/tradeoffs", "-T", "pairs=./pairs", "-T", "elicitation=x[red]y"],
            ["elicitation 'x[red]y' is not known", "choice, conversation"],
        ),
        (["inspect_values/tradeoffs", "-T", "pairs=./broken"], ["line 5", "is not valid YAML"]),
    ],
)
def test_on_the_command_line_a_sentence_and_nothing_else(
    write_pair: Callable[..., Path], tmp_path: Path, arguments: list[str], said: list[str]
) -> None:
    write_pair()
    write_pair("broken", situations={"  - id: soup_review": "  - id: {soup_review"})
    command = ("inspect", "eval", *arguments, "--model", "simulated/aster-1", "--log-dir", "logs")
    done = typed(tmp_path, *command, env=os.environ | {"COLUMNS": "100"})
    output = done.stdout + done.stderr
    flowing = " ".join(output.split())
    assert done.returncode != 0
    assert "Traceback" not in output and "╭" not in output
    for part in said:
        assert part in flowing
    assert not (tmp_path / "logs").exists()
