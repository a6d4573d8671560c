"""The seat effect: how much the option that stands first gains from standing there."""

import pandas as pd

from inspect_values.analysis.bradley_terry.effects import effect
from inspect_values.analysis.bradley_terry.subjects import Subject, subjects
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.settings import DEFAULT_SETTINGS, AnalysisSettings

_WORDS = {
    "untold": "no pair was asked in both seats, so nothing tells seats from values",
    "unbounded": "the seat alone decides: the effect has no finite value",
}


class SeatEffect:
    """The order effect of a forced choice, fitted together with the strengths."""

    name = "seat_effect"
    doc = "log odds that an option gains by standing first rather than nowhere; key: all"

    def estimates(
        self, table: pd.DataFrame, settings: AnalysisSettings = DEFAULT_SETTINGS
    ) -> list[Estimate]:
        """One estimate a subject and condition that has seats; 0 means that seats don't matter.

        Standing first instead of second moves the log odds of an option by twice the effect.
        Source: Davidson & Beaver (1977), "On extending the Bradley-Terry model to incorporate
        within-pair order effects", Biometrics 33(4), 693-702, on the log scale.
        """
        return [
            effect(subject, self.name, "seat", settings, _WORDS)
            for subject in subjects(table, settings)
            if _seated(subject)
        ]


def _seated(subject: Subject) -> bool:
    if subject.ranking is None:
        return subject.condition.elicitation == "choice"
    return any(part.fit.counts.seat.any() for part in subject.ranking.parts)


SEAT_EFFECT = SeatEffect()
