"""How answers are judged: panels, cascades, rubrics, and what becomes of judges that fail."""

import itertools
import json
import math
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pandas as pd
import pytest
from inspect_ai.log import EvalLog, EvalSample, read_eval_log_sample_summaries
from inspect_ai.model import (
    ChatMessage,
    GenerateConfig,
    Model,
    ModelFallback,
    ModelOutput,
)

from inspect_values._registry import PAIR_TASKS
from inspect_values.analysis.models import ModelIdentity
from inspect_values.analysis.table import by_one_judge, judge_label, verdict_table
from inspect_values.errors import ParameterError
from inspect_values.evaluation.judging.combine import combine
from inspect_values.evaluation.judging.prompt import Exchange, ladder_first, positions_prompt
from inspect_values.evaluation.judging.settings import Judging
from inspect_values.evaluation.launch import PrerequisiteError
from inspect_values.evaluation.roles import judge_name
from inspect_values.evaluation.scorers.verdict import verdict as verdict_scorer
from inspect_values.plugins.catalog import evaluation_catalog
from inspect_values.record import Member, Record, numbers, read_record
from inspect_values.verdict import Outcome, ResponseClass, Stance

Reply = Callable[[list[ChatMessage]], ModelOutput | str]
Named = Callable[..., Model]
Run = Callable[..., EvalLog]
JudgeReply = Callable[..., Reply]
ask = PAIR_TASKS["fairness_vs_efficiency"]
PAIR = evaluation_catalog().pair("fairness_vs_efficiency")
NO, YES = ResponseClass.COMPLETE_REJECTION, ResponseClass.FULL_COMPLIANCE


class Labs:
    def lab_of(self, model: str) -> ModelIdentity:
        return ModelIdentity(f"lab of {model}", "", False)


def samples(log: EvalLog) -> list[EvalSample]:
    assert log.status == "success", log.error
    assert log.samples
    return log.samples


def record(sample: EvalSample, name: str = "verdict") -> Record:
    found = read_record((sample.scores or {})[name].metadata)
    assert found is not None
    return found


def value(sample: EvalSample, name: str = "verdict") -> dict[str, float]:
    return numbers((sample.scores or {})[name].value)


def reason(sample: EvalSample, name: str = "verdict") -> str | None:
    return (sample.scores or {})[name].reason


def table_of(folder: Path) -> pd.DataFrame:
    return verdict_table([folder / "logs"], Labs())


def only(table: pd.DataFrame, judge: str) -> pd.DataFrame:
    return table[table["judge"].eq(judge)]


def answers(prefix: str = "Answer") -> Reply:
    """A model whose answers tell each other apart."""
    number = itertools.count()
    return lambda _: f"{prefix} {next(number)}."


def counting(reply: Reply, calls: list[str]) -> Reply:
    """The same reply, with a note of what was asked."""

    def counted(messages: list[ChatMessage]) -> ModelOutput | str:
        calls.append("\n\n".join(message.text for message in messages))
        return reply(messages)

    return counted


def outright(
    first: str | None, confidence: float = 0.9, response: str = "full_compliance"
) -> Reply:
    """A judge of the binary rubric; without a value it says nothing that can be read."""

    def reply(messages: list[ChatMessage]) -> str:
        prompt = messages[-1].text
        nonce = re.findall(r"The fence is (\w{16})\.", prompt)[-1]
        body: dict[str, Any] = {"fence": nonce, "reasons": "Because."}
        if '"first"' in prompt:
            body |= {"first": first, "confidence": confidence}
        else:
            body |= {"response_class": response}
        return json.dumps(body)

    return reply


# ---- combining, without a run ----------------------------------------------------------------


def member(first: int | None, second: int | None, **more: Any) -> Member:
    return Member(judge="j", first=first, second=second, **more)


def test_a_panel_takes_medians_and_majorities() -> None:
    found = combine(
        [
            member(6, 0, confidence=0.9, response_class=NO, stance=Stance.NEUTRAL),
            member(1, 2, confidence=0.6, response_class=NO, stance=Stance.NEUTRAL),
            member(4, 5, confidence=0.3, response_class=YES, stance=Stance.NONE),
        ]
    )
    assert (found.first, found.second, found.outcome) == (4, 2, Outcome.VERDICT)
    assert found.confidence == pytest.approx(0.6)
    assert (found.response_class, found.stance) == (NO, Stance.NEUTRAL)


@pytest.mark.parametrize(
    ("placed", "size", "outcome"),
    [(1, 1, "verdict"), (1, 2, "grader_failed"), (2, 3, "verdict"), (2, 4, "grader_failed")],
)
def test_positions_count_where_more_than_half_of_the_panel_gave_them(
    placed: int, size: int, outcome: str
) -> None:
    found = combine([member(5, 1)] * placed + [member(None, None)] * (size - placed))
    assert found.outcome == outcome
    assert math.isnan(found.first) == (outcome != "verdict")


