"""Writing files whole or not at all."""

from collections.abc import Mapping
from pathlib import Path

from inspect_values.errors import DataError


def write_text(path: Path, text: str) -> None:
    """Write `text` to a file beside `path`, then put it in its place.

    Raises:
        DataError: If it cannot be written.
    """
    write_texts({path: text})


def write_texts(texts: Mapping[Path, str]) -> None:
    """Write files that belong together: all are put in their places, or none.

    Raises:
        DataError: If one cannot be written.
    """
    parts = {path: path.with_name(f".{path.name}.part") for path in texts}
    path = Path()
    try:
        for path, text in texts.items():
            # halves of characters, which models may well send, have no place in UTF-8
            parts[path].write_text(text, encoding="utf-8", errors="replace")
        for path, part in parts.items():
            part.replace(path)
    except OSError as error:
        for part in parts.values():
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
