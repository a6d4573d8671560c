"""A reference from a CSV file."""

import csv
import io
import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from inspect_values.errors import DataError, suggest, validation_sentence
from inspect_values.plugins.references import Reference

COLUMNS = ("value", "rank", "pair", "lean", "weight", "name", "description", "source")
_FORMS = (
    "either the columns value and rank (1 is the highest; of equal ranks nothing is said), or the "
    "columns pair and lean (-1 to 1)"
)
_MOST_BYTES = 1_000_000


def read_reference(path: Path) -> Reference:
    """Read a reference from a CSV file.

    One row a value, with `value` and `rank` (1 is the highest, of equal ranks nothing is said), or
    one row a pair, with `pair`, `lean` and, if you like, `weight`. The columns `name`,
    `description` and `source` say what it is, in the first row or in all; without them the file's
    name is used.

    Raises:
        DataError: If the file cannot be read or says nothing that can be used.
    """
    rows = _rows(path)
    fields: dict[str, Any] = {
        "name": _said(rows, "name", path) or _identifier(path.stem),
        "description": _said(rows, "description", path) or f"From the file {path.name}.",
        "source": _said(rows, "source", path) or f"the file {path.name}",
    }
    columns = set(rows[0])
    if {"value", "rank"} <= columns and not {"pair", "lean"} & columns:
        fields["order"] = _order(rows, path)
    elif {"pair", "lean"} <= columns and not {"value", "rank"} & columns:
        fields["leans"] = {
            _text(row, "pair", path, line): _number(row, "lean", path, line)
            for line, row in enumerate(rows, start=2)
        }
        if len(fields["leans"]) < len(rows):
            raise DataError(f"the reference '{path}' names a pair more than once.")
        if "weight" in columns:
            fields["weights"] = {
                row["pair"]: _number(row, "weight", path, line)
                for line, row in enumerate(rows, start=2)
                if row["weight"]
            }
    else:
        raise DataError(
            f"the reference '{path}' needs {_FORMS}; it has {', '.join(sorted(columns))}."
        )
    try:
        return Reference.model_validate(fields)
    except ValidationError as error:
        where = f"the reference '{path}'"
        raise DataError(validation_sentence(where, error, Reference.model_fields)) from error


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise DataError(
                f"the reference '{path}' is larger than a megabyte; is it another file?"
            )
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"the reference '{path}' cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise DataError(f"the reference '{path}' is not UTF-8 text; save it as UTF-8.") from error
    try:
        found = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise DataError(f"the reference '{path}' is no CSV file ({error}).") from error
    lines = [
        [cell.strip() for cell in line] for line in found if any(cell.strip() for cell in line)
    ]
    if len(lines) < 2:
        raise DataError(f"the reference '{path}' has no rows; it needs {_FORMS}.")
    header = [name.lower() for name in lines[0]]
    for name in header:
        if name not in COLUMNS:
            allowed = suggest(name[:80], COLUMNS)
            raise DataError(f"the reference '{path}' has the column '{name[:80]}'; {allowed}.")
        if header.count(name) > 1:
            raise DataError(f"the reference '{path}' has the column '{name}' twice.")
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(header):
            raise DataError(
                f"the reference '{path}', line {number}: {len(line)} cells where the header has "
                f"{len(header)}."
            )
    return [dict(zip(header, line, strict=True)) for line in lines[1:]]


def _order(rows: list[dict[str, str]], path: Path) -> list[list[str]]:
    ranks: dict[float, list[str]] = {}
    for line, row in enumerate(rows, start=2):
        rank = _number(row, "rank", path, line)
        ranks.setdefault(rank, []).append(_text(row, "value", path, line))
    return [ranks[rank] for rank in sorted(ranks)]


def _said(rows: list[dict[str, str]], column: str, path: Path) -> str:
    """What the file says about itself, in one row or in all."""
    found = sorted({row[column] for row in rows if row.get(column)})
    if len(found) > 1:
        raise DataError(
            f"the reference '{path}' has {len(found)} different entries in the column '{column}'; "
            "one file is one reference."
        )
    return found[0] if found else ""


def _text(row: dict[str, str], column: str, path: Path, line: int) -> str:
    if not row[column]:
        raise DataError(f"the reference '{path}', line {line}: the column '{column}' is empty.")
    return row[column]


def _number(row: dict[str, str], column: str, path: Path, line: int) -> float:
    try:
        number = float(row[column])
    except ValueError:
        number = float("nan")
    if not abs(number) < 1e9:
        raise DataError(
            f"the reference '{path}', line {line}: '{row[column][:80]}' in the column '{column}' "
            "is no number."
        )
    return number


def _identifier(stem: str) -> str:
    """The file's name as an identifier."""
    name = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")[:79]
    return name if name[:1].isalpha() else f"reference_{name}".rstrip("_")
