"""The one partition by family that every statistic uses."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import pandas as pd

from inspect_values.analysis.estimate import HEADLINE, Condition


class Group(NamedTuple):
    """The verdicts of one subject on one pair, under one condition."""

    subject: str
    level: Literal["model", "lab"]
    pair: str
    condition: Condition
    rows: pd.DataFrame


def groups(table: pd.DataFrame) -> Iterator[Group]:
    """Every model's groups, then every lab's. Conditions and pairs are never mixed."""
    conditions = ["elicitation", "turn", "nudge", "persona"]
    known = table.assign(
        turn=table["turn"].fillna(0), persona=table["persona"].fillna(HEADLINE.persona)
    )
    levels: tuple[Literal["model", "lab"], ...] = ("model", "lab")
    for level in levels:
        keys = [level, "pair", *conditions]
        for key, rows in known.groupby(keys, sort=True, observed=True):
            subject, pair, elicitation, turn, nudge, persona = key
            condition = Condition(str(elicitation), int(str(turn)), str(nudge), str(persona))
            yield Group(str(subject), level, str(pair), condition, rows)


def family_means(rows: pd.DataFrame, value: pd.Series) -> pd.Series:
    """The mean of `value` in each family, missing values left out.

    Within a family the factor settings (cells) weigh the same, whatever their repetitions. For
    several models (a lab) each model weighs the same, and only families in which every model has
    a value count: otherwise the families of one model would be compared with those of another.

    Args:
        rows: Rows of the verdict table.
        value: One number a row, with the same index.

    Returns:
        Family → mean; a family without any value is not there.
    """
    known = rows.assign(value=value).dropna(subset=["value"])
    cells = known.groupby(["model", "family", "cell"], observed=True)["value"].mean()
    families = cells.groupby(level=["model", "family"]).mean().unstack("model")
    models = rows["model"].nunique()
    if families.shape[1] < models:
        return pd.Series(dtype="float64")
    return families.dropna().mean(axis=1)
