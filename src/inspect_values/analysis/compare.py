"""Two models, two runs or two judges, compared on the same queries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from inspect_values.analysis.bank import SUMS, arm_sums, bank_difference, over_models
from inspect_values.analysis.compare_settings import Difference, differing_settings, incomparable
from inspect_values.analysis.effects import ALL
from inspect_values.analysis.estimate import Condition
from inspect_values.analysis.estimators.prioritisation_rate import puts_first, value_names
from inspect_values.analysis.frames import paired_frame
from inspect_values.analysis.intervals import Interval, difference_interval
from inspect_values.analysis.samples import Sample, samples
from inspect_values.analysis.settings import Target
from inspect_values.analysis.significance import corrected
from inspect_values.analysis.tally import CONDITION, Floats, Tally
from inspect_values.errors import DataError, ParameterError

Kind = Literal["models", "runs", "judges"]

SIDE = "_side"
_ARMS = ("value", "other")
_SIDES = ("A", "B")

UNITS: dict[Kind, tuple[str, ...]] = {
    "models": ("scenario", "seat"),
    "runs": ("scenario", "seat"),
    "judges": ("scenario", "seat", "sample_uuid", "epoch"),
}
"""What makes two rows the same query; for judges the very same answer."""


class Compared(BaseModel):
    """One difference, A - B."""

    model_config = ConfigDict(frozen=True)

    statistic: Literal["lean", "prioritised", "refused"]
    key: str
    """The pair; for `prioritised` `pair:value`; over several pairs `all`, or `value:<id>`: the lean
    towards a value, or how often it is put first, over all pairs that it is in."""

    elicitation: str
    nudge: str
    turn: int
    persona: str
    one: float | None
    other: float | None
    """The two means."""

    difference: float | None
    low: float | None
    high: float | None
    n: int
    """Queries that both have a verdict of."""

    families: int
    missing: int
    """Queries asked of both that one of them has no verdict of."""

    p_value: float | None
    p_holm: float | None
    p_bh: float | None
    method: str
    withheld: str = ""

    @property
    def condition(self) -> Condition:
        """How the answers came about."""
        return Condition(self.elicitation, self.turn, self.nudge, self.persona)


@dataclass(frozen=True)
class Comparison:
    """Everything that a comparison shows."""

    kind: Kind
    one: str
    other: str
    settings: list[Difference]
    not_comparable: dict[str, str]
    """Pairs that are left out, and why."""

    only_one: int
    """Queries asked of the one side only."""

    only_other: int
    left_out: list[str]
    """Models that only one of two runs has."""

    rows: list[Compared]
    target: Target = "situations"
    """What the intervals are about: situations like these, or exactly this bank."""


def compare(
    one: pd.DataFrame,
    other: pd.DataFrame,
    names: tuple[str, str],
    kind: Kind,
    target: Target = "situations",
) -> Comparison:
    """Compare two parts of verdict tables, A and B.

    Only queries count that both have a verdict of: the same scenario (with its nudge and persona),
    seat and turn; repeats are averaged. Of two runs with several models, the same models are
    compared and weigh the same. Families are the clusters; for exactly this bank the differences
    stay, and their intervals carry only what changes when the same queries are asked again
    (`bank.bank_difference`).

    Args:
        one: The verdicts of A, of one judge (for judges: of that judge).
        other: Those of B.
        names: What A and B are called.
        kind: What is compared.
        target: Whether situations are a sample of others (`situations`) or all there is (`bank`).

    Returns:
        The comparison; p-values are corrected over all its differences.

    Raises:
        DataError: If the two have no query in common.
        ParameterError: If judges are to be compared for exactly this bank.
    """
    if kind == "judges" and target == "bank":
        raise ParameterError(
            "judges are compared on the very same answers, so that asking again changes both at "
            "once: there is no difference for exactly this bank; leave out --target bank."
        )
    gone = incomparable(one, other)
    settings = differing_settings(one, other)
    parts = [part[~part["pair"].isin(list(gone))] for part in (one, other)]
    left_out: list[str] = []
    if kind == "runs":
        parts, left_out = _same_models(parts)
    elif kind == "models":
        parts = [part.assign(model="compared", lab="compared") for part in parts]
    both = pd.concat(
        [part.assign(**{SIDE: side}) for part, side in zip(parts, _SIDES, strict=True)],
        ignore_index=True,
    )
    numbers = Tally(both)
    if both.empty or not _shared(numbers, kind)[2]:
        reason = "; ".join(f"{pair}: {why}" for pair, why in gone.items())
        raise DataError(
            f"{names[0]} and {names[1]} were asked no query in common, so that there is nothing to "
            f"compare{f' ({reason})' if reason else ''}."
        )
    only_one, only_other, _ = _shared(numbers, kind)
    rows = _with_corrections(list(_differences(numbers, value_names(both), kind, target)))
    return Comparison(kind, *names, settings, gone, only_one, only_other, left_out, rows, target)


def _same_models(parts: Sequence[pd.DataFrame]) -> tuple[list[pd.DataFrame], list[str]]:
    """The rows of the models that both runs have; one model a run is compared whatever its name."""
    models = [{str(name) for name in part["model"].dropna()} for part in parts]
    if all(len(names) == 1 for names in models):
        return [part.assign(model="compared", lab="compared") for part in parts], []
    shared = models[0] & models[1]
    kept = [part[part["model"].isin(sorted(shared))].assign(lab="compared") for part in parts]
    return kept, sorted((models[0] | models[1]) - shared)


def _shared(numbers: Tally, kind: Kind) -> tuple[int, int, int]:
    """Queries that only A, only B, and both were asked."""
    key = numbers.key(("model", "pair", *CONDITION, "family", "cell", *UNITS[kind]))
    known = key.codes >= 0  # a sample that crashed before it was told apart has no family
    sides = [numbers.has(SIDE, side) & known for side in _SIDES]
    a, b = (np.bincount(key.codes[rows], minlength=key.size) > 0 for rows in sides)
    return int((a & ~b).sum()), int((b & ~a).sum()), int((a & b).sum())


def _differences(
    numbers: Tally, values: dict[str, tuple[str, str]], kind: Kind, target: Target
) -> Iterator[Compared]:
    """Every difference: per pair, then over all pairs."""
    answered = ~numbers.has("elicitation", "choice")
    asked = {
        ("lean", ""): numbers.number("lean"),
        ("prioritised", "first"): puts_first(numbers, "first_value"),
        ("prioritised", "second"): puts_first(numbers, "second_value"),
        ("refused", ""): np.where(answered, numbers.number("refused"), np.nan),
    }
    frames = {
        about: _frame(numbers, value, kind, target, answered if about[0] == "refused" else None)
        for about, value in asked.items()
    }
    for (statistic, side), frame in frames.items():
        for sample in _samples(frame):
            value = "" if not side else f":{values[sample.pair][side == 'second']}"
            yield _compared(statistic, f"{sample.pair}{value}", sample)
    for sample in _samples(frames["refused", ""].assign(pair=ALL)):
        yield _compared("refused", ALL, sample)
    for sample in _samples(frames["lean", ""].assign(pair=ALL)):
        yield _compared("lean", ALL, sample)
    yield from _by_value(frames, values)


def _by_value(
    frames: dict[tuple[str, str], pd.DataFrame], values: dict[str, tuple[str, str]]
) -> Iterator[Compared]:
    """Each value over all pairs that it is in, if there are two or more."""
    for value in sorted({value for pair in values.values() for value in pair}):
        first = [pair for pair, names in values.items() if names[0] == value]
        second = [pair for pair, names in values.items() if names[1] == value]
        if len(first) + len(second) < 2:
            continue
        lean = frames["lean", ""]
        turned = lean[lean["pair"].isin(second)].copy()
        turned[list(_ARMS)] *= -1
        towards = pd.concat([lean[lean["pair"].isin(first)], turned])
        put = [
            frames["prioritised", side][frames["prioritised", side]["pair"].isin(pairs)]
            for side, pairs in (("first", first), ("second", second))
        ]
        for statistic, frame in (("lean", towards), ("prioritised", pd.concat(put))):
            for sample in _samples(frame.assign(pair=ALL)):
                yield _compared(statistic, f"value:{value}", sample)


def _frame(
    numbers: Tally, value: Floats, kind: Kind, target: Target, asked: np.ndarray | None
) -> pd.DataFrame:
    """Both means of each family; of several models, the mean over those that all have it."""
    rows = np.ones(len(numbers), dtype=bool) if asked is None else asked
    one, other = (numbers.has(SIDE, side) & rows for side in _SIDES)
    by = ("model", "pair", *CONDITION)
    frame = paired_frame(numbers, value, one, other, by, UNITS[kind])
    sums = SUMS if target == "bank" else ()
    if sums:
        both = arm_sums(numbers, value, (one, other), by, UNITS[kind])
        frame = frame.merge(both, on=[*by, "family"], how="left", validate="one_to_one")
    keys = ["pair", *CONDITION]
    models = frame.groupby(keys, observed=True)["model"].transform("nunique")
    grouped = frame.assign(needed=models).groupby([*keys, "family"], observed=True, as_index=False)
    found = grouped.agg(
        value=("value", "mean"),
        other=("other", "mean"),
        have=("value", "count"),
        needed=("needed", "first"),
        n=("n", "sum"),
        size=("size", "sum"),
        **{name: (name, "mean") for name in sums},
    )
    if sums:
        found = over_models(found, found["needed"])
    whole = found["have"].eq(found["needed"])
    found["size"] -= found["n"].where(~whole, 0)
    found["n"] = found["n"].where(whole, 0)
    found.loc[~whole, list(_ARMS)] = np.nan
    return found.assign(level="all", subject="A - B", elsewhere=(found["have"] > 0) & ~whole)


def _samples(frame: pd.DataFrame) -> Iterator[Sample]:
    return samples(frame, [*_ARMS, *(name for name in SUMS if name in frame)])


_ENDS = {"lean": (-1.0, 1.0), "prioritised": (0.0, 1.0), "refused": (0.0, 1.0)}


def _compared(statistic: str, key: str, sample: Sample) -> Compared:
    found = Interval(None, None, "none", "no query has a verdict of both")
    one = other = None
    if sample.count:
        ends = _ENDS[statistic]
        if sample.values.shape[1] > len(_ARMS):
            found = bank_difference(sample, *ends)
        else:
            found = difference_interval(sample.means, sample.others, *ends)
        one, other = (float(mean) for mean in sample.values[:, :2].mean(axis=0))
    fields: dict[str, Any] = {
        "statistic": statistic,
        "key": key,
        **sample.condition._asdict(),
        "one": one,
        "other": other,
        "difference": None if one is None or other is None else one - other,
        "low": found.low,
        "high": found.high,
        "n": sample.n,
        "families": sample.count,
        "missing": sample.missing,
        "p_value": found.p,
        "p_holm": None,
        "p_bh": None,
        "method": found.method,
        "withheld": found.withheld,
    }
    return Compared(**fields)


def _with_corrections(rows: list[Compared]) -> list[Compared]:
    """Holm's and Benjamini and Hochberg's corrections over all differences of the comparison."""
    p_values = [row.p_value for row in rows]
    strict, loose = corrected(p_values, "holm"), corrected(p_values, "fdr_bh")
    return [
        row.model_copy(update={"p_holm": one, "p_bh": other})
        for row, one, other in zip(rows, strict, loose, strict=True)
    ]
