"""Writing files whole or not at all."""

from pathlib import Path

from inspect_values.errors import DataError


def write_text(path: Path, text: str) -> None:
    """Write `text` to a file beside `path`, then put it in its place.

    Raises:
        DataError: If it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        # halves of characters, which models may well send, have no place in UTF-8
        part.write_text(text, encoding="utf-8", errors="replace")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DataError(f"'{path}' cannot be written ({error.strerror}).") from error


def make_folder(path: Path) -> None:
    """Make the folder in which a file is going to be.

    Raises:
        DataError: If it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"the folder '{path.parent}' cannot be made ({error.strerror}).") from error
