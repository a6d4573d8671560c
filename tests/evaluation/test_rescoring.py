"""Judging an old log again: only the scores change, and the table tells the judges apart."""

import json
import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from inspect_ai import score
from inspect_ai.log import EvalError, EvalLog, read_eval_log, write_eval_log
from inspect_ai.model import ChatMessage, Model, ModelOutput

from inspect_values._registry import PAIR_TASKS
from inspect_values.analysis.models import ModelIdentity
from inspect_values.analysis.table import by_one_judge, judge_label, verdict_table
from inspect_values.errors import LogError, ParameterError
from inspect_values.evaluation.scorers.verdict import verdict
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.record import read_record
from tests.commands import ours, typed  # pyright: ignore[reportMissingImports]

Reply = Callable[[list[ChatMessage]], ModelOutput | str]
Named = Callable[..., Model]
Run = Callable[..., EvalLog]
PAIR = "fairness_vs_efficiency"
ask = PAIR_TASKS[PAIR]
OLD, NEW = "simulated/judge-plain", "simulated/judge-noisy"

WAYS: dict[str, dict[str, Any]] = {
    "open": {},
    "choice": {"elicitation": "choice"},
    "pushback": {"elicitation": "pushback", "turns": 2},
    "conversation": {"elicitation": "conversation", "turns": 1},
}


class Labs:
    def lab_of(self, model: str) -> ModelIdentity:
        return ModelIdentity("Simulated lab", "", True)


@pytest.fixture
def old(run_roles: Run) -> Callable[..., Path]:
    """The log of an earlier run, asked in one of four ways."""

    def make(way: str, model: Any = "simulated/aster-1", grader: Any = OLD, **more: Any) -> Path:
        run = ("score", "fail_on_error", "max_samples")
        given = {name: more.pop(name) for name in run if name in more}
        task = ask(scenarios=3, **WAYS[way], **more)
        log = run_roles(task, model, {"grader": grader}, **given)
        return Path(log.location)

    return make


def inspect(folder: Path, *given: str) -> tuple[int, str]:
    """The exit code of a command and what it said, in one line."""
    done = typed(folder, "inspect", *given, env=os.environ | {"COLUMNS": "100"})
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def rescored(log: Path, action: str, *given: str, judge: str = NEW) -> Path:
    """The log, judged again by the command into a file of its own."""
    output = log.with_name(f"{log.stem}-{action}.eval")
    code, said = inspect(
        log.parent,
        *("score", str(log), "--scorer", "inspect_values/verdict", "--action", action),
        *("--model-role", f"grader={judge}", "--output-file", str(output), *given),
    )
    assert code == 0, said
    return output


def content(log: Path) -> dict[str, Any]:
    """All of a log but its scores, what is computed of them, and the events of scoring."""
    read = read_eval_log(str(log), resolve_attachments=True)
    found = read.model_dump(mode="json", exclude={"results", "reductions", "location"})
    found["eval"].pop("scorers")
    for sample in found["samples"]:
        for name in ("scores", "events", "attachments"):
            sample.pop(name)
    return found


def events(log: Path) -> list[set[str]]:
    read = read_eval_log(str(log))
    return [{str(event.uuid) for event in sample.events} for sample in read.samples or []]


def table(*logs: Path) -> pd.DataFrame:
    return verdict_table(list(logs), Labs())


def signature(*given: str) -> tuple[int, str]:
    done = ours(Path.cwd(), "signature", *given)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize("way", WAYS)
def test_a_second_judge_changes_nothing_but_the_scores(old: Callable[..., Path], way: str) -> None:
    log = old(way)
    before = log.read_bytes()
    added = rescored(log, "append")
    replaced = rescored(log, "overwrite", *([] if way == "choice" else ["-S", "rubric=binary"]))
    assert log.read_bytes() == before
    assert content(log) == content(added) == content(replaced)
    for first, later in zip(events(log), events(added), strict=True):
        assert first < later  # what happened before is still told
    scores = [read_eval_log(str(file)).samples for file in (log, added, replaced)]
    for first, more, other in zip(*(samples or [] for samples in scores), strict=True):
        assert first.scores and more.scores and other.scores
        assert {name: more.scores[name] for name in first.scores} == first.scores
        assert len(more.scores) == len(first.scores) + 1
        assert list(other.scores) == ["verdict"]


