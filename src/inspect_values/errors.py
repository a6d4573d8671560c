"""Every exception that inspect-values raises on purpose.

::

    InspectValuesError
    ├── ParameterError     a task or command parameter that cannot be used
    ├── DataError          a pair file, situation file, table or folder that cannot be read
    ├── PluginError        a plugin that cannot be used as it stands
    ├── RoleError          a run that needs another model (a judge, a user) and has none
    └── LogError           a log that does not come from an inspect-values task

Each message is one sentence or a few: what, where, what was got, what is allowed, and the
nearest match. Use `suggest()` for the last two.
"""

from collections.abc import Iterable
from difflib import get_close_matches

from pydantic import ValidationError

from inspect_values.safe import printable


class InspectValuesError(Exception):
    """Base of all errors of this package; its text is meant for the person who ran it.

    Names and texts of strangers stand in it, so it holds nothing that a terminal would obey.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(printable(text))


class ParameterError(InspectValuesError):
    """A parameter of a task or command cannot be used."""


class DataError(InspectValuesError):
    """A file or folder cannot be read as what it should be."""


class PluginError(InspectValuesError):
    """A plugin cannot be used as it stands."""


class RoleError(InspectValuesError):
    """A run needs another model, such as a judge, and has none."""


class LogError(InspectValuesError):
    """A log does not hold what an inspect-values task writes."""


def suggest(got: str, allowed: Iterable[str]) -> str:
    """What is allowed, and the nearest match to what was got, as the end of a sentence.

    Args:
        got: What the user wrote.
        allowed: The names that would have been accepted.

    Returns:
        For example ``"allowed: first, neutral, second; the nearest is 'neutral'"``.
    """
    names = sorted({str(name) for name in allowed})
    if not names:
        return "none is available"
    listed = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    near = get_close_matches(got, names, n=1, cutoff=0.5)
    return f"allowed: {listed}" + (f"; the nearest is '{near[0]}'" if near else "")


def one_of(what: str, got: str, allowed: Iterable[str]) -> str:
    """Return `got` if it is allowed.

    Raises:
        ParameterError: If it is not, with what is allowed and the nearest match.
    """
    names = list(allowed)
    if got in names:
        return got
    raise ParameterError(f"{what} '{got}' is not known; {suggest(got, names)}.")


def validation_sentence(where: str, error: ValidationError, fields: Iterable[str] = ()) -> str:
    """A pydantic error as sentences: where, which field, what was got.

    Args:
        where: File, or file and entry.
        error: What pydantic raised.
        fields: The field names that exist, for the nearest match of an unknown one.
    """
    problems: list[str] = []
    for item in error.errors()[:3]:
        path = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            name = str(item["loc"][-1])
            problems.append(f"field '{path}' is not known; {suggest(name, fields)}")
        elif item["type"] == "missing":
            problems.append(f"field '{path}' is missing")
        else:
            message = item["msg"].removeprefix("Value error, ").rstrip(".")
            problems.append(f"{path}: {message}" if path else message)
    more = len(error.errors()) - len(problems)
    tail = f" (and {more} more)" if more > 0 else ""
    return f"{where}: {'; '.join(problems)}{tail}."
