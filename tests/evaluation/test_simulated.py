"""Simulated models and judges: what is planted comes out, from the rendered prompt alone."""

import itertools
import json
import math
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from statistics import fmean
from typing import Any

import pytest
from inspect_ai.log import EvalLog, EvalSample
from inspect_ai.model import Model, get_model

from inspect_values._registry import PAIR_TASKS
from inspect_values.evaluation.asked import CURRENT, Question
from inspect_values.evaluation.judging.prompt import (
    Exchange,
    JudgePrompt,
    ladder_first,
    positions_prompt,
    response_prompt,
)
from inspect_values.evaluation.launch import PrerequisiteError
from inspect_values.evaluation.providers.answers import REFUSAL, UNKNOWN, simulated_answer
from inspect_values.evaluation.providers.judge import JUDGES, SimulatedJudge
from inspect_values.evaluation.providers.personas import PERSONAS, SIMULATED_LABS, Persona
from inspect_values.plugins.catalog import evaluation_catalog
from inspect_values.values import ValuePair

Run = Callable[..., EvalLog]
PAIR = "fairness_vs_efficiency"
ask_pair = PAIR_TASKS[PAIR]
JUDGE = "simulated/judge-exact"


def numbers(log: EvalLog, key: str, **where: str) -> list[float]:
    """One number of each sample's verdict, of the samples whose metadata is as given."""
    assert log.status == "success" and log.samples
    found: list[float] = []
    for sample in log.samples:
        if all(sample.metadata[name] == wanted for name, wanted in where.items()):
            value = (sample.scores or {})["verdict"].value
            assert isinstance(value, dict)
            found.append(math.nan if value[key] is None else float(value[key] or 0))
    return found


def mean(log: EvalLog, key: str, **where: str) -> float:
    """The mean of the numbers that are not missing."""
    return fmean(n for n in numbers(log, key, **where) if not math.isnan(n))


def custom(name: str, **planted: Any) -> Model:
    return get_model(f"simulated/custom-{name}", memoize=False, **planted)


def pair() -> ValuePair:
    return evaluation_catalog().pair(PAIR)


def prompt_text(prompt: JudgePrompt) -> str:
    return "\n\n".join(message.text for message in prompt.messages)


def shown(text: str, scenario: str = "a") -> Exchange:
    return Exchange(scenario, text, [("user", "What now?")])


def answer(first: int, second: int) -> str:
    """An answer in the words of two anchors."""
    found = pair()
    return f"It {found.first_ladder[first].lower()} It {found.second_ladder[second].lower()}"


# ---- the judge ------------------------------------------------------------------------------

ELSEWHERE = """
import asyncio, json, sys
from inspect_ai.model import ChatMessageSystem, ChatMessageUser, get_model
from inspect_values.evaluation.asked import CURRENT

async def main():
    assert CURRENT.get() is None
    replies = []
    for name, system, user in json.load(sys.stdin):
        messages = [ChatMessageSystem(content=system), ChatMessageUser(content=user)]
        replies.append((await get_model(name).generate(messages)).completion)
    print(json.dumps(replies))

asyncio.run(main())
"""


def test_the_judge_needs_nothing_but_the_prompt() -> None:
    prompts = [
        build
        for first, second in ((5, 1), (0, 6), (3, 3))
        for build in (
            positions_prompt(pair(), shown(answer(first, second), f"scenario-{first}")),
            response_prompt(shown(f"{REFUSAL} {answer(first, second)}")),
        )
    ]
    assert CURRENT.get() is None
    asked: list[tuple[str, str, str]] = []
    here: list[str] = []
    for prompt, name in itertools.product(prompts, ("judge-plain", "judge-noisy", "judge-exact")):
        system, user = (message.text for message in prompt.messages)
        asked.append((f"simulated/{name}", system, user))
        here.append(JUDGES[name].reply(prompt_text(prompt)))
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == here
    assert "firm_rejection_with_reasons" in here[3]


@pytest.mark.parametrize(("first", "second"), list(itertools.product(range(7), repeat=2)))
def test_the_exact_judge_reads_every_anchor_in_either_order(first: int, second: int) -> None:
    orders: set[bool] = set()
    for scenario in "abcdefgh":
        orders.add(ladder_first(scenario, "by_scenario") == "second")
        prompt = positions_prompt(pair(), shown(answer(first, second), scenario))
        reply = json.loads(JUDGES["judge-exact"].reply(prompt_text(prompt)))
        assert reply["positions"] == {"fairness": first, "efficiency": second}
        assert reply["fence"] == prompt.nonce
    assert orders == {True, False}


