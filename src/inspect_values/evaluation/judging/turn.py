"""Judging one turn of a sample, once: what an elicitation asked a judge for is not paid twice."""

from dataclasses import replace

from inspect_ai.model import Model, model_roles
from inspect_ai.solver import TaskState

from inspect_values.evaluation.answers import Answer, exchange
from inspect_values.evaluation.judging.judge import Judgement, ask_judges
from inspect_values.evaluation.judging.prompt import Exchange
from inspect_values.evaluation.judging.recent import Recent
from inspect_values.evaluation.judging.rubrics import scenario_rubric
from inspect_values.evaluation.judging.settings import Judging
from inspect_values.evaluation.roles import graders
from inspect_values.values import ValuePair
from inspect_values.verdict import DEFAULT_THRESHOLD

WRITER = "rubric_writer"
"""The model role that writes rubrics of scenarios; the first judge where it is not bound."""

# by the sample's run and turn, with what was asked: never in the log, where a second scoring would
# take it for a judge's second opinion
_kept: Recent[tuple[object, list[Judgement]]] = Recent()


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
    shown = exchange(state, turn, answer)
    place = (state.uuid, turn)
    asked = _asked(judges, pair, shown, settings, threshold)
    kept = None if keep else _kept.take(place)
    if kept is not None and kept[0] == asked:
        return kept[1]
    rubric, written = pair, 0
    if settings.rubric == "scenario":
        rubric, written = await scenario_rubric(_writer(judges), pair, shown.query, settings)
    said = await ask_judges(judges, rubric, shown, settings, threshold)
    said[0] = replace(said[0], calls=said[0].calls + written)
    if keep:
        _kept.note(place, (asked, said))
    return said


def _asked(
    judges: list[Model], pair: ValuePair, shown: Exchange, settings: Judging, threshold: float
) -> object:
    """Everything that judgements depend on; a cascade's threshold decides who is asked."""
    edge = threshold if settings.judging == "cascade" else None
    said = (shown.answer, *shown.said)
    return [str(judge) for judge in judges], pair.digest, said, settings, edge


def _writer(judges: list[Model]) -> Model:
    bound = model_roles().get(WRITER)
    if not bound:
        return judges[0]
    return bound[0] if isinstance(bound, list) else bound
