"""The verdict table as a Parquet file."""
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# (pyarrow brings no types)

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from inspect_values.analysis.columns import COLUMNS, typed
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
    """Read a verdict table.

    Raises:
        DataError: If the file is missing, damaged, or no verdict table.
    """
    try:
        content = read_parquet(path)
    except FileNotFoundError as error:
        raise DataError(f"the table '{path}' does not exist.") from error
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"'{path}' is no Parquet file, or it is damaged.") from error
    missing = [column.name for column in COLUMNS if column.name not in content.column_names]
    if missing:
        raise DataError(f"'{path}' is no verdict table: it has no column {', '.join(missing[:5])}.")
    try:
        # a cast fails where a text is no number; pandas would call it missing
        return typed(content.select(SCHEMA.names).cast(SCHEMA).to_pandas())
    except (ValueError, TypeError, pa.ArrowException) as error:
        raise DataError(
            f"'{path}' is no verdict table: a column has the wrong type ({error})."
        ) from error
