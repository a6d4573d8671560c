"""The statistics that this package brings."""

from collections.abc import Iterable
from typing import Any

from inspect_values.plugins.hookspecs import hookimpl


@hookimpl
def statistics() -> Iterable[Any]:
    """Lean, prioritisation and refusal rates, and the first two under other rules."""
    from inspect_values.analysis.estimators.lean import LEAN
    from inspect_values.analysis.estimators.prioritisation_rate import PRIORITISATION_RATE
    from inspect_values.analysis.estimators.refusal_rate import REFUSAL_RATE
    from inspect_values.analysis.estimators.refusal_rules import REFUSAL_RULES_STATISTIC
    from inspect_values.analysis.estimators.thresholds import PRIORITISATION_BY_THRESHOLD

    return [
        LEAN,
        PRIORITISATION_RATE,
        REFUSAL_RATE,
        REFUSAL_RULES_STATISTIC,
        PRIORITISATION_BY_THRESHOLD,
    ]
