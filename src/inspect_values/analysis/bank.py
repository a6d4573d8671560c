"""The target `bank`: means for exactly this bank, whose situations are no sample of others.

The bank's queries are fixed, so the number to know is the mean of the answers that the model gives
to exactly these. All that varies is the answer to the same query, asked and judged again: the
variance of a mean is the sum of the variances within queries, over their repetitions.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import pandas as pd

from inspect_values.analysis.estimate import Condition, Estimate
from inspect_values.analysis.frames import UNIT, family_frame, with_labs
from inspect_values.analysis.intervals import (
    FEW_AWAY,
    BetaMean,
    Interval,
    beta_interval,
    independent_difference,
)
from inspect_values.analysis.samples import Sample, estimate_of, samples
from inspect_values.analysis.tally import CONDITION, GROUP, Floats, Key, Tally

FEWEST_REPEATED = 0.5
"""The least share of a mean's weight that must lie on queries with two answers or more."""

ONCE = "most queries were answered once: nothing tells how answers vary"

_SUMS = ("noise", "squares", "weights", "single", "varied")
"""Of each family, so that the sums over families belong to the sum of their means: the variance of
its mean; the sum of the squared parts of that variance, each over its degrees of freedom + 2; the
squared weights of its answers; the weight of queries with one answer; and how many queries got
answers that differ."""

SUMS = tuple(f"{name}_{arm}" for arm in range(2) for name in _SUMS)
"""The columns of two arms (`arm_sums`)."""

OTHERS = {
    "held_out_accuracy": "predicts situations that were left out of a fit",
    "held_out_log_loss": "predicts situations that were left out of a fit",
    "p_first": "is the share of resamples of situations",
    "lab_lean": "speaks of models and situations like these",
    "lab_variance_share": "subtracts what chance in the choice of situations adds",
}
"""Statistics that are about other situations by what they are, and so have no number here."""

OF_MODELS = ("lab_permutation", "lab_classification")
"""Tests that permute models, not situations: they hold for either target."""


def bank_estimates(
    numbers: Tally,
    value: Floats,
    statistic: str,
    key: Callable[[str], str],
    low: float,
    high: float,
    asked: np.ndarray | None = None,
) -> list[Estimate]:
    """The mean of `value` for each subject, pair and condition, for exactly this bank.

    The points are those for situations like these; the interval is `bank_interval`.

    Args:
        numbers: The table.
        value: One number a row, NaN where there is none.
        statistic: The statistic's name.
        key: Pair → the estimate's key.
        low: The least value that there is.
        high: The greatest.
        asked: Which rows were asked for a value; None means all.
    """
    frame = family_frame(numbers, value, asked=asked)
    sums = _repetition(numbers, value, asked)
    wide = frame.merge(sums, on=[*GROUP, "family"], how="left", validate="one_to_one")
    columns = ("value", *_SUMS)
    models = _models(frame)
    found: list[Estimate] = []
    for sample in samples(with_labs(wide, columns), columns):
        count = models.get((sample.subject, sample.pair, sample.condition), 1)
        made = bank_interval(sample, 1 if sample.level == "model" else count, low, high)
        plain = replace(sample, values=sample.values[:, :1])
        interval = made if sample.count else None
        found.append(estimate_of(plain, statistic, key(sample.pair), interval, target="bank"))
    return found


def bank_interval(sample: Sample, models: int, low: float, high: float) -> Interval:
    """The interval of a mean over fixed queries.

    The scale is mapped to 0 to 1, and the interval is the beta interval at the sample size that a
    proportion with this variance would have, as for situations like these (`mean_interval`). The
    degrees of freedom are Welch's (1947, "The generalization of Student's problem when several
    different population variances are involved", Biometrika 34, 28-35), in the form that corrects
    for variances estimated from two or three answers each. Fixed queries never vary more than
    answers drawn from one pot (Hoeffding 1956, "On the distribution of the number of successes in
    independent trials", Annals of Mathematical Statistics 27, 713-721), so the effective size is
    never less than that of the answers (Kish); where fewer than `FEW_AWAY` queries got answers that
    differ, it is no more either.

    Args:
        sample: One row a family: its mean and `_SUMS`.
        models: How many models a family's mean is over.
        low: The least value that there is.
        high: The greatest.
    """
    method = "beta over repeats of exactly this bank"
    if not sample.count:
        return Interval(None, None, method)
    one = _mean_of(sample.values, models, low, high)
    if one is None:
        return Interval(None, None, method, ONCE)
    below, above = beta_interval(one)
    return Interval(low + below * (high - low), low + above * (high - low), method)


