"""Saying how many calls a run will make, before it starts."""

from inspect_ai.model import get_model

from inspect_values.evaluation.launch import options, say
from inspect_values.scenarios.scenario import Scenario

CALLS_A_VERDICT = 2
"""A judge is asked twice for one answer: for the positions, and for the response class."""


def announce(chosen: list[Scenario], samples: int, judges: list[str]) -> None:
    """Print the calls that the run will make at most, judges included.

    Only for a run that was started: building a task in Python says nothing.
    """
    given = options()
    if not (given.starting and given.announce):
        return
    model = str(get_model())
    answers = samples * given.epochs
    families = len({scenario.family for scenario in chosen})
    parts = [f"{answers} to {model}"]
    parts += [f"{answers * CALLS_A_VERDICT} to {judge}" for judge in judges]
    total = answers * (1 + CALLS_A_VERDICT * len(judges))
    limit = f", before --limit {given.limit}" if given.limit else ""
    epochs = f", {given.epochs} epochs" if given.epochs > 1 else ""
    say(
        f"inspect-values: {len(chosen)} scenarios from {families} situations{epochs}: at most "
        f"{total} calls ({', '.join(parts)}){limit}; retries come on top."
    )
