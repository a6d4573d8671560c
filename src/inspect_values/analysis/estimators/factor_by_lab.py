"""Factor × lab: does a factor's level do more to this lab's models than to the others'?"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from inspect_values.analysis.effects import ALL, Effects, interval
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.estimators.factor_effect import (
    OUTCOMES,
    Subject,
    Together,
    estimate_effect,
    fits,
    subjects,
)
from inspect_values.analysis.significance import with_holm
from inspect_values.analysis.tally import tally


class FactorByLab:
    """A factor's effect on a lab's models minus its effect on the other labs' models."""

    name = "factor_by_lab"
    doc = "effect of a factor's level on this lab's models minus that on the other labs' models"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a lab, condition, pair, contrast and outcome; keys as in `factor_effect`.

        A lab's models weigh the same, and so do the other labs. It speaks of exactly these models
        and "situations like these": families are the clusters.
        """
        found = [one for outcome, fitted in fits(tally(table)) for one in self._of(outcome, fitted)]
        return with_holm(
            found,
            lambda one: (one.condition, one.key.startswith(f"{ALL}:")),
            "contrasts of labs",
        )

    def _of(self, outcome: str, fitted: Effects) -> Iterator[Estimate]:
        labs = [subject for subject in subjects(fitted.groups) if subject.level == "lab"]
        for subject in labs:
            others = [
                other.places
                for other in labs
                if other.condition == subject.condition and other.name != subject.name
            ]
            if not others:
                continue
            for number, contrast in enumerate(fitted.contrasts):
                found = _against(fitted, subject, others, number, 2 * OUTCOMES[outcome])
                yield estimate_effect(self.name, subject, fitted.pair, contrast, outcome, found)


def _against(
    fitted: Effects, subject: Subject, others: list[list[int]], number: int, end: float
) -> Together:
    every = [*subject.places, *(place for places in others for place in places)]
    effect, change = fitted.effect[:, number], fitted.change[:, :, number]
    gap = effect[subject.places].mean() - np.mean([effect[places].mean() for places in others])
    moves = change[subject.places].mean(axis=0) - np.mean(
        [change[places].mean(axis=0) for places in others], axis=0
    )
    varied = np.asarray(fitted.varied[every, :, number].all(axis=0))
    found = interval(float(gap), moves, varied, np.asarray(fitted.moved[every].any(axis=0)), end)
    n = int((fitted.n[every] * varied).sum())
    missing = int(((fitted.size[every] - fitted.n[every]) * varied).sum())
    adjusted = bool(fitted.adjusted[every, number].all())
    return Together(float(gap), found, n, int(varied.sum()), missing, adjusted)


FACTOR_BY_LAB = FactorByLab()
