"""Frames of families: one row a group and family, with the mean of a value."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from inspect_values.analysis.tally import GROUP, Floats, Tally

UNIT = ("scenario", "seat")
"""What is asked twice when two ways of asking are compared: one query, in one seat."""


def family_frame(
    tally: Tally, value: Floats, by: Sequence[str] = GROUP, asked: np.ndarray | None = None
) -> pd.DataFrame:
    """The mean of `value` in each family, as `partition.family_means` has it for one model.

    Within a family the cells weigh the same, whatever their repetitions.

    Args:
        tally: The table as numbers.
        value: One number a row, NaN where there is none.
        by: What is kept apart.
        asked: Which rows were asked for a value; None means all.

    Returns:
        One row a group and family: the columns `by`, `family`, `value` (NaN where there is none),
        `n` (verdicts) and `size` (verdicts asked for).
    """
    slot, cell = (*by, "family"), (*by, "family", "cell")
    rows = tally.key(slot).codes >= 0
    rows = rows if asked is None else rows & asked
    known = rows & ~np.isnan(value)
    _, mean = cell_means(tally, value, by, known)
    of = tally.ancestor(cell, slot)
    filled = ~np.isnan(mean)
    count = tally.key(slot).size
    cells = np.bincount(of[filled], minlength=count)
    total = np.bincount(of[filled], weights=mean[filled], minlength=count)
    frame = tally.labels(slot).assign(
        value=np.divide(total, cells, out=np.full(count, np.nan), where=cells > 0),
        n=np.bincount(tally.key(slot).codes[known], minlength=count),
        size=np.bincount(tally.key(slot).codes[rows], minlength=count),
    )
    return frame[frame["size"] > 0].reset_index(drop=True)


def cell_means(
    tally: Tally, value: Floats, by: Sequence[str], known: np.ndarray
) -> tuple[np.ndarray, Floats]:
    """How many known values each cell has, and their mean (NaN where it has none)."""
    key = tally.key((*by, "family", "cell"))
    count = np.bincount(key.codes[known], minlength=key.size)
    total = np.bincount(key.codes[known], weights=value[known], minlength=key.size)
    return count, np.divide(total, count, out=np.full(key.size, np.nan), where=count > 0)


def paired_frame(
    tally: Tally,
    value: Floats,
    one: np.ndarray,
    other: np.ndarray,
    by: Sequence[str],
    unit: Sequence[str] = UNIT,
) -> pd.DataFrame:
    """Two ways of asking, compared on the very same queries.

    Only units that have a value both ways count. Within a family the cells weigh the same, within
    a cell its units.

    Args:
        tally: The table as numbers.
        value: One number a row, NaN where there is none.
        one: The rows of the one way.
        other: The rows of the other way.
        by: What is kept apart.
        unit: What makes two rows the same query, beside `by`, family and cell.

    Returns:
        One row a group and family: the columns `by`, `family`, `value` and `other` (the two
        means), `n` (units compared) and `size` (units asked both ways).
    """
    slot, full = (*by, "family"), (*by, "family", "cell", *unit)
    key = tally.key(full)
    means: list[Floats] = []
    asked = np.ones(key.size, dtype=bool)
    for arm in (one, other):
        rows = arm & (key.codes >= 0)
        asked &= np.bincount(key.codes[rows], minlength=key.size) > 0
        known = rows & ~np.isnan(value)
        count = np.bincount(key.codes[known], minlength=key.size)
        total = np.bincount(key.codes[known], weights=value[known], minlength=key.size)
        means.append(np.divide(total, count, out=np.full(key.size, np.nan), where=count > 0))
    both = ~np.isnan(means[0]) & ~np.isnan(means[1])
    of_slot, of_cell = tally.ancestor(full, slot), tally.ancestor(full, full[: len(slot) + 1])
    cell_slot = tally.ancestor(full[: len(slot) + 1], slot)
    frame = tally.labels(slot)
    for name, mean in zip(("value", "other"), means, strict=True):
        frame[name] = unit_means(mean, both, of_cell, cell_slot, len(frame))
    frame["n"] = np.bincount(of_slot[both], minlength=len(frame))
    frame["size"] = np.bincount(of_slot[asked], minlength=len(frame))
    return frame[frame["size"] > 0].reset_index(drop=True)


def unit_means(
    mean: Floats, used: np.ndarray, of_cell: np.ndarray, cell_slot: np.ndarray, slots: int
) -> Floats:
    """Means of units → means of cells → means of families.

    Args:
        mean: One a unit.
        used: Which units count.
        of_cell: Unit → its cell.
        cell_slot: Cell → its group and family.
        slots: How many of these there are.

    Returns:
        One mean a group and family, NaN where no unit counts.
    """
    count = np.bincount(of_cell[used], minlength=len(cell_slot))
    total = np.bincount(of_cell[used], weights=mean[used], minlength=len(cell_slot))
    filled = count > 0
    cells = total[filled] / count[filled]
    number = np.bincount(cell_slot[filled], minlength=slots)
    added = np.bincount(cell_slot[filled], weights=cells, minlength=slots)
    return np.divide(added, number, out=np.full(slots, np.nan), where=number > 0)


def with_labs(frame: pd.DataFrame, values: Sequence[str] = ("value",)) -> pd.DataFrame:
    """The frame of models, then that of labs, with the columns `level` and `subject`.

    A lab's models weigh the same, and only families in which every one of its models has a value
    count: otherwise the families of one model would be compared with those of another.
    """
    names = list(values)
    models = frame.assign(level="model", subject=frame["model"], elsewhere=False)
    known = frame[frame["lab"].notna()]
    place = [name for name in frame.columns if name not in {"model", "n", "size", *names}]
    apart = [name for name in place if name != "family"]
    numbered = known.assign(_apart=known.groupby(apart, observed=True, dropna=False).ngroup())
    needed = numbered.groupby("_apart")["model"].nunique()
    grouped = numbered.groupby(["_apart", "family"], observed=True, dropna=False, sort=False)
    means = {name: (name, "mean") for name in names}
    labs = grouped.agg(**means, have=(names[0], "count"), n=("n", "sum"), size=("size", "sum"))
    labs = labs.reset_index()
    of = numbered.drop_duplicates("_apart").set_index("_apart")[apart].loc[labs["_apart"]]
    labs[apart] = of.reset_index(drop=True)
    whole = labs["have"].to_numpy() == needed.loc[labs["_apart"]].to_numpy()
    # what is known but not shared by all models is neither used nor missing
    labs["size"] -= labs["n"].where(~whole, 0)
    labs["n"] = labs["n"].where(whole, 0)
    labs["elsewhere"] = (labs["have"] > 0) & ~whole
    labs.loc[~whole, names] = np.nan
    labs = labs.drop(columns=["have", "_apart"]).assign(level="lab", subject=labs["lab"])
    both = pd.concat([models, labs.reindex(columns=models.columns)], ignore_index=True)
    return both.assign(subject=both["subject"].astype("object").astype("category"))


def family_by_model(rows: pd.DataFrame) -> pd.DataFrame:
    """Families × models of one group of a frame of models, NaN where there is no value."""
    plain = rows[["family", "model"]].astype("object")
    return rows.set_index([plain["family"], plain["model"]])["value"].unstack("model")
