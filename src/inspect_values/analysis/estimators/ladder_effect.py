"""Does it matter whose ladder a judge is shown first?"""

import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.frames import family_frame, with_labs
from inspect_values.analysis.samples import EVERYBODY, difference_of, samples
from inspect_values.analysis.tally import CONDITION, GROUP, tally

_ARMS = ("value", "other")


class LadderEffect:
    """Mean lean where the first value's ladder stood first minus where the second's did."""

    name = "ladder_effect"
    doc = "lean where the judge saw the first value's ladder first minus where it saw the second's"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a subject, pair and condition, and one for all models together.

        Which ladder stands first is decided by a hash of the scenario, so that it is as good as
        drawn at random; only situations count that were judged both ways. The same answers judged
        both ways (`inspect-values audit`) tell it more precisely.
        """
        numbers = tally(table)
        value = numbers.number("lean")
        parts = [
            family_frame(numbers, value, asked=numbers.has("ladders", side))
            for side in ("first", "second")
        ]
        on = [*GROUP, "family"]
        both = parts[0].merge(parts[1], on=on, suffixes=("", "_second"))
        both = both.rename(columns={"value_second": "other"})
        whole = both["value"].notna() & both["other"].notna()
        both["n"] = (both["n"] + both["n_second"]).where(whole, 0)
        both["size"] += both["size_second"]
        frame = with_labs(both.drop(columns=["n_second", "size_second"]), _ARMS)
        found = pd.concat([frame, _everybody(both[whole])], ignore_index=True)
        return [
            difference_of(sample, self.name, sample.pair, -1.0, 1.0)
            for sample in samples(found, _ARMS)
        ]


def _everybody(both: pd.DataFrame) -> pd.DataFrame:
    """All models together: the judge is the same."""
    keys = ["pair", *CONDITION, "family"]
    grouped = both.groupby(keys, observed=True, as_index=False)
    means = grouped.agg(
        value=("value", "mean"), other=("other", "mean"), n=("n", "sum"), size=("size", "sum")
    )
    return means.assign(level="all", subject=EVERYBODY, elsewhere=False)


LADDER_EFFECT = LadderEffect()