@pytest.mark.parametrize(
    ("votes", "chosen", "outcome"),
    [
        (["first", "first", "second"], "first", "verdict"),
        (["first", "second", "neither"], None, "no_majority"),
        (["first", "second"], None, "no_majority"),
        (["both", "both", "both", "neither"], "both", "verdict"),
        (["first", "first", "second", "second"], None, "no_majority"),
        (["first", "first", None], "first", "verdict"),
        (["first", "second", None], None, "no_majority"),
        (["first", None, None], None, "grader_failed"),
        ([None, None], None, "grader_failed"),
    ],
)
def test_what_was_chosen_outright_needs_more_than_half_of_the_panel(
    votes: list[Any], chosen: str | None, outcome: str
) -> None:
    panel = [Member(judge="j", chosen=vote, confidence=0.8 if vote else None) for vote in votes]
    found = combine(panel)
    assert (found.chosen, found.outcome) == (chosen, outcome)
    # no confidence in what was not concluded
    assert math.isnan(found.confidence) == (chosen is None)
    assert math.isnan(found.lean) == (chosen is None)


def test_the_last_judge_of_a_cascade_decides_what_it_said() -> None:
    first, last = member(6, 0, response_class=NO), member(2, 3, response_class=YES)
    assert combine([first, last], "cascade").first == 2
    assert combine([first, last], "cascade").response_class is YES
    # its two calls fail each by itself
    no_class = combine([first, member(2, 3)], "cascade")
    assert (no_class.first, no_class.response_class) == (2, NO)
    no_positions = combine([first, member(None, None, response_class=YES)], "cascade")
    assert (no_positions.first, no_positions.response_class) == (6, YES)
    nothing = combine([member(None, None), member(None, None)], "cascade")
    assert (nothing.outcome, nothing.response_outcome) == ("grader_failed", "grader_failed")


# ---- panels ---------------------------------------------------------------------------------


def test_each_judge_of_a_panel_is_kept_in_the_log_and_the_table(
    run_roles: Run, named: Named, judge: JudgeReply, tmp_path: Path
) -> None:
    panel: Any = [
        named("low", judge(1, 4, "soft_rejection_with_alternatives")),
        named("mid", judge(3, 3)),
        named("high", judge(6, 0)),
        named("lost", lambda _: "no verdict"),
    ]
    log = run_roles(ask(scenarios=2), named("model", answers()), {"grader": panel})
    panel_name = "panel(mockllm/low, mockllm/mid, mockllm/high, mockllm/lost)"
    for sample in samples(log):
        found = record(sample)
        assert found.judge == panel_name
        assert [m.judge for m in found.members] == [str(model) for model in panel]
        assert [m.first for m in found.members] == [1, 3, 6, None]
        assert "no JSON object" in found.members[3].problem
        assert "mockllm/lost: the judge's reply" in found.detail
        assert value(sample)["first"] == 3
    table = table_of(tmp_path)
    assert len(table) == 2 * 5
    assert set(judge_label(table)) == {panel_name, *(str(model) for model in panel)}
    low = only(table, "mockllm/low")
    assert low["first"].tolist() == [1, 1] and low["refused"].tolist() == [1, 1]
    assert set(low["prioritised"]) == {"efficiency"} and set(low["outcome"]) == {"verdict"}
    lost = only(table, "mockllm/lost")
    assert lost["lean"].isna().all() and set(lost["outcome"]) == {"grader_failed"}
    assert lost["detail"].str.contains("no JSON object").all()
    combined = only(table, panel_name)
    assert combined["member"].isna().all() and combined["detail"].str.contains("lost").all()
    assert combined["judge_lab"].isna().all()
    assert set(low["judge_lab"]) == {"lab of mockllm/low"}


def test_of_a_panel_the_combined_verdict_counts_unless_a_judge_is_named(
    run_roles: Run, named: Named, judge: JudgeReply, tmp_path: Path
) -> None:
    panel: Any = [named("low", judge(0, 6)), named("high", judge(6, 0)), named("top", judge(6, 1))]
    model = named("high", answers())  # one of the judges is the model itself
    samples(run_roles(ask(scenarios=3), model, {"grader": panel}))
    table = table_of(tmp_path)
    assert by_one_judge(table)["lean"].unique().tolist() == pytest.approx([5 / 6])
    low = by_one_judge(table, "mockllm/low")
    assert low["lean"].tolist() == [-1, -1, -1] and not low["self_graded"].any()
    assert by_one_judge(table, "mockllm/high")["self_graded"].all()
    assert by_one_judge(table)["self_graded"].all()
    with pytest.raises(ParameterError, match=r"judge 'mockllm/lo' is not known.*'mockllm/low'"):
        by_one_judge(table, "mockllm/lo")


def test_the_name_of_a_long_panel_stays_whole_in_summaries(named: Named) -> None:
    panels = [
        [named(f"a-judge-with-quite-a-long-name-{n}-{last}", lambda _: "") for n in range(40)]
        for last in "ab"
    ]
    names = [judge_name(panel) for panel in panels]
    assert all(len(name) <= 1000 and name.endswith(")") for name in names)
    assert "40 judges" in names[0] and names[0] != names[1]


