"""The lean: which of two values a model puts first, and by how much."""

import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.intervals import t_interval
from inspect_values.analysis.partition import groups
from inspect_values.analysis.statistic import estimate


class Lean:
    """Mean lean on each pair, -1 (second value) to 1 (first value); t interval over families."""

    name = "lean"
    doc = "mean of (first - second) / 6 over situations; above 0 the first value comes first"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a subject, pair, elicitation and nudge."""
        return [
            estimate(
                group,
                self.name,
                group.pair,
                group.rows["lean"],
                lambda means, n: t_interval(means, -1.0, 1.0),
            )
            for group in groups(table)
        ]


LEAN = Lean()
