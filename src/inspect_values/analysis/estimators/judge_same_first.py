"""How often two judges of the same answer say that the same value comes first."""

import numpy as np
import pandas as pd

from inspect_values.analysis.effects import ALL
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.frames import family_frame
from inspect_values.analysis.ratings import ANSWER, ratings
from inspect_values.analysis.samples import EVERYBODY, rate_of, samples
from inspect_values.analysis.tally import CONDITION, Tally


class JudgeSameFirst:
    """Share of pairs of judges that agree on what an answer puts first."""

    name = "judge_same_first"
    doc = "share of pairs of judges that put the same first: a value, both or neither"
    every_judge = True

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a condition and pair (and `all`), over the answers of all models."""
        rows = ratings(table)
        if rows.empty:
            return []
        pairs = agreeing(rows, list(ANSWER), "prioritised")
        found: list[Estimate] = []
        for part in (pairs, pairs.assign(pair=ALL)):
            numbers = Tally(part)
            frame = family_frame(numbers, numbers.number("same"), ("pair", *CONDITION))
            frame = frame.assign(level="all", subject=EVERYBODY, elsewhere=False)
            for sample in samples(frame):
                found.append(rate_of(sample, self.name, sample.pair))
        return found


def agreeing(rows: pd.DataFrame, unit: list[str], column: str) -> pd.DataFrame:
    """One row a unit, with the share of pairs of its rows that have the same entry (`same`).

    Units with fewer than two known entries have none.
    """
    first = rows.drop_duplicates(unit).set_index(unit)
    known = rows.dropna(subset=[column])
    of = known.groupby(unit, observed=True, dropna=False)
    count = of.size().reindex(first.index, fill_value=0).to_numpy(dtype="float64")
    each = known.groupby([*unit, column], observed=True, dropna=False).size()
    equal = (each * (each - 1)).groupby(level=list(range(len(unit))), dropna=False).sum()
    equal = equal.reindex(first.index, fill_value=0).to_numpy(dtype="float64")
    pairs = count * (count - 1)
    same = np.divide(equal, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
    return first.assign(same=same).reset_index()


JUDGE_SAME_FIRST = JudgeSameFirst()
