"""A memory of this process that forgets what was noted longest ago."""

from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")

MOST = 10_000


class Recent(Generic[T]):
    """The latest entries by key; a run of any size takes no more memory than `most` of them."""

    def __init__(self, most: int = MOST) -> None:
        self._entries: OrderedDict[object, T] = OrderedDict()
        self._most = most

    def note(self, key: object, entry: T) -> None:
        """Keep an entry, in place of an earlier one of the same key."""
        self._entries[key] = entry
        self._entries.move_to_end(key)
        while len(self._entries) > self._most:
            self._entries.popitem(last=False)

    def get(self, key: object) -> T | None:
        """The entry of a key, if it is still there."""
        return self._entries.get(key)

    def take(self, key: object) -> T | None:
        """The entry of a key, which is then forgotten."""
        return self._entries.pop(key, None)
