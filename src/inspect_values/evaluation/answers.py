"""The answers of a sample: one, or one after each turn of a conversation."""

from typing import Any

from inspect_ai.model import ModelOutput
from inspect_ai.solver import TaskState
from pydantic import BaseModel, ConfigDict

from inspect_values.evaluation.judging.prompt import Exchange
from inspect_values.evaluation.outputs import marked_refusal, missing_outcome, note
from inspect_values.verdict import Outcome

_STORE = "inspect_values_answers"


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


def note_answer(state: TaskState) -> None:
    """Keep the output of this turn beside those of earlier ones."""
    kept: list[dict[str, Any]] = state.store.get(_STORE, [])
    state.store.set(
        _STORE, [*kept, answer_of(state.output, state.model.api).model_dump(mode="json")]
    )


def answers(state: TaskState) -> list[Answer]:
    """The answers of every turn; a solver that notes none has given one.

    The store of a log that is scored again holds them as they were.
    """
    kept: list[dict[str, Any]] = state.store.get(_STORE, [])
    return [Answer.model_validate(entry) for entry in kept] or [
        answer_of(state.output, state.model.api)
    ]


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
    said: list[tuple[str, str]] = []
    number = 0
    for message in state.messages:
        if message.role == "assistant":
            if number == turn:
                break
            number += 1
        if message.role in ("user", "assistant"):
            said.append((message.role, message.text))
    if turn == 0:
        # a solver may have put the question in other words; judged is what the user asked
        said = [("user", state.input_text)]
    return Exchange(str(state.metadata["scenario"]), answer.text, said)