@pytest.mark.parametrize("way", ["open", "pushback", "conversation"])
def test_the_table_tells_the_judges_apart_and_a_signature_asks_whose_verdicts_count(
    old: Callable[..., Path], way: str
) -> None:
    log = old(way)
    added = rescored(log, "append", "-S", "rubric=binary")
    found = table(added)
    assert set(judge_label(found)) == {OLD, f"{NEW} (binary)"}
    turns = {"open": 1, "pushback": 3, "conversation": 2}[way]
    assert len(found) == 3 * (turns + 1)
    assert len(by_one_judge(found, OLD)) == 3 * turns
    new = by_one_judge(found, f"{NEW} (binary)")
    assert new["turn"].tolist() == [0, 0, 0] and set(new["lean"]) <= {-1, 0, 1}
    one, other = (
        rows.drop(columns="log").sort_values(["sample_uuid", "turn"], ignore_index=True)
        for rows in (by_one_judge(found, OLD), by_one_judge(table(log)))
    )
    pd.testing.assert_frame_equal(one, other)
    with pytest.raises(ParameterError, match="several judges have judged the same model"):
        by_one_judge(found)


def test_a_signature_of_two_judges_needs_one_of_them(old: Callable[..., Path]) -> None:
    added = rescored(old("open"), "append")
    code, said = signature(str(added))
    assert code == 2 and f"{NEW}, {OLD}; choose one with --judge NAME" in said
    assert "Traceback" not in said
    for judge in (OLD, NEW):
        code, said = signature(str(added), "--judge", judge)
        assert code == 0 and f"Judged by: {judge}." in said
    code, said = signature(str(added), "--judge", "simulated/judge-nois")
    assert code == 2 and f"the nearest is '{NEW}'" in said


def test_a_signature_says_by_what_rubric_it_was_judged(old: Callable[..., Path]) -> None:
    replaced = rescored(old("open"), "overwrite", "-S", "rubric=binary")
    code, said = signature(str(replaced))
    assert code == 0 and f"Judged by: {NEW} (binary)." in said


def test_a_choice_that_is_read_again_counts_once(old: Callable[..., Path]) -> None:
    log = old("choice")
    added = rescored(log, "append")
    assert len(table(added)) == len(table(log)) == len(by_one_judge(table(added, log))) == 6


def test_one_turn_may_be_judged_again(old: Callable[..., Path]) -> None:
    log = old("pushback")
    added = rescored(log, "append", "-S", "turn=2")
    found = table(added)
    new = by_one_judge(found, NEW)
    assert new["turn"].tolist() == [2, 2, 2]
    last = by_one_judge(found, OLD).query("turn == 2").set_index("sample_uuid")
    # the same answers, and no earlier one's
    assert new.set_index("sample_uuid")["words"].equals(last["words"].loc[new["sample_uuid"]])
    at_the_end = table(rescored(log, "overwrite", "-S", "turn=-1"))
    assert at_the_end["turn"].tolist() == [2, 2, 2]
    pd.testing.assert_series_equal(at_the_end["lean"], new["lean"])


@pytest.mark.parametrize(
    ("way", "given", "said"),
    [
        ("open", "turn=1", "was asked in one turn (elicitation open); allowed: -1 (the last) to 0"),
        ("pushback", "turn=3", "was asked in 3 turns (elicitation pushback); allowed: -1"),
        ("open", "turn=x", "turn='x' is not a whole number from -1 up"),
        ("open", "rubrik=binary", "the nearest is 'rubric'"),
        ("open", "rubric=binry", "the nearest is 'binary'"),
        ("open", "threshold=9", "threshold=9 is not a number above 0 and up to 6"),
    ],
)
def test_what_cannot_be_judged_is_a_sentence(
    old: Callable[..., Path], way: str, given: str, said: str
) -> None:
    log = old(way)
    before = log.read_bytes()
    code, output = inspect(
        log.parent,
        *("score", str(log), "--scorer", "inspect_values/verdict", "--action", "append"),
        *("--overwrite", "-S", given),
    )
    assert code != 0 and said in output and "Traceback" not in output
    assert log.read_bytes() == before


@pytest.mark.parametrize("names", [["verdict", "verdict-1"], ["verdict1", "anything at all"]])
def test_scores_are_known_by_what_they_hold_and_not_by_their_names(
    old: Callable[..., Path], names: list[str]
) -> None:
    added = rescored(old("open"), "append")
    expected = table(added).drop(columns="scorer")
    log = read_eval_log(str(added))
    for sample in log.samples or []:
        assert sample.scores
        kept = [name for name in sample.scores if name.startswith("verdict")]
        renamed = dict(zip(kept, names, strict=True))
        sample.scores = {renamed.get(name, name): s for name, s in sample.scores.items()}
    write_eval_log(log, str(added))
    found = table(added)
    assert set(found["scorer"]) == set(names)
    pd.testing.assert_frame_equal(found.drop(columns="scorer"), expected)


# ---- pairs that are not there -------------------------------------------------------------------


