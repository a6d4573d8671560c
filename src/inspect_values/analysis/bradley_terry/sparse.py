"""The few operations on sparse matrices and graphs that the ranking needs, with types."""
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# (scipy.sparse brings no types)

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, issparse, vstack
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Sparse = Any
"""A `scipy.sparse.csr_array`."""


def sparse(values: Floats, rows: Ints, columns: Ints, shape: tuple[int, int]) -> Sparse:
    """A CSR matrix; values at the same place are added up."""
    found = coo_array((values, (rows, columns)), shape=shape).tocsr()
    found.eliminate_zeros()
    return found


def times(matrix: Sparse, dense: Floats) -> Floats:
    """Sparse times dense."""
    return np.asarray(matrix @ dense)


def scaled(matrix: Sparse, rows: Floats) -> Sparse:
    """The matrix with each row times a number."""
    place = np.arange(len(rows))
    return sparse(rows, place, place, (len(rows), len(rows))) @ matrix


def row_sums(matrix: Sparse) -> Floats:
    """The sum of each row."""
    return np.asarray(matrix.sum(axis=1)).ravel()


def entries(matrix: Sparse) -> tuple[Ints, Ints, Floats]:
    """Row, column and value of each entry, by row."""
    found = matrix.tocoo()
    return found.row.astype(np.int64), found.col.astype(np.int64), found.data


def dense(matrix: Sparse | Floats) -> Floats:
    """A matrix of either kind as an array."""
    return np.asarray(cast(Any, matrix).toarray() if issparse(matrix) else matrix)


def stacked(matrix: Sparse, row: Floats) -> Sparse:
    """The matrix with one more row."""
    return below([matrix, coo_array(row[None, :])])


def below(matrices: Sequence[Sparse]) -> Sparse:
    """Matrices one below the other."""
    return vstack(matrices).tocsr()


def parts(size: int, source: Ints, target: Ints, directed: bool) -> Ints:
    """The connected part of each node, numbered by its first node; strongly connected if directed.

    Args:
        size: How many nodes there are.
        source: Where each edge starts.
        target: Where it ends.
        directed: Whether an edge leads one way only.
    """
    graph = coo_array((np.ones(len(source)), (source, target)), shape=(size, size))
    label = connected_components(graph, directed=directed, connection="strong")[1]
    return np.unique(label, return_index=True)[1][label]
