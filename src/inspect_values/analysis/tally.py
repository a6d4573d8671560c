"""A verdict table as whole numbers: what is grouped once serves every statistic.

Every statistic of a family is a sum over its rows, so a column is turned into codes once, a
combination of columns into one number, and each mean is two passes of `numpy.bincount`. It gives
the same means as `partition.family_means`, and takes millions of rows.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from inspect_values.analysis.estimate import HEADLINE
from inspect_values.analysis.shared import once

CONDITION = ("elicitation", "turn", "nudge", "persona")
GROUP = ("lab", "model", "pair", *CONDITION)
"""What is never mixed: the verdicts of one model on one pair under one condition."""

_FILLED: dict[str, object] = {
    "elicitation": "unknown",
    "turn": 0,
    "nudge": "unknown",
    "persona": HEADLINE.persona,
}
"""What a missing entry of a column means."""

Floats = NDArray[np.float64]
Codes = NDArray[np.integer]
"""Whole numbers, as short as they fit: there are millions of them, many times."""


T = TypeVar("T")


@dataclass(frozen=True)
class Column:
    """A column as numbers: `codes` is -1 where the entry is missing, else a place in `labels`."""

    codes: Codes
    labels: pd.Index


@dataclass(frozen=True)
class Key:
    """A combination of columns as one number a row; -1 where the row has no family."""

    codes: Codes
    """Row → number of the combination."""

    parent: Codes
    """Combination → number of the combination without its last column."""

    last: Codes
    """Combination → code of its last column, -1 where that is missing."""

    @property
    def size(self) -> int:
        """How many combinations there are."""
        return len(self.parent)


class Tally:
    """The columns of one table as numbers, each made when it is first asked for."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table
        self._columns: dict[str, Column] = {}
        self._keys: dict[tuple[str, ...], Key] = {}
        self._kept: dict[Hashable, object] = {}

    def __len__(self) -> int:
        return len(self.table)

    def column(self, name: str) -> Column:
        """A column as codes; its labels are sorted."""
        if name not in self._columns:
            values = self.table[name]
            if isinstance(values.dtype, pd.CategoricalDtype):
                values = values.cat.remove_unused_categories()
                labels = values.cat.categories
                found = Column(_short(values.cat.codes.to_numpy(), len(labels)), labels)
            else:
                codes, labels = pd.factorize(values, sort=True)
                found = Column(_short(codes, len(labels)), pd.Index(labels))
            self._columns[name] = _filled(found, _FILLED[name]) if name in _FILLED else found
        return self._columns[name]

    def kept(self, name: Hashable, make: Callable[[], T]) -> T:
        """What several statistics need of this table, made once."""
        if name not in self._kept:
            self._kept[name] = make()
        return cast(T, self._kept[name])

    def key(self, columns: Sequence[str]) -> Key:
        """A combination of columns as one number; a missing entry is a level of its own.

        Only a row without a family has no number: nothing tells what it is correlated with.
        """
        names = tuple(columns)
        if names not in self._keys:
            if names:
                self._keys[names] = _extended(
                    self.key(names[:-1]), self.column(names[-1]), drop=names[-1] == "family"
                )
            else:
                zero = np.zeros(1, dtype="int8")
                self._keys[names] = Key(np.zeros(len(self), dtype="int8"), zero, zero)
        return self._keys[names]

    def ancestor(self, columns: Sequence[str], prefix: Sequence[str]) -> Codes:
        """Combination of `columns` → combination of its first columns `prefix`."""
        names = tuple(columns)
        found = np.arange(self.key(names).size)
        for end in range(len(names), len(tuple(prefix)), -1):
            found = self.key(names[:end]).parent[found]
        return found

    def labels(self, columns: Sequence[str]) -> pd.DataFrame:
        """One row a combination, with the columns' own labels as categories."""
        names = tuple(columns)
        numbers = np.arange(self.key(names).size)
        found: dict[str, pd.Categorical] = {}
        for end in range(len(names), 0, -1):
            key = self.key(names[:end])
            found[names[end - 1]] = _decoded(self.column(names[end - 1]), key.last[numbers])
            numbers = key.parent[numbers]
        return pd.DataFrame({name: found[name] for name in names})

    def number(self, name: str) -> Floats:
        """A numeric column, NaN where it is missing."""
        return self.table[name].to_numpy(dtype="float64", na_value=np.nan)

    def equals(self, name: str, label: object) -> Floats:
        """1 where a column has this entry, 0 where it has another, NaN where it is missing."""
        column = self.column(name)
        place = column.labels.get_indexer(pd.Index([label]))[0]
        hit = (column.codes == place).astype("float64")
        hit[column.codes < 0] = np.nan
        return hit

    def has(self, name: str, label: object) -> np.ndarray:
        """Whether a column has this entry, row by row; a missing entry is none."""
        return self.equals(name, label) == 1


def tally(table: pd.DataFrame) -> Tally:
    """The tally of a table, made once while statistics share their work (`shared.sharing`)."""
    return once(table, Tally, lambda: Tally(table))


def _short(codes: Codes, size: int) -> Codes:
    """Codes from -1 up to a size as the shortest type; `codes + 1` fits too."""
    return codes.astype(np.min_scalar_type(-size - 2), copy=False)


def _filled(column: Column, value: object) -> Column:
    """The column with its missing entries as `value`."""
    gone = column.codes < 0
    if not gone.any():
        return column
    labels = column.labels.tolist()
    if value not in labels:
        labels.append(value)
    codes = np.where(gone, labels.index(value), column.codes)
    return Column(_short(codes, len(labels)), pd.Index(labels))


def _extended(key: Key, column: Column, drop: bool) -> Key:
    levels = len(column.labels) + 1
    combined = key.codes.astype("int64") * levels + (column.codes + 1)
    gone = key.codes < 0
    if drop:
        gone = gone | (column.codes < 0)
    combined[gone] = -1
    codes, found = pd.factorize(combined, use_na_sentinel=False)
    kept = np.asarray(found, dtype="int64")
    # sorted, so that the same table in another order of rows gives the same numbers
    order = np.argsort(kept, kind="stable")
    rank = np.empty(len(kept), dtype="int64")
    rank[order] = np.arange(len(kept))
    kept, codes = kept[order], rank[codes]
    if len(kept) and kept[0] == -1:
        kept, codes = kept[1:], codes - 1
    parent, last = kept // levels, kept % levels - 1
    return Key(_short(codes, len(kept)), _short(parent, key.size), _short(last, levels))


def _decoded(column: Column, codes: Codes) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=column.labels)