def test_a_log_whose_pair_is_not_installed_needs_its_folder(
    run_roles: Run, write_pair: Callable[..., Path], tmp_path: Path
) -> None:
    folder = write_pair("mine")
    log = Path(
        run_roles(tradeoffs(pairs=str(folder), scenarios=2), "simulated/cedar-1", {}).location
    )
    write_pair("changed", markdown={"Mentions the main fact": "Names the main fact"})
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(folder / "candour_vs_comfort.md", alone)

    def again(*given: str) -> tuple[int, str]:
        return inspect(
            tmp_path,
            *("score", str(log), "--scorer", "inspect_values/verdict", "--action", "append"),
            *("--model-role", f"grader={NEW}", "--output-file", "again.eval", *given),
        )

    code, said = again()
    assert code != 0 and "Traceback" not in said
    assert "the value pair 'candour_vs_comfort' of this log is not installed" in said
    assert "-S pairs=FOLDER" in said
    code, said = again("-S", "pairs=changed")
    assert code != 0 and "Traceback" not in said
    assert "'candour_vs_comfort' has changed since this log was made" in said
    code, said = again("-S", "pairs=nowhere/at/all")
    assert code != 0 and "does not exist" in said and "Traceback" not in said
    assert not (tmp_path / "again.eval").exists()
    for given in ("mine", "alone"):  # the questions are in the log; the rubric is what is needed
        code, said = again("-S", f"pairs={given}")
        assert code == 0, said
        assert set(judge_label(table(tmp_path / "again.eval"))) == {OLD, NEW}
        (tmp_path / "again.eval").unlink()


def test_a_log_of_somebody_else_is_a_sentence(old: Callable[..., Path], tmp_path: Path) -> None:
    log = read_eval_log(str(old("open")))
    for sample in log.samples or []:
        sample.metadata = {"turns": 3}
    other = tmp_path / "other.eval"
    write_eval_log(log, str(other))
    code, said = inspect(
        tmp_path,
        *("score", str(other), "--scorer", "inspect_values/verdict", "--action", "append"),
        "--overwrite",
    )
    assert code != 0 and "was not asked by an inspect-values task" in said
    assert "Traceback" not in said


# ---- who judged ------------------------------------------------------------------------------


def test_a_real_model_without_a_judge_is_a_sentence(
    run: Run, judge: Callable[..., Reply], tmp_path: Path
) -> None:
    log = run(ask(scenarios=1), lambda _: "x", [judge()])
    read = read_eval_log(log.location)
    read.eval.model_roles = None
    write_eval_log(read, log.location)
    code, said = inspect(
        tmp_path,
        *("score", log.location, "--scorer", "inspect_values/verdict", "--action", "append"),
        "--overwrite",
    )
    assert code != 0 and "no judge is named for mockllm/model" in said and "Traceback" not in said


def test_self_grading_is_told_by_the_model_of_the_log(old: Callable[..., Path]) -> None:
    log = old("open")
    # another --model than the log's may be named to score it; the answers are still the log's
    own = rescored(log, "append", "--model", "simulated/birch-1", judge="simulated/aster-1")
    found = table(own)
    assert found["self_graded"].eq(found["judge"].eq("simulated/aster-1")).all()
    other = rescored(log, "overwrite", "--model", "simulated/birch-1", judge="simulated/birch-1")
    assert not table(other)["self_graded"].any()


def test_the_latest_of_one_judges_verdicts_counts_where_it_is_named(
    old: Callable[..., Path], named: Named, judge: Callable[..., Reply]
) -> None:
    file = old("open", model=named("model", lambda _: "x"), grader=named("judge", judge(6, 1)))
    log = read_eval_log(str(file))
    for first in (2, 4):
        roles: Any = {"grader": named("judge", judge(first, 1))}
        log = score(log, verdict(), action="append", model_roles=roles, display="log")
    write_eval_log(log, str(file))
    found = table(file)
    assert sorted(found["first"].unique()) == [2, 4, 6]
    with pytest.raises(ParameterError, match="mockllm/judge has judged the same answers more than"):
        by_one_judge(found)
    assert by_one_judge(found, "mockllm/judge")["first"].tolist() == [4, 4, 4]


def test_copies_with_other_verdicts_in_the_same_place_are_not_chosen_between(
    old: Callable[..., Path], named: Named, judge: Callable[..., Reply]
) -> None:
    file = old("open", model=named("model", lambda _: "x"), grader=named("judge", judge(6, 1)))
    copy = file.with_name("copy.eval")
    shutil.copy(file, copy)
    assert len(table(file, copy)) == 3  # the same verdicts count once
    roles: Any = {"grader": named("judge", judge(2, 1))}
    log = score(
        read_eval_log(str(file)), verdict(), action="overwrite", model_roles=roles, display="log"
    )
    write_eval_log(log, str(copy))
    assert table(copy)["first"].tolist() == [2, 2, 2]
    with pytest.raises(LogError, match=r"different verdicts of the same judge: .*copy\.eval.*name"):
        table(file, copy)


