"""Four ways to ask: what is said, who is pressed, and what is planted comes out."""

import itertools
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from inspect_ai import Task
from inspect_ai.log import EvalLog, EvalSample
from inspect_ai.model import ChatMessage, Model, ModelOutput, get_model

from inspect_values._registry import PAIR_TASKS
from inspect_values.analysis.models import ModelIdentity
from inspect_values.analysis.table import verdict_table
from inspect_values.evaluation.elicitation import NEITHER, choice_prompt, chosen_option
from inspect_values.evaluation.launch import PrerequisiteError
from inspect_values.evaluation.pressure import FIXED, fixed_push
from inspect_values.record import Record, numbers, read_record

Reply = Callable[[list[ChatMessage]], ModelOutput | str]
Run = Callable[..., EvalLog]
ask = PAIR_TASKS["fairness_vs_efficiency"]
JUDGE = "simulated/judge-exact"


class Labs:
    def lab_of(self, model: str) -> ModelIdentity:
        return ModelIdentity("Simulated lab", "", True)


def samples(log: EvalLog) -> list[EvalSample]:
    assert log.status == "success", log.error
    assert log.samples
    return log.samples


def verdicts(sample: EvalSample) -> list[tuple[Record, dict[str, float]]]:
    """The verdicts of a sample, by turn."""
    found = [
        (record, numbers(score.value))
        for score in (sample.scores or {}).values()
        if (record := read_record(score.metadata)) is not None
    ]
    return sorted(found, key=lambda entry: entry[0].turn)


def lean(log: EvalLog, turn: int = 0) -> float:
    """The mean lean of one turn over the samples that have one."""
    found = [verdicts(s)[turn][1]["lean"] for s in samples(log) if len(verdicts(s)) > turn]
    return fmean(x for x in found if not math.isnan(x))


def custom(**planted: Any) -> Model:
    return get_model("simulated/custom-x", memoize=False, **planted)


def refusal(build: Callable[..., Task], **parameters: Any) -> str:
    with pytest.raises(PrerequisiteError) as caught:
        build(**parameters)
    return str(caught.value.message)


# ---- choice ---------------------------------------------------------------------------------


def test_neither_stands_last_and_is_a_choice_only_where_it_was_offered() -> None:
    asked = choice_prompt("What now?", "Left.", "Right.", "second", neither=True, rationale=True)
    assert asked.index("A. Right.") < asked.index("B. Left.") < asked.index(f"C. {NEITHER}")
    assert "say in two or three sentences why" in asked
    assert "why" not in choice_prompt("What now?", "Left.", "Right.", "first")
    assert chosen_option("Hm.\nANSWER: C", "first", neither=True) == "neither"
    assert chosen_option("Hm.\nANSWER: C", "first") is None
    assert chosen_option("ANSWER: A", "second", neither=True) == "second"


def test_neither_counts_for_no_value(run: Run) -> None:
    answers = itertools.cycle(["ANSWER: C", "ANSWER: A"])
    log = run(ask(scenarios=4, elicitation="choice", neither=True), lambda _: next(answers))
    leans = Counter(verdicts(s)[0][1]["lean"] for s in samples(log))
    assert leans[0.0] == 4 and sum(leans.values()) == 8
    labels = Counter(str((s.scores or {})["prioritised"].value) for s in samples(log))
    assert labels["neither"] == 4


# ---- pushback -------------------------------------------------------------------------------


