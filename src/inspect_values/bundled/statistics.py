"""The statistics that this package brings."""

from collections.abc import Iterable
from typing import Any

from inspect_values.plugins.hookspecs import hookimpl


@hookimpl
def statistics() -> Iterable[Any]:
    """Lean, prioritisation and refusal rates, also under other rules; the ranking of values."""
    from inspect_values.analysis.estimators.held_out import HELD_OUT_ACCURACY, HELD_OUT_LOG_LOSS
    from inspect_values.analysis.estimators.lean import LEAN
    from inspect_values.analysis.estimators.nudge_susceptibility import NUDGE_SUSCEPTIBILITY
    from inspect_values.analysis.estimators.p_first import P_FIRST
    from inspect_values.analysis.estimators.prioritisation_rate import PRIORITISATION_RATE
    from inspect_values.analysis.estimators.rank import RANK
    from inspect_values.analysis.estimators.refusal_rate import REFUSAL_RATE
    from inspect_values.analysis.estimators.refusal_rules import REFUSAL_RULES_STATISTIC
    from inspect_values.analysis.estimators.seat_effect import SEAT_EFFECT
    from inspect_values.analysis.estimators.strength import STRENGTH
    from inspect_values.analysis.estimators.strength_by_refusal_rule import (
        STRENGTH_BY_REFUSAL_RULE,
    )
    from inspect_values.analysis.estimators.thresholds import PRIORITISATION_BY_THRESHOLD

    return [
        LEAN,
        PRIORITISATION_RATE,
        REFUSAL_RATE,
        REFUSAL_RULES_STATISTIC,
        PRIORITISATION_BY_THRESHOLD,
        HELD_OUT_ACCURACY,
        HELD_OUT_LOG_LOSS,
        STRENGTH,
        RANK,
        P_FIRST,
        SEAT_EFFECT,
        NUDGE_SUSCEPTIBILITY,
        STRENGTH_BY_REFUSAL_RULE,
    ]