def test_long_troubles_of_judges_are_cut_and_never_lost(
    run_roles: Run, named: Named, judge: JudgeReply, tmp_path: Path
) -> None:
    def troubled(messages: list[ChatMessage]) -> str:
        raise RuntimeError('{"error": {"message": "' + '\\"\n\t\x00' * 400 + "界" * 400)

    panel: Any = [named("well", judge(5, 1)), named("ill", troubled), named("fine", judge(5, 1))]
    log = run_roles(ask(scenarios=2), named("model", answers()), {"grader": panel})
    for summary in read_eval_log_sample_summaries(log.location):
        kept = read_record((summary.scores or {})["verdict"].metadata)
        assert kept is not None
        assert [m.judge for m in kept.members] == ["mockllm/well", "mockllm/ill", "mockllm/fine"]
        assert kept.members[1].problem.startswith("the call failed: RuntimeError")
    table = table_of(tmp_path)
    assert set(only(table, "mockllm/ill")["outcome"]) == {"grader_failed"}
    assert len(by_one_judge(table)) == 2 and by_one_judge(table)["lean"].notna().all()


def test_a_part_of_the_log_that_cannot_be_read_does_not_lose_the_verdict() -> None:
    kept = Record(judge="panel(a, b)", members=(member(5, 1), member(5, 1))).metadata()
    found = read_record(kept | {"member_2": "..."})
    assert found is not None
    assert [m.first for m in found.members] == [5, None]
    assert "cannot be read" in found.members[1].problem


# ---- cascades -------------------------------------------------------------------------------


def unsure(first: int, second: int, confidence: float) -> Callable[..., None]:
    def change(_answer: str, body: dict[str, Any], _nonce: str) -> None:
        if "positions" in body:
            names = list(body["positions"])
            body |= {"confidence": confidence}
            body["positions"] = dict(zip(names, (first, second), strict=True))

    return change


@pytest.mark.parametrize(
    ("first", "second", "confidence", "asked"),
    [
        (6, 1, 0.9, False),
        (6, 1, 0.8, False),
        (6, 1, 0.79, True),
        (0, 5, 0.9, False),
        # one step on one ladder would change which value is prioritised
        (4, 2, 0.9, True),
        (2, 4, 0.9, True),
        (4, 3, 0.9, True),
        (5, 2, 0.9, False),
        (4, 4, 0.9, False),
    ],
)
def test_the_second_judge_is_asked_where_the_first_is_unsure_or_at_the_edge(
    run_roles: Run,
    named: Named,
    judge: JudgeReply,
    first: int,
    second: int,
    confidence: float,
    asked: bool,
) -> None:
    calls: dict[str, list[str]] = {"cheap": [], "dear": []}
    cheap = counting(judge(change=unsure(first, second, confidence)), calls["cheap"])
    dear = counting(judge(0, 6, "complete_rejection"), calls["dear"])
    roles: Any = {"grader": [named("cheap", cheap), named("dear", dear)]}
    log = run_roles(ask(scenarios=2, judging="cascade"), named("model", answers()), roles)
    assert (len(calls["cheap"]), len(calls["dear"])) == (4, 4 if asked else 0)
    for sample in samples(log):
        found = record(sample)
        assert found.judge == "cascade(mockllm/cheap, mockllm/dear)"
        assert [m.judge for m in found.members] == [
            "mockllm/cheap",
            *(["mockllm/dear"] if asked else []),
        ]
        assert value(sample)["first"] == (0 if asked else first)
        assert value(sample)["refused"] == (1 if asked else 0)
        assert found.calls == (4 if asked else 2)


def test_the_edge_of_a_cascade_follows_the_threshold(
    run_roles: Run, named: Named, judge: JudgeReply
) -> None:
    calls: list[str] = []
    for threshold, asked in ((2, 0), (4, 4)):
        calls.clear()
        cheap = judge(change=unsure(5, 2, 0.9))
        roles: Any = {"grader": [named("cheap", cheap), named("dear", counting(judge(), calls))]}
        task = ask(scenarios=2, judging="cascade", threshold=threshold)
        samples(run_roles(task, named("model", answers()), roles))
        assert len(calls) == asked


def test_a_cascade_goes_on_where_a_judge_fails_and_stops_at_the_first_that_is_sure(
    run_roles: Run, named: Named, judge: JudgeReply, tmp_path: Path
) -> None:
    last: list[str] = []
    roles: Any = {
        "grader": [
            named("lost", lambda _: "no verdict"),
            named("sure", judge(change=unsure(6, 0, 1.0))),
            named("never", counting(judge(), last)),
        ]
    }
    log = run_roles(ask(scenarios=2, judging="cascade"), named("model", answers()), roles)
    for sample in samples(log):
        assert [m.judge for m in record(sample).members] == ["mockllm/lost", "mockllm/sure"]
        assert value(sample)["lean"] == 1
        assert "mockllm/lost" in record(sample).detail
    assert last == []
    table = table_of(tmp_path)
    assert len(only(table, "mockllm/never")) == 0 and len(only(table, "mockllm/sure")) == 2
    chosen = by_one_judge(table)
    assert set(chosen["judge"]) == {"cascade(mockllm/lost, mockllm/sure, mockllm/never)"}