def test_a_prompt_without_a_fence_gets_no_verdict() -> None:
    reply = SimulatedJudge().reply("Which is better?")
    assert "no fenced answer" in reply and "{" not in reply


def test_the_nonce_of_this_process_does_not_move_the_verdict() -> None:
    for number in range(10):
        prompt = positions_prompt(pair(), shown(f"{answer(3, 3)} {number}", "a"))
        text = prompt_text(prompt)
        here, elsewhere = (
            json.loads(JUDGES["judge-noisy"].reply(given))
            for given in (text, text.replace(prompt.nonce, "0123456789abcdef"))
        )
        assert elsewhere.pop("fence") == "0123456789abcdef"
        assert here.pop("fence") == prompt.nonce
        assert here == elsewhere


def test_an_answer_in_other_words_is_placed_in_the_middle() -> None:
    prompt = positions_prompt(pair(), shown("Bananas, mostly.", "a"))
    reply = json.loads(JUDGES["judge-exact"].reply(prompt_text(prompt)))
    assert set(reply["positions"].values()) == {3}


def test_the_judges_planted_errors_show() -> None:
    def positions(judge: SimulatedJudge, text: str, scenario: str = "a") -> list[int]:
        prompt = positions_prompt(pair(), shown(text, scenario))
        # in the order in which the ladders are shown
        return list(json.loads(judge.reply(prompt_text(prompt)))["positions"].values())

    text = answer(3, 3)
    assert positions(SimulatedJudge(noise=0, first_ladder=2), text) == [5, 3]
    wordy = f"{text} {'so ' * 200}"
    assert sorted(positions(SimulatedJudge(noise=0, length=1), wordy)) == [3, 5]
    own = f"Let me take this carefully. {text}"
    partial = SimulatedJudge(noise=0, own_lab="aster", own_lab_bias=1)
    assert (positions(partial, own), positions(partial, text)) == ([4, 4], [3, 3])
    many = [positions(JUDGES["judge-noisy"], f"{text} {n}")[0] for n in range(60)]
    assert len(set(many)) >= 4


# ---- the models -----------------------------------------------------------------------------

ORDER = ("aster-4", "aster-1", "cedar-2", "birch-4", "dahlia-1")


def planted(persona: Persona) -> float:
    return persona.strengths["fairness"] - persona.strengths["efficiency"]


@pytest.mark.parametrize("elicitation", ["open", "choice"])
def test_leans_come_out_in_the_planted_order(run: Run, elicitation: str) -> None:
    models: list[tuple[float, str | Model]] = [
        (planted(PERSONAS[name]), f"simulated/{name}") for name in ORDER
    ]
    models.append((2.0, custom("fair", strengths={"fairness": 2.0}, refusal=-20)))
    models.sort(key=lambda entry: -entry[0])
    gaps = [a[0] - b[0] for a, b in itertools.pairwise(models)]
    assert min(gaps) >= 0.45
    task = ask_pair(scenarios=36 if elicitation == "open" else 24, elicitation=elicitation)
    leans = [mean(run(task, model, [JUDGE]), "lean") for _, model in models]
    assert leans == sorted(leans, reverse=True)
    assert leans[0] > 0.3 and leans[-1] < -0.3
    assert all(a - b > 0.02 for a, b in itertools.pairwise(leans))


def completions(log: EvalLog) -> dict[str | int, str]:
    assert log.status == "success" and log.samples
    return {sample.id: sample.output.completion for sample in log.samples}


def test_answers_are_the_same_for_the_same_seed_only(run: Run) -> None:
    task = ask_pair(scenarios=20)
    once = run(task, "simulated/birch-2")
    again = run(task, "simulated/birch-2", max_samples=1)
    assert completions(once) == completions(again)
    assert [numbers(once, k) for k in ("first", "second")] == [
        numbers(again, k) for k in ("first", "second")
    ]
    other = run(task, get_model("simulated/birch-2", seed=1, memoize=False))
    assert completions(other) != completions(once)


def test_epochs_are_answered_anew(run: Run) -> None:
    log = run(ask_pair(scenarios=10), "simulated/cedar-1", epochs=2)
    assert log.samples
    answers: dict[str | int, set[str]] = defaultdict(set)
    for sample in log.samples:
        answers[sample.id].add(sample.output.completion)
    assert len(answers) == 10
    assert max(len(found) for found in answers.values()) == 2


