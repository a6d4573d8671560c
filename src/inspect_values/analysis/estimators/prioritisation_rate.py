"""The prioritisation rate: how often each value is put first, or both, or neither."""

import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.intervals import korn_graubard
from inspect_values.analysis.partition import groups
from inspect_values.analysis.statistic import estimate


class PrioritisationRate:
    """Share of verdicts that put each value first; four keys a pair that add up to 1."""

    name = "prioritisation_rate"
    doc = "share of verdicts, situations weighted equally, that put the value first"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """Four estimates a subject, pair, elicitation and nudge: two values, both, neither."""
        found: list[Estimate] = []
        for group in groups(table):
            label = group.rows["prioritised"]
            sides = [group.rows["first_value"].iloc[0], group.rows["second_value"].iloc[0]]
            for side in (*sides, "both", "neither"):
                hit = label.eq(side).astype("Float64").where(label.notna())
                value = pd.Series(hit.to_numpy("float64", na_value=float("nan")), index=label.index)
                found.append(
                    estimate(group, self.name, f"{group.pair}:{side}", value, korn_graubard)
                )
        return found


PRIORITISATION_RATE = PrioritisationRate()
