"""The factors of situations: which levels there are, against what, and in which cells."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, cast

import numpy as np
import pandas as pd

from inspect_values.analysis.frames import cell_means
from inspect_values.analysis.tally import GROUP, Floats, Tally

BASELINES = ("none", "low", "weak", "mild", "small", "minor", "short", "no", "absent")
"""The levels against which others are compared, the first one that a factor has; where it has none
of them, the level that comes first in the alphabet."""

CORE = ("liability", "stakes", "vulnerability")
"""Factors that are always reported; others where enough situations have the same levels."""

FEWEST_SITUATIONS = 5
"""In so many situations a factor must have the same two levels before they are put together."""


class Contrast(NamedTuple):
    """A level of a factor against its baseline."""

    factor: str
    level: str
    baseline: str

    def __str__(self) -> str:
        return f"{self.factor}:{self.level}-{self.baseline}"


@dataclass(frozen=True)
class Design:
    """The factor settings of one family."""

    cells: dict[str, int]
    """Cell → its row."""

    contrasts: tuple[Contrast, ...]
    matrix: np.ndarray
    """Cells × contrasts: 1 where the cell has the contrast's level."""

    levels: dict[str, list[str]]
    """Factor → the level of each cell; empty where it has none."""


@lru_cache(maxsize=200_000)
def factor_levels(text: str) -> tuple[tuple[str, str], ...]:
    """The factors of a cell from their JSON; empty if it is not readable."""
    try:
        found = json.loads(text)
    except ValueError:
        return ()
    if not isinstance(found, dict):
        return ()
    return tuple(sorted((str(k), str(v)) for k, v in cast(dict[object, object], found).items()))


def baseline_of(levels: Sequence[str]) -> str:
    """The level against which a factor's other levels are compared."""
    named = [level for level in BASELINES if level in levels]
    return named[0] if named else min(levels)


def designs(cells: pd.DataFrame) -> dict[str, Design]:
    """The design of each family.

    Args:
        cells: One row a cell, with `family`, `cell` and `factors` (JSON).
    """
    found: dict[str, Design] = {}
    known = cells.dropna(subset=["family", "factors"]).drop_duplicates(["family", "cell"])
    for family, rows in known.groupby("family", sort=True, observed=True):
        settings = [dict(factor_levels(str(text))) for text in rows["factors"]]
        found[str(family)] = _design([str(cell) for cell in rows["cell"]], settings)
    return found


def _design(cells: Sequence[str], settings: Sequence[Mapping[str, str]]) -> Design:
    names = sorted({name for setting in settings for name in setting})
    levels = {name: [setting.get(name, "") for setting in settings] for name in names}
    contrasts: list[Contrast] = []
    for name, at in levels.items():
        known = sorted({level for level in at if level})
        baseline = baseline_of(known)
        contrasts += [Contrast(name, level, baseline) for level in known if level != baseline]
    columns = [[float(level == c.level) for level in levels[c.factor]] for c in contrasts]
    matrix = np.array(columns).T if columns else np.empty((len(cells), 0))
    rows = {cell: number for number, cell in enumerate(cells)}
    return Design(rows, tuple(contrasts), matrix, levels)


def cell_table(tally: Tally) -> pd.DataFrame:
    """One row a family and cell with its factors, as `designs` wants it."""
    key = tally.key(("family", "cell"))
    first = np.full(key.size, -1)
    rows = np.flatnonzero(key.codes >= 0)[::-1]
    first[key.codes[rows]] = rows
    factors = tally.column("factors")
    known = factors.labels.astype("object").append(pd.Index([None], dtype="object"))
    return tally.labels(("family", "cell")).assign(factors=known[factors.codes[first]])


class FamilyCells(NamedTuple):
    """The cells of one family, for every group that was asked them."""

    family: str
    pair: str
    design: Design
    rows: np.ndarray
    """Its rows in `Cells.groups`, one a group."""

    means: np.ndarray
    """Groups × cells of the design: the mean of each cell, NaN where it has none."""


class Cells(NamedTuple):
    """The cells of every family whose factors are known."""

    groups: pd.DataFrame
    """One row a group and family: what is kept apart, `family`, `n` and `size`."""

    families: list[FamilyCells]


