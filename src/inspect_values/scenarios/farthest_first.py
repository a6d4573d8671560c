"""Farthest-first selection: a diverse part of many vectors (greedy k-center).

From a first vector on, the one that is farthest from all that are chosen is taken next, until none
is as far as the stop distance. Of all ways to choose k vectors this covers the rest at most twice
as far as the best one (Gonzalez 1985, "Clustering to minimize the maximum intercluster distance",
Theoretical Computer Science 38, 293-306). The distance is 1 - cosine.

A product of all vectors with each chosen one would read all of them each time. Here chosen ones are
collected and applied to all vectors together, as matrix products. Meanwhile the next ones come from
a pool of those that were farthest; a distance can only shrink, so the farthest of the pool is the
farthest of all for as long as it is farther than what the others were when they were last updated.

The order is exactly that of the plain method, on every machine: vectors are rounded to multiples of
1/4096 and scaled to a length of at most 1, so that every sum in a product is a whole number of
1/4096², at most 4096² of them, which single precision holds without any rounding, in whatever order
a library adds. The rounding moves a cosine by no more than about 1e-3 (see `rounded`).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inspect_values.errors import DataError

Floats = NDArray[np.float32]

STOP = 0.4
"""The distance at which the trade-off study stops (arXiv 2510.07686)."""

WEIGHTED_STOP = 0.8
"""Its stop for distances that are weighted by disagreement."""

_GRID = 4096
_POOL = 1024  # measured: larger ones cost more for each choice than they save in products
_BLOCK = 16_384
_CENTRES = 1024
_SEEN_LEAST = -2.0


class Rounded(NamedTuple):
    """Unit vectors on a grid, and what turns their products back into cosines."""

    vectors: Floats
    scale: float


class Chosen(NamedTuple):
    """Which vectors were chosen, in their order."""

    rows: NDArray[np.int64]
    distances: NDArray[np.float64]
    """How far each was from all before it when it was chosen, weighted if weights are given;
    infinite for the first."""


def rounded(vectors: NDArray[np.floating]) -> Rounded:
    """Vectors of length 1 on a grid of 1/4096; a vector of zeros stays one.

    A product of two of them is within 2 · √d / 8192 of the exact cosine at the very worst, and
    within about 2e-4 typically (d is the number of dimensions).

    Args:
        vectors: Rows × dimensions; may be mapped from a file.

    Raises:
        DataError: If a number is not finite.
    """
    rows, dimensions = vectors.shape
    scale = 1 - np.sqrt(dimensions) / (2 * _GRID)
    found = np.empty((rows, dimensions), dtype=np.float32)
    for start in range(0, rows, _BLOCK):
        block = np.asarray(vectors[start : start + _BLOCK], dtype=np.float64)
        if not np.isfinite(block).all():
            bad = start + int(np.flatnonzero(~np.isfinite(block).all(axis=1))[0])
            raise DataError(f"the embedding in row {bad} holds a number that is not finite.")
        lengths = np.linalg.norm(block, axis=1, keepdims=True)
        unit = np.divide(block, lengths, out=np.zeros_like(block), where=lengths > 0)
        found[start : start + _BLOCK] = np.rint(unit * (scale * _GRID)) / _GRID
    return Rounded(found, float(scale * scale))


def farthest_first(
    given: Rounded,
    *,
    stop: float = STOP,
    most: int | None = None,
    weights: NDArray[np.float64] | None = None,
    first: int | None = None,
    tick: Callable[[], object] = lambda: None,
) -> Chosen:
    """Choose vectors, each the farthest from all before it.

    Ties go to the earlier row.

    Args:
        given: What `rounded` returns.
        stop: The (weighted) distance below which nothing is taken any more; 0 to 2 without weights.
        most: How many are taken at most.
        weights: A factor of each row's distance, 0 or more.
        first: The row to begin with; None takes the row of the largest weight, or row 0.
        tick: Called after each choice.
    """
    search = _Search(given, weights)
    if not len(given.vectors) or most == 0:
        return Chosen(np.empty(0, np.int64), np.empty(0))
    start = first if first is not None else (0 if weights is None else int(np.argmax(weights)))
    rows, distances = [start], [np.inf]
    search.take(start)
    tick()
    while most is None or len(rows) < most:
        row, distance = search.farthest()
        if distance < stop or distance <= 0:
            break
        rows.append(row)
        distances.append(distance)
        search.take(row)
        tick()
    return Chosen(np.array(rows, dtype=np.int64), np.array(distances))


class _Search:
    """How far each vector was from those chosen, and exactly how far it is in the pool."""

    def __init__(self, given: Rounded, weights: NDArray[np.float64] | None) -> None:
        self._vectors, self._scale = given
        self._weights = weights
        self._nearest = np.full(len(self._vectors), _SEEN_LEAST, dtype=np.float32)
        """The largest product of each vector with those applied to it."""

        self._taken = np.zeros(len(self._vectors), dtype=bool)
        self._waiting: list[int] = []
        self._pool = np.empty(0, dtype=np.int64)
        self._bound, self._bound_row = np.inf, 0
        self._scores = np.empty(0)

    def take(self, row: int) -> None:
        """Choose a vector."""
        self._taken[row] = True
        self._waiting.append(row)
        if not len(self._pool):
            return
        products = self._pool_vectors @ self._vectors[row]
        np.maximum(self._pool_nearest, products, out=self._pool_nearest)
        self._scores = self._score(self._pool, self._pool_nearest)

    def farthest(self) -> tuple[int, float]:
        """The vector that is farthest from all chosen ones, and how far."""
        while True:
            if len(self._pool):
                place = int(np.argmax(self._scores))
                row, score = int(self._pool[place]), float(self._scores[place])
                if score > self._bound or (score == self._bound and row < self._bound_row):
                    return row, score
            self._refill()

    def _score(self, rows: NDArray[np.int64] | slice, nearest: Floats) -> NDArray[np.float64]:
        distances = 1 - nearest.astype(np.float64) / self._scale
        if self._weights is not None:
            distances *= self._weights[rows]
        distances[self._taken[rows]] = -np.inf
        return distances

    def _apply(self) -> None:
        """Apply the chosen vectors that wait to all vectors, as matrix products."""
        for begin in range(0, len(self._waiting), _CENTRES):
            centres = self._vectors[self._waiting[begin : begin + _CENTRES]].T
            for start in range(0, len(self._vectors), _BLOCK):
                block = slice(start, start + _BLOCK)
                products = (self._vectors[block] @ centres).max(axis=1)
                np.maximum(self._nearest[block], products, out=self._nearest[block])

    def _refill(self) -> None:
        """Bring every distance up to date and fill the pool with the farthest."""
        self._apply()
        self._waiting = []
        scores = self._score(slice(None), self._nearest)
        size = min(_POOL, len(scores))
        edge = float(-np.partition(-scores, size - 1)[size - 1])
        above, ties = np.flatnonzero(scores > edge), np.flatnonzero(scores == edge)
        inside = ties[: size - len(above)]  # among equals the earlier rows
        self._pool = np.sort(np.concatenate([above, inside]))
        self._bound, self._bound_row = _largest(scores, edge, ties[len(inside) :])
        self._pool_vectors = self._vectors[self._pool]
        self._pool_nearest = self._nearest[self._pool]
        self._scores = scores[self._pool]


def _largest(
    scores: NDArray[np.float64], edge: float, ties: NDArray[np.int64]
) -> tuple[float, int]:
    """The largest score outside the pool and the first row that has it.

    Args:
        scores: Of all rows.
        edge: The smallest score in the pool.
        ties: The rows outside that have it too.
    """
    if len(ties):
        return edge, int(ties[0])
    below = scores[scores < edge]
    if not len(below):
        return -np.inf, len(scores)  # nothing is outside
    return float(below.max()), int(np.flatnonzero(scores == below.max())[0])
