"""How much of the memory a file from a stranger may fill: as much as there is, and no more.

A Parquet file of a few kilobytes can hold a billion rows or a text of a gigabyte, and a log, which
is a zip archive, likewise. What a file says that it holds is looked at before it is read, and texts
are read as the dictionaries that they are stored as, so that they are counted before they repeat.
"""
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# (pyarrow brings no types)

import os
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from inspect_values.errors import DataError

_CELL = 8
_UNKNOWN = 16 * 2**30
MOST_OF_A_PIECE = 256 * 2**20
"""Bytes that the texts of a thousand rows may have."""


def memory() -> int:
    """The bytes of memory of this machine."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):  # not told on every system
        return _UNKNOWN


def texts_of(schema: Any) -> list[str]:
    """The columns of a Parquet file that hold texts."""
    kinds = pa.types
    return [f.name for f in schema if kinds.is_string(f.type) or kinds.is_large_string(f.type)]


def read_parquet(
    path: Path, columns: Sequence[str] | None = None, kept: Collection[str] = ()
) -> Any:
    """A whole Parquet file as a `pyarrow.Table`, if it fits this machine.

    Args:
        path: The file.
        columns: Which columns; None reads all. One that is not there is left out.
        kept: Columns of texts that stay the dictionaries that they are stored as.

    Raises:
        DataError: If it would fill the memory.
        OSError, pyarrow.ArrowException: If it is damaged or none.
    """
    schema = pq.read_schema(path)
    names = [n for n in schema.names if columns is None or n in columns]
    check_size(pq.read_metadata(path), f"'{path}'", len(names))
    texts = [name for name in texts_of(schema) if name in names]
    content = pq.read_table(path, columns=names, read_dictionary=texts)
    return decoded(content, memory(), f"'{path}'", kept)


def check_size(metadata: Any, where: str, columns: int) -> None:
    """Refuse a Parquet file that says that it holds more than this machine can.

    Raises:
        DataError: If it does.
    """
    groups = [metadata.row_group(n) for n in range(metadata.num_row_groups)]
    held = sum(group.total_byte_size for group in groups)
    _refuse(metadata.num_rows * columns * _CELL + held, memory(), where)


def check_piece(metadata: Any, where: str) -> None:
    """Refuse a Parquet file one part of which does not fit the memory.

    Raises:
        DataError: If there is such a part.
    """
    for number in range(metadata.num_row_groups):
        _refuse(metadata.row_group(number).total_byte_size, memory() // 4, where)


def decoded(content: Any, most: int, where: str, kept: Collection[str] = ()) -> Any:
    """A table or batch whose texts stand in full, after counting what they come to.

    Args:
        content: A `pyarrow.Table` or `RecordBatch` with dictionaries in place of texts.
        most: Bytes that they may have together.
        where: The file, for the error.
        kept: Columns that stay dictionaries.

    Raises:
        DataError: If they have more.
    """
    columns: list[Any] = []
    total = 0
    for name, column in zip(content.schema.names, content.columns, strict=True):
        if pa.types.is_dictionary(column.type) and name not in kept:
            total += _bytes(column)
            _refuse(total, most, where)
            # pyarrow has no type for a text beyond 2 GB but the large one
            kind = pa.string() if total < 2**31 else pa.large_string()
            column = column.cast(kind)
        columns.append(column)
    return type(content).from_arrays(columns, names=content.schema.names)


def _bytes(column: Any) -> int:
    """What the texts of a column come to, repetitions included."""
    compute: Any = pc
    total = 0
    for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        lengths = compute.binary_length(chunk.dictionary).take(chunk.indices)
        total += compute.sum(lengths.cast(pa.int64())).as_py() or 0
    return total


def check_archive(path: Path, most_of_one: int | None = None) -> None:
    """Refuse a log whose parts would not fit the memory of this machine.

    Args:
        path: A file; one that is no zip archive is left to whoever reads it.
        most_of_one: Bytes that one part may have; by default an eighth of the memory.

    Raises:
        DataError: If a part is larger.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = [(entry.file_size, entry.filename) for entry in archive.infolist()]
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return
    size, name = max(sizes, default=(0, ""))
    _refuse(size, most_of_one or memory() // 8, f"'{name[:80]}' in '{path}'")


def _refuse(size: int, most: int, where: str) -> None:
    if size > most:
        raise DataError(
            f"{where} would take {size / 1e9:,.1f} GB of memory; at most {most / 1e9:,.1f} GB are "
            "allowed on this machine."
        )
