"""What an estimate is made of: one mean a family, of each model and of each lab."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from inspect_values.analysis.estimate import Condition, Estimate
from inspect_values.analysis.intervals import (
    Interval,
    difference_interval,
    korn_graubard,
    mean_interval,
)
from inspect_values.analysis.tally import CONDITION

EVERYBODY = "all models"
"""The subject of what speaks of no single model or lab."""

NO_VERDICT = "no verdict"
NOT_SHARED = "no situation has a verdict of every model"

_KEYS = ["level", "subject", "pair", *CONDITION]


@dataclass(frozen=True)
class Sample:
    """The families behind one estimate."""

    subject: str
    level: Literal["model", "lab", "judge", "all"]
    pair: str
    condition: Condition
    values: np.ndarray
    """Families × values: one mean, or the two that are compared."""

    n: int
    missing: int
    asked: bool
    """Whether any of its rows has a value, in whatever family."""

    @property
    def count(self) -> int:
        """How many families there are."""
        return len(self.values)

    @property
    def means(self) -> list[float]:
        """The value of each family; of two that are compared, the first."""
        return self.values[:, 0].tolist()

    @property
    def others(self) -> list[float]:
        """The second of two values that are compared."""
        return self.values[:, 1].tolist()


def samples(frame: pd.DataFrame, values: Sequence[str] = ("value",)) -> Iterator[Sample]:
    """The samples of a frame of families: every model's, then every lab's.

    Args:
        frame: What `with_labs` gives, with `elicitation`, `turn`, `nudge` and `persona`.
        values: Its columns of means.
    """
    if frame.empty:
        return
    order = frame.assign(_lab=frame["level"].ne("model")).sort_values(
        ["_lab", *_KEYS[1:], "family"], kind="stable"
    )
    columns = [pd.factorize(order[name])[0] for name in _KEYS]
    changes = np.any([np.diff(codes, prepend=-2) != 0 for codes in columns], axis=0)
    starts = np.flatnonzero(changes)
    keys = order[_KEYS].iloc[starts].astype("object").to_numpy()
    numbers = order[list(values)].to_numpy(dtype="float64")
    n, size = order["n"].to_numpy(), order["size"].to_numpy()
    elsewhere = order["elsewhere"].to_numpy(dtype=bool)
    whole = order[list(values)].notna().all(axis=1).to_numpy(dtype=bool)
    used, asked = np.add.reduceat(n, starts), np.add.reduceat(size, starts)
    some = np.logical_or.reduceat(whole | elsewhere, starts)
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(order)], strict=True)):
        level, subject, pair, elicitation, turn, nudge, persona = keys[number]
        yield Sample(
            str(subject),
            level,
            str(pair),
            Condition(str(elicitation), int(turn), str(nudge), str(persona)),
            numbers[start:end][whole[start:end]],
            int(used[number]),
            int(asked[number] - used[number]),
            bool(some[number]),
        )


def rate_of(sample: Sample, statistic: str, key: str) -> Estimate:
    """The estimate of a share, with the Korn–Graubard interval."""
    interval = korn_graubard(sample.means, sample.n) if sample.count else None
    return estimate_of(sample, statistic, key, interval)


def mean_of(sample: Sample, statistic: str, key: str, low: float, high: float) -> Estimate:
    """The estimate of a mean between two ends."""
    interval = mean_interval(sample.means, low, high) if sample.count else None
    return estimate_of(sample, statistic, key, interval)


def difference_of(sample: Sample, statistic: str, key: str, low: float, high: float) -> Estimate:
    """The estimate of a difference of two means between two ends."""
    interval = None
    if sample.count:
        interval = difference_interval(sample.means, sample.others, low, high)
    return estimate_of(sample, statistic, key, interval)


def estimate_of(
    sample: Sample, statistic: str, key: str, interval: Interval | None, **more: Any
) -> Estimate:
    """The estimate of a sample: the mean over its families, or of their difference.

    Args:
        sample: What the number speaks of.
        statistic: The statistic's name.
        key: What it is about, such as the pair.
        interval: Its interval; None where there is no family.
        more: Fields of `Estimate` that are not as usual.
    """
    if interval is None:
        reason = NOT_SHARED if sample.asked else NO_VERDICT
        interval = Interval(None, None, "none", reason)
    point = None
    if sample.count:
        means = sample.values.mean(axis=0)
        point = float(means[0]) if len(means) == 1 else float(means[0] - means[1])
    fields: dict[str, Any] = {
        "subject": sample.subject,
        "level": sample.level,
        "statistic": statistic,
        "key": key,
        **sample.condition._asdict(),
        "point": point,
        "low": interval.low,
        "high": interval.high,
        "n": sample.n,
        "families": sample.count,
        "missing": sample.missing,
        "method": interval.method,
        "withheld": interval.withheld,
        "p_value": interval.p,
    }
    return Estimate(**fields | more)
