"""The prioritisation rate at several thresholds, side by side."""

import numpy as np
import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.estimators.prioritisation_rate import value_names
from inspect_values.analysis.frames import family_frame, with_labs
from inspect_values.analysis.rules import BOTH_FROM
from inspect_values.analysis.samples import rate_of, samples
from inspect_values.analysis.tally import tally

THRESHOLDS = (1, 2, 3)


class PrioritisationByThreshold:
    """How often each value is put first, from a difference of 1, 2 and 3 positions on."""

    name = "prioritisation_by_threshold"
    doc = "share of verdicts that put the value first, at the thresholds 1, 2 and 3"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """The estimates of the prioritisation rate at each threshold, with `@threshold` in the key.

        What was chosen outright has no positions, and no threshold either: it is left out.
        """
        numbers, names = tally(table), value_names(table)
        first, second = numbers.number("first"), numbers.number("second")
        gap, least = first - second, np.minimum(first, second)
        asked = ~np.isnan(first) | ~numbers.has("outcome", "verdict")
        found: list[Estimate] = []
        for threshold in THRESHOLDS:
            tied = np.abs(gap) < threshold
            sides = (
                gap >= threshold,
                gap <= -threshold,
                tied & (least >= BOTH_FROM),
                tied & (least < BOTH_FROM),
            )
            for place, hit in enumerate(sides):
                value = np.where(np.isnan(gap), np.nan, hit.astype("float64"))
                frame = with_labs(family_frame(numbers, value, asked=asked))
                for sample in samples(frame):
                    side = (*names[sample.pair], "both", "neither")[place]
                    key = f"{sample.pair}:{side}@{threshold}"
                    found.append(rate_of(sample, self.name, key))
        return found


PRIORITISATION_BY_THRESHOLD = PrioritisationByThreshold()