def test_the_binary_rubric_has_no_edge(run_roles: Run, named: Named) -> None:
    calls: list[str] = []
    roles: Any = {
        "grader": [
            named("cheap", outright("neither", 0.9)),
            named("dear", counting(outright("fairness"), calls)),
        ]
    }
    task = ask(scenarios=2, judging="cascade", rubric="binary")
    log = run_roles(task, named("model", answers()), roles)
    assert calls == [] and [value(s)["lean"] for s in samples(log)] == [0, 0]


# ---- the binary rubric ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "lean", "label"),
    [
        ("fairness", 1, "fairness"),
        ("efficiency", -1, "efficiency"),
        ("both", 0, "both"),
        ("neither", 0, "neither"),
    ],
)
def test_the_binary_rubric_asks_which_value_comes_first(
    run_roles: Run, named: Named, tmp_path: Path, said: str, lean: float, label: str
) -> None:
    calls: list[str] = []
    roles = {"grader": named("judge", counting(outright(said, 0.7), calls))}
    log = run_roles(ask(scenarios=3, rubric="binary"), named("model", answers()), roles)
    for sample in samples(log):
        assert value(sample)["lean"] == lean and value(sample)["confidence"] == 0.7
        assert math.isnan(value(sample)["first"]) and math.isnan(value(sample)["second"])
        assert (sample.scores or {})["prioritised"].value == label
        assert record(sample).rubric == "binary"
    assert len(calls) == 6
    assert not any("0 opposes" in call for call in calls)
    table = table_of(tmp_path)
    assert set(table["prioritised"]) == {label} and table["lean"].tolist() == [lean] * 3
    assert set(judge_label(table)) == {"mockllm/judge (binary)"}


def test_the_order_of_the_two_values_is_fixed_by_the_scenario(run_roles: Run, named: Named) -> None:
    calls: list[str] = []
    roles = {"grader": named("judge", counting(outright("both"), calls))}
    task = ask(scenarios=16, rubric="binary", response="rules")
    log = run_roles(task, named("model", answers("x")), roles, epochs=2)
    orders: dict[str, set[str]] = {}
    prompts = {re.findall(r"\nx \d+\.\n", call)[0].strip(): call for call in calls}
    for sample in samples(log):
        call = prompts[sample.output.completion]
        shown = "first" if call.index("- fairness:") < call.index("- efficiency:") else "second"
        assert shown == record(sample).ladders
        asked = re.findall(r'"first": "(\w+), (\w+), both or neither"', call)[0]
        assert asked == (
            ("fairness", "efficiency") if shown == "first" else ("efficiency", "fairness")
        )
        orders.setdefault(sample.metadata["scenario"], set()).add(shown)
    assert all(len(found) == 1 for found in orders.values())
    assert Counter(next(iter(found)) for found in orders.values()).keys() == {"first", "second"}


def test_judges_without_a_majority_are_an_outcome_of_their_own(
    run_roles: Run, named: Named, tmp_path: Path
) -> None:
    panel: Any = [
        named("one", outright("fairness")),
        named("two", outright("efficiency", response="complete_rejection")),
        named("three", outright("neither")),
    ]
    roles = {"grader": panel}
    log = run_roles(ask(scenarios=2, rubric="binary"), named("model", answers()), roles)
    for sample in samples(log):
        assert reason(sample) == reason(sample, "prioritised") == "no_majority"
        assert math.isnan(value(sample)["lean"]) and math.isnan(value(sample)["confidence"])
        assert value(sample)["refused"] == 0  # of the response there is a majority
        assert "No verdict: no majority" in str((sample.scores or {})["verdict"].explanation)
    table = by_one_judge(table_of(tmp_path))
    assert set(table["outcome"]) == {"no_majority"} and table["lean"].isna().all()
    assert table["refused"].tolist() == [0, 0]
    one = by_one_judge(table_of(tmp_path), "mockllm/one (binary)")
    assert one["lean"].tolist() == [1, 1]


@pytest.mark.parametrize("said", ["Fairness", "first", "", "fairness, efficiency", None, 1])
def test_a_value_that_is_none_of_the_four_is_no_verdict(
    run_roles: Run, named: Named, said: Any
) -> None:
    roles = {"grader": named("judge", outright(said))}
    log = run_roles(ask(scenarios=1, rubric="binary"), named("model", answers()), roles)
    (sample,) = samples(log)
    assert reason(sample) == "grader_failed" and "wrong at 'first'" in record(sample).detail


# ---- wordings and ladders ---------------------------------------------------------------------


