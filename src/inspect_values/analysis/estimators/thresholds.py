"""The prioritisation rate at several thresholds, side by side."""

import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.estimators.prioritisation_rate import PRIORITISATION_RATE
from inspect_values.analysis.rules import with_threshold

THRESHOLDS = (1, 2, 3)


class PrioritisationByThreshold:
    """How often each value is put first, from a difference of 1, 2 and 3 positions on."""

    name = "prioritisation_by_threshold"
    doc = "share of verdicts that put the value first, at the thresholds 1, 2 and 3"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """The estimates of the prioritisation rate at each threshold, with `@threshold` in the key.

        What was chosen outright has no positions, and no threshold either: it is left out.
        """
        placed = table[table["first"].notna() | table["outcome"].ne("verdict")]
        return [
            one.model_copy(update={"statistic": self.name, "key": f"{one.key}@{threshold}"})
            for threshold in THRESHOLDS
            for one in PRIORITISATION_RATE.estimates(with_threshold(placed, threshold))
        ]


PRIORITISATION_BY_THRESHOLD = PrioritisationByThreshold()
