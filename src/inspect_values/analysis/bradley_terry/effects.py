"""The effects beside the strengths: of the seat, and of the query's lean."""

from typing import Literal

import numpy as np

from inspect_values.analysis.bradley_terry.estimates import (
    FEWEST_DEGREES,
    FEWEST_FAMILIES,
    interval,
    made,
    model_words,
)
from inspect_values.analysis.bradley_terry.subjects import Subject
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.settings import AnalysisSettings

KEY = "all"
"""The key of an effect: over all pairs together."""


def effect(
    subject: Subject,
    statistic: str,
    name: Literal["seat", "query"],
    settings: AnalysisSettings,
    words: dict[str, str],
) -> Estimate:
    """An effect of one subject, in log odds, with its t interval.

    Args:
        subject: The subject.
        statistic: The statistic's name.
        name: Which effect.
        settings: How it was fitted.
        words: Why there is none: `untold`, where the data can't tell it from the strengths, and
            `unbounded`, where it has no finite value.
    """
    ranking = subject.ranking
    missing = sum(subject.missing.values()) // 2  # each answer is counted for both values
    if ranking is None:
        return made(subject, statistic, KEY, missing=missing, method=model_words(settings),
                    withheld=subject.reason)  # fmt: skip
    n = sum(int(part.fit.counts.rows.sum()) for part in ranking.parts)
    families = min(len(part.fit.counts.families) for part in ranking.parts)
    column = ranking.column(name)
    method, withheld = model_words(settings), ""
    point = low = high = None
    if column is None:
        withheld = words["untold"]
    elif ranking.unbounded(name):
        withheld = words["unbounded"]
    elif not ranking.converged:
        withheld = "the fit did not converge"
    else:
        point, error = float(ranking.estimates[column]), float(ranking.errors[column])
        degrees = float(ranking.degrees[column])
        method += f", {ranking.parts[0].robust.method} over families, t({degrees:.1f})"
        withheld = _doubt(families, degrees, error)
        low, high = (None, None) if withheld else interval(point, error, degrees)
    return made(
        subject, statistic, KEY, point=point, low=low, high=high, n=n, families=families,
        missing=missing, method=method, withheld=withheld,
    )  # fmt: skip


def _doubt(families: int, degrees: float, error: float) -> str:
    if families < FEWEST_FAMILIES or degrees < FEWEST_DEGREES:
        return f"{families} situations are too few"
    return "every situation gives the same result" if not np.any(error > 1e-9) else ""
