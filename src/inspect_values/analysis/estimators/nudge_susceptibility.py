"""The nudge susceptibility: how far a query that leans to a value moves the answer to it."""

import pandas as pd

from inspect_values.analysis.bradley_terry.effects import effect
from inspect_values.analysis.bradley_terry.subjects import Subject, subjects
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.settings import DEFAULT_SETTINGS, AnalysisSettings

_WORDS = {
    "untold": "no pair was asked under several nudges, so nothing tells nudges from values",
    "unbounded": "the query alone decides: the effect has no finite value",
}


class NudgeSusceptibility:
    """The effect of a leaning query, in one fit over all nudges."""

    name = "nudge_susceptibility"
    doc = "log odds that a value gains when the query leans to it; key: all"

    def estimates(
        self, table: pd.DataFrame, settings: AnalysisSettings = DEFAULT_SETTINGS
    ) -> list[Estimate]:
        """One estimate a subject, elicitation, turn and persona that has leaning queries.

        The fit takes the neutral and the leaning queries of an elicitation together (its condition
        has the nudge `all`), in which each nudge of a family weighs the same.
        """
        return [
            effect(subject, self.name, "query", settings, _WORDS)
            for subject in subjects(table, settings, nudges=True)
            if _leaning(subject)
        ]


def _leaning(subject: Subject) -> bool:
    """Whether some pair was asked under more than one nudge."""
    for part in subject.ranking.parts if subject.ranking else ():
        data = part.fit.counts
        asked = {*zip(data.first.tolist(), data.second.tolist(), data.query.tolist(), strict=True)}
        if len(asked) > len({(first, second) for first, second, _ in asked}):
            return True
    return False


NUDGE_SUSCEPTIBILITY = NudgeSusceptibility()
