"""What was spent, call by call: a file beside the logs that outlives a killed run.

A log knows what its samples cost, but not what was paid for calls whose sample never ended. The
ledger has a line for each call that was answered, written at once. Several processes may share it.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from inspect_values.errors import DataError

NAME = "inspect-values-spent.jsonl"


class Entry(BaseModel):
    """One call that was answered."""

    model_config = ConfigDict(frozen=True)

    model: str
    tokens: int
    cost: float | None = None
    """In the currency of the prices; None where the model has no price."""


class Total(BaseModel):
    """What a number of calls came to."""

    calls: int = 0
    tokens: int = 0
    cost: float = 0.0

    def add(self, entry: Entry) -> None:
        """Count one more call."""
        self.calls += 1
        self.tokens += entry.tokens
        self.cost += entry.cost or 0.0


class Ledger:
    """The calls of a log folder; without a folder those of this process only."""

    def __init__(self, folder: Path | None) -> None:
        self.path = None if folder is None else folder / NAME
        self.total = Total()
        self._read = 0
        self._refresh()

    def note(self, entry: Entry) -> None:
        """Write down one call.

        Raises:
            DataError: If it cannot be written: a budget that is not kept is none.
        """
        if self.path is None:
            self.total.add(entry)
            return
        # a line of its own, even after half a line that a killed process left
        line = f"\n{entry.model_dump_json()}\n".encode()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # one write of less than a page: lines of several processes do not mix
            file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(file, line)
            finally:
                os.close(file)
        except OSError as error:
            self.total.add(entry)
            raise DataError(
                f"what was spent cannot be written to '{self.path}' ({error.strerror})."
            ) from error
        self._refresh()

    def spent(self) -> Total:
        """Everything so far, by this process and by others."""
        self._refresh()
        return self.total

    def _refresh(self) -> None:
        for entry in self._new():
            self.total.add(entry)

    def _new(self) -> Iterator[Entry]:
        """The whole lines that were added since the last look; a damaged line is passed over."""
        if self.path is None or not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    break  # half a line: its writer is at it, or was killed
                self._read += len(line)
                entry = _entry(line)
                if entry is not None:
                    yield entry


def _entry(line: bytes) -> Entry | None:
    try:
        found: Any = json.loads(line)
        return Entry.model_validate(found)
    except (ValueError, ValidationError, RecursionError):
        return None