def test_three_wordings_say_the_same_of_the_same_ladders(
    run_roles: Run, named: Named, judge: JudgeReply, tmp_path: Path
) -> None:
    prompts: dict[int, str] = {}
    for wording in (1, 2, 3):
        calls: list[str] = []
        roles = {"grader": named(f"judge-{wording}", counting(judge(5, 1), calls))}
        task = ask(scenarios=1, wording=wording, response="rules")
        log = run_roles(task, named("model", lambda _: "x"), roles)
        (sample,) = samples(log)
        assert record(sample).rubric == ("fixed" if wording == 1 else f"fixed-{wording}")
        (prompts[wording],) = calls
    cut = {wording: text.partition("\n\n") for wording, text in prompts.items()}
    assert len({start for start, _, _ in cut.values()}) == 3
    assert len({rest for _, _, rest in cut.values()}) == 1
    assert all("0" in start and "6" in start for start, _, _ in cut.values())
    assert {"mockllm/judge-2 (fixed-2)"} < set(judge_label(table_of(tmp_path)))


def test_a_wording_that_the_rubric_does_not_have_is_refused() -> None:
    for build in (ask, verdict_scorer):
        with pytest.raises(PrerequisiteError, match="rubric=binary, which has one wording"):
            build(rubric="binary", wording=2)


@pytest.mark.parametrize("ladders", ["first", "second", "by_scenario"])
def test_whose_ladder_stands_first_is_chosen_and_recorded(
    run_roles: Run, named: Named, judge: JudgeReply, ladders: str
) -> None:
    calls: list[str] = []
    roles = {"grader": named("judge", counting(judge(6, 2), calls))}
    task = ask(scenarios=12, ladders=ladders, response="rules")
    log = run_roles(task, named("model", answers()), roles)
    seen: Counter[str] = Counter()
    prompts = {re.findall(r"\nAnswer \d+\.\n", call)[0].strip(): call for call in calls}
    for sample in samples(log):
        call = prompts[sample.output.completion]
        first = call.index("## Fairness (fairness)") < call.index("## Efficiency (efficiency)")
        assert record(sample).ladders == ("first" if first else "second")
        assert record(sample).ladders == ladder_first(sample.metadata["scenario"], ladders)
        # whatever stands first, positions are read by name
        assert (value(sample)["first"], value(sample)["second"]) == (6, 2)
        seen[record(sample).ladders] += 1
    assert set(seen) == ({"first", "second"} if ladders == "by_scenario" else {ladders})


# ---- rubrics written for a scenario -------------------------------------------------------------


def writer(calls: list[str], word: str = "Step", spoil: Any = None) -> Reply:
    """A model that writes two ladders; `spoil` changes the first."""

    def reply(messages: list[ChatMessage]) -> str:
        prompt = messages[-1].text
        calls.append(prompt)
        number = re.findall(r"This is rubric number (\d)", prompt)[0]
        ladder = [f"{word} {number}.{n} of the first." for n in range(7)]
        body = {
            "fence": re.findall(r"The fence is (\w{16})\.", prompt)[-1],
            "reasons": "So.",
            "first_ladder": spoil(ladder) if spoil else ladder,
            "second_ladder": [f"{word} {number}.{n} of\nthe  second." for n in range(7)],
        }
        return json.dumps(body)

    return reply


def test_a_rubric_is_written_once_a_scenario_and_judged_by_everywhere(
    run_roles: Run, named: Named, judge: JudgeReply, tmp_path: Path
) -> None:
    written: list[str] = []
    asked: list[str] = []
    roles: Any = {
        "rubric_writer": named("writer", writer(written)),
        "grader": [named("one", counting(judge(5, 1), asked)), named("two", judge(6, 1))],
    }
    task = ask(scenarios=2, rubric="scenario", elicitation="pushback", turns=1, press="first")
    log = run_roles(task, named("model", answers()), roles, epochs=2)
    for sample in samples(log):
        assert record(sample).rubric == record(sample, "verdict1").rubric == "scenario"
        assert value(sample)["first"] == 5.5
    calls = [record(s, name).calls for s in samples(log) for name in ("verdict", "verdict1")]
    assert sorted(calls) == [4] * 6 + [5] * 2  # who waited for a rubric did not pay for it
    # two queries; epochs, turns and judges share what was written for each
    assert len(written) == len(set(written)) == 2
    placed = [call for call in asked if '"positions"' in call]
    assert len(placed) == 2 * 2 * 2
    assert all("3. Step 1.3 of the first." in call for call in placed)
    assert all("5. Step 1.5 of the second." in call for call in placed)
    assert not any(PAIR.first_ladder[3] in call for call in asked)
    assert set(judge_label(table_of(tmp_path))) >= {"mockllm/one (scenario)"}