def family_cells(
    tally: Tally, value: Floats, by: Sequence[str] = GROUP, asked: np.ndarray | None = None
) -> Cells:
    """The cells' means of each family whose factors are known.

    Args:
        tally: The table as numbers.
        value: One number a row, NaN where there is none.
        by: What is kept apart; it has `pair`.
        asked: Which rows were asked for a value; None means all.
    """
    slot, cell, plain = (*by, "family"), (*by, "family", "cell"), ("family", "cell")
    slots, cells = tally.key(slot), tally.key(cell)
    rows = (slots.codes >= 0) if asked is None else (slots.codes >= 0) & asked
    known = rows & ~np.isnan(value)
    _, mean = cell_means(tally, value, by, known)
    labels = tally.labels(slot).assign(
        n=np.bincount(slots.codes[known], minlength=slots.size),
        size=np.bincount(slots.codes[rows], minlength=slots.size),
    )
    made, place = tally.kept("designs", lambda: _designed(tally))
    of_plain = np.full(cells.size, -1)
    of_plain[cells.codes[rows]] = tally.key(plain).codes[rows]
    of_slot = tally.ancestor(cell, slot)
    used = np.flatnonzero(~np.isnan(mean) & (of_plain >= 0))
    used = used[place[of_plain[used]] >= 0]
    used = used[np.argsort(slots.last[of_slot[used]], kind="stable")]
    family_of = slots.last[of_slot[used]]
    kept = np.flatnonzero(labels["size"].to_numpy() > 0)
    kept = kept[np.argsort(slots.last[kept], kind="stable")]
    row = np.full(slots.size, -1)
    found: list[FamilyCells] = []
    pairs, names = labels["pair"].astype("object"), tally.column("family").labels
    for number in np.unique(slots.last[kept]):
        design = made.get(str(names[number]))
        if design is None:
            continue
        own = kept[slice(*np.searchsorted(slots.last[kept], [number, number + 1]))]
        row[own] = np.arange(len(own))
        entries = used[slice(*np.searchsorted(family_of, [number, number + 1]))]
        means = np.full((len(own), len(design.cells)), np.nan)
        means[row[of_slot[entries]], place[of_plain[entries]]] = mean[entries]
        pair = str(pairs.iloc[own[0]])
        found.append(FamilyCells(str(names[number]), pair, design, own, means))
    return Cells(labels, found)


def _designed(tally: Tally) -> tuple[dict[str, Design], np.ndarray]:
    """The design of each family, and the row in it of each family and cell (-1 for none)."""
    described = cell_table(tally)
    made = designs(described)
    return made, _places(described, made)


def _places(described: pd.DataFrame, made: Mapping[str, Design]) -> np.ndarray:
    """Family and cell → the cell's row in its family's design, -1 where it has none."""
    rows = zip(described["family"], described["cell"], strict=True)
    return np.array(
        [
            made[str(family)].cells.get(str(cell), -1) if str(family) in made else -1
            for family, cell in rows
        ],
        dtype="int64",
    )


def absent_frame(
    tally: Tally, value: Floats, by: Sequence[str] = GROUP, asked: np.ndarray | None = None
) -> pd.DataFrame:
    """The mean of `value` in each family over the cells that have not the level of a contrast.

    Returns:
        One row a group, family and level: the columns `by`, `family`, `contrast` (as
        `factor:level`), `value` (NaN where there is none), `n` and `size` (verdicts, and verdicts
        asked for, in the family).
    """
    cells = family_cells(tally, value, by, asked)
    rows: list[np.ndarray] = []
    means: list[np.ndarray] = []
    names: list[str] = []
    for one in cells.families:
        for contrast in one.design.contrasts:
            at = one.design.levels[contrast.factor]
            without = np.array([level not in ("", contrast.level) for level in at])
            seen = ~np.isnan(one.means[:, without])
            count = seen.sum(axis=1)
            total = np.where(seen, one.means[:, without], 0.0).sum(axis=1)
            rows.append(one.rows)
            means.append(np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0))
            names += [f"{contrast.factor}:{contrast.level}"] * len(one.rows)
    if not rows:
        return pd.DataFrame(columns=[*by, "family", "n", "size", "contrast", "value"])
    frame = cells.groups.iloc[np.concatenate(rows)].reset_index(drop=True)
    return frame.assign(contrast=pd.Categorical(names), value=np.concatenate(means))


def reported_levels(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of core factors, and of levels that enough situations have.

    What is counted are the situations of each pair that were asked with and without the level.
    """
    if frame.empty:
        return frame
    keys = ["pair", "contrast"]
    each = frame.drop_duplicates([*keys, "family"]).groupby(keys, observed=True).size()
    enough = each[each >= FEWEST_SITUATIONS].reset_index()[keys].astype("object")
    pairs = set(enough.itertuples(index=False, name=None))
    named = each.reset_index()[keys].astype("object")
    kept = {
        (pair, contrast)
        for pair, contrast in named.itertuples(index=False, name=None)
        if (pair, contrast) in pairs or str(contrast).split(":")[0] in CORE
    }
    both = pd.MultiIndex.from_frame(frame[keys].astype("object"))
    return frame[both.isin(list(kept))]
