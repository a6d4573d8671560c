"""Near-duplicates: queries that say almost the same in almost the same words."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inspect_values.scenarios.grams import Grams, Rows, bands

THRESHOLD = 0.8
"""Two queries are near-duplicates when their word 3-grams have at least this Jaccard similarity."""

MOST_COMPARED = 1_000
"""With how many others a query is compared at most; more has only a bank that was made to be slow,
for the queries of any other differ enough to be told apart by their hashes."""

_EXAMPLES = 10


class Duplicates(NamedTuple):
    """How many queries have a near-duplicate."""

    queries: int
    within: int
    """Queries with a near-duplicate in their own situation."""

    between: int
    """Queries with a near-duplicate in another situation."""

    examples: tuple[tuple[int, int], ...]
    """Pairs of row numbers from different situations, at most ten."""

    cut: int = 0
    """Queries whose comparisons were cut short; if there are any, the counts are a lower bound."""


def near_duplicates(
    queries: Iterable[tuple[str, str]],
    threshold: float = THRESHOLD,
    tick: Callable[[], object] = lambda: None,
) -> Duplicates:
    """Count queries with near-duplicates, within and between situations.

    Args:
        queries: (family, text) of each query; read once.
        threshold: The Jaccard similarity of word 3-grams from which two queries count.
        tick: Called twice a query, as the work goes on.
    """
    numbers: dict[str, int] = {}
    families: list[int] = []

    def texts() -> Iterator[str]:
        for family, text in queries:
            families.append(numbers.setdefault(family, len(numbers)))
            yield text

    grams = Grams(texts(), tick)
    counted = _Counted(grams, np.array(families, dtype=np.int64), threshold)
    if len(grams):
        for rows, starts in bands(grams.signatures(tick), threshold):
            for start, end in pairwise(starts):
                counted.compare(rows[start:end])
    return counted.result()


class _Counted:
    """Which queries have a near-duplicate, as far as it is known yet."""

    def __init__(self, grams: Grams, families: NDArray[np.int64], threshold: float) -> None:
        self._grams, self._families, self._threshold = grams, families, threshold
        self._within = np.zeros(len(grams), dtype=bool)
        self._between = np.zeros(len(grams), dtype=bool)
        self._compared = np.zeros(len(grams), dtype=np.int64)
        self._examples: set[tuple[int, int]] = set()

    def compare(self, group: Rows) -> None:
        """Compare each query of a group with the others, until it is known to have one."""
        families = self._families[group]
        for place, row in enumerate(group):
            same = families == families[place]
            for flags, mask in ((self._within, same), (self._between, ~same)):
                if not flags[row]:
                    mask[place] = False
                    self._look(int(row), group[mask], flags)

    def _look(self, row: int, others: Rows, flags: NDArray[np.bool_]) -> None:
        others = others[: max(0, MOST_COMPARED - int(self._compared[row]))]
        for close in self._grams.similar(row, others, self._threshold):
            flags[row] = True
            flags[close] = True
            if flags is self._between and len(self._examples) < _EXAMPLES:
                other = int(close[0])
                self._examples.add((min(row, other), max(row, other)))
            return
        self._compared[row] += len(others)

    def result(self) -> Duplicates:
        """The counts."""
        cut = (self._compared >= MOST_COMPARED) & ~(self._within & self._between)
        return Duplicates(
            queries=len(self._grams),
            within=int(self._within.sum()),
            between=int(self._between.sum()),
            examples=tuple(sorted(self._examples)),
            cut=int(cut.sum()),
        )


def first_of_each(
    texts: Iterable[str],
    threshold: float = THRESHOLD,
    tick: Callable[[], object] = lambda: None,
) -> NDArray[np.int64]:
    """For each text the earlier one that it is a near-duplicate of, or -1 if it is to be kept.

    Texts are taken in their order, and each is compared with those that are kept, so that no two
    kept ones are near-duplicates (but for the few that the hashing misses).

    Args:
        texts: Read once.
        threshold: The Jaccard similarity of word 3-grams from which two texts count.
        tick: Called twice a text, as the work goes on.

    Returns:
        One number a text.
    """
    grams = Grams(texts, tick)
    found = np.full(len(grams), -1, dtype=np.int64)
    if not len(grams):
        return found
    groups = _group_numbers(grams, threshold, tick)
    kept: dict[tuple[int, int], list[int]] = {}
    for row in np.flatnonzero((groups >= 0).any(axis=1)):
        mine = [(band, number) for band, number in enumerate(groups[row].tolist()) if number >= 0]
        before = sorted({other for key in mine for other in kept.get(key, ())})
        others = np.array(before[:MOST_COMPARED], dtype=np.int64)
        first = next(grams.similar(int(row), others, threshold), None)
        if first is not None:
            found[row] = first[0]
            continue
        for key in mine:
            kept.setdefault(key, []).append(int(row))
    return found


def _group_numbers(grams: Grams, threshold: float, tick: Callable[[], object]) -> NDArray[np.int32]:
    """Texts × bands: the number of the group of candidates, -1 where a text stands alone."""
    columns: list[NDArray[np.int32]] = []
    for rows, starts in bands(grams.signatures(tick), threshold):
        column = np.full(len(grams), -1, dtype=np.int32)
        column[rows] = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        columns.append(column)
    return np.stack(columns, axis=1)
