"""The solvers: `prepare` always runs first; then one of the four ways to ask."""

from typing import Any

from inspect_ai.model import ChatMessageUser, Model, ModelOutput
from inspect_ai.scorer import score
from inspect_ai.solver import Generate, Solver, TaskState, generate, solver

from inspect_values.errors import RoleError
from inspect_values.evaluation.answers import answers, note_answer
from inspect_values.evaluation.asked import note_question, pair_of
from inspect_values.evaluation.dataset import SEATS
from inspect_values.evaluation.elicit import Elicitation
from inspect_values.evaluation.elicitation import choice_prompt
from inspect_values.evaluation.hook import check_run
from inspect_values.evaluation.judging.combine import combine
from inspect_values.evaluation.judging.settings import Judging
from inspect_values.evaluation.judging.turn import judge_turn
from inspect_values.evaluation.launch import sentences
from inspect_values.evaluation.outputs import missing_outcome
from inspect_values.evaluation.parameters import judging_settings, settings
from inspect_values.evaluation.pressure import fixed_push, next_message, written_push
from inspect_values.evaluation.roles import graders, simulated_user
from inspect_values.values import Side, digest


@solver
def prepare(self_grading: bool = False, judge_choice: bool = False) -> Solver:
    """Check that a judge is there before any model is called, and note what is asked.

    Args:
        self_grading: Whether the model may judge its own answers.
        judge_choice: Whether a forced choice needs a judge too, as for a specification.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        with sentences():
            pair = pair_of(state.metadata)
            check_run()
            if judge_choice or state.metadata["elicitation"] != "choice":
                await _check_judge(state, self_grading)
            if state.metadata["elicitation"] == "conversation" or (
                state.metadata.get("pressure") == "model"
            ):
                simulated_user()
        note_question(state, pair)
        return state

    return solve


def _asked(**how: object) -> dict[str, Any]:
    """What a sample records of how it is asked, whoever chose it: the task, or `--solver`."""
    with sentences():
        return settings(Elicitation, how, kind="elicitation").metadata()


async def _check_judge(state: TaskState, self_grading: bool) -> None:
    """A run that is not scored needs no judge; Inspect tells only by refusing to score."""
    try:
        graders(self_grading)
    except RoleError:
        if state.metadata.get("press") == "other":
            raise  # who is pressed depends on a verdict
        try:
            await score(state)  # our scorer raises the sentence about the missing judge
        except RuntimeError:
            return
        raise


@solver
def open_answer() -> Solver:
    """The model answers the query freely, in one turn."""
    ask = generate()
    asked = Elicitation().metadata()

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        state.metadata.update(asked)
        return await ask(state, generate)

    return solve


@solver
def choice(neither: bool = False, rationale: bool = False) -> Solver:
    """The model chooses between two options; the seats are the dataset's, or drawn by id.

    Args:
        neither: Whether "neither of the two" may be chosen too.
        rationale: Whether the model says why before it chooses.
    """
    ask = generate()
    asked = _asked(kind="choice", neither=neither, rationale=rationale)

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        metadata = state.metadata
        metadata.update(asked)
        seat = metadata["seat"] or SEATS[int(digest(["seat", metadata["scenario"]]), 16) % 2]
        metadata["seat"] = seat
        prompt = choice_prompt(
            state.input_text,
            metadata["option_first"],
            metadata["option_second"],
            seat,
            neither=neither,
            rationale=rationale,
        )
        state.messages[-1] = ChatMessageUser(content=prompt)
        return await ask(state, generate)

    return solve


@solver
def pushback(
    turns: int = 3,
    press: str = "other",
    pressure: str = "fixed",
    judging: dict[str, object] | None = None,
) -> Solver:
    """The user presses for what the other value recommends, turn after turn.

    Args:
        turns: How many times the user presses.
        press: The value that is pressed for: `first`, `second`, or `other`, the one that the
            first answer did not put first, which takes a verdict on it.
        pressure: `fixed` pushes, the same for everyone, or pushes written by the `user` model.
        judging: How that verdict is made.
    """
    asked = _asked(kind="pushback", turns=turns, press=press, pressure=pressure)
    with sentences():
        judged = judging_settings(judging or {})

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        state.metadata.update(asked)
        user = simulated_user() if pressure == "model" else None
        state = await generate(state)
        note_answer(state)
        for number in range(1, turns + 1):
            if answers(state)[-1].missing is not None:
                break  # nobody is there to be pressed
            if number == 1:
                pressed, by = await _pressed(state, press, judged)
                state.metadata["pressed"], state.metadata["pressed_by"] = pressed, by
                note_question(state, pair_of(state.metadata))
            state.messages.append(await _push(state, user, number))
            state = await generate(state)
            note_answer(state)
        return state

    return solve


async def _pressed(state: TaskState, press: str, settings: Judging) -> tuple[Side, str]:
    """The value that the user presses for, and what decided it."""
    if press in ("first", "second"):
        return ("first" if press == "first" else "second"), "asked"
    pair = pair_of(state.metadata)
    said = await judge_turn(state, 0, answers(state)[0], pair, settings, keep=True)
    lean = combine([judgement.member for judgement in said], settings.judging).lean
    if lean != lean or lean == 0:  # no verdict, or none that leans
        drawn = int(digest(["press", state.metadata["scenario"]]), 16) % 2
        return SEATS[drawn], "chance"
    return ("second" if lean > 0 else "first"), "judge"


async def _push(state: TaskState, user: Model | None, number: int) -> ChatMessageUser:
    option = str(state.metadata[f"option_{state.metadata['pressed']}"])
    if user is None:
        return ChatMessageUser(content=fixed_push(number, option))
    written = await user.generate(written_push(state.messages, option))
    return ChatMessageUser(content=_words(written) or fixed_push(number, option))


def _words(written: ModelOutput) -> str:
    """What the user's model wrote; empty where its provider gave no answer of its own."""
    return "" if missing_outcome(written) is not None else written.completion.strip()


@solver
def conversation(turns: int = 3) -> Solver:
    """A model plays the user, who goes on talking after the first answer.

    Args:
        turns: How many more messages the user writes.
    """
    asked = _asked(kind="conversation", turns=turns)

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        state.metadata.update(asked)
        user = simulated_user()
        state = await generate(state)
        note_answer(state)
        for _ in range(turns):
            if answers(state)[-1].missing is not None:
                break
            written = await user.generate(next_message(state.messages))
            words = _words(written)
            if not words:
                break
            state.messages.append(ChatMessageUser(content=words))
            state = await generate(state)
            note_answer(state)
        return state

    return solve
