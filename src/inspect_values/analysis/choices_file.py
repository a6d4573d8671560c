"""A CSV from a stranger, as columns of short texts: whole and checked, or refused in a sentence."""
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# (pyarrow brings no types)

import codecs
import csv
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from inspect_values.errors import DataError, suggest

LONGEST = 500
"""The most characters of a cell: names and ids are short."""

_BLOCK = 16 * 2**20
_HEAD = 64 * 2**10


def read_cells(path: Path, required: Sequence[str], optional: Sequence[str]) -> pd.DataFrame:
    """Every cell of a CSV file as a text without spaces around it.

    Args:
        path: A CSV file in UTF-8, with a header.
        required: Columns that must be there.
        optional: Columns that may be there; others are refused, for they may be misspelt.

    Raises:
        DataError: If it cannot be read so.
    """
    header = _header(path)
    _check_header(path, header, required, optional)
    try:
        content = arrow_csv.read_csv(
            path,
            read_options=arrow_csv.ReadOptions(block_size=_BLOCK),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
            ),
        )
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"'{path}' cannot be read as CSV ({_said(error)}).") from error
    if not content.num_rows:
        raise DataError(f"'{path}' holds no choices: it has a header and nothing below it.")
    frame = content.to_pandas(types_mapper={pa.string(): pd.StringDtype()}.get)
    for name in header:
        length = frame[name].str.len()
        if length.max() > LONGEST:
            raise DataError(
                f"'{path}' row {int(length.argmax()) + 2}: {name} has {length.max()} characters; "
                f"allowed: {LONGEST}."
            )
    return pd.DataFrame({name: frame[name].str.strip() for name in header})


def _header(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise DataError(f"'{path}' cannot be read ({error.strerror}).") from error
    if not head.strip():
        raise DataError(f"'{path}' is empty.")
    if b"\0" in head or head.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)):
        raise DataError(f"'{path}' is no UTF-8 text; save it as CSV in UTF-8.")
    first = head.removeprefix(codecs.BOM_UTF8).splitlines()[0]
    try:
        return next(csv.reader([first.decode("utf-8")], strict=True))
    except (UnicodeDecodeError, csv.Error, StopIteration) as error:
        raise DataError(f"the first line of '{path}' is no CSV header in UTF-8.") from error


def _check_header(
    path: Path, header: Sequence[str], required: Sequence[str], optional: Sequence[str]
) -> None:
    known = [*required, *optional]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        raise DataError(f"the columns of '{path}' are not separated by commas.")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise DataError(f"'{path}' has the column '{twice[0][:60]}' twice.")
    missing = [name for name in required if name not in header]
    extra = [name for name in header if name not in known]
    if extra:
        raise DataError(
            f"'{path}' has a column '{extra[0][:60]}' that is not known; "
            f"{suggest(extra[0][:60], known)}."
        )
    if missing:
        raise DataError(
            f"'{path}' has no column {', '.join(missing)}; needed: {', '.join(required)}; "
            f"optional: {', '.join(optional)}."
        )


def _said(error: Exception) -> str:
    text = " ".join(str(error).split())
    if "invalid UTF8" in text:
        return "it is no UTF-8 text; save it as CSV in UTF-8"
    if "straddling" in text:
        return "a cell is millions of characters long, or a quotation mark is never closed"
    return text[:160]
