"""What a statistic is, for built-in ones and those of a plugin alike."""

from collections.abc import Callable
from typing import Protocol

import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.intervals import Interval
from inspect_values.analysis.partition import Group, family_means


class Statistic(Protocol):
    """A statistic of a signature."""

    name: str
    doc: str

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """Estimates from a verdict table (`columns.COLUMNS`)."""
        ...


def estimate(
    group: Group,
    statistic: str,
    key: str,
    value: pd.Series,
    interval: Callable[[list[float], int], Interval],
) -> Estimate:
    """The mean of `value` over families, with the interval that `interval` gives it.

    Args:
        group: What the number speaks of.
        statistic: The statistic's name.
        key: The pair, or `pair:value`.
        value: One number a row of the group, missing where there is none.
        interval: Takes the family means and the number of verdicts.
    """
    means = family_means(group.rows, value)
    # a lab's verdicts in families that not all of its models answered do not go in
    used = value.notna() & group.rows["family"].isin(means.index)
    n, missing = int(used.sum()), int(value.isna().sum())
    if means.empty:
        reason = "no verdict" if value.isna().all() else "no situation has a verdict of every model"
        point, found = None, Interval(None, None, "none", reason)
    else:
        point, found = float(means.mean()), interval([float(mean) for mean in means], n)
    return Estimate(
        subject=group.subject,
        level=group.level,
        statistic=statistic,
        key=key,
        **group.condition._asdict(),
        point=point,
        low=found.low,
        high=found.high,
        n=n,
        families=len(means),
        missing=missing,
        method=found.method,
        withheld=found.withheld,
    )
