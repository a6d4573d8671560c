"""Importing a source into a bank: every row is checked, and nothing partial is ever left."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inspect_values.errors import DataError
from inspect_values.safe import harmless
from inspect_values.scenarios.bank import write_bank
from inspect_values.scenarios.imports.recorded import Recorded, recorded, recorded_models
from inspect_values.scenarios.imports.rows import Reading, RefusedRowError, scenario_of
from inspect_values.scenarios.imports.sources import Row, Source
from inspect_values.scenarios.scenario import Scenario

OnRecorded = Callable[[Scenario, list[Recorded]], None]
"""Takes what a row says of the models' answers to its scenario."""


@dataclass
class Imported:
    """What became of the rows of a source."""

    rows: int = 0
    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter[str])
    """Reason → rows."""

    recorded: int = 0
    """Answers of models that the rows brought along."""


def import_bank(
    source: Source,
    reading: Reading,
    output: Path,
    about: dict[str, str],
    *,
    refused: Path | None = None,
    on_recorded: OnRecorded | None = None,
    tick: Callable[[], object] = lambda: None,
) -> Imported:
    """Write the rows of a source as a bank; the bank is whole or not there at all.

    Args:
        source: Where the rows come from.
        reading: How they are read.
        output: The bank.
        about: How it came about; what was refused is added.
        refused: A CSV file for the rows that are refused: row, id, reason, detail.
        on_recorded: Called for every accepted row of a source with answers of models.
        tick: Called after each row.

    Raises:
        DataError: If the source is damaged, lacks a column, or no row of it can be used.
    """
    reading.format.check(source.columns, source.name)
    found = Imported()
    with ExitStack() as stack:
        note = stack.enter_context(_Refusals(refused)) if refused else None
        accepted = _accepted(source, reading, found, note, on_recorded, tick)
        # the bank says what was refused, which is known only when all rows are read
        write_bank(accepted, output, about, lambda: {"refused": _counts(found)})
        if note:
            note.keep()
    return found


def _counts(found: Imported) -> str:
    total = sum(found.refused.values())
    listed = ", ".join(f"{reason} {count}" for reason, count in found.refused.most_common())
    return f"{total} of {found.rows}" + (f": {listed}" if listed else "")


def _accepted(
    source: Source,
    reading: Reading,
    found: Imported,
    note: "_Refusals | None",
    on_recorded: OnRecorded | None,
    tick: Callable[[], object],
) -> Iterator[Scenario]:
    first_row: dict[str, int] = {}
    models = recorded_models(source.columns or ())
    for row in source.rows:
        found.rows += 1
        tick()
        try:
            scenario = scenario_of(row, reading)
            if scenario.id in first_row:
                raise RefusedRowError("id twice", f"row {first_row[scenario.id]} has it too")
        except RefusedRowError as error:
            found.refused[error.reason] += 1
            if note:
                note.add(row, reading, error)
            continue
        first_row[scenario.id] = row.number
        found.accepted += 1
        if on_recorded:
            said = recorded(row.fields, models or recorded_models(row.fields))
            found.recorded += len(said)
            on_recorded(scenario, said)
        yield scenario
    if not found.accepted:
        if note:
            note.keep()
        why = f" ({_counts(found)})" if found.rows else ""
        raise DataError(f"no row of '{source.name}' can be used{why}; no bank was written.")


class _Refusals:
    """The CSV file of refused rows; it is there only when it is whole."""

    def __init__(self, path: Path) -> None:
        self._path, self._part = path, path.with_name(f".{path.name}.part")

    def __enter__(self) -> "_Refusals":
        try:
            self._file = self._part.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise DataError(f"'{self._path}' cannot be written ({error.strerror}).") from error
        self._writer: Any = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(["row", "id", "reason", "detail"])
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # a full disk has been told of already
            self._file.close()
        self._part.unlink(missing_ok=True)

    def add(self, row: Row, reading: Reading, error: RefusedRowError) -> None:
        """Note one row."""
        name = str(row.fields.get(reading.format.columns.get("id", "id")) or "")[:200]
        texts = [harmless(text) for text in (name, error.reason, error.detail)]
        try:
            self._writer.writerow([row.number, *texts])
        except UnicodeEncodeError:
            self._writer.writerow([row.number, *(ascii(text) for text in texts)])
        except OSError as full:
            raise self._unwritten(full) from full

    def keep(self) -> None:
        """Put the file in its place.

        Raises:
            DataError: If it cannot be written.
        """
        try:
            self._file.flush()
            self._part.replace(self._path)
        except OSError as error:
            raise self._unwritten(error) from error

    def _unwritten(self, error: OSError) -> DataError:
        return DataError(f"'{self._path}' cannot be written ({error.strerror}).")
