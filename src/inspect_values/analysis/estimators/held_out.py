"""Held-out prediction: the most honest single figure for a ranking; read it before any ranking."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pandas as pd

from inspect_values.analysis.bradley_terry.estimates import (
    FEWEST_FAMILIES,
    few,
    made,
    model_words,
)
from inspect_values.analysis.bradley_terry.heldout import Prediction, predict
from inspect_values.analysis.bradley_terry.subjects import Subject, subjects
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.intervals import Interval, korn_graubard, t_interval
from inspect_values.analysis.settings import DEFAULT_SETTINGS, AnalysisSettings
from inspect_values.analysis.shared import once

Measure = Literal["accuracy", "log_loss"]

KEYS = ("strengths", "baseline", "gain")
"""With the strengths; without them, from seats and ties alone; the difference of the two, above 0
where the strengths predict better."""


class HeldOut:
    """How well strengths fitted to other situations predict the verdicts of a situation."""

    def __init__(self, name: str, measure: Measure, doc: str) -> None:
        self.name, self.measure, self.doc = name, measure, doc

    def estimates(
        self, table: pd.DataFrame, settings: AnalysisSettings = DEFAULT_SETTINGS
    ) -> list[Estimate]:
        """Three estimates a subject and condition, with the keys `KEYS`.

        Families are cut into `settings.folds` parts, and each is predicted from a fit to the
        others. Accuracy is the share of decisive verdicts (no ties) whose winner was predicted;
        without strengths and seats it is .5. Log-loss is the mean of -log of the probability given
        to what happened, ties included, in nats. Families weigh the same; for a lab its models do,
        each predicted by its own fit. The intervals are over families; they take the fits as given.
        """
        found: list[Estimate] = []
        for subject in subjects(table, settings):
            found += self._of(table, subject, settings)
        return found

    def _of(
        self, table: pd.DataFrame, subject: Subject, settings: AnalysisSettings
    ) -> Iterator[Estimate]:
        parts = subject.ranking.parts if subject.ranking else ()
        missing = sum(subject.missing.values()) // 2  # each answer is counted for both values
        folds = min([settings.folds, *(len(part.fit.counts.families) for part in parts)])
        method = f"{model_words(settings)}; {folds} folds of families, seed {settings.seed}"
        if not parts or folds < 2:
            reason = subject.reason or "one situation only: nothing can be held out"
            for key in KEYS:
                yield made(subject, self.name, key, missing=missing, method=method, withheld=reason)
            return
        predicted = [
            once(
                table,
                ("held out", id(part.fit), settings),
                lambda part=part: predict(part.fit, settings.folds, settings.seed),
            )
            for part in parts
        ]
        means = self._means(predicted)
        n = sum(one.decisive if self.measure == "accuracy" else one.n for one in predicted)
        for key in KEYS:
            if means.empty:
                reason = "every comparison is a tie"
                yield made(subject, self.name, key, missing=missing, method=method, withheld=reason)
                continue
            found = self._interval([float(x) for x in means[key]], n, key)
            yield made(
                subject,
                self.name,
                key,
                point=float(means[key].mean()),
                low=found.low,
                high=found.high,
                n=n,
                families=len(means),
                missing=missing,
                method=f"{method}; {found.method}",
                withheld=found.withheld,
            )

    def _means(self, predicted: list[Prediction]) -> pd.DataFrame:
        """Family → the mean over models, for families that every model has."""
        frames = [one.accuracy if self.measure == "accuracy" else one.log_loss for one in predicted]
        shared = sorted(set[str].intersection(*(set(frame.index) for frame in frames)))
        whole = np.mean([frame.loc[shared].to_numpy() for frame in frames], axis=0)
        both = pd.DataFrame(whole, index=pd.Index(shared), columns=list(KEYS[:2]))
        sign = 1 if self.measure == "accuracy" else -1
        return both.assign(gain=sign * (both["strengths"] - both["baseline"]))

    def _interval(self, means: list[float], n: int, key: str) -> Interval:
        if len(means) < FEWEST_FAMILIES:
            return Interval(None, None, "over families", few(len(means)))
        if key == "gain":
            return t_interval(means, *((-1.0, 1.0) if self.measure == "accuracy" else ()))
        return korn_graubard(means, n) if self.measure == "accuracy" else t_interval(means, 0.0)


HELD_OUT_ACCURACY = HeldOut(
    "held_out_accuracy",
    "accuracy",
    "share of decisive verdicts of held-out situations that the strengths predict; chance is .5",
)
HELD_OUT_LOG_LOSS = HeldOut(
    "held_out_log_loss",
    "log_loss",
    "mean -log probability of held-out verdicts, in nats; lower is better",
)
