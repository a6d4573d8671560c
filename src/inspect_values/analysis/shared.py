"""Work that several statistics need of the same table, done once while a signature is made."""

from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

T = TypeVar("T")

_DONE: ContextVar[dict[Hashable, Any] | None] = ContextVar("done", default=None)


@contextmanager
def sharing() -> Generator[None]:
    """While this is open, `once` keeps what it made; the table must not be changed meanwhile."""
    token = _DONE.set({})
    try:
        yield
    finally:
        _DONE.reset(token)


def once(table: object, key: Hashable, make: Callable[[], T]) -> T:
    """What `make` gives; kept for the next call with the same table and key while `sharing`.

    Args:
        table: The object that it is made from, told by its identity.
        key: What is made, with every choice that it depends on.
        make: Makes it.
    """
    done = _DONE.get()
    if done is None:
        return make()
    full = (id(table), key)
    if full not in done:
        # the table is kept too, so that its identity is not given to another one
        done[full] = (table, make())
    return cast(T, done[full][1])
