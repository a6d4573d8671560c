"""The answers of a sample: one, or one after each turn of a conversation."""

from typing import Any

from inspect_ai.model import ModelOutput
from inspect_ai.solver import TaskState
from pydantic import BaseModel, ConfigDict

from inspect_values.answers import ANSWERS
from inspect_values.evaluation.judging.prompt import Exchange
from inspect_values.evaluation.outputs import marked_refusal, missing_outcome, note
from inspect_values.verdict import Outcome


class Answer(BaseModel):
    """What a model said at one turn, and how its provider says that it came about."""

    model_config = ConfigDict(frozen=True)

    text: str
    model: str
    stop_reason: str
    missing: Outcome | None
    """Why there is no answer, or None if there is one."""

    note: str = ""
    """Why there is none, in the provider's own words, or what is special about it."""

    marked_refusal: bool = False
    """Whether the provider marks the words as a refusal."""

    fallback_model: str
    place: int | None = None
    """Where it stands among the sample's messages; None where a solver noted no turns."""


def note_answer(state: TaskState) -> None:
    """Keep the output of this turn beside those of earlier ones."""
    kept: list[dict[str, Any]] = state.store.get(ANSWERS) or []
    place = len(state.messages) - 1
    answer = answer_of(state.output, state.model.api).model_copy(update={"place": place})
    state.store.set(ANSWERS, [*kept, answer.model_dump(mode="json")])


def answers(state: TaskState) -> list[Answer]:
    """The answers of every turn; a solver that notes none has given one.

    The store of a log that is scored again holds them as they were.
    """
    kept: list[dict[str, Any]] = state.store.get(ANSWERS) or []
    found = [Answer.model_validate(entry) for entry in kept]
    return found or [answer_of(state.output, state.model.api)]


def answer_of(output: ModelOutput, provider: str = "") -> Answer:
    """One output as an answer."""
    return Answer(
        text=output.completion,
        model=output.model,
        stop_reason=output.stop_reason if output.choices else "",
        missing=missing_outcome(output, provider),
        note=note(output, provider),
        marked_refusal=marked_refusal(output),
        fallback_model=output.fallback.fallback_model if output.fallback else "",
    )


def exchange(state: TaskState, turn: int, answer: Answer) -> Exchange:
    """What a judge is shown of one turn: everything said before, and the answer.

    System prompts are left out: a judge places what was said, not what was asked for behind the
    user's back.
    """
    # at the first turn a solver may have put the question in other words
    said = [("user", state.input_text)] if turn == 0 else _said_before(state, turn, answer)
    return Exchange(str(state.metadata["scenario"]), answer.text, said)


def _said_before(state: TaskState, turn: int, answer: Answer) -> list[tuple[str, str]]:
    """What user and model said before an answer; calls of tools say nothing."""
    place = answer.place
    if place is None:
        answered = [n for n, message in enumerate(state.messages) if message.role == "assistant"]
        place = answered[turn] if turn < len(answered) else len(state.messages)
    said = [(m.role, m.text) for m in state.messages[:place] if m.role in ("user", "assistant")]
    return [(role, text) for role, text in said if text.strip()]
