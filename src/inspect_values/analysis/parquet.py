"""The verdict table as a Parquet file."""
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# (pyarrow brings no types)

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from inspect_values.analysis.columns import COLUMNS, COMPACT, categories, typed
from inspect_values.errors import DataError
from inspect_values.limits import read_parquet

_ARROW = {"text": pa.string(), "number": pa.float64(), "whole": pa.int64(), "yes_no": pa.bool_()}
SCHEMA = pa.schema([pa.field(c.name, _ARROW[c.kind], metadata={"doc": c.doc}) for c in COLUMNS])


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a verdict table; the file is whole or not there at all.

    Raises:
        DataError: If it cannot be written.
    """
    _write(pa.Table.from_pandas(typed(table), schema=SCHEMA, preserve_index=False), path)


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write any table; the file is whole or not there at all.

    Raises:
        DataError: If it cannot be written.
    """
    _write(pa.Table.from_pandas(frame, preserve_index=False), path)


def _write(content: Any, path: Path) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        pq.write_table(content, part)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DataError(f"'{path}' cannot be written ({error.strerror or error}).") from error


def read_table(path: Path) -> pd.DataFrame:
    """Read a verdict table; texts that repeat are categories (`columns.COMPACT`).

    Raises:
        DataError: If the file is missing, damaged, or no verdict table.
    """
    try:
        content = read_parquet(path, kept=COMPACT)
    except FileNotFoundError as error:
        raise DataError(f"the table '{path}' does not exist.") from error
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"'{path}' is no Parquet file, or it is damaged.") from error
    missing = [column.name for column in COLUMNS if column.name not in content.column_names]
    if missing:
        raise DataError(f"'{path}' is no verdict table: it has no column {', '.join(missing[:5])}.")
    try:
        # a cast fails where a text is no number; pandas would call it missing
        plain = [name for name in SCHEMA.names if name not in COMPACT]
        columns = {name: content[name].cast(SCHEMA.field(name).type) for name in plain}
        columns |= {name: _dictionary(content[name]) for name in COMPACT}
        whole = pa.table(columns).unify_dictionaries().select(SCHEMA.names)
        del content, columns
        frame = whole.to_pandas(split_blocks=True, self_destruct=True)
        del whole
        pa.default_memory_pool().release_unused()
        return typed(frame, COMPACT).assign(**{n: categories(frame[n]) for n in COMPACT})
    except (ValueError, TypeError, pa.ArrowException) as error:
        raise DataError(
            f"'{path}' is no verdict table: a column has the wrong type ({error})."
        ) from error


def _dictionary(column: Any) -> Any:
    """A column of texts with each text once."""
    if pa.types.is_dictionary(column.type):
        return column
    return column.cast(pa.string()).dictionary_encode()
