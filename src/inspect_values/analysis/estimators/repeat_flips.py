"""How often two answers to the same query put opposite values first."""

import numpy as np
import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.estimators.prioritisation_rate import puts_first
from inspect_values.analysis.frames import unit_means, with_labs
from inspect_values.analysis.samples import rate_of, samples
from inspect_values.analysis.tally import GROUP, Floats, Tally, tally

_SCENARIO = ("family", "cell", "scenario", "seat")


class RepeatFlips:
    """Share of pairs of repeats of which one puts the first value first, the other the second."""

    name = "repeat_flips"
    doc = "share of pairs of repeats of the same query that put opposite values first"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a subject, pair and condition that was asked more than once."""
        numbers = tally(table)
        if len(numbers.column("epoch").labels) < 2:
            return []
        return [
            rate_of(sample, self.name, sample.pair)
            for sample in samples(with_labs(flip_frame(numbers)))
            if sample.n or sample.missing
        ]


def flip_frame(numbers: Tally) -> pd.DataFrame:
    """The share of flips in each family, for each model and condition; `n` are queries."""
    slot, cell, unit = (*GROUP, "family"), (*GROUP, "family", "cell"), (*GROUP, *_SCENARIO)
    codes, size = numbers.key(unit).codes, numbers.key(unit).size
    sides = [puts_first(numbers, side) for side in ("first_value", "second_value")]
    known = (codes >= 0) & ~np.isnan(sides[0])
    count = np.bincount(codes[known], minlength=size)
    asked = np.bincount(codes[codes >= 0], minlength=size) > 1
    for_first, for_second = (
        np.bincount(codes[known], weights=side[known], minlength=size) for side in sides
    )
    pairs = count * (count - 1) / 2
    flips: Floats = np.divide(
        for_first * for_second, pairs, out=np.full(size, np.nan), where=pairs > 0
    )
    frame = numbers.labels(slot)
    of_cell, of_slot = numbers.ancestor(unit, cell), numbers.ancestor(unit, slot)
    told = ~np.isnan(flips)
    frame["value"] = unit_means(flips, told, of_cell, numbers.ancestor(cell, slot), len(frame))
    frame["n"] = np.bincount(of_slot[told], minlength=len(frame))
    frame["size"] = np.bincount(of_slot[asked], minlength=len(frame))
    return frame[frame["size"] > 0].reset_index(drop=True)


REPEAT_FLIPS = RepeatFlips()
