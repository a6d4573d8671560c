"""The lean: which of two values a model puts first, and by how much."""

import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.frames import family_frame, with_labs
from inspect_values.analysis.samples import mean_of, samples
from inspect_values.analysis.tally import tally


class Lean:
    """Mean lean on each pair, -1 (second value) to 1 (first value)."""

    name = "lean"
    doc = "mean of (first - second) / 6 over situations; above 0 the first value comes first"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a subject, pair and condition; the interval is over families."""
        numbers = tally(table)
        frame = with_labs(family_frame(numbers, numbers.number("lean")))
        return [mean_of(sample, self.name, sample.pair, -1.0, 1.0) for sample in samples(frame)]


LEAN = Lean()
