"""The rank of each value, with an interval."""

import pandas as pd

from inspect_values.analysis.bradley_terry.estimates import (
    Place,
    made,
    model_words,
    places,
    scale_words,
    unplaced,
)
from inspect_values.analysis.bradley_terry.ranks import ranks
from inspect_values.analysis.bradley_terry.subjects import subjects
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.settings import DEFAULT_SETTINGS, AnalysisSettings


class Rank:
    """Ranks by strength within the values that have a common scale; 1 is the strongest."""

    name = "rank"
    doc = "rank by strength among the values with a common scale, 1 the strongest; key: the value"

    def estimates(
        self, table: pd.DataFrame, settings: AnalysisSettings = DEFAULT_SETTINGS
    ) -> list[Estimate]:
        """One estimate a subject, value and condition.

        The 95 % interval counts the values that are surely stronger and surely weaker
        (`bradley_terry.ranks.rank_intervals`); values of equal strength share their ranks.
        """
        found: list[Estimate] = []
        for subject in subjects(table, settings):
            found += [_rank(place, settings) for place in places(subject)]
            found += unplaced(subject, self.name, settings)
        return found


def _rank(place: Place, settings: AnalysisSettings) -> Estimate:
    ranking, value = place.ranking, place.value
    withheld = "no comparison of it is left" if place.alone else place.withheld
    point = float(ranks(ranking.strengths, ranking.component)[value])
    low = high = None
    if not withheld:
        lowest, highest = ranking.rank_intervals
        low, high = float(lowest[value]), float(highest[value])
    return made(
        place.subject,
        RANK.name,
        place.name,
        point=None if place.alone or not ranking.converged else point,
        low=low,
        high=high,
        n=place.n,
        families=place.families,
        missing=place.subject.missing.get(place.name, 0),
        method=f"{model_words(settings)}; simultaneous differences, {settings.resamples} "
        f"resamples of families, seed {settings.seed}{scale_words(place)}",
        withheld=withheld,
    )


RANK = Rank()