def test_the_wording_of_a_written_rubric_is_which_time_it_was_written(
    run_roles: Run, named: Named, judge: JudgeReply
) -> None:
    written: list[str] = []
    asked: dict[int, list[str]] = {1: [], 2: []}
    for number in (1, 2):
        roles: Any = {
            "rubric_writer": named("writer", writer(written)),
            "grader": named("judge", counting(judge(5, 1), asked[number])),
        }
        task = ask(scenarios=1, rubric="scenario", wording=number, response="rules")
        log = run_roles(task, named("model", lambda _: "x"), roles)
        (sample,) = samples(log)
        assert record(sample).rubric == ("scenario" if number == 1 else "scenario-2")
    first, second = asked[1][0], asked[2][0]
    assert "3. Step 1.3" in first and "3. Step 2.3" in second
    # only the ladders differ: the instructions are the same
    assert first.partition("\n\n")[0] == second.partition("\n\n")[0]
    assert len(written) == 2 and "rubric number 2" in written[1]


def test_without_a_writer_the_first_judge_writes(
    run_roles: Run, named: Named, judge: JudgeReply
) -> None:
    written: list[str] = []
    write, place = writer(written, "Mine"), judge(5, 1)

    def both(messages: list[ChatMessage]) -> ModelOutput | str:
        return (write if '"first_ladder"' in messages[-1].text else place)(messages)

    roles: Any = {"grader": [named("one", both), named("two", judge(5, 1))]}
    log = run_roles(ask(scenarios=1, rubric="scenario"), named("model", answers()), roles)
    assert len(written) == 1 and value(samples(log)[0])["first"] == 5


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda ladder: ladder[:6], "wrong at 'first_ladder'"),
        (lambda ladder: [*ladder, "An eighth."], "wrong at 'first_ladder'"),
        (lambda ladder: [*ladder[:6], ladder[0]], "two anchors"),
        (lambda ladder: ["", *ladder[1:]], "cannot be used"),
        (lambda ladder: " ".join(ladder), "wrong at 'first_ladder'"),
        (lambda ladder: [*ladder[:6], 7], "wrong at 'first_ladder"),
        (lambda ladder: None, "wrong at 'first_ladder'"),
    ],
)
def test_ladders_that_are_none_cost_the_positions_and_nothing_else(
    run_roles: Run, named: Named, judge: JudgeReply, tmp_path: Path, spoil: Any, said: str
) -> None:
    asked: list[str] = []
    roles: Any = {
        "rubric_writer": named("writer", writer([], spoil=spoil)),
        "grader": named("judge", counting(judge(5, 1, "complete_rejection"), asked)),
    }
    log = run_roles(ask(scenarios=2, rubric="scenario"), named("model", answers()), roles)
    for sample in samples(log):
        assert reason(sample) == "grader_failed"
        assert "no rubric was written" in record(sample).detail and said in record(sample).detail
        assert value(sample)["refused"] == 1  # what the answer does needs no ladders
        assert math.isnan(value(sample)["lean"]) and record(sample).calls == 2
    assert len(asked) == 2 and not any('"positions"' in call for call in asked)
    assert set(table_of(tmp_path)["outcome"]) == {"grader_failed"}


@pytest.mark.parametrize("said", ["I'd rather not.", "raises"])
def test_a_writer_that_says_nothing_usable_is_a_reason(
    run_roles: Run, named: Named, judge: JudgeReply, said: str
) -> None:
    def reply(_: list[ChatMessage]) -> str:
        if said == "raises":
            raise RuntimeError("no paper")
        return said

    roles: Any = {"rubric_writer": named("writer", reply), "grader": named("judge", judge(5, 1))}
    log = run_roles(ask(scenarios=1, rubric="scenario"), named("model", answers()), roles)
    (sample,) = samples(log)
    assert reason(sample) == "grader_failed" and value(sample)["refused"] == 0
    assert ("no paper" if said == "raises" else "no JSON object") in record(sample).detail


# ---- stance, and refusals by rules --------------------------------------------------------------


def test_the_stance_is_asked_in_the_call_for_the_response_and_kept(
    run_roles: Run, named: Named, judge: JudgeReply, tmp_path: Path
) -> None:
    def change(_answer: str, body: dict[str, Any], _nonce: str) -> None:
        if "response_class" in body:
            body |= {"stance": "mild_resistance"}

    calls: list[str] = []
    roles = {"grader": named("judge", counting(judge(5, 1, change=change), calls))}
    log = run_roles(ask(scenarios=2, stance=True), named("model", answers()), roles)
    for sample in samples(log):
        assert (sample.scores or {})["stance"].value == "mild_resistance"
        assert (sample.scores or {})["response"].value == "full_compliance"
    assert len(calls) == 4
    assert set(table_of(tmp_path)["stance"]) == {"mild_resistance"}


def test_without_a_stance_the_call_for_the_response_fails_and_the_positions_stay(
    run_roles: Run, named: Named, judge: JudgeReply
) -> None:
    roles = {"grader": named("judge", judge(5, 1))}
    log = run_roles(ask(scenarios=2, stance=True), named("model", answers()), roles)
    for sample in samples(log):
        assert reason(sample, "stance") == reason(sample, "response") == "grader_failed"
        assert value(sample)["first"] == 5 and reason(sample) is None
        assert "wrong at 'stance'" in record(sample).detail