def bank_difference(sample: Sample, low: float, high: float) -> Interval:
    """The interval of the difference of two means over the same fixed queries, one - other.

    The queries are the same, the answers are not: what changes when a query is asked again is
    independent of one model to the other, so that the intervals of the two means
    (`bank_interval`) are put together without a correlation (MOVER: Zou & Donner 2008).

    Args:
        sample: One row a family: the two means, then `arm_sums` of the one and of the other.
        low: The least value of either.
        high: The greatest.
    """
    method = "beta (MOVER) over repeats of exactly this bank"
    size = len(_SUMS)
    columns = ([0, *range(2, 2 + size)], [1, *range(2 + size, 2 + 2 * size)])
    one, other = (_mean_of(sample.values[:, own], 1, low, high) for own in columns)
    if one is None or other is None:
        return Interval(None, None, method, ONCE)
    return independent_difference(one, other, high - low, method)


def _mean_of(values: np.ndarray, models: int, low: float, high: float) -> BetaMean | None:
    """The mean over families, brought to 0 to 1; None where most queries were answered once."""
    scale, families = high - low, len(values)
    noise, squares, weights, single, varied = values[:, 1:].sum(axis=0)
    if single > (1 - FEWEST_REPEATED) * families:
        return None
    mean = float(np.clip((values[:, 0].mean() - low) / scale, 0, 1))
    # with_labs takes means over models, where variances of a mean over them divide by their number
    variance = noise / models / families**2 / scale**2
    parts = squares / models**3 / families**4 / scale**4
    size = families**2 * models / weights
    freedom = np.inf
    if variance > 1e-15 and varied * models >= FEW_AWAY:
        freedom = max(1.0, variance**2 / parts - 2)
        size = max(size, mean * (1 - mean) / variance)
    return BetaMean(mean, float(size), float(freedom))


def for_bank(one: Estimate) -> Estimate:
    """An estimate that was made for situations like these, as far as it holds for a bank.

    The point of what is a mean or a fit holds; its interval is about the choice of situations and
    does not.
    """
    if one.target == "bank":
        return one
    if one.statistic in OF_MODELS:
        return one.model_copy(update={"target": "bank"})
    gone = {"low": None, "high": None, "p_value": None, "p_corrected": None, "target": "bank"}
    if one.statistic in OTHERS:
        reason = f"it {OTHERS[one.statistic]}, so there is none for exactly this bank"
        return one.model_copy(update={**gone, "point": None, "withheld": reason})
    reason = "for exactly this bank only means of answers have intervals"
    return one.model_copy(update={**gone, "withheld": one.withheld or reason})


def _repetition(numbers: Tally, value: Floats, asked: np.ndarray | None) -> pd.DataFrame:
    """One row a group and family: `_SUMS`."""
    slot = (*GROUP, "family")
    cell, full = (*slot, "cell"), (*slot, "cell", *UNIT)
    unit = numbers.key(full)
    rows = np.ones(len(numbers), dtype=bool) if asked is None else asked
    n, squares = _spread_of(unit, value, rows)
    of_cell = numbers.ancestor(full, cell)
    of_slot, cell_slot = numbers.ancestor(full, slot), numbers.ancestor(cell, slot)
    in_cell = np.bincount(of_cell, weights=n, minlength=len(cell_slot))
    cells = np.bincount(cell_slot[in_cell > 0], minlength=numbers.key(slot).size)
    # the weight of one answer in its family's mean
    weight = _ratio(np.ones(unit.size), in_cell[of_cell] * cells[of_slot])
    spread = _spread(squares, n, numbers.ancestor(slot, GROUP)[of_slot])
    frame = numbers.labels(slot)
    for name, values in _parts(n, squares, spread, weight).items():
        frame[name] = np.bincount(of_slot, weights=values, minlength=len(frame))
    return frame


