"""The secret under which answers are hashed, so that no answer can know its own fence."""

import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path

from platformdirs import user_data_path

SALT = "INSPECT_VALUES_SALT"
"""Environment variable: the secret itself, where several machines share a cache of judge calls."""


@cache
def salt() -> bytes:
    """The secret of this user on this machine: made once, so that cached judge calls are found.

    Where no file can be kept, it is made anew for each process.
    """
    given = os.environ.get(SALT)
    if given:
        return os.fsencode(given)
    try:
        kept = _kept(user_data_path("inspect-values") / "salt")
    except (OSError, RuntimeError):  # the latter where a user has no home
        kept = b""
    return kept if len(kept) >= 16 else secrets.token_bytes(32)


def _kept(path: Path) -> bytes:
    if not path.is_absolute():
        return b""  # a home that is not known leaves "~" in the path: that is nobody's folder
    if not path.exists():
        _make(path)
    return path.read_bytes()


def _make(path: Path) -> None:
    """Write a new secret; of several processes at once the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"salt.{secrets.token_hex(4)}.part")
    try:
        part.touch(mode=0o600)
        part.write_bytes(secrets.token_bytes(32))
        with suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink(missing_ok=True)
