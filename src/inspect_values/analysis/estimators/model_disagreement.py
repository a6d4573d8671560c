"""How far models disagree on the scenarios of a pair."""

import pandas as pd

from inspect_values.analysis.disagreement import HIGH, disagreement
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.frames import family_frame
from inspect_values.analysis.predictors import by_pair
from inspect_values.analysis.samples import EVERYBODY, rate_of, samples
from inspect_values.analysis.tally import CONDITION, Tally


class ModelDisagreement:
    """Mean D of each pair, the larger standard deviation of the models' two positions (0 to 3)."""

    name = "disagreement"
    doc = "mean over scenarios of the larger of the two ladders' standard deviations over models"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a pair and condition, with the key `pair`; nothing of a single model."""
        found = disagreement(table)
        return by_pair(found) if len(found.models) > 1 else []


class HighDisagreementRate:
    """Share of scenarios with a D of 1.5 or more."""

    name = "high_disagreement_rate"
    doc = "share of scenarios, situations weighted equally, on which models disagree by D >= 1.5"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a pair and condition, with the key `pair`; nothing of a single model."""
        found = disagreement(table)
        if len(found.models) < 2 or found.frame.empty:
            return []
        numbers = Tally(found.frame)
        high = (numbers.number("d") >= HIGH).astype("float64")
        frame = family_frame(numbers, high, ("pair", *CONDITION))
        frame = frame.assign(level="all", subject=EVERYBODY, elsewhere=False)
        return [rate_of(sample, self.name, sample.pair) for sample in samples(frame)]


MODEL_DISAGREEMENT = ModelDisagreement()
HIGH_DISAGREEMENT_RATE = HighDisagreementRate()
