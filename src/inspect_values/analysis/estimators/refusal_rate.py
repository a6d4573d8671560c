"""The refusal rate: how often a model refuses, in words or through its provider's filter."""

import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.frames import family_frame, with_labs
from inspect_values.analysis.samples import rate_of, samples
from inspect_values.analysis.tally import tally


class RefusalRate:
    """Share of answers that refuse, of those of which it is known; no forced choices."""

    name = "refusal_rate"
    doc = "share of answers, situations weighted equally, that refuse"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a subject, pair and condition."""
        numbers = tally(table)
        answered = ~numbers.has("elicitation", "choice")
        frame = family_frame(numbers, numbers.number("refused"), asked=answered)
        return [rate_of(sample, self.name, sample.pair) for sample in samples(with_labs(frame))]


REFUSAL_RATE = RefusalRate()
