"""The refusal rate: how often a model refuses, in words or through its provider's filter."""

import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.intervals import korn_graubard
from inspect_values.analysis.partition import groups
from inspect_values.analysis.statistic import estimate


class RefusalRate:
    """Share of answers that refuse, of those of which it is known; open answers only."""

    name = "refusal_rate"
    doc = "share of answers, situations weighted equally, that refuse"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a subject, pair and nudge."""
        return [
            estimate(group, self.name, group.pair, group.rows["refused"], korn_graubard)
            for group in groups(table)
            if group.condition.elicitation != "choice"
        ]


REFUSAL_RATE = RefusalRate()
