"""How far a model's repeated answers to the same query agree."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from inspect_values.analysis.alpha import AlphaSums, alpha_interval, alpha_sums
from inspect_values.analysis.estimate import Condition, Estimate
from inspect_values.analysis.tally import GROUP, tally

_SCENARIO = ("family", "cell", "scenario", "seat")


class Repeatability:
    """Krippendorff's alpha of the lean between the epochs of the same query."""

    name = "repeatability"
    doc = "Krippendorff's alpha of the lean between repeats; 0 is chance, 1 is the same each time"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a model, pair and condition that was asked more than once.

        Where a model leans the same way in every situation, alpha is low although its repeats
        agree: look at `repeat_flips` too.
        """
        numbers = tally(table)
        if len(numbers.column("epoch").labels) < 2:
            return []
        slot, unit = (*GROUP, "family"), (*GROUP, *_SCENARIO)
        sums = alpha_sums(
            numbers.key(unit).codes,
            numbers.ancestor(unit, slot),
            numbers.number("lean"),
            numbers.key(slot).size,
        )
        return list(self._of(numbers.labels(GROUP), numbers.key(slot).parent, sums))

    def _of(self, labels: pd.DataFrame, group: np.ndarray, sums: AlphaSums) -> Iterator[Estimate]:
        rows = labels.assign(number=np.arange(len(labels)))
        for row in rows.sort_values(list(GROUP[1:]), kind="stable").itertuples():
            own = group == row.number
            if not (sums.units[own] > 0).any():
                continue
            point, found = alpha_interval(AlphaSums(*(x[own] for x in sums)))
            condition = Condition(
                str(row.elicitation), int(str(row.turn)), str(row.nudge), str(row.persona)
            )
            yield Estimate(
                subject=str(row.model),
                level="model",
                statistic=self.name,
                key=str(row.pair),
                **condition._asdict(),
                point=point,
                low=found.low,
                high=found.high,
                n=int(sums.values[own].sum()),
                families=int((sums.units[own] > 0).sum()),
                missing=0,
                method=found.method,
                withheld=found.withheld,
            )


REPEATABILITY = Repeatability()
