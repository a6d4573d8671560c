"""The bank: many scenarios in one Parquet file, read in pieces so that its size never matters.

A bank is one Parquet file with the columns of `COLUMNS`, one row a scenario. Who built it, from
what and with which seed stands in the file's own metadata under `inspect_values`.
"""
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# (pyarrow brings no types)

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from inspect_values.errors import DataError, suggest, validation_sentence
from inspect_values.scenarios.generic import PREFIX, generic_id, own_definition, values_of
from inspect_values.scenarios.scenario import Scenario
from inspect_values.values import Value

SCHEMA = "inspect-values-bank/2"
MAX_CELL = 100_000
"""Characters that one cell of a bank may hold at most."""

_ROWS = 1_000  # a piece; it is all of the bank that is in memory at once when it is read
_WRITTEN = 5_000  # rows that are written together: what repeats in them is stored once


class Column(NamedTuple):
    """One column of a bank."""

    name: str
    doc: str


COLUMNS = (
    Column("id", "The scenario's id, unique in the bank."),
    Column("pair", "The value pair's id."),
    Column("pair_version", "Its version, N-X."),
    Column("family", "Everything that comes from one situation: the unit of clustering."),
    Column("cell", "One factor setting of a family, with its nudges, wordings and seats."),
    Column("domain", "The part of life it comes from."),
    Column("nudge", "neutral, first or second."),
    Column("wording", "Which wording of the same query, from 0 (a whole number)."),
    Column("query", "What the model is asked."),
    Column("system", "A system prompt, or missing."),
    Column("option_first", "What the first value recommends; empty where it can't be a choice."),
    Column("option_second", "What the second value recommends."),
    Column("factors", "JSON: factor → level."),
    Column("refusal_costs", "The value that a refusal gives up: first, second or neither."),
    Column("licence", "The licence of the text."),
    Column("source", "Where the situation comes from."),
    Column("generator", "The model that wrote the query; missing where a person did."),
    Column("revision", "The version of its source."),
    Column("filters", "JSON: who said what to each filter that it passed; missing where none."),
    Column("rubric", "pair: that of the installed pair; generic: made from the two values."),
    Column("first_value", "Of a generic pair: the id of its first value."),
    Column("first_name", "Its name."),
    Column("first_definition", "What it asks of an assistant; missing where nobody said."),
    Column("second_value", "Of a generic pair: the id of its second value."),
    Column("second_name", "Its name."),
    Column("second_definition", "What it asks of an assistant; missing where nobody said."),
)
"""Every column of a bank, in order. All are texts but `wording`. Parquet stores what repeats in a
column once, so that a pair's texts cost next to nothing however many scenarios it has."""

RUBRICS = ("pair", "generic")
NEWER = tuple(column.name for column in COLUMNS[-8:])
"""Columns that banks of the schema `inspect-values-bank/1` don't have."""

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
            _check_lengths(row, f"scenario '{str(row.get('id'))[:80]}' of the bank")
        return found


def write_bank(scenarios: Iterable[Scenario], path: Path, about: Mapping[str, str]) -> int:
    """Write a bank; the file is whole or not there at all.

    Args:
        scenarios: Read once, in pieces.
        path: Where the file goes.
        about: How the bank came about, kept in the file's metadata.

    Returns:
        How many scenarios were written.

    Raises:
        DataError: If an id stands twice, a text is too long, or the file cannot be written.
    """
    schema = _ARROW.with_metadata(
        {"inspect_values": json.dumps({"schema": SCHEMA, **about}, sort_keys=True)}
    )
    part = path.with_name(f".{path.name}.part")
    try:
        with pq.ParquetWriter(part, schema) as writer:
            count = _write(writer, schema, iter(scenarios))
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
        writer.write_table(pa.Table.from_pylist([_row(scenario) for scenario in piece], schema))
    return len(seen)


def about(path: str | Path) -> dict[str, str]:
    """How a bank came about: its file's own metadata.

    Raises:
        DataError: If it is no bank.
    """
    raw = (_schema(str(path)).metadata or {}).get(b"inspect_values", b"{}")
    return {str(key): str(value) for key, value in json.loads(raw).items()}


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
            bank = pq.ParquetFile(file, pre_buffer=False)
            for batch in bank.iter_batches(_ROWS, columns=names, use_threads=False):
                yield Piece(batch)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"the bank '{path}' is damaged ({_short(error)}).") from error


def from_row(row: Mapping[str, Any]) -> Scenario:
    """A row of a bank as a scenario.

    Raises:
        DataError: If a field cannot be used.
    """
    where = f"scenario '{str(row.get('id'))[:80]}' of the bank"
    try:
        factors = json.loads(row["factors"] or "{}")
        texts = {k: v or "" for k, v in row.items() if k.startswith("option_")}
        values = _values(row)
        found = Scenario.model_validate({**row, **texts, "factors": factors, "values": values})
    except DataError as error:
        raise DataError(f"{where}: {error}") from error
    except ValidationError as error:
        raise DataError(validation_sentence(where, error, Scenario.model_fields)) from error
    except (ValueError, TypeError) as error:
        raise DataError(f"{where}: 'factors' is no JSON of factors and levels.") from error
    if not (found.id and found.query.strip()):
        raise DataError(f"{where}: the {'query' if found.id else 'id'} is empty.")
    return found


def _values(row: Mapping[str, Any]) -> tuple[Value, Value] | None:
    """The two values of a generic pair; None for a pair that is installed.

    Raises:
        DataError: If they cannot be used, or the row's pair is not theirs.
    """
    rubric = row.get("rubric") or RUBRICS[0]
    if rubric not in RUBRICS:
        raise DataError(f"the rubric '{str(rubric)[:80]}' is not known; {suggest('', RUBRICS)}.")
    if rubric == RUBRICS[0] and not str(row["pair"]).startswith(PREFIX):
        return None
    first, second = values_of(row)
    expected = generic_id(first.id, second.id)
    if row["pair"] != expected:
        raise DataError(
            f"the pair '{str(row['pair'])[:100]}' has the generic rubric of '{first.name}' and "
            f"'{second.name}', whose pair is '{expected}'."
        )
    return first, second


def _row(scenario: Scenario) -> dict[str, Any]:
    row = scenario.model_dump(exclude={"values"})
    row |= {"factors": json.dumps(scenario.factors, sort_keys=True), "rubric": RUBRICS[0]}
    for side, value in zip(("first", "second"), scenario.values or (), strict=False):
        row |= {
            "rubric": RUBRICS[1],
            f"{side}_value": value.id,
            f"{side}_name": value.name,
            f"{side}_definition": own_definition(value) or None,
        }
    _check_lengths(row, f"scenario '{scenario.id}'")
    return row


def _check_lengths(row: Mapping[str, Any], where: str) -> None:
    for name, value in row.items():
        if isinstance(value, str) and len(value) > MAX_CELL:
            raise DataError(
                f"{where}: '{name}' has {len(value)} characters; at most {MAX_CELL} are allowed."
            )


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
