"""The target `bank`: means for exactly this bank, whose situations are no sample of others.

The bank's queries are fixed, so the number to know is the mean of the answers that the model gives
to exactly these. All that varies is the answer to the same query, asked and judged again: the
variance of a mean is the sum of the variances within queries, over their repetitions.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import numpy as np
import pandas as pd

from inspect_values.analysis.estimate import Condition, Estimate
from inspect_values.analysis.frames import UNIT, family_frame, with_labs
from inspect_values.analysis.intervals import FEW_AWAY, Interval, beta_interval
from inspect_values.analysis.samples import Sample, estimate_of, samples
from inspect_values.analysis.tally import CONDITION, GROUP, Floats, Tally

FEWEST_REPEATED = 0.5
"""The least share of a mean's weight that must lie on queries with two answers or more."""

_SUMS = ("noise", "squares", "weights", "single", "varied")
"""Of each family, so that the sums over families belong to the sum of their means: the variance of
its mean; the sum of the squared parts of that variance, each over its degrees of freedom + 2; the
squared weights of its answers; the weight of queries with one answer; and how many queries got
answers that differ."""

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
    scale, families = high - low, sample.count
    noise, squares, weights, single, varied = sample.values[:, 1:].sum(axis=0)
    if single > (1 - FEWEST_REPEATED) * families:
        return Interval(
            None, None, method, "most queries were answered once: nothing tells how answers vary"
        )
    mean = float(np.clip((sample.values[:, 0].mean() - low) / scale, 0, 1))
    # with_labs takes means over models, where variances of a mean over them divide by their number
    variance = noise / models / families**2 / scale**2
    parts = squares / models**3 / families**4 / scale**4
    size = families**2 * models / weights
    freedom = np.inf
    if variance > 1e-15 and varied * models >= FEW_AWAY:
        freedom = max(1.0, variance**2 / parts - 2)
        size = max(size, mean * (1 - mean) / variance)
    below, above = beta_interval(mean, size, freedom)
    return Interval(low + below * scale, low + above * scale, method)


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
    rows = (unit.codes >= 0) & ~np.isnan(value)
    rows = rows if asked is None else rows & asked
    codes = unit.codes[rows]
    n = np.bincount(codes, minlength=unit.size)
    mean = _ratio(np.bincount(codes, weights=value[rows], minlength=unit.size), n)
    away = (value[rows] - mean[codes]) ** 2
    squares = np.bincount(codes, weights=away, minlength=unit.size)
    of_cell = numbers.ancestor(full, cell)
    of_slot, cell_slot = numbers.ancestor(full, slot), numbers.ancestor(cell, slot)
    in_cell = np.bincount(of_cell, weights=n, minlength=len(cell_slot))
    cells = np.bincount(cell_slot[in_cell > 0], minlength=numbers.key(slot).size)
    # the weight of one answer in its family's mean
    weight = _ratio(np.ones(unit.size), in_cell[of_cell] * cells[of_slot])
    group = numbers.ancestor(slot, GROUP)[of_slot]
    spread = _spread(squares, n, group)
    part = weight**2 * n * spread
    repeated = n > 1
    made = {
        "noise": part,
        "squares": part**2 / np.where(repeated, n + 1, 3),  # a usual variance counts as one of two
        "weights": weight**2 * n,
        "single": weight * n * (n == 1),
        "varied": (squares > 1e-12).astype("float64"),
    }
    known = n > 0
    frame = numbers.labels(slot)
    for name, values in made.items():
        frame[name] = np.bincount(of_slot[known], weights=values[known], minlength=len(frame))
    return frame


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