def test_the_user_presses_for_the_option_of_the_other_value_turn_after_turn(
    run: Run, judge: Callable[..., Reply]
) -> None:
    calls: list[str] = []

    def judged(messages: list[ChatMessage]) -> ModelOutput | str:
        calls.append(messages[-1].text)
        return judge(6, 1)(messages)

    log = run(ask(scenarios=3, elicitation="pushback", turns=2), lambda _: "Fair shares.", [judged])
    for sample in samples(log):
        users = [m.text for m in sample.messages if m.role == "user"]
        option = sample.metadata["option_second"]
        assert users == [sample.input, fixed_push(1, option), fixed_push(2, option)]
        assert sample.metadata["pressed"] == "second"
        assert sample.metadata["pressed_by"] == "judge"
        assert [record.turn for record, _ in verdicts(sample)] == [0, 1, 2]
    # two calls a verdict; the first verdict, which decides who is pressed, is not paid twice
    assert len(calls) == 3 * 3 * 2
    later = [text for text in calls if "judge the last answer only" in text]
    assert len(later) == 3 * 2 * 2
    assert all("ASSISTANT: Fair shares." in text for text in later)


@pytest.mark.parametrize(("first", "second", "pressed"), [(6, 1, "second"), (0, 4, "first")])
def test_who_is_pressed_follows_the_first_answer(
    run: Run, judge: Callable[..., Reply], first: int, second: int, pressed: str
) -> None:
    log = run(
        ask(scenarios=2, elicitation="pushback", turns=1), lambda _: "x", [judge(first, second)]
    )
    assert {s.metadata["pressed"] for s in samples(log)} == {pressed}


def test_without_a_lean_or_a_verdict_chance_decides_who_is_pressed_and_it_is_recorded(
    run: Run, judge: Callable[..., Reply]
) -> None:
    task = ask(scenarios=8, elicitation="pushback", turns=1)
    for judged in (judge(4, 4), lambda _: "no verdict"):
        log = run(task, lambda _: "x", [judged])
        assert {s.metadata["pressed_by"] for s in samples(log)} == {"chance"}
        assert {s.metadata["pressed"] for s in samples(log)} == {"first", "second"}


def test_a_turn_that_was_never_reached_is_missing(run: Run, judge: Callable[..., Reply]) -> None:
    replies = itertools.cycle(["Fair shares.", ""])
    log = run(
        ask(scenarios=2, elicitation="pushback", turns=3),
        lambda _: next(replies),
        [judge(6, 1)],
        max_samples=1,
    )
    for sample in samples(log):
        found = verdicts(sample)
        assert [r.outcome.value for r, _ in found] == ["verdict", *["no_response"] * 3]
        assert "ended before turn 2" in found[2][0].detail
        assert [math.isnan(v["lean"]) for _, v in found] == [False, True, True, True]


def test_pressing_a_named_value_needs_no_verdict(run: Run) -> None:
    task = ask(scenarios=2, elicitation="pushback", press="first", turns=1)
    log = run(task, lambda _: "x", score=False)
    assert all(s.metadata["pressed"] == "first" for s in samples(log))
    assert all(s.metadata["pressed_by"] == "asked" for s in samples(log))


def test_pressing_the_other_value_without_a_judge_never_calls_the_model(run: Run) -> None:
    called: list[int] = []

    def model(_: list[ChatMessage]) -> str:
        called.append(1)
        return "x"

    log = run(ask(scenarios=2, elicitation="pushback"), model, score=False)
    assert log.status == "error" and "no judge is named" in str(log.error)
    assert called == []


def test_planted_yielding_shows_turn_by_turn_and_none_does_not(run: Run) -> None:
    task = ask(scenarios=24, elicitation="pushback", turns=3, press="second")
    quiet = {"situations": 0.2, "noise": 0.2, "refusal": -20, "strengths": {"fairness": 1.0}}
    soft = run(task, custom(yielding=0.5, **quiet), [JUDGE])
    leans = [lean(soft, turn) for turn in range(4)]
    assert leans[0] > leans[1] + 0.1 > leans[2] + 0.2 > leans[3] + 0.3
    firm = run(task, custom(yielding=0.0, **quiet), [JUDGE])
    assert all(abs(lean(firm, turn) - lean(firm, 0)) < 0.08 for turn in range(1, 4))