def arm_sums(
    numbers: Tally,
    value: Floats,
    arms: Sequence[np.ndarray],
    by: Sequence[str],
    unit: Sequence[str] = UNIT,
) -> pd.DataFrame:
    """`_SUMS` of ways of asking that are compared on the very same queries.

    Queries weigh as in `frames.paired_frame`: those count that have a value in every arm, the same
    within their cell.

    Returns:
        One row a group and family: `by`, `family`, and `SUMS` with the number of the arm.
    """
    slot, full = (*by, "family"), (*by, "family", "cell", *unit)
    counted = [_spread_of(numbers.key(full), value, arm) for arm in arms]
    every = np.all([n > 0 for n, _ in counted], axis=0)
    of_slot, of_cell = numbers.ancestor(full, slot), numbers.ancestor(full, full[: len(slot) + 1])
    cell_slot = numbers.ancestor(full[: len(slot) + 1], slot)
    in_cell = np.bincount(of_cell[every], minlength=len(cell_slot))
    cells = np.bincount(cell_slot[in_cell > 0], minlength=numbers.key(slot).size)
    share = _ratio(every.astype("float64"), in_cell[of_cell] * cells[of_slot])
    frame = numbers.labels(slot)
    for arm, (n, squares) in enumerate(counted):
        spread = _spread(squares, n, numbers.ancestor(slot, by)[of_slot])
        parts = _parts(n * every, squares * every, spread, _ratio(share, n))
        for name, values in parts.items():
            found = np.bincount(of_slot, weights=values, minlength=len(frame))
            frame[f"{name}_{arm}"] = found
    return frame


def over_models(sums: pd.DataFrame, models: pd.Series) -> pd.DataFrame:
    """Means of `arm_sums` over models → the sums of the mean over models."""
    power = {"noise": -1, "squares": -3, "weights": -1, "single": 0, "varied": 1}
    count = models.astype("float64")
    return sums.assign(
        **{name: sums[name] * count ** power[name.rsplit("_", 1)[0]] for name in SUMS}
    )


def _spread_of(unit: Key, value: Floats, rows: np.ndarray) -> tuple[np.ndarray, Floats]:
    """How many values each query has, and their squared differences from its mean."""
    known = rows & (unit.codes >= 0) & ~np.isnan(value)
    codes = unit.codes[known]
    n = np.bincount(codes, minlength=unit.size)
    mean = _ratio(np.bincount(codes, weights=value[known], minlength=unit.size), n)
    away = (value[known] - mean[codes]) ** 2
    return n, np.bincount(codes, weights=away, minlength=unit.size).astype("float64", copy=False)


def _parts(n: np.ndarray, squares: Floats, spread: Floats, weight: Floats) -> dict[str, Floats]:
    """What each query adds to `_SUMS`; `weight` is that of one answer in its family's mean."""
    part = weight**2 * n * spread
    return {
        "noise": part,
        # a usual variance counts as one of two answers
        "squares": part**2 / np.where(n > 1, n + 1, 3),
        "weights": weight**2 * n,
        "single": weight * n * (n == 1),
        "varied": (squares > 1e-12).astype("float64"),
    }


def _spread(squares: np.ndarray, n: np.ndarray, group: np.ndarray) -> Floats:
    """The variance of answers to each query; of one with a single answer, the group's mean."""
    repeated = n > 1
    own = _ratio(squares, np.maximum(n - 1, 0))
    size = int(group.max()) + 1 if len(group) else 0
    total = np.bincount(group[repeated], weights=own[repeated], minlength=size)
    usual = _ratio(total, np.bincount(group[repeated], minlength=size))
    return np.where(repeated, own, usual[group])


def _ratio(total: np.ndarray, count: np.ndarray) -> Floats:
    out = np.zeros(len(total), dtype="float64")
    return np.divide(total, count, out=out, where=count > 0)


def _models(frame: pd.DataFrame) -> dict[tuple[str, str, Condition], int]:
    """Lab, pair and condition → how many models it has."""
    columns = ["lab", "pair", *CONDITION]
    known = frame.loc[frame["lab"].notna(), [*columns, "model"]].drop_duplicates()
    found: dict[tuple[str, str, Condition], int] = {}
    rows = cast("list[tuple[object, ...]]", list(known[columns].itertuples(index=False, name=None)))
    for lab, pair, elicitation, turn, nudge, persona in rows:
        asked = Condition(str(elicitation), int(str(turn)), str(nudge), str(persona))
        key = (str(lab), str(pair), asked)
        found[key] = found.get(key, 0) + 1
    return found
