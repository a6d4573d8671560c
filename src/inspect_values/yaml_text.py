"""YAML from strangers: plain data only, and never more of it than stands in the file."""

import re
from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Any, cast

import yaml

from inspect_values.errors import DataError

if TYPE_CHECKING:
    from yaml import SafeLoader
else:  # the loader written in C, where there is one, is several times faster
    SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DEEPEST = 50
"""Lists and mappings within each other."""

_BROKEN = (
    yaml.YAMLError,
    RecursionError,
    # what its constructors raise for a tag such as !!int that does not fit the text
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
)


def read_yaml(text: str, where: str) -> object:
    """The content of a YAML text: mappings, lists, texts, numbers, dates and nothing else.

    Args:
        text: The text.
        where: The file, or its part, for the error.

    Raises:
        DataError: If it is no YAML, a key stands twice, or it holds a tag of a program's objects,
            an alias, or nesting deeper than `DEEPEST`.
    """
    try:
        _refuse_bombs(text, where)
        return cast(object, yaml.load(text, Loader=_UniqueKeys))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise DataError(f"{where}{place}: is not valid YAML: {error.problem}.") from error
    except _BROKEN as error:
        reason = re.sub(r"\s+", " ", str(error))[:300] or "it is nested too deeply"
        raise DataError(f"{where}: is not valid YAML: {reason}.") from error


def _refuse_bombs(text: str, where: str) -> None:
    """Refuse what a small file can fill memory or break the parser with.

    Aliases multiply what they stand for, and the parser written in C dies of deep nesting. No file
    of ours needs either.
    """
    depth = 0
    for event in cast(Iterator[yaml.Event], yaml.parse(text, Loader=SafeLoader)):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            name = str(event.anchor)[:40]
            raise DataError(
                f"{where}, line {line}: is not valid YAML for a file of ours: it holds the alias "
                f"'*{name}'; write out what that stands for."
            )
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise DataError(f"{where}, line {line}: is not valid YAML: it is nested too deeply.")


class _UniqueKeys(SafeLoader):
    """YAML's safe loader, but a key that stands twice is an error, not the last one wins."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build a mapping after checking that no key repeats."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            key: object = self.construct_object(key_node, deep=True)  # pyright: ignore[reportUnknownVariableType]
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key}' stands twice", key_node.start_mark
                )
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep=deep)
