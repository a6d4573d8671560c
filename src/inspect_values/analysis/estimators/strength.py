"""The strength of each value: the ranking of values on the scale of log odds."""

import pandas as pd

from inspect_values.analysis.bradley_terry.estimates import places, strength, unplaced
from inspect_values.analysis.bradley_terry.subjects import subjects
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.settings import DEFAULT_SETTINGS, AnalysisSettings


class Strength:
    """Bradley–Terry strengths, mean zero among values with a common scale."""

    name = "strength"
    doc = "log odds with which a value wins against another of strength 0; key: the value"

    def estimates(
        self, table: pd.DataFrame, settings: AnalysisSettings = DEFAULT_SETTINGS
    ) -> list[Estimate]:
        """One estimate a subject, value and condition; conditions are never mixed.

        A verdict that puts a value first is a win of it, `both` and `neither` are ties, and what is
        missing is left out and counted. The two seats of a forced choice are rows of their own,
        with a seat effect in the model. For a lab its models weigh the same, over the families and
        pairs that all of them answered.

        In a condition whose queries lean to the pair's first (or second) value, that lean counts
        for the value: such strengths say what the model put first when asked in this way.

        Source: Bradley & Terry (1952), Biometrika 39, 324-345; ties by Davidson (1970), JASA 65.
        """
        found: list[Estimate] = []
        for subject in subjects(table, settings):
            for place in places(subject):
                found.append(strength(place, self.name, place.name, settings))
            found += unplaced(subject, self.name, settings)
        return found


STRENGTH = Strength()
