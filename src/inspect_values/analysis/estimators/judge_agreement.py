"""How far judges of the same answers agree: Krippendorff's alpha."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from inspect_values.analysis.alpha import alpha_interval, alpha_sums
from inspect_values.analysis.effects import ALL
from inspect_values.analysis.estimate import Condition, Estimate
from inspect_values.analysis.ratings import ANSWER, ratings
from inspect_values.analysis.samples import EVERYBODY
from inspect_values.analysis.tally import CONDITION, Tally

SCALES = ("lean", "first", "second")


class JudgeAgreement:
    """Krippendorff's alpha between judges, on the lean and on both positions."""

    name = "judge_agreement"
    doc = "Krippendorff's alpha between judges of the same answers; 0 is chance, 1 is agreement"
    every_judge = True

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a condition, pair (and `all`) and scale, over the answers of all models.

        The key is `pair:lean`, `pair:first` or `pair:second`. Of a cascade only answers count that
        a second judge saw, which are the ones the first was unsure of.
        """
        rows = ratings(table)
        if rows.empty:
            return []
        parts = [Tally(rows), Tally(rows.assign(pair=ALL).astype({"pair": "string"}))]
        return [one for numbers in parts for one in self._of(numbers)]

    def _of(self, numbers: Tally) -> Iterator[Estimate]:
        group = ("pair", *CONDITION)
        slot, unit = (*group, "family"), (*group, "family", *ANSWER[:2])
        labels = numbers.labels(group)
        of_slot = numbers.ancestor(unit, slot)
        for scale in SCALES:
            value = numbers.number(scale)
            code = numbers.key(unit).codes
            sums = alpha_sums(code, of_slot, value, numbers.key(slot).size)
            for number, row in labels.iterrows():
                own = numbers.key(slot).parent == number
                point, found = alpha_interval(type(sums)(*(x[own] for x in sums)))
                asked = numbers.key(group).codes == number
                condition = Condition(
                    str(row["elicitation"]),
                    int(row["turn"]),
                    str(row["nudge"]),
                    str(row["persona"]),
                )
                yield Estimate(
                    subject=EVERYBODY,
                    level="all",
                    statistic=self.name,
                    key=f"{row['pair']}:{scale}",
                    **condition._asdict(),
                    point=point,
                    low=found.low,
                    high=found.high,
                    n=int(sums.values[own].sum()),
                    families=int((sums.units[own] > 0).sum()),
                    missing=int((asked & np.isnan(value)).sum()),
                    method=found.method,
                    withheld=found.withheld,
                )


JUDGE_AGREEMENT = JudgeAgreement()
