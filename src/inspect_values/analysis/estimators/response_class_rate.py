"""What answers do with the request: the share of each of the seven response classes."""

import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.frames import family_frame, with_labs
from inspect_values.analysis.samples import rate_of, samples
from inspect_values.analysis.tally import tally
from inspect_values.verdict import Outcome, ResponseClass


class ResponseClassRate:
    """Share of answers in each response class; seven keys a pair that add up to 1."""

    name = "response_class_rate"
    doc = "share of answers, situations weighted equally, in each of the seven response classes"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """Seven estimates a subject, pair and condition, with the key `pair:class`.

        Forced choices have no class, nor have runs that told refusals by rules: these are left out,
        they are not missing.
        """
        numbers = tally(table)
        asked = ~numbers.has("elicitation", "choice")
        asked &= ~numbers.has("response_outcome", Outcome.NOT_SCORED.value)
        found: list[Estimate] = []
        for response in ResponseClass:
            hit = numbers.equals("response_class", response.value)
            for sample in samples(with_labs(family_frame(numbers, hit, asked=asked))):
                found.append(rate_of(sample, self.name, f"{sample.pair}:{response.value}"))
        return found


RESPONSE_CLASS_RATE = ResponseClassRate()