def test_rules_tell_refusals_without_a_call(
    run_roles: Run, named: Named, judge: JudgeReply, tmp_path: Path
) -> None:
    said = itertools.cycle(["I can't help with that request.", "Sure, here is how I would do it."])
    calls: list[str] = []
    panel: Any = [named(name, counting(judge(5, 1), calls)) for name in ("one", "two", "three")]
    log = run_roles(
        ask(scenarios=4, response="rules"), named("model", lambda _: next(said)), {"grader": panel}
    )
    assert len(calls) == 4 * 3 and all('"positions"' in call for call in calls)
    for sample in samples(log):
        refused = "can't help" in sample.output.completion
        assert value(sample)["refused"] == refused
        assert record(sample).response_outcome == "not_scored"
        assert record(sample).detail == "" and record(sample).calls == 3
        assert "response" not in (sample.scores or {})
    table = table_of(tmp_path)
    assert len(table) == 4 * 4
    # nobody was asked for a class, so no judge failed to give one; each row has the rules' word
    assert set(table["response_outcome"]) == {"not_scored"}
    assert table["response_class"].isna().all()
    assert table["refused"].eq(table["refused_rule"].astype(float)).all()
    assert sorted(table["refused"].unique()) == [0, 1]


# ---- judges that fail -------------------------------------------------------------------------


def fallback(prompt: str) -> ModelOutput:
    output = ModelOutput.from_content("mockllm/other", prompt)
    output.fallback = ModelFallback(model="mockllm/judge", fallback_model="mockllm/other")
    return output


def cut_off(text: str) -> ModelOutput:
    return ModelOutput.from_content("mockllm/judge", text[:40], stop_reason="max_tokens")


def blocked(error: str | None) -> ModelOutput:
    output = ModelOutput.from_content("mockllm/judge", "", stop_reason="content_filter")
    output.error = error
    return output


FAILURES: dict[str, tuple[Callable[[str, list[str]], Any], str]] = {
    "nonsense": (lambda good, _: "Five, I should say.", "no JSON object"),
    "nothing": (lambda good, _: "  ", "empty"),
    "refuses": (lambda good, _: "I'm sorry, I can't judge people.", "no JSON object"),
    "raises": (lambda good, _: 1 / 0, "ZeroDivisionError"),
    "blocked": (lambda good, _: blocked(None), "blocked the call"),
    "moderated": (lambda good, _: blocked("policy 7"), "blocked the call: policy 7"),
    "another model": (lambda good, _: fallback(good), "another model, mockllm/other"),
    "cut off": (lambda good, _: cut_off(good), "cut off at its limit of tokens"),
    "another sample": (lambda good, earlier: earlier[0] if earlier else "?", "no JSON object"),
}


@pytest.mark.parametrize("kind", FAILURES)
@pytest.mark.parametrize("elicitation", ["open", "pushback"])
def test_a_judge_that_fails_costs_exactly_its_own_verdicts(
    run_roles: Run, named: Named, judge: JudgeReply, tmp_path: Path, kind: str, elicitation: str
) -> None:
    """Every second answer, and of each only what its judge was asked."""
    fail, said = FAILURES[kind]
    earlier: dict[bool, list[str]] = {True: [], False: []}

    def change(answer: str, body: dict[str, Any], _nonce: str) -> Any:
        good = json.dumps(body)
        asks = "positions" in body
        if int(answer.split()[1].strip(".")) % 2:
            return fail(good, earlier[asks])
        earlier[asks].append(good)
        return None

    def both(change: Any) -> Reply:
        return judge(5, 1, "firm_rejection_with_reasons", change)

    how: dict[str, Any] = {"elicitation": elicitation}
    how |= {"turns": 1, "press": "first"} if elicitation == "pushback" else {}
    roles: Any = {"grader": named("judge", both(change))}
    # no two answers are judged at once: an earlier sample's verdict is there to be given
    log = run_roles(ask(scenarios=6, **how), named("model", answers()), roles, max_samples=1)
    verdicts = 0
    for sample in samples(log):
        for name in [name for name in sample.scores or {} if name.startswith("verdict")]:
            turn = record(sample, name).turn
            text = [m.text for m in sample.messages if m.role == "assistant"][turn]
            failed = int(text.split()[1].strip(".")) % 2 == 1
            assert reason(sample, name) == ("grader_failed" if failed else None)
            found = value(sample, name)
            assert all(math.isnan(x) for x in found.values()) == failed
            assert found["lean"] == pytest.approx(4 / 6, abs=1e-3) or failed
            assert (said in record(sample, name).detail) == failed
            assert "?" not in record(sample, name).judge
            verdicts += 1
    assert verdicts == (6 if elicitation == "open" else 12)
    table = table_of(tmp_path)
    assert len(table) == verdicts
    missing = table["outcome"].eq("grader_failed")
    assert missing.sum() == verdicts / 2
    assert table[missing]["lean"].isna().all() and table[~missing]["lean"].notna().all()
    assert table[missing]["model_returned"].eq("mockllm/model").all()


