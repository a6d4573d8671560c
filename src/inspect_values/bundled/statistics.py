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
        *_conditions(),
        *_labs(),
        *_judges(),
    ]


def _conditions() -> list[Any]:
    """What changes an answer: how it is asked, pushed, primed, and the facts of the case."""
    from inspect_values.analysis.estimators.elicitation_gap import ELICITATION_GAP
    from inspect_values.analysis.estimators.factor_by_lab import FACTOR_BY_LAB
    from inspect_values.analysis.estimators.factor_effect import FACTOR_EFFECT
    from inspect_values.analysis.estimators.give_way import GIVE_WAY
    from inspect_values.analysis.estimators.only_when import ONLY_WHEN
    from inspect_values.analysis.estimators.response_class_rate import RESPONSE_CLASS_RATE
    from inspect_values.analysis.estimators.steadfastness import STEADFASTNESS
    from inspect_values.analysis.estimators.steerability import STEERABILITY

    return [
        RESPONSE_CLASS_RATE,
        ELICITATION_GAP,
        STEADFASTNESS,
        GIVE_WAY,
        STEERABILITY,
        FACTOR_EFFECT,
        FACTOR_BY_LAB,
        ONLY_WHEN,
    ]


def _labs() -> list[Any]:
    """How models differ, and whether labs explain it."""
    from inspect_values.analysis.estimators.lab_classification import LAB_CLASSIFICATION
    from inspect_values.analysis.estimators.lab_contrast import LAB_CONTRAST
    from inspect_values.analysis.estimators.lab_lean import LAB_LEAN
    from inspect_values.analysis.estimators.lab_permutation import LAB_PERMUTATION
    from inspect_values.analysis.estimators.lab_variance_share import LAB_VARIANCE_SHARE
    from inspect_values.analysis.estimators.model_disagreement import (
        HIGH_DISAGREEMENT_RATE,
        MODEL_DISAGREEMENT,
    )

    return [
        LAB_LEAN,
        LAB_CONTRAST,
        LAB_VARIANCE_SHARE,
        LAB_PERMUTATION,
        LAB_CLASSIFICATION,
        MODEL_DISAGREEMENT,
        HIGH_DISAGREEMENT_RATE,
    ]


def _judges() -> list[Any]:
    """How far judges and repeats agree."""
    from inspect_values.analysis.estimators.judge_agreement import JUDGE_AGREEMENT
    from inspect_values.analysis.estimators.judge_same_first import JUDGE_SAME_FIRST
    from inspect_values.analysis.estimators.ladder_effect import LADDER_EFFECT
    from inspect_values.analysis.estimators.repeat_flips import REPEAT_FLIPS
    from inspect_values.analysis.estimators.repeatability import REPEATABILITY

    return [JUDGE_AGREEMENT, JUDGE_SAME_FIRST, LADDER_EFFECT, REPEATABILITY, REPEAT_FLIPS]
