"""The refusal rate: how often a model refuses, in words or through its provider's filter."""

import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.intervals import korn_graubard
from inspect_values.analysis.samples import estimate_of, family_frame, samples, with_labs
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
        return [
            estimate_of(
                sample,
                self.name,
                sample.pair,
                korn_graubard(sample.means, sample.n) if sample.families else None,
            )
            for sample in samples(with_labs(frame))
        ]


REFUSAL_RATE = RefusalRate()
