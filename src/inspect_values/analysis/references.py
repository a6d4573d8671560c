"""Signatures held against references: whose values do they resemble?

What this can't show is why: training, raters or policy. A reference that a model resembles need not
be where its values come from.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from scipy import special

from inspect_values.analysis.estimate import Condition, Estimate
from inspect_values.analysis.estimators.prioritisation_rate import value_names
from inspect_values.analysis.frames import family_frame, with_labs
from inspect_values.analysis.intervals import CONSTANT, Interval, quantile_t
from inspect_values.analysis.labs import without_unknown_labs
from inspect_values.analysis.samples import Sample, samples
from inspect_values.analysis.tally import tally
from inspect_values.plugins.references import Reference

DISTANCE = "reference_distance"
AGREEMENT = "reference_agreement"
REFERENCE_DOCS = {
    DISTANCE: "mean |lean - reference's lean| over the pairs that both speak of, 0 to 2",
    AGREEMENT: "Kendall's tau-b between the model's order and the reference's, -1 to 1",
}
FEWEST_FAMILIES = 8
"""A pair needs so many situations to be held against a reference with an interval."""


def reference_estimates(table: pd.DataFrame, references: Sequence[Reference]) -> list[Estimate]:
    """Distance and rank agreement of each model and lab with each reference.

    `reference_distance` is the weighted mean of |lean - reference's lean| over the pairs that both
    speak of, 0 to 2; only for references with leans. `reference_agreement` is Kendall's tau-b
    between the two orders, taken over the value pairs that were measured: 1 where every pair leans
    as the reference says, -1 where every one leans the other way (Kendall's general coefficient
    with the signs of the pairs; where all pairs of values are measured and consistent it equals
    tau-b of the two rankings). Intervals: `distance_interval` and `agreement_interval`.

    Args:
        table: The verdicts of one judge.
        references: What to hold them against.
    """
    numbers = tally(without_unknown_labs(table))
    frame = with_labs(family_frame(numbers, numbers.number("lean")))
    names = value_names(table)
    found: list[Estimate] = []
    for of in _by_subject(frame):
        for reference in references:
            found += _held(of, reference, names)
    return found


def distance_interval(
    means: Sequence[np.ndarray], expected: np.ndarray, weights: np.ndarray
) -> Interval:
    """The interval of a weighted mean of absolute differences, with t (Welch–Satterthwaite).

    Noise makes absolute differences larger, the more the smaller they are, so that a model that is
    just like the reference never seems so. The lower limit is therefore lower by the most that
    noise can have added: the bias of a folded normal at the lower limit of each pair's difference.
    A bootstrap, which knows nothing of this, covers 0 to 90 % where differences are small
    (docs/decisions/0015).

    Args:
        means: For each pair the mean lean of each situation.
        expected: The reference's lean of each pair.
        weights: How much each pair counts.
    """
    method = f"t over situations of {_pairs(len(means))}, lower limit corrected for noise"
    share = weights / weights.sum()
    counts = np.array([len(values) for values in means])
    gaps = np.abs(np.array([values.mean() for values in means]) - expected)
    errors = np.array([values.std(ddof=1) for values in means]) / np.sqrt(counts)
    parts = (share * errors) ** 2
    if float(parts.sum()) < 1e-15:
        return Interval(None, None, method, CONSTANT)
    half = quantile_t(float(parts.sum() ** 2 / (parts**2 / (counts - 1)).sum())) * math.sqrt(
        float(parts.sum())
    )
    reach = np.array([quantile_t(int(count) - 1) for count in counts]) * errors
    least = np.maximum(0.0, gaps - reach) / np.maximum(errors, 1e-12)
    density = np.exp(-(least**2) / 2) / math.sqrt(2 * math.pi)
    added = 2 * errors * (density - least * special.ndtr(-least))
    point = float(share @ gaps)
    return Interval(max(0.0, point - half - float(share @ added)), min(2.0, point + half), method)


def agreement_interval(means: Sequence[np.ndarray], expected: np.ndarray) -> Interval:
    """The interval of the rank agreement: every pair whose sign is open may have either.

    A pair's sign is settled if a t test over its situations settles it at .05 over the number of
    pairs (Bonferroni), so that with 95 % no settled sign is wrong. The interval goes from all open
    signs against the reference to all with it. Resampled signs would be far too sure of themselves:
    of fifteen small leans with the reference's sign nearly every resample turns some.
    """
    method = f"signs over situations of {_pairs(len(means))}, Bonferroni"
    level = 1 - 2 * 0.05 / len(means)
    signs = np.zeros(len(means))
    for number, values in enumerate(means):
        error = float(values.std(ddof=1)) / math.sqrt(len(values))
        if abs(float(values.mean())) > quantile_t(len(values) - 1, level) * error + 1e-12:
            signs[number] = np.sign(values.mean())
    ends = [float(tau(np.where(signs == 0, way * np.sign(expected), signs), expected))
            for way in (-1, 1)]  # fmt: skip
    return Interval(ends[0], ends[1], method)


def _pairs(count: int) -> str:
    return f"{count} pair{'s' if count != 1 else ''}"


def tau(leans: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Kendall's tau-b between orders, from the signs of value pairs.

    Args:
        leans: … × pairs.
        expected: What the reference says of each pair; its sign counts.

    Returns:
        One coefficient a row; NaN where one of the two orders nothing.
    """
    x, y = np.sign(np.where(np.abs(leans) < 1e-12, 0.0, leans)), np.sign(expected)
    norm = np.sqrt((x**2).sum(axis=-1) * (y**2).sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(norm > 0, (x * y).sum(axis=-1) / norm, np.nan)


def distance(leans: np.ndarray, expected: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The weighted mean absolute difference of leans, one a row."""
    return np.abs(leans - expected) @ (weights / weights.sum())


def _by_subject(frame: pd.DataFrame) -> Iterator[list[Sample]]:
    """The samples of each subject under each condition, one a pair."""
    kept: dict[tuple[str, str, Condition], list[Sample]] = {}
    for sample in samples(frame):
        kept.setdefault((sample.level, sample.subject, sample.condition), []).append(sample)
    yield from kept.values()


def _held(
    of: list[Sample], reference: Reference, names: dict[str, tuple[str, str]]
) -> Iterator[Estimate]:
    """One subject against one reference."""
    spoken = {s.pair: reference.expected(s.pair, *names[s.pair]) for s in of}
    both = [s for s in of if spoken[s.pair] is not None and s.count]
    expected = np.array([spoken[s.pair] for s in both], dtype="float64")
    leans = np.array([np.mean(s.means) for s in both], dtype="float64")
    means = [np.asarray(s.means) for s in both]
    weights = np.array([reference.weights.get(s.pair, 1.0) for s in both])
    reason = _reason(both)
    if reference.leans:
        point = float(distance(leans, expected, weights)) if both else None
        found = reason or distance_interval(means, expected, weights)
        yield _estimate(DISTANCE, of, both, reference, point, found)
    coefficient = float(tau(leans, expected)) if both else np.nan
    point = None if np.isnan(coefficient) else coefficient
    found = reason or agreement_interval(means, expected)
    if both and point is None:
        found = Interval(None, None, "none", "the reference or the model orders no pair")
    yield _estimate(AGREEMENT, of, both, reference, point, found)


def _reason(both: list[Sample]) -> Interval | None:
    """Why there is no interval; None if there is one."""
    few = [s.pair for s in both if s.count < FEWEST_FAMILIES]
    if not both:
        return Interval(None, None, "none", "no pair that the reference speaks of was measured")
    if few:
        reason = f"fewer than {FEWEST_FAMILIES} situations of {', '.join(few[:3])}"
        return Interval(None, None, f"over situations of {_pairs(len(both))}", reason)
    return None


def _estimate(
    statistic: str,
    of: list[Sample],
    both: list[Sample],
    reference: Reference,
    point: float | None,
    interval: Interval,
) -> Estimate:
    return Estimate(
        subject=of[0].subject,
        level=of[0].level,
        statistic=statistic,
        key=reference.name,
        **of[0].condition._asdict(),
        point=point,
        low=interval.low if point is not None else None,
        high=interval.high if point is not None else None,
        n=sum(s.n for s in both),
        families=sum(s.count for s in both),
        missing=sum(s.missing for s in of),
        method=interval.method,
        withheld=interval.withheld,
    )
