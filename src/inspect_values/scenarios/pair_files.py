"""Pairs of bare values as files: one Parquet table, or a folder of pair files to edit."""
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# (pyarrow brings no types)

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from inspect_values.errors import DataError, ParameterError
from inspect_values.files import write_text
from inspect_values.limits import read_parquet
from inspect_values.scenarios.generic import generic_pair, own_definition, values_of
from inspect_values.scenarios.taxonomy import Drawn
from inspect_values.values import Value, ValuePair

SCHEMA = "inspect-values-pairs/1"
MOST_FILES = 2_000
"""Pairs that a folder may hold; more belong in one table."""

_SIDES = ("first", "second")
_COLUMNS = (
    *(f"{side}_{part}" for side in _SIDES for part in ("value", "name", "definition", "taxonomy")),
    "stratum",
)


def write_pairs(path: Path, pairs: Sequence[Drawn], about: Mapping[str, str]) -> None:
    """Write pairs as a table (`.parquet`) or as a new folder of pair files.

    Raises:
        ParameterError: If the folder is not empty, or the pairs are too many for one.
        DataError: If something cannot be written.
    """
    if path.suffix == ".parquet":
        _write_table(path, pairs, about)
        return
    if len(pairs) > MOST_FILES:
        raise ParameterError(
            f"{len(pairs):,} pairs are too many for a folder of files; at most {MOST_FILES:,}. "
            "Write them as one table, with a name that ends in .parquet."
        )
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise ParameterError(f"'{path}' is there already; name a new or empty folder.")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"the folder '{path}' cannot be made ({error.strerror}).") from error
    for entry in pairs:
        pair = generic_pair(entry.first, entry.second)
        name = pair.id.removeprefix("generic_")
        write_text(path / f"{name}.md", _markdown(pair))


def read_pairs(path: Path) -> Iterator[tuple[Value, Value]]:
    """The pairs of a table.

    Raises:
        DataError: If it is none, or a value cannot be used.
    """
    try:
        table = read_parquet(path, _COLUMNS)
    except DataError:
        raise
    except FileNotFoundError as error:
        raise DataError(f"the pairs '{path}' do not exist.") from error
    except Exception as error:  # a damaged file may break the reader in any way
        raise DataError(f"'{path}' is no Parquet file, or it is damaged.") from error
    missing = [f"{side}_name" for side in _SIDES if f"{side}_name" not in table.column_names]
    if missing:
        raise DataError(f"'{path}' holds no pairs of values: no column '{missing[0]}'.")
    wanted = [name for name in _COLUMNS if name in table.column_names]
    for number, row in enumerate(table.select(wanted).to_pylist(), start=1):
        try:
            yield values_of(row)
        except DataError as error:
            raise DataError(f"'{path}', pair {number}: {error}") from error


def _write_table(path: Path, pairs: Sequence[Drawn], about: Mapping[str, str]) -> None:
    rows = [
        {
            f"{side}_{part}": text
            for side, value in zip(_SIDES, (entry.first, entry.second), strict=True)
            for part, text in (
                ("value", value.id),
                ("name", value.name),
                ("definition", own_definition(value) or None),
                ("taxonomy", value.taxonomy),
            )
        }
        | {"stratum": entry.stratum or None}
        for entry in pairs
    ]
    metadata = {"inspect_values": json.dumps({"schema": SCHEMA, **about}, sort_keys=True)}
    schema = pa.schema([pa.field(name, pa.string()) for name in _COLUMNS], metadata=metadata)
    part = path.with_name(f".{path.name}.part")
    try:
        pq.write_table(pa.Table.from_pylist(rows, schema), part)
        part.replace(path)
    except OSError as error:
        raise DataError(f"'{path}' cannot be written ({error.strerror or error}).") from error
    finally:
        part.unlink(missing_ok=True)


def _markdown(pair: ValuePair) -> str:
    """A pair file that can be edited, and then is a pair with a rubric of its own."""
    front = {
        "id": pair.id.removeprefix("generic_"),
        "version": pair.version,
        **{
            side: {"id": value.id, "name": value.name, "definition": value.definition}
            for side, value in zip(_SIDES, pair.values, strict=True)
        },
        "refusal_costs": pair.refusal_costs,
    }
    ladders = [
        f"## {value.name}\n" + "\n".join(f"{n}. {anchor}" for n, anchor in enumerate(ladder))
        for value, ladder in zip(pair.values, (pair.first_ladder, pair.second_ladder), strict=True)
    ]
    head = yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=1000)
    return f"---\n{head}---\n# {pair.title}\n\n## Tension\n{pair.tension}\n\n" + "\n\n".join(
        [*ladders, ""]
    )