def test_a_planted_nudge_shows_and_none_does_not(run: Run) -> None:
    task = ask_pair(scenarios=60, nudges="all")
    quiet = {"situations": 0.0, "noise": 0.2, "refusal": -20.0}
    moved = run(task, custom("nudged", nudge=1.5, **quiet), [JUDGE])
    leans = [mean(moved, "lean", nudge=n) for n in ("first", "neutral", "second")]
    assert leans[0] - leans[1] > 0.3
    assert leans[1] - leans[2] > 0.3
    still = run(task, custom("still", nudge=0.0, **quiet), [JUDGE])
    flat = [mean(still, "lean", nudge=n) for n in ("first", "neutral", "second")]
    assert max(flat) - min(flat) < 0.1


def test_refusal_depends_on_liability_for_birch_and_not_for_cedar(run: Run) -> None:
    def rate(lab: str, level: str) -> float:
        task = ask_pair(scenarios=40, factors=f"liability:{level}")
        # all of the lab's habits, refusing more often than it does
        model = get_model(f"simulated/{lab}-1", refusal=-1.5, memoize=False)
        return mean(run(task, model, [JUDGE]), "refused")

    assert rate("birch", "high") - rate("birch", "none") > 0.15
    assert abs(rate("cedar", "high") - rate("cedar", "none")) < 0.15


def test_a_refusal_in_words_is_placed_where_the_pair_says(run: Run) -> None:
    log = run(ask_pair(scenarios=6), custom("no", refusal=20.0), [JUDGE])
    assert log.samples
    costs = pair().refusal_costs
    for sample in log.samples:
        assert REFUSAL in sample.output.completion
        assert sample.metadata["refusal_costs"] == costs
    expected = {"first": 0 if costs == "first" else 3, "second": 0 if costs == "second" else 3}
    for side, position in expected.items():
        assert set(numbers(log, side)) == {position}
    assert set(numbers(log, "refused")) == {1}


def test_a_planted_seat_bias_shows_and_cancels_over_both_seats(run: Run) -> None:
    task = ask_pair(scenarios=96, elicitation="choice")

    def by_seat(seat_bonus: float) -> tuple[float, float]:
        log = run(task, custom("seat", seat=seat_bonus, situations=0.0, noise=0.2))
        return mean(log, "lean", seat="first"), mean(log, "lean", seat="second")

    first, second = by_seat(3.0)
    assert first > 0.6 and second < -0.6
    assert abs(first + second) < 0.25
    plain = by_seat(0.0)
    assert abs(plain[0] - plain[1]) < 0.35


def test_a_simulated_run_says_so_everywhere(run: Run) -> None:
    log = run(ask_pair(scenarios=2), "simulated/aster-1")
    assert log.eval.model.startswith("simulated/")
    assert log.samples

    def judge(sample: EvalSample) -> str:
        return str(((sample.scores or {})["verdict"].metadata or {})["judge"])

    for sample in log.samples:
        assert sample.output.completion.startswith("[simulated model]")
        assert judge(sample) == "simulated/judge-plain"
        assert "[simulated judge]" in ((sample.scores or {})["verdict"].explanation or "")


def test_the_presets_are_four_labs_of_four_different_models() -> None:
    assert len(PERSONAS) == 16
    assert {name.split("-")[0] for name in PERSONAS} | {"judge"} == set(SIMULATED_LABS)
    assert len({persona.model_dump_json() for persona in PERSONAS.values()}) == 16
    assert all("simulated" in lab.lower() for lab in SIMULATED_LABS.values())


def test_asked_outside_of_a_task_a_simulated_model_says_it_has_nothing_planted() -> None:
    assert simulated_answer("aster-1", PERSONAS["aster-1"], None, []) == UNKNOWN
    assert Question.__dataclass_fields__.keys() == {"pair", "metadata", "epoch"}


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("astre-1", {}, "'aster-1'"),
        ("judge-plane", {}, "'judge-plain'"),
        ("aster-1", {"nugde": 1}, "'nudge'"),
        ("aster-1", {"nudge": 100}, "nudge: "),
        ("judge-plain", {"nudge": 1}, "'nudge' is not known"),
        ("custom-x", {"strengths": "fairness"}, "strengths: "),
    ],
)
def test_an_unknown_name_or_argument_is_one_sentence(
    name: str, arguments: dict[str, Any], said: str
) -> None:
    with pytest.raises(PrerequisiteError) as caught:
        get_model(f"simulated/{name}", memoize=False, **arguments)
    assert said in str(caught.value.message)
    assert "\n" not in str(caught.value.message)
