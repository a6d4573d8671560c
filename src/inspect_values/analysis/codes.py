"""Whole numbers in place of texts, for grouping millions of rows."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

_ROOM = 2**40


def combined(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[np.ndarray, int]:
    """A number from 0 for each combination of columns, and how many combinations there are.

    Args:
        frame: Its columns are categorical or hold whole numbers; missing is a value of its own.
        columns: The columns to combine.
    """
    code, size = np.zeros(len(frame), dtype=np.int64), 1
    for name in columns:
        own, count = _codes(frame[name])
        if size * count > _ROOM:
            code, size = _dense(code)
        code, size = code * count + own, size * count
    return _dense(code)


def _codes(column: pd.Series) -> tuple[np.ndarray, int]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.int64) + 1, len(column.cat.categories) + 1
    return _dense(column.to_numpy())


def _dense(code: np.ndarray) -> tuple[np.ndarray, int]:
    numbers, found = pd.factorize(code)
    return numbers.astype(np.int64, copy=False), max(1, len(found))
