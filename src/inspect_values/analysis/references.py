"""Signatures held against references: whose values do they resemble?

What this can't show is why: training, raters or policy. A reference that a model resembles need not
be where its values come from.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from inspect_values.analysis.estimate import Condition, Estimate
from inspect_values.analysis.estimators.prioritisation_rate import value_names
from inspect_values.analysis.frames import family_frame, with_labs
from inspect_values.analysis.intervals import Interval, quantile_t
from inspect_values.analysis.samples import Sample, samples
from inspect_values.analysis.tally import tally
from inspect_values.plugins.references import Reference

DISTANCE = "reference_distance"
AGREEMENT = "reference_agreement"
RESAMPLES = 1_000
FEWEST_FAMILIES = 8
"""A pair needs so many situations to be held against a reference with an interval."""


def reference_estimates(
    table: pd.DataFrame, references: Sequence[Reference], seed: int = 0
) -> list[Estimate]:
    """Distance and rank agreement of each model and lab with each reference.

    `reference_distance` is the weighted mean of |lean - reference's lean| over the pairs that both
    speak of, 0 to 2; only for references with leans. `reference_agreement` is Kendall's tau-b
    between the two orders, taken over the value pairs that were measured: 1 where every pair leans
    as the reference says, -1 where every one leans the other way (Kendall's general coefficient
    with the signs of the pairs; where all pairs of values are measured and consistent it equals
    tau-b of the two rankings). Intervals resample the situations of each pair (`resampled_leans`).

    Args:
        table: The verdicts of one judge.
        references: What to hold them against.
        seed: Decides the resamples.
    """
    numbers = tally(table)
    frame = with_labs(family_frame(numbers, numbers.number("lean")))
    names = value_names(table)
    found: list[Estimate] = []
    for of in _by_subject(frame):
        for reference in references:
            found += _held(of, reference, names, seed)
    return found


def resampled_leans(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Leans of resampled situations of one pair, with as much spread as so few of them call for.

    The distances from the mean are stretched as for a t interval (Hesterberg 2015, "What teachers
    should know about the bootstrap", The American Statistician 69, 371-386), and cut to -1 to 1.
    """
    count = len(values)
    drawn = rng.multinomial(count, np.full(count, 1 / count), RESAMPLES) @ values / count
    stretch = np.sqrt(count / (count - 1)) * quantile_t(count - 1) / quantile_t(1e9)
    return np.clip(values.mean() + (drawn - values.mean()) * stretch, -1.0, 1.0)


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
    of: list[Sample], reference: Reference, names: dict[str, tuple[str, str]], seed: int
) -> Iterator[Estimate]:
    """One subject against one reference."""
    spoken = {s.pair: reference.expected(s.pair, *names[s.pair]) for s in of}
    both = [s for s in of if spoken[s.pair] is not None and s.count]
    expected = np.array([spoken[s.pair] for s in both], dtype="float64")
    leans = np.array([np.mean(s.means) for s in both], dtype="float64")
    few = [s.pair for s in both if s.count < FEWEST_FAMILIES]
    drawn = np.empty((RESAMPLES, 0))
    if both and not few:
        rng = np.random.default_rng(seed)
        drawn = np.column_stack([resampled_leans(np.asarray(s.means), rng) for s in both])
    weights = np.array([reference.weights.get(s.pair, 1.0) for s in both])
    if reference.leans:
        point = float(distance(leans, expected, weights)) if both else None
        draws = distance(drawn, expected, weights) if drawn.size else np.empty(0)
        yield _estimate(DISTANCE, of, both, reference, point, _spread(both, few, draws, 0.0, 2.0))
    coefficient = float(tau(leans, expected)) if both else np.nan
    draws = tau(drawn, expected) if drawn.size else np.empty(0)
    point = None if np.isnan(coefficient) else coefficient
    found = _spread(both, few, draws[~np.isnan(draws)], -1.0, 1.0)
    if both and point is None:
        found = Interval(None, None, found.method, "the reference or the model orders no pair")
    yield _estimate(AGREEMENT, of, both, reference, point, found)


def _spread(
    both: list[Sample], few: list[str], draws: np.ndarray, low: float, high: float
) -> Interval:
    pairs = f"{len(both)} pair{'s' if len(both) != 1 else ''}"
    method = f"bootstrap over situations of {pairs}, {RESAMPLES} resamples"
    if not both:
        return Interval(None, None, "none", "no pair that the reference speaks of was measured")
    if few:
        reason = f"fewer than {FEWEST_FAMILIES} situations of {', '.join(few[:3])}"
        return Interval(None, None, method, reason)
    if len(draws) < RESAMPLES / 2:
        return Interval(None, None, method, "resamples order no pair")
    ends = [float(np.quantile(draws, q)) for q in (0.025, 0.975)]
    return Interval(max(low, ends[0]), min(high, ends[1]), method)


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
