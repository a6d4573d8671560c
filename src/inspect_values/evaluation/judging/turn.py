"""Judging one turn of a sample, once: what an elicitation asked a judge for is not paid twice."""

from typing import Any

from inspect_ai.model import Model, get_model, model_roles
from inspect_ai.solver import TaskState

from inspect_values.evaluation.answers import Answer, exchange
from inspect_values.evaluation.judging.judge import Judgement, ask_judges
from inspect_values.evaluation.judging.rubrics import write_ladders
from inspect_values.evaluation.judging.settings import Judging
from inspect_values.evaluation.roles import graders
from inspect_values.record import Member
from inspect_values.values import ValuePair
from inspect_values.verdict import DEFAULT_THRESHOLD

WRITER = "rubric_writer"
"""The model role that writes rubrics of scenarios; the first judge where it is not bound."""


async def judge_turn(
    state: TaskState,
    turn: int,
    answer: Answer,
    pair: ValuePair,
    settings: Judging,
    threshold: float = DEFAULT_THRESHOLD,
    *,
    keep: bool = False,
) -> list[Judgement]:
    """The judgements of one answer.

    Judges see the pair's fixed ladders, or those that a model writes for this scenario.

    Args:
        state: The sample.
        turn: Which of its answers.
        answer: The answer.
        pair: The pair whose values are judged.
        settings: How.
        threshold: The difference of positions at which a value counts as prioritised.
        keep: Whether to leave the judgements for the scorer, so that it need not ask again.
    """
    judges = graders(settings.self_grading)
    key = f"inspect_values_judged_{turn}"
    asked = [settings.model_dump_json(), *(str(judge) for judge in judges)]
    kept: dict[str, Any] = state.store.get(key, {})
    if kept.get("asked") == asked and not kept.get("read"):
        state.store.set(key, {**kept, "read": True})  # a log that is scored again asks anew
        return [Judgement(Member.model_validate(m), why) for m, why in kept["said"]]
    shown = exchange(state, turn, answer)
    if settings.rubric == "scenario":
        written = await write_ladders(_writer(judges), pair, shown.query, settings)
        if isinstance(written, str):
            problem = f"no rubric was written: {written}"
            return [Judgement(Member(judge=str(judge), problem=problem)) for judge in judges]
        pair = written
    said = await ask_judges(judges, pair, shown, settings, threshold)
    if keep:
        entries = [(j.member.model_dump(mode="json"), j.reasons) for j in said]
        state.store.set(key, {"asked": asked, "said": entries, "read": False})
    return said


def _writer(judges: list[Model]) -> Model:
    bound = model_roles().get(WRITER)
    if bound is None:
        return judges[0]
    return bound[0] if isinstance(bound, list) else get_model(role=WRITER)
