"""Where rows come from: JSONL, CSV, Parquet, or a dataset of the hub; read in pieces."""
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# (pyarrow brings no types)

import csv
import hashlib
import json
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

import pyarrow as pa
import pyarrow.parquet as pq

from inspect_values.errors import DataError, ParameterError
from inspect_values.limits import MOST_OF_A_PIECE, check_piece, decoded, texts_of

SUFFIXES = (".jsonl", ".csv", ".parquet")
MOST_LINE = 10_000_000
"""Bytes of one line or cell; more is no row of queries."""

_HUB = re.compile(r"hf:([\w.-]+/[\w.-]+)(?:@([^:]+))?(?::(.+))?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_ROWS = 1_000


class Row(NamedTuple):
    """One row of a source."""

    number: int
    """From 1; of a text file the line."""

    fields: dict[str, Any]
    problem: str = ""
    """Why it cannot be read; empty if it can."""


@dataclass(frozen=True)
class Source:
    """Rows, and where they come from."""

    name: str
    """The file's name, or `hf:owner/name`."""

    revision: str
    """The commit at the hub; of a file the beginning of its SHA-256."""

    columns: tuple[str, ...] | None
    """The columns; None where each row says for itself (JSONL)."""

    rows: Iterator[Row]
    total: int | None
    """How many rows there are, where that is known before they are read."""


def open_source(address: str, split: str = "train") -> Source:
    """Open a source; its rows are read as they are asked for.

    Args:
        address: A file (`.jsonl`, `.csv`, `.parquet`), or `hf:owner/name@commit`, with `:config`
            behind it where the dataset has several.
        split: Of a dataset of the hub.

    Raises:
        ParameterError: If it is no such address, or a hub dataset is not pinned to a commit.
        DataError: If it does not exist or cannot be read.
    """
    if address.startswith("hf:"):
        return _hub(address, split)
    path = Path(address).expanduser()
    if path.suffix not in SUFFIXES:
        raise ParameterError(
            f"'{address}' is no source of rows; allowed: a file ({', '.join(SUFFIXES)}) or "
            "hf:owner/name@commit."
        )
    try:
        revision = _sha256(path)
    except OSError as error:
        reason = "does not exist" if isinstance(error, FileNotFoundError) else "cannot be read"
        raise DataError(f"the source '{address}' {reason} ({error.strerror}).") from error
    if path.suffix == ".jsonl":
        return Source(path.name, revision, None, _jsonl(path), None)
    if path.suffix == ".csv":
        return Source(path.name, revision, _csv_header(path), _csv(path), None)
    return _parquet(path, revision)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _jsonl(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MOST_LINE + 1):
            number += 1
            if len(line) > MOST_LINE:
                raise DataError(f"'{path}': line {number} is longer than {MOST_LINE:,} bytes.")
            if line.strip():
                yield _json_row(number, line)


def _json_row(number: int, line: bytes) -> Row:
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        found: object = json.loads(text, object_pairs_hook=_unique)
    except UnicodeDecodeError as error:
        return Row(number, {}, f"not UTF-8 (byte {error.start})")
    except (ValueError, RecursionError) as error:
        return Row(number, {}, f"no JSON ({str(error)[:100]})")
    if not isinstance(found, dict):
        return Row(number, {}, "no JSON object: one object a line is needed")
    return Row(number, cast(dict[str, Any], found))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entry = dict(pairs)
    if len(entry) != len(pairs):
        raise ValueError("a key stands twice")
    return entry


def _csv_header(path: Path) -> tuple[str, ...]:
    with _open_csv(path) as reader:
        header = next(reader, None)
    if header is None:
        raise DataError(f"'{path}' is empty.")
    if len(set(header)) != len(header):
        raise DataError(f"'{path}': a column stands twice in the header.")
    return tuple(header)


def _csv(path: Path) -> Iterator[Row]:
    """The rows of a CSV file with a header."""
    with _open_csv(path) as reader:
        header = next(reader)
        for fields in reader:
            if not fields:
                continue
            problem = ""
            if len(fields) != len(header):
                problem = f"{len(fields)} fields where the header has {len(header)}"
            yield Row(reader.line_num, dict(zip(header, fields, strict=False)), problem)


@contextmanager
def _open_csv(path: Path) -> Generator[Any]:
    csv.field_size_limit(MOST_LINE)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield csv.reader(file, strict=True)
    except UnicodeDecodeError as error:
        raise DataError(f"'{path}' is not UTF-8 text ({error.reason}).") from error
    except (csv.Error, OSError) as error:
        raise DataError(f"'{path}' is no CSV, or it is damaged ({error}).") from error


def _parquet(path: Path, revision: str) -> Source:
    try:
        texts = texts_of(pq.read_schema(path))
        file = pq.ParquetFile(path, pre_buffer=False, read_dictionary=texts)
        check_piece(file.metadata, f"'{path}'")
    except DataError:
        raise
    except Exception as error:  # a damaged file may break the reader in any way
        raise DataError(f"'{path}' is no Parquet file, or it is damaged.") from error
    names = tuple(str(name) for name in file.schema_arrow.names)
    return Source(path.name, revision, names, _parquet_rows(path, file), file.metadata.num_rows)


def _parquet_rows(path: Path, file: pq.ParquetFile) -> Iterator[Row]:
    number = 0
    try:
        with file:
            for batch in file.iter_batches(_ROWS, use_threads=False):
                whole = decoded(batch, MOST_OF_A_PIECE, f"a thousand rows of '{path}'")
                for fields in whole.to_pylist():
                    number += 1
                    yield Row(number, fields)
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"'{path}' is damaged after row {number} ({reason}).") from error


def _hub(address: str, split: str) -> Source:
    match = _HUB.fullmatch(address)
    if match is None:
        raise ParameterError(f"'{address}' is no dataset of the hub; write hf:owner/name@commit.")
    name, revision, config = match.groups()
    if revision is None or not _COMMIT.fullmatch(revision):
        raise ParameterError(
            f"'{address}' is not pinned: write hf:{name}@COMMIT with the 40 hex digits of a "
            "commit, for a branch or tag can move and the rows would be others."
        )
    import datasets  # takes seconds

    try:
        data: Any = datasets.load_dataset(
            name, config, revision=revision, split=split, streaming=True
        )
        columns = data.column_names
    except Exception as error:  # the hub's library raises what it likes
        raise _hub_failed(address, split, error) from error
    names = tuple(columns) if columns else None
    label = f"hf:{name}" + (f":{config}" if config else "")
    return Source(label, revision, names, _hub_rows(address, split, data), None)


def _hub_rows(address: str, split: str, data: Any) -> Iterator[Row]:
    rows = enumerate(data, start=1)
    while True:
        try:
            entry = next(rows, None)
        except Exception as error:
            raise _hub_failed(address, split, error) from error
        if entry is None:
            return
        yield Row(entry[0], dict(entry[1]))


def _hub_failed(address: str, split: str, error: Exception) -> DataError:
    reason = " ".join(str(error).split())[:300]
    return DataError(
        f"the split '{split}' of '{address}' cannot be read ({type(error).__name__}: {reason})."
    )
