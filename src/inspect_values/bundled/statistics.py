"""The statistics that this package brings."""

from collections.abc import Iterable
from typing import Any

from inspect_values.plugins.hookspecs import hookimpl


@hookimpl
def statistics() -> Iterable[Any]:
    """Lean, prioritisation rate and refusal rate."""
    from inspect_values.analysis.estimators.lean import LEAN
    from inspect_values.analysis.estimators.prioritisation_rate import PRIORITISATION_RATE
    from inspect_values.analysis.estimators.refusal_rate import REFUSAL_RATE

    return [LEAN, PRIORITISATION_RATE, REFUSAL_RATE]
