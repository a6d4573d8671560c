"""Which values share a scale: the components of the comparisons."""

from inspect_values.analysis.bradley_terry.counts import Counts
from inspect_values.analysis.bradley_terry.sparse import Ints, parts


def components(counts: Counts) -> Ints:
    """The component of each value, numbered by its first value.

    Values that no chain of comparisons connects have no common scale.
    """
    return parts(len(counts.values), counts.first, counts.second, directed=False)