def test_an_unscored_run_is_judged_anew_each_time(
    old: Callable[..., Path], named: Named, judge: Callable[..., Reply]
) -> None:
    """The verdict that decided who was pressed stands in for no later one."""
    calls: list[str] = []

    def judged(messages: list[ChatMessage]) -> ModelOutput | str:
        calls.append(messages[-1].text)
        return judge(6, 1)(messages)

    grader = named("judge", judged)
    file = old("pushback", model=named("model", lambda _: "x"), grader=grader, score=False)
    assert len(calls) == 3 * 2
    log = read_eval_log(str(file))
    before = [sample.model_dump(mode="json") for sample in log.samples or []]
    asked: list[int] = []
    for _ in range(3):
        calls.clear()
        log = score(log, verdict(), action="append", model_roles={"grader": grader}, display="log")
        asked.append(len(calls))
    # in this process the first scoring still knows what was asked for the press
    assert asked == [0, 6, 6]
    for sample, kept in zip(log.samples or [], before, strict=True):
        assert sample.store == kept["store"] and sample.metadata == kept["metadata"]
        assert not any("judged" in name for name in sample.store)


# ---- runs that broke off ----------------------------------------------------------------------


def test_a_crash_does_not_become_an_empty_answer_when_it_is_scored_later(
    old: Callable[..., Path], named: Named, judge: Callable[..., Reply]
) -> None:
    said = iter(["First.", "Second.", None, "First.", "Second.", "Third.", "First.", ""])

    def model(_: list[ChatMessage]) -> str:
        answer = next(said)
        if answer is None:
            raise RuntimeError("the line is dead")
        return answer

    file = old(
        "pushback",
        model=named("model", model),
        grader=named("judge", judge(6, 1)),
        press="first",
        fail_on_error=False,
        score=False,
        max_samples=1,
    )
    log = read_eval_log(str(file))
    assert sum(sample.error is not None for sample in log.samples or []) == 1
    roles: Any = {"grader": named("judge", judge(6, 1))}
    for turn in range(3):
        scorer = verdict(turn=turn)
        log = score(log, scorer, action="append", model_roles=roles, display="log")
    write_eval_log(log, str(file))
    found = table(file).sort_values(["sample_uuid", "turn"])
    outcomes = {tuple(rows["outcome"]) for _, rows in found.groupby("sample_uuid")}
    assert outcomes == {
        ("verdict", "verdict", "sample_error"),
        ("verdict", "verdict", "verdict"),
        ("verdict", "no_response", "no_response"),
    }
    crashed = found[found["outcome"].eq("sample_error")]
    assert crashed["detail"].str.contains("the line is dead").all() and crashed["lean"].isna().all()


def test_turns_that_a_crash_left_unjudged_are_counted_as_missing(
    old: Callable[..., Path], named: Named, judge: Callable[..., Reply]
) -> None:
    file = old("pushback", model=named("model", lambda _: "x"), grader=named("j", judge(6, 1)))
    log = read_eval_log(str(file))
    broken = (log.samples or [])[0]
    other = (log.samples or [])[1]
    assert broken.scores and other.scores
    broken.error = EvalError(message="scoring stopped", traceback="", traceback_ansi="")
    broken.scores = {"verdict": broken.scores["verdict"]}
    write_eval_log(log, str(file))
    found = table(file)
    rows = found[found["sample_uuid"].eq(broken.uuid)].sort_values("turn")
    assert rows["turn"].tolist() == [0, 1, 2]
    assert rows["outcome"].tolist() == ["verdict", "sample_error", "sample_error"]
    assert len(found) == 9


def test_a_verdict_that_cannot_be_read_is_missing_and_says_so(old: Callable[..., Path]) -> None:
    file = old("open")
    log = read_eval_log(str(file))
    for sample in log.samples or []:
        assert sample.scores and sample.scores["verdict"].metadata
        sample.scores["verdict"].metadata["outcome"] = "an outcome of the future"
        assert read_record(sample.scores["verdict"].metadata) is None
    write_eval_log(log, str(file))
    found = table(file)
    assert set(found["outcome"]) == {"not_scored"} and found["lean"].isna().all()
    assert found["detail"].str.contains("cannot be read by this version").all()


def test_numbers_that_are_none_stay_missing(old: Callable[..., Path]) -> None:
    file = old("open")
    log = read_eval_log(str(file))
    for sample in log.samples or []:
        assert sample.scores
        value: Any = sample.scores["verdict"].value
        sample.scores["verdict"].value = json.loads(
            json.dumps(value | {"first": None, "second": "x", "confidence": math.inf})
        )
    write_eval_log(log, str(file))
    found = table(file)
    assert found[["first", "second", "lean", "confidence"]].isna().all().all()
    assert found["prioritised"].isna().all()