@pytest.mark.parametrize(
    "config",
    [
        GenerateConfig(attempt_timeout=1, max_retries=0),
        GenerateConfig(attempt_timeout=1, timeout=1),
    ],
    ids=["one attempt", "one second in all"],
)
def test_a_judge_that_takes_too_long_costs_its_own_verdicts(
    run_roles: Run, named: Named, judge: JudgeReply, config: GenerateConfig
) -> None:
    async def slow() -> str:
        await anyio.sleep(600)
        return "too late"

    def change(answer: str, body: dict[str, Any], nonce: str) -> Any:
        return slow() if answer == "Answer 1." else None

    panel: Any = [
        named("quick", judge(6, 1)),
        named("slow", judge(5, 1, change=change), config),
        named("steady", judge(4, 1)),
    ]
    log = run_roles(ask(scenarios=2), named("model", answers()), {"grader": panel})
    for sample in samples(log):
        late = sample.output.completion == "Answer 1."
        assert value(sample)["first"] == 5 and value(sample)["refused"] == 0
        problem = record(sample).members[1].problem
        assert (problem == "") != late
        if late:
            why = "the call failed: AttemptTimeoutError: attempt_timeout '1' exceeded."
            assert problem == f"{why}; {why}"


def test_the_class_of_the_response_fails_by_itself(
    run_roles: Run, named: Named, judge: JudgeReply, tmp_path: Path
) -> None:
    def change(answer: str, body: dict[str, Any], nonce: str) -> Any:
        return None if ("positions" in body) == (answer == "Answer 0.") else "?"

    roles = {"grader": named("judge", judge(5, 1, change=change))}
    log = run_roles(ask(scenarios=2), named("model", answers()), roles)
    for sample in samples(log):
        placed = sample.output.completion == "Answer 0."
        assert math.isnan(value(sample)["refused"]) == placed
        assert math.isnan(value(sample)["lean"]) != placed
        assert record(sample).response_outcome == ("grader_failed" if placed else "verdict")
    table = table_of(tmp_path)
    assert sorted(table["outcome"]) == ["grader_failed", "verdict"]
    assert table["refused"].notna().sum() == table["lean"].notna().sum() == 1


def test_answers_of_invisible_characters_are_none(
    run_roles: Run, named: Named, judge: JudgeReply
) -> None:
    calls: list[str] = []
    said = itertools.cycle(["\u200b\u2060 \ufeff\n", "\u00a0\u3000\u202e", "\U000e0041\x00", "."])
    roles = {"grader": named("judge", counting(judge(), calls))}
    log = run_roles(ask(scenarios=4), named("model", lambda _: next(said)), roles)
    outcomes = Counter(record(sample).outcome.value for sample in samples(log))
    assert outcomes == {"no_response": 3, "verdict": 1}
    assert len(calls) == 2


# ---- what a judge is shown ----------------------------------------------------------------------


def test_a_later_answer_is_judged_with_what_was_said_before_it_and_nothing_after(
    run_roles: Run, named: Named, judge: JudgeReply
) -> None:
    asked: list[str] = []
    roles = {"grader": named("judge", counting(judge(5, 1), asked))}
    task = ask(scenarios=1, elicitation="pushback", press="first", turns=2, response="rules")
    log = run_roles(task, named("model", answers()), roles)
    (sample,) = samples(log)
    users = [m.text for m in sample.messages if m.role == "user"]
    assert len(asked) == 3
    for turn, call in enumerate(asked):
        _, _, material = call.partition("Everything inside a fence")
        assert f">>>\nAnswer {turn}.\n<<<end answer" in material
        for number, text in enumerate(users):
            assert (text in material) == (number <= turn)
            assert (f"Answer {number}." in material) == (number <= turn)


def test_the_settings_of_a_judge_cannot_be_misspelt() -> None:
    with pytest.raises(PrerequisiteError, match="nearest is 'rubric'"):
        verdict_scorer(rubrik="binary")
    for threshold in (0, -1, 7, "abc", True):
        with pytest.raises(PrerequisiteError, match="is not a number above 0 and up to 6"):
            verdict_scorer(threshold=threshold)  # pyright: ignore[reportArgumentType]
    for turn in (-2, "last", 1.5):
        with pytest.raises(PrerequisiteError, match=r"turn=.* is not a whole number from -1 up"):
            verdict_scorer(turn=turn)  # pyright: ignore[reportArgumentType]
    assert Judging(rubric="scenario", wording=3).label == "scenario-3"


def test_the_fixed_part_of_a_prompt_is_the_same_for_every_answer() -> None:
    def system(answer: str) -> str:
        shown = Exchange("same", answer, [("user", f"Question about {answer}?")])
        return positions_prompt(PAIR, shown).messages[0].text

    assert system("one") == system("two")
