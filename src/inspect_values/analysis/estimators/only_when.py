"""Claims of the form "only when liability is high": is there nothing where it is not?"""

from collections.abc import Iterator

import pandas as pd
from scipy import special

from inspect_values.analysis.effects import ALL
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.factors import FEWEST_SITUATIONS, absent_frame, reported_levels
from inspect_values.analysis.frames import with_labs
from inspect_values.analysis.intervals import (
    Interval,
    effective_size,
    korn_graubard,
    mean_interval,
)
from inspect_values.analysis.samples import Sample, estimate_of, samples
from inspect_values.analysis.tally import Tally, tally

MARGINS = {"refused": 0.05, "lean": 0.1}
"""What counts as nothing: a share of refusals below .05, a lean within ±0.1."""


class OnlyWhen:
    """An equivalence test of the outcome where a factor's level is absent.

    "Refuses only when liability is high" needs more than a difference: it needs that refusals are
    shown to be next to none where liability is not high. Two one-sided tests (TOST; Schuirmann
    1987, Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680); for refusals the one side
    that can fail.
    """

    name = "only_when"
    doc = "outcome where a factor's level is absent, with the p-value that it is not next to none"

    def __init__(self, refused: float = MARGINS["refused"], lean: float = MARGINS["lean"]) -> None:
        self.margins = {"refused": refused, "lean": lean}

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a subject, condition, pair, level and outcome.

        The key is `pair:factor:level:refused` or `…:lean`, and `all:…` for all pairs together. The
        point is the outcome over the cells without the level; `p_value` is that of the equivalence
        test: below .05 the outcome is next to none there, and a high value shows nothing.
        """
        numbers = tally(table)
        return [one for outcome in self.margins for one in self._of(numbers, outcome)]

    def _of(self, numbers: Tally, outcome: str) -> Iterator[Estimate]:
        asked = ~numbers.has("elicitation", "choice") if outcome == "refused" else None
        frame = absent_frame(numbers, numbers.number(outcome), asked=asked)
        for part in (reported_levels(frame), reported_levels(frame.assign(pair=ALL))):
            for level, rows in part.groupby("contrast", sort=True):
                for sample in samples(with_labs(rows)):
                    found = self._interval(sample, outcome) if sample.count else None
                    key = f"{sample.pair}:{level}:{outcome}"
                    yield estimate_of(sample, self.name, key, found)

    def _interval(self, sample: Sample, outcome: str) -> Interval:
        margin = self.margins[outcome]
        means = [float(mean) for mean in sample.means]
        if outcome == "refused":
            found, p = korn_graubard(means, sample.n), rate_p_value(means, sample.n, margin)
            limit = f"below {margin:g}"
        else:
            found, p = mean_interval(means, -1.0, 1.0), mean_p_value(means, margin)
            limit = f"within ±{margin:g}"
        if len(means) < FEWEST_SITUATIONS:
            reason = f"{len(means)} situations have the factor; {FEWEST_SITUATIONS} are needed"
            return Interval(None, None, found.method, reason)
        return found._replace(method=f"{found.method}; p of not {limit} (TOST)", p=p)


def rate_p_value(means: list[float], n: int, margin: float) -> float | None:
    """The p-value of a rate of `margin` or more: the exact binomial one at the effective size."""
    if len(means) < FEWEST_SITUATIONS:
        return None
    size = effective_size(means, n)
    hits = sum(means) / len(means) * size
    return float(special.betaincc(hits + 1, max(size - hits, 1e-9), margin))


def mean_p_value(means: list[float], margin: float) -> float | None:
    """The p-value of a mean outside ±`margin`: the larger of two one-sided t tests."""
    if len(means) < FEWEST_SITUATIONS:
        return None
    count = len(means)
    mean = sum(means) / count
    error = (sum((x - mean) ** 2 for x in means) / (count - 1) / count) ** 0.5
    if error < 1e-12:
        return None
    return float(special.stdtr(count - 1, (abs(mean) - margin) / error))


ONLY_WHEN = OnlyWhen()
