"""What an estimate is made of: one mean a family, of each model and of each lab."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from inspect_values.analysis.estimate import Condition, Estimate
from inspect_values.analysis.intervals import Interval
from inspect_values.analysis.tally import CONDITION, GROUP, Floats, Tally

UNIT = ("scenario", "seat")
"""What is asked twice when two ways of asking are compared: one query, in one seat."""

EVERYBODY = "all models"
"""The subject of what speaks of no single model or lab."""

_KNOWN_LAB = ["level", "subject", "pair", *CONDITION]

NO_VERDICT = "no verdict"
NOT_SHARED = "no situation has a verdict of every model"


class Sample(NamedTuple):
    """The families behind one estimate."""

    subject: str
    level: Literal["model", "lab", "judge", "all"]
    pair: str
    condition: Condition
    families: list[str]
    values: np.ndarray
    """Families × values: one mean, or the two that are compared."""

    n: int
    missing: int
    asked: bool
    """Whether any of its rows has a value, in whatever family."""

    @property
    def means(self) -> list[float]:
        """The value of each family; of two that are compared, the first."""
        return [float(x) for x in self.values[:, 0]]

    @property
    def others(self) -> list[float]:
        """The second of two values that are compared."""
        return [float(x) for x in self.values[:, 1]]


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
    models = frame.assign(level="model", subject=frame["model"])
    known = frame[frame["lab"].notna()]
    place = [name for name in frame.columns if name not in {"model", "n", "size", *names}]
    apart = [name for name in place if name != "family"]
    needed = known.groupby(apart, observed=True, dropna=False)["model"].nunique()
    means = {name: (name, "mean") for name in names}
    grouped = known.groupby(place, observed=True, dropna=False)
    labs = grouped.agg(**means, have=(names[0], "count"), n=("n", "sum"), size=("size", "sum"))
    labs = labs.reset_index()
    wanted = labs[apart].merge(needed.rename("needed").reset_index(), on=apart, how="left")
    whole = labs["have"].to_numpy() == wanted["needed"].to_numpy()
    # what is known but not shared by all models is neither used nor missing
    labs["size"] -= labs["n"].where(~whole, 0)
    labs["n"] = labs["n"].where(whole, 0)
    labs["elsewhere"] = (labs["have"] > 0) & ~whole
    labs.loc[~whole, names] = np.nan
    labs = labs.drop(columns=["have"]).assign(level="lab", subject=labs["lab"])
    return pd.concat([models.assign(elsewhere=False), labs], ignore_index=True)


def samples(frame: pd.DataFrame, values: Sequence[str] = ("value",)) -> Iterator[Sample]:
    """The samples of a frame of families: every model's, then every lab's.

    Args:
        frame: What `with_labs` gives, with `elicitation`, `turn`, `nudge` and `persona`.
        values: Its columns of means.
    """
    if frame.empty:
        return
    order = frame.assign(_lab=frame["level"].ne("model")).sort_values(
        ["_lab", "subject", "pair", *CONDITION, "family"], kind="stable"
    )
    keys = order[_KNOWN_LAB].astype("str")
    starts = np.flatnonzero((keys != keys.shift()).any(axis=1).to_numpy())
    numbers = order[list(values)].to_numpy(dtype="float64")
    families, n, size = (order[name].to_numpy() for name in ("family", "n", "size"))
    elsewhere = order["elsewhere"].to_numpy()
    rows = keys.to_numpy()
    for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
        level, subject, pair, elicitation, turn, nudge, persona = rows[start]
        part = slice(start, end)
        whole = ~np.isnan(numbers[part]).any(axis=1)
        yield Sample(
            subject,
            level,
            pair,
            Condition(elicitation, int(float(turn)), nudge, persona),
            [str(name) for name in families[part][whole]],
            numbers[part][whole],
            int(n[part].sum()),
            int((size[part] - n[part]).sum()),
            bool(whole.any() or elsewhere[part].any()),
        )


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
    if len(sample.values):
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
        "families": len(sample.families),
        "missing": sample.missing,
        "method": interval.method,
        "withheld": interval.withheld,
        "p_value": interval.p,
    }
    return Estimate(**fields | more)
