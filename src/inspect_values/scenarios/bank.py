"""The bank: many scenarios in one Parquet file, read in pieces so that its size never matters.

A bank is one Parquet file with the columns of `COLUMNS`, one row a scenario. Who built it, from
what and with which seed stands in the file's own metadata under `inspect_values`.
"""
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# (pyarrow brings no types)

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

from inspect_values.errors import DataError, suggest
from inspect_values.limits import MOST_OF_A_PIECE, check_piece, decoded
from inspect_values.scenarios.bank_rows import COLUMNS, NEWER, check_lengths, from_row, to_row
from inspect_values.scenarios.scenario import Scenario

SCHEMA = "inspect-values-bank/2"
_METADATA = "inspect_values"
_ROWS = 1_000  # a piece; it is all of the bank that is in memory at once when it is read
_WRITTEN = 5_000  # rows that are written together: what repeats in them is stored once


_ARROW = pa.schema(
    [
        pa.field(
            c.name, pa.int32() if c.name == "wording" else pa.string(), metadata={"doc": c.doc}
        )
        for c in COLUMNS
    ]
)


@dataclass(frozen=True)
class Piece:
    """A few rows of a bank."""

    table: Any
    """A `pyarrow.RecordBatch`."""

    def columns(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """Some columns, row by row."""
        return zip(*(self.table.column(name).to_pylist() for name in names), strict=True)

    def rows(self, indices: list[int] | None = None) -> list[dict[str, Any]]:
        """Rows as dictionaries; None gives all.

        Raises:
            DataError: If a text is no UTF-8 or too long.
        """
        if indices == []:
            return []
        chosen = self.table if indices is None else self.table.take(indices)
        try:
            found: list[dict[str, Any]] = chosen.to_pylist()
        except UnicodeDecodeError as error:
            raise DataError(f"the bank holds a text that is not UTF-8 ({error.reason}).") from error
        for row in found:
            check_lengths(row, f"scenario '{str(row.get('id'))[:80]}' of the bank")
        return found


def write_bank(
    scenarios: Iterable[Scenario],
    path: Path,
    about: Mapping[str, str],
    learnt: Callable[[], Mapping[str, str]] = dict,
) -> int:
    """Write a bank; the file is whole or not there at all.

    Args:
        scenarios: Read once, in pieces.
        path: Where the file goes.
        about: How the bank came about, kept in the file's metadata.
        learnt: Says at the end what else is to be kept: what only the writing has shown.

    Returns:
        How many scenarios were written.

    Raises:
        DataError: If an id stands twice, a text is too long, or the file cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with pq.ParquetWriter(part, _ARROW) as writer:
            count = _write(writer, _ARROW, iter(scenarios))
            metadata = {"schema": SCHEMA, **about, **learnt()}
            writer.add_key_value_metadata({_METADATA: json.dumps(metadata, sort_keys=True)})
        part.replace(path)
    except OSError as error:
        raise DataError(f"'{path}' cannot be written ({error.strerror or error}).") from error
    finally:
        part.unlink(missing_ok=True)
    return count


def _write(writer: pq.ParquetWriter, schema: Any, scenarios: Iterator[Scenario]) -> int:
    seen: set[str] = set()
    while piece := list(islice(scenarios, _WRITTEN)):
        for scenario in piece:
            if scenario.id in seen:
                raise DataError(f"two scenarios have the id '{scenario.id}'.")
            seen.add(scenario.id)
        writer.write_table(pa.Table.from_pylist([to_row(scenario) for scenario in piece], schema))
    return len(seen)


def about(path: str | Path) -> dict[str, str]:
    """How a bank came about: its file's own metadata.

    Raises:
        DataError: If it is no bank.
    """
    _schema(str(path))
    with fsspec.open(str(path), "rb") as file:
        raw = (pq.read_metadata(file).metadata or {}).get(_METADATA.encode(), b"{}")
    return {str(key): str(value) for key, value in json.loads(raw).items()}


def count(path: str | Path) -> int:
    """How many scenarios a bank holds.

    Raises:
        DataError: If it is no bank.
    """
    _schema(str(path))
    with fsspec.open(str(path), "rb") as file:
        return int(pq.read_metadata(file).num_rows)


def pieces(path: str | Path, wanted: Iterable[str] | None = None) -> Iterator[Piece]:
    """A bank in pieces of at most a thousand rows, in the order of the file.

    Args:
        path: A Parquet file; also an address that fsspec opens, such as `s3://…` or `hf://…`.
        wanted: Which columns; None reads all.

    Raises:
        DataError: If the file is missing, damaged or no bank.
    """
    held = _schema(str(path)).names
    asked = [column.name for column in COLUMNS] if wanted is None else list(wanted)
    names = [name for name in asked if name in held]
    try:
        with fsspec.open(str(path), "rb") as file:
            # one batch after the other, nothing read ahead: memory does not grow with the bank
            texts = [name for name in names if name != "wording"]
            bank = pq.ParquetFile(file, pre_buffer=False, read_dictionary=texts)
            check_piece(bank.metadata, f"the bank '{path}'")
            for batch in bank.iter_batches(_ROWS, columns=names, use_threads=False):
                yield Piece(
                    decoded(batch, MOST_OF_A_PIECE, f"a thousand rows of the bank '{path}'")
                )
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"the bank '{path}' is damaged ({_short(error)}).") from error


def read_bank(path: str | Path) -> Iterator[Scenario]:
    """Every scenario of a bank, one after the other.

    Raises:
        DataError: If the bank is damaged or holds an id twice.
    """
    seen: set[str] = set()
    for piece in pieces(path):
        for row in piece.rows():
            scenario = from_row(row)
            if scenario.id in seen:
                raise DataError(f"the bank '{path}' holds the id '{scenario.id}' twice.")
            seen.add(scenario.id)
            yield scenario


def _schema(path: str) -> Any:
    try:
        with fsspec.open(path, "rb") as file:
            schema = pq.read_schema(file)
    except FileNotFoundError as error:
        raise DataError(f"the bank '{path}' does not exist.") from error
    except Exception as error:  # a damaged file may break the reader in any way
        raise DataError(f"'{path}' is no Parquet file, or it is damaged.") from error
    for column in COLUMNS:
        if column.name in NEWER and column.name not in schema.names:
            continue
        if column.name not in schema.names:
            raise DataError(
                f"'{path}' is no bank: the column '{column.name}' is missing; "
                f"{suggest(column.name, schema.names).replace('allowed', 'found')}."
            )
        kind = schema.field(column.name).type
        right = pa.types.is_integer if column.name == "wording" else _is_text
        if not right(kind):
            raise DataError(f"'{path}' is no bank: the column '{column.name}' holds {kind}.")
    return schema


def _is_text(kind: Any) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