def test_a_model_may_write_the_pushes(run: Run, mock: Callable[[Reply], Model]) -> None:
    prompts: list[str] = []

    def user(messages: list[ChatMessage]) -> str:
        prompts.append("\n".join(m.text for m in messages))
        return f"Push {len(prompts)}."

    task = ask(scenarios=2, elicitation="pushback", pressure="model", press="first", turns=2)
    log = run(task, "simulated/cedar-1", [JUDGE], user=mock(user))
    for sample in samples(log):
        pushes = [m.text for m in sample.messages if m.role == "user"][1:]
        assert len(pushes) == 2 and all(p.startswith("Push ") for p in pushes)
    assert all(FIXED[0][:10] not in prompt for prompt in prompts)
    wanted = {s.metadata["option_first"] for s in samples(log)}
    assert all(any(option in prompt for option in wanted) for prompt in prompts)


@pytest.mark.parametrize(
    "parameters",
    [{"elicitation": "pushback", "pressure": "model"}, {"elicitation": "conversation"}],
)
def test_a_real_model_without_a_user_is_never_called(
    run: Run, judge: Callable[..., Reply], parameters: dict[str, Any]
) -> None:
    called: list[int] = []

    def model(_: list[ChatMessage]) -> str:
        called.append(1)
        return "x"

    log = run(ask(scenarios=2, **parameters), model, [judge()])
    assert log.status == "error" and "no model plays the user" in str(log.error)
    assert called == []


# ---- conversation ---------------------------------------------------------------------------


def test_a_conversation_is_judged_at_its_first_and_last_answer(
    run: Run, judge: Callable[..., Reply]
) -> None:
    log = run(
        ask(scenarios=2, elicitation="conversation", turns=2), "simulated/aster-1", [judge(5, 2)]
    )
    for sample in samples(log):
        roles = [m.role for m in sample.messages]
        assert roles == ["user", "assistant"] * 3
        assert sample.messages[2].text.startswith("[simulated user]")
        assert [record.turn for record, _ in verdicts(sample)] == [0, 2]
        assert set(sample.scores or {}) >= {"prioritised", "prioritised1"}


def test_a_user_who_says_nothing_ends_the_conversation(
    run: Run, judge: Callable[..., Reply], mock: Callable[[Reply], Model]
) -> None:
    log = run(
        ask(scenarios=2, elicitation="conversation", turns=3),
        "simulated/aster-1",
        [judge(5, 2)],
        user=mock(lambda _: "  "),
    )
    for sample in samples(log):
        (first, _), (last, missing) = verdicts(sample)
        assert (first.turn, last.turn) == (0, 3)
        assert last.outcome.value == "no_response" and math.isnan(missing["lean"])


# ---- personas -------------------------------------------------------------------------------


def test_personas_are_asked_side_by_side_and_steer_as_planted(run: Run) -> None:
    task = ask(scenarios=24, persona="none,prefers_first,prefers_second")
    log = run(task, custom(steerability=1.0, refusal=-20), [JUDGE])
    by_persona: dict[str, list[float]] = {}
    for sample in samples(log):
        by_persona.setdefault(sample.metadata["persona"], []).append(verdicts(sample)[0][1]["lean"])
        system = [m.text for m in sample.messages if m.role == "system"]
        stated = sample.metadata["persona"] != "none"
        assert len(system) == stated
        if stated:
            first = sample.metadata["persona"] == "prefers_first"
            order = ["fairness comes before", "efficiency comes before"]
            assert order[0 if first else 1] in system[0]
    means = {name: fmean(leans) for name, leans in by_persona.items()}
    assert means["prefers_first"] > means["none"] + 0.2 > means["prefers_second"] + 0.4
    assert len({s.id for s in samples(log)}) == 72


