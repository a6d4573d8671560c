"""The plots that this package brings."""

from collections.abc import Iterable
from typing import Any

from inspect_values.plugins.hookspecs import hookimpl


@hookimpl
def plots() -> Iterable[Any]:
    """Leans and what was prioritised, ranks, response classes, factors, ways of asking."""
    from inspect_values.reporting.plots.factor_effects import FACTOR_EFFECTS
    from inspect_values.reporting.plots.lean_by_model import LEAN_BY_MODEL
    from inspect_values.reporting.plots.prioritisation import PRIORITISATION
    from inspect_values.reporting.plots.response_classes import RESPONSE_CLASSES
    from inspect_values.reporting.plots.value_ranks import VALUE_RANKS
    from inspect_values.reporting.plots.ways_of_asking import WAYS_OF_ASKING

    return [
        LEAN_BY_MODEL,
        PRIORITISATION,
        VALUE_RANKS,
        RESPONSE_CLASSES,
        FACTOR_EFFECTS,
        WAYS_OF_ASKING,
    ]
