"""Which value pairs this process asks about, and which question a sample is at.

A scorer needs the rubric of the pair that was asked, and a simulated model needs to know what
it is asked about; neither belongs in the log of every sample. Real models and judges never
see anything of this.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from inspect_ai.solver import TaskState

from inspect_values.errors import DataError, LogError
from inspect_values.plugins.catalog import evaluation_catalog
from inspect_values.scenarios.generic import generic_pair, values_of
from inspect_values.values import ValuePair

_asked: dict[tuple[str, str], ValuePair] = {}


@dataclass(frozen=True)
class Question:
    """What the current sample asks: read by simulated models only."""

    pair: ValuePair
    metadata: dict[str, Any]
    epoch: int


CURRENT: ContextVar[Question | None] = ContextVar("inspect_values_question", default=None)


def note_question(state: TaskState, pair: ValuePair) -> None:
    """Note what the current sample asks, as it stands now."""
    CURRENT.set(Question(pair, dict(state.metadata), state.epoch))


def remember(pair: ValuePair) -> None:
    """Keep a pair that a task of this process asks about, wherever it came from."""
    _asked[(pair.id, pair.digest)] = pair


def pair_of(metadata: dict[str, Any]) -> ValuePair:
    """The pair, in exactly the words that a sample was asked under.

    Raises:
        LogError: If the sample is not ours, or the pair's text is not at hand any more.
    """
    name, digest = metadata.get("pair"), metadata.get("pair_digest")
    if not isinstance(name, str) or not isinstance(digest, str):
        raise LogError(
            "this sample was not asked by an inspect-values task: it names no value pair."
        )
    if (name, digest) in _asked:
        return _asked[(name, digest)]
    if metadata.get("generic"):
        return _generic(name, digest, metadata)
    item = evaluation_catalog().pairs.get(name)
    if item is not None and item.value.digest == digest:
        return item.value
    others = [pair.digest for pair in _asked.values() if pair.id == name]
    others += [item.value.digest] if item is not None else []
    if not others:
        raise LogError(
            f"the value pair '{name}' of this log is not installed; install its plugin, or name "
            "its folder with -S pairs=FOLDER."
        )
    raise LogError(
        f"the value pair '{name}' has changed since this log was made (its rubric was {digest}, "
        f"now it is {others[0]}); install the version that the log was made with, or name its "
        "folder with -S pairs=FOLDER."
    )


def _generic(name: str, digest: str, metadata: dict[str, Any]) -> ValuePair:
    """A generic pair, made again from the two values that a sample names."""
    try:
        pair = generic_pair(*values_of(metadata))
    except DataError as error:
        raise LogError(f"the value pair '{name}' of this log cannot be made: {error}") from error
    if (pair.id, pair.digest) != (name, digest):
        raise LogError(
            f"the generic rubric of the value pair '{name}' has changed since this log was made "
            f"(it was {digest}, now it is {pair.digest}); use the version of inspect-values that "
            "the log was made with."
        )
    return pair
