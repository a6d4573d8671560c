"""The prioritisation rate: how often each value is put first, or both, or neither."""

import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.frames import family_frame, with_labs
from inspect_values.analysis.samples import rate_of, samples
from inspect_values.analysis.tally import Floats, Tally, tally


class PrioritisationRate:
    """Share of verdicts that put each value first; four keys a pair that add up to 1."""

    name = "prioritisation_rate"
    doc = "share of verdicts, situations weighted equally, that put the value first"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """Four estimates a subject, pair and condition: two values, both, neither."""
        numbers = tally(table)
        names = value_names(table)
        found: list[Estimate] = []
        for place, side in enumerate(("first_value", "second_value", "both", "neither")):
            hit = puts_first(numbers, side) if place < 2 else numbers.equals("prioritised", side)
            for sample in samples(with_labs(family_frame(numbers, hit))):
                value = names[sample.pair][place] if place < 2 else side
                found.append(rate_of(sample, self.name, f"{sample.pair}:{value}"))
        return found


def puts_first(numbers: Tally, side: str) -> Floats:
    """1 where the pair's value in the column `side` is prioritised, 0 where not, NaN if missing."""
    said, value = numbers.column("prioritised"), numbers.column(side)
    # the place of each value among the labels of what was prioritised; -2 if it never was
    place = said.labels.get_indexer(value.labels)
    place = place.astype("int64")
    place[place < 0] = -2
    wanted = place[value.codes] if len(place) else said.codes - 1
    hit = (said.codes == wanted).astype("float64")
    hit[said.codes < 0] = float("nan")
    return hit


def value_names(table: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Pair → the ids of its two values."""
    first = table[["pair", "first_value", "second_value"]].drop_duplicates("pair")
    rows = zip(first["pair"], first["first_value"], first["second_value"], strict=True)
    return {str(pair): (str(one), str(two)) for pair, one, two in rows}


PRIORITISATION_RATE = PrioritisationRate()
