"""Which scenarios of a bank a run asks; only these are ever in memory together."""

import heapq
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from inspect_values.errors import DataError, one_of, suggest
from inspect_values.scenarios.bank import Piece, pieces
from inspect_values.scenarios.bank_rows import from_row
from inspect_values.scenarios.scenario import Scenario, shard_of
from inspect_values.scenarios.selection import (
    Selection,
    Vocabulary,
    check_shard_number,
    empty_shard,
    nothing_left,
)
from inspect_values.scenarios.situation import NUDGES
from inspect_values.values import digest

_KEYS = ("pair", "cell", "domain", "nudge", "factors")


def select_from_bank(
    path: str | Path, selection: Selection, pairs: Sequence[str] | None = None
) -> list[Scenario]:
    """The scenarios of a bank that a run asks, in the order of the file.

    With a limit, each pair's cells are drawn at random by `selection.seed`, whatever their family.

    Args:
        path: The bank.
        selection: What the study varies.
        pairs: The pairs to keep; None keeps all.

    Raises:
        ParameterError: If a pair, domain, factor or level is unknown, or nothing is left to ask.
        DataError: If the bank is missing, damaged, or holds the same id twice.
    """
    check_shard_number(selection)
    chooser = _Chooser(path, selection, pairs)
    chosen: dict[str, Scenario] = {}
    for piece in pieces(path):
        for row in piece.rows(chooser.wanted(piece)):
            scenario = from_row(row)
            if scenario.id in chosen:
                raise DataError(f"the bank '{path}' holds the id '{scenario.id}' twice.")
            chosen[scenario.id] = scenario
    chooser.check(bool(chosen))
    return list(chosen.values())


class _Chooser:
    """Says which rows of a piece are asked for, and notes what the bank holds."""

    def __init__(self, path: str | Path, selection: Selection, pairs: Sequence[str] | None) -> None:
        self._selection = selection
        self._pairs = None if pairs is None else set(pairs)
        self._vocabulary = Vocabulary()
        self._seen: set[str] = set()
        self._kept_before_sharding = 0
        limit = selection.cell_limit()
        self._drawn = None if limit is None else self._draw(path, limit)

    def wanted(self, piece: Piece) -> list[int]:
        """The rows of a piece that are asked for."""
        found: list[int] = []
        last, mine = "", False
        for index, _, cell in self._kept(piece):
            if self._drawn is not None and cell not in self._drawn:
                continue
            self._kept_before_sharding += 1
            if cell != last:
                last, mine = cell, self._in_shard(cell)
            if mine:
                found.append(index)
        return found

    def check(self, any_chosen: bool) -> None:
        """Say in a sentence why nothing was chosen, or what does not exist.

        Raises:
            ParameterError: If a name is unknown, or nothing was chosen.
        """
        for pair in sorted(self._pairs or ()):
            one_of("value pair of the bank", pair, self._seen)
        self._vocabulary.check(self._selection)
        if not self._kept_before_sharding:
            raise nothing_left(self._selection)
        if not any_chosen:
            raise empty_shard(self._selection, self._kept_before_sharding)

    def _in_shard(self, cell: str) -> bool:
        return shard_of(cell, self._selection.shards) == self._selection.shard

    def _kept(self, piece: Piece) -> Iterator[tuple[int, str, str]]:
        """Row, pair and cell of what the selection keeps, before limit and shard."""
        for index, (pair, cell, domain, nudge, text) in enumerate(piece.columns(*_KEYS)):
            if nudge not in NUDGES:
                raise DataError(
                    f"the bank holds the nudge '{str(nudge)[:80]}'; {suggest(str(nudge), NUDGES)}."
                )
            factors = _factors(text)
            self._seen.add(pair)
            self._vocabulary.add(domain, factors.items())
            if (
                (self._pairs is None or pair in self._pairs)
                and nudge in self._selection.nudges
                and self._selection.keeps(domain, factors)
            ):
                yield index, pair, cell

    def _draw(self, path: str | Path, limit: int) -> set[str]:
        """The cells that are drawn from each pair: those with the smallest hashes."""
        heaps: dict[str, list[tuple[int, str]]] = {}
        drawn: set[str] = set()
        for piece in pieces(path, _KEYS):
            for _, pair, cell in self._kept(piece):
                heap = heaps.setdefault(pair, [])
                if cell in drawn:
                    continue
                entry = (-int(digest([self._selection.seed, cell]), 16), cell)
                if len(heap) < limit:
                    heapq.heappush(heap, entry)
                    drawn.add(cell)
                elif entry > heap[0]:
                    drawn.discard(heapq.heapreplace(heap, entry)[1])
                    drawn.add(cell)
        return drawn


@lru_cache(maxsize=10_000)
def _factors(text: str | None) -> dict[str, str]:
    try:
        return dict(json.loads(text or "{}"))
    except (ValueError, TypeError) as error:
        raise DataError(f"the bank's factors '{str(text)[:80]}' are no JSON.") from error
