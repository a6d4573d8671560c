"""The solvers: `prepare` (always runs first), `open_answer` and `choice`."""

from inspect_ai.model import ChatMessageUser
from inspect_ai.scorer import score
from inspect_ai.solver import Generate, Solver, TaskState, generate, solver

from inspect_values.errors import GraderError
from inspect_values.evaluation.asked import CURRENT, Question, pair_of
from inspect_values.evaluation.dataset import SEATS
from inspect_values.evaluation.elicitation import choice_prompt
from inspect_values.evaluation.graders import graders
from inspect_values.evaluation.launch import sentences
from inspect_values.values import digest


@solver
def prepare(self_grading: bool = False) -> Solver:
    """Check that a judge is there before any model is called, and note what is asked."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        with sentences():
            pair = pair_of(state.metadata)
            if state.metadata["elicitation"] != "choice":
                await _check_judge(state, self_grading)
        CURRENT.set(Question(pair, dict(state.metadata), state.epoch))
        return state

    return solve


async def _check_judge(state: TaskState, self_grading: bool) -> None:
    """A run that is not scored needs no judge; Inspect tells only by refusing to score."""
    try:
        graders(self_grading)
    except GraderError:
        try:
            await score(state)  # our scorer raises the sentence about the missing judge
        except RuntimeError:
            return
        raise


@solver
def open_answer() -> Solver:
    """The model answers the query freely, in one turn."""
    ask = generate()

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        state.metadata["elicitation"] = "open"
        return await ask(state, generate)

    return solve


@solver
def choice() -> Solver:
    """The model chooses between two options; the seats are the dataset's, or drawn by id."""
    ask = generate()

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        metadata = state.metadata
        metadata["elicitation"] = "choice"
        seat = metadata["seat"] or SEATS[int(digest(["seat", metadata["scenario"]]), 16) % 2]
        metadata["seat"] = seat
        prompt = choice_prompt(
            state.input_text, metadata["option_first"], metadata["option_second"], seat
        )
        state.messages[-1] = ChatMessageUser(content=prompt)
        return await ask(state, generate)

    return solve
