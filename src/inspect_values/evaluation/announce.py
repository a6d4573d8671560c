"""Saying how many calls a run will make, before it starts."""

from collections import Counter

from inspect_ai.model import Model, get_model

from inspect_values.evaluation.elicit import Elicitation
from inspect_values.evaluation.judging.settings import Judging
from inspect_values.evaluation.launch import options, say
from inspect_values.scenarios.scenario import Scenario


def announce(
    chosen: list[Scenario],
    samples: int,
    elicitation: Elicitation,
    judging: Judging,
    judges: list[Model],
    user: Model | None,
    extra: int = 0,
) -> None:
    """Print the calls that the run will make at most, those of judges and users included.

    Only for a run that was started: building a task in Python says nothing.

    Args:
        chosen: The scenarios.
        samples: How many samples they make.
        elicitation: How they are asked.
        judging: How answers are judged.
        judges: The judges, none if the run needs none.
        user: The model that plays the user, if one does.
        extra: Further calls of each judge for each sample.
    """
    given = options()
    if not (given.starting and given.announce):
        return
    asked = samples * given.epochs
    calls = Counter({str(get_model()): asked * elicitation.answers})
    if user is not None:
        calls[f"{user} as the user"] = asked * elicitation.turns
    judged = asked * len(elicitation.judged)
    for number, judge in enumerate(judges):
        # rubrics of scenarios are written by the first judge where nobody else is named
        each = judging.calls(1) if number == 0 else judging.calls(1) - judging.writes
        each = 0 if elicitation.kind == "choice" else each  # read without a judge
        calls[f"{judge} as a judge"] += judged * each + asked * extra
    families = len({scenario.family for scenario in chosen})
    parts = ", ".join(f"{count} to {name}" for name, count in calls.items())
    limit = f", before --limit {given.limit}" if given.limit else ""
    epochs = f", {given.epochs} epochs" if given.epochs > 1 else ""
    say(
        f"inspect-values: {len(chosen)} scenarios from {families} situations{epochs}: at most "
        f"{sum(calls.values())} calls ({parts}){limit}; retries come on top."
    )