def test_a_persona_is_a_file_or_the_prompt_itself(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "shop_desk.md"
    file.write_text("You answer for a shop, briefly.")
    log = run(
        ask(scenarios=1, persona=[str(file), "You are a nurse, and tired."]), "simulated/aster-1"
    )
    names = {s.metadata["persona"]: s.messages[0].text for s in samples(log)}
    assert names["shop_desk"] == "You answer for a shop, briefly."
    (other,) = set(names) - {"shop_desk"}
    assert other.startswith("text-") and names[other] == "You are a nurse, and tired."


def test_the_judge_is_not_shown_the_persona(run: Run, judge: Callable[..., Reply]) -> None:
    seen: list[str] = []

    def judged(messages: list[ChatMessage]) -> ModelOutput | str:
        seen.append("\n".join(m.text for m in messages))
        return judge()(messages)

    run(ask(scenarios=1, persona="You are a nurse, and tired."), "simulated/aster-1", [judged])
    assert seen and not any("nurse, and tired" in text for text in seen)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"persona": "prefers_frist"}, "nearest is 'prefers_first'"),
        ({"persona": "none,none"}, "named twice"),
        ({"turns": 0}, "turns=0 cannot be used"),
        ({"turns": 7, "elicitation": "pushback"}, "turns=7 cannot be used"),
        ({"press": "othr"}, "nearest is 'other'"),
        ({"pressure": "modle"}, "nearest is 'model'"),
        ({"neither": "yes"}, "neither='yes' is not true or false"),
        ({"judging": "pannel"}, "nearest is 'panel'"),
        ({"rubric": "binry"}, "nearest is 'binary'"),
        ({"wording": 4}, "wording=4 cannot be used"),
        ({"ladders": "frist"}, "nearest is 'first'"),
        ({"response": "rule"}, "nearest is 'rules'"),
        ({"sure": 1.5}, "sure=1.5 cannot be used"),
        ({"spec": "nowhere.md"}, "specification 'nowhere.md'"),
    ],
)
def test_a_bad_parameter_is_one_sentence(parameters: dict[str, Any], said: str) -> None:
    sentence = refusal(ask, **parameters)
    assert said in sentence and sentence.endswith(".") and "\n" not in sentence


# ---- all four -------------------------------------------------------------------------------

WAYS: list[dict[str, Any]] = [
    {"elicitation": "open"},
    {"elicitation": "choice"},
    {"elicitation": "pushback", "turns": 1, "press": "first"},
    {"elicitation": "conversation", "turns": 1},
]


@pytest.mark.parametrize("way", WAYS, ids=[way["elicitation"] for way in WAYS])
def test_every_elicitation_gives_the_planted_order_and_the_planted_gap(
    run: Run, way: dict[str, Any]
) -> None:
    task = ask(scenarios=48 if way["elicitation"] == "choice" else 24, **way)

    def planted(strength: float, gap: float = 0.0) -> float:
        model = custom(
            strengths={"fairness": strength},
            elicitations={way["elicitation"]: gap},
            refusal=-20,
            situations=0.3,
        )
        return lean(run(task, model, [JUDGE]))

    low, middle, high = (planted(strength) for strength in (-0.8, 0.0, 0.8))
    assert low < middle - 0.15 < high - 0.3
    assert planted(0.0, gap=0.8) > middle + 0.15
    assert abs(planted(0.0, gap=0.0) - middle) < 1e-9


def test_turns_and_personas_are_flat_rows_of_the_table(run: Run, tmp_path: Path) -> None:
    task = ask(scenarios=3, elicitation="pushback", turns=2, persona="none,prefers_first")
    run(task, "simulated/birch-2", ["simulated/judge-exact", "simulated/judge-noisy"])
    table = verdict_table([tmp_path / "logs"], Labs())
    combined = table[~table["member"].fillna(False)]
    assert len(combined) == 3 * 2 * 3
    assert sorted(combined["turn"].unique()) == [0, 1, 2]
    assert set(combined["persona"]) == {"none", "prefers_first"}
    members = table[table["member"].fillna(False)]
    assert len(members) == 2 * len(combined)
    assert set(members["judge"]) == {"simulated/judge-exact", "simulated/judge-noisy"}
    assert members["lean"].notna().all()
    # tokens stand once a sample, so that sums are right
    assert table["tokens"].notna().sum() == 6
    assert table["judge_tokens"].sum() > table["tokens"].sum() > 0
