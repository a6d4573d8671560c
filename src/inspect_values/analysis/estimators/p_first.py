"""The probability that a value is the strongest."""

import pandas as pd

from inspect_values.analysis.bradley_terry.estimates import (
    Place,
    made,
    model_words,
    places,
    scale_words,
    unplaced,
)
from inspect_values.analysis.bradley_terry.ranks import first
from inspect_values.analysis.bradley_terry.subjects import subjects
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.settings import DEFAULT_SETTINGS, AnalysisSettings


class PFirst:
    """P(rank 1): in what share of resamples of families a value is the strongest."""

    name = "p_first"
    doc = "probability of rank 1 among the values with a common scale; key: the value"

    def estimates(
        self, table: pd.DataFrame, settings: AnalysisSettings = DEFAULT_SETTINGS
    ) -> list[Estimate]:
        """One estimate a subject, value and condition; it has no interval of its own.

        Resamples are widened for few families (`bradley_terry.ranks.widened`). No share is stated
        as 0 or 1: a value that is first in every one of R resamples has more than 1 - 1 / R.
        """
        found: list[Estimate] = []
        for subject in subjects(table, settings):
            found += [_first(place, settings) for place in places(subject)]
            found += unplaced(subject, self.name, settings)
        return found


def _first(place: Place, settings: AnalysisSettings) -> Estimate:
    ranking = place.ranking
    withheld = "no comparison of it is left" if place.alone else place.withheld
    point = None
    if not withheld:
        share = float(first(ranking.draws, ranking.component)[place.value])
        least = 1 / max(1, ranking.draws.shape[1])
        point = min(max(share, least), 1 - least)
    return made(
        place.subject,
        P_FIRST.name,
        place.name,
        point=point,
        n=place.n,
        families=place.families,
        missing=place.subject.missing.get(place.name, 0),
        method=f"{model_words(settings)}; share of {settings.resamples} resamples of families, "
        f"seed {settings.seed}, widened for few families{scale_words(place)}",
        withheld=withheld or "a share of resamples has no interval of its own",
    )


P_FIRST = PFirst()
