"""How the run was started: the folder, and the options that decide how much it will cost."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

import click
from inspect_ai._util.error import (
    PrerequisiteError,
)  # see docs/decisions/0003-one-private-import.md
from inspect_ai.util import display_type
from rich.console import Console
from rich.markup import escape

from inspect_values.errors import InspectValuesError
from inspect_values.safe import printable

# Inspect loads this package before it changes into the folder of a task file.
_LAUNCH_FOLDER = Path.cwd()


@dataclass(frozen=True)
class Options:
    """What a command says about scoring and size of the run that it starts."""

    starting: bool = False
    """Whether a task built now belongs to a run that starts now, so that the model and the roles
    that Inspect names are its own. From Python they may be left over from an earlier run."""

    announce: bool = True
    scored: bool = True
    epochs: int = 1
    limit: str | None = None
    models: tuple[str, ...] = ()
    """The models that the command names, in its order; empty where it leaves them to Inspect."""
    log_dir: str | None = None
    """Where the logs go, if that is known."""

    fail_on_refusal: bool = False


_STARTING: ContextVar[Options | None] = ContextVar("inspect_values_starting", default=None)


@contextmanager
def starting(given: Options) -> Generator[None]:
    """Build tasks inside as part of a run that our own command starts."""
    token = _STARTING.set(given)
    try:
        yield
    finally:
        _STARTING.reset(token)


def options() -> Options:
    """The options of the `inspect eval` or `inspect eval-set` that is running, if one is."""
    own = _STARTING.get()
    if own is not None:
        return own
    context = click.get_current_context(silent=True)
    while context is not None and "no_score" not in context.params:
        context = context.parent
    if context is None:
        return Options()
    given = context.params
    limit = given.get("limit")
    return Options(
        starting=True,
        scored=not given.get("no_score"),
        epochs=int(given.get("epochs") or 1),
        limit=str(limit) if limit else None,
        models=tuple(m.strip() for m in str(given.get("model") or "").split(",") if m.strip()),
        log_dir=given.get("log_dir"),
        fail_on_refusal=bool(given.get("fail_on_refusal")),
    )


def launch_folder() -> Path:
    """The folder in which the command was typed.

    When a task is run by path, Inspect changes into the folder of its file for the time of its
    construction; what the user typed is still meant from where they typed it. From Python it is
    the current folder.
    """
    return _LAUNCH_FOLDER if options().starting else Path(os.getcwd())


@contextmanager
def sentences() -> Generator[None]:
    """Show an error of ours as Inspect shows a missing prerequisite: one sentence, no traceback.

    Raises:
        PrerequisiteError: In place of an `InspectValuesError`.
    """
    try:
        yield
    except InspectValuesError as error:
        if display_type() == "none":
            say(str(error))  # Inspect would end without a word
        raise PrerequisiteError(escape(str(error))) from error


def say(message: str) -> None:
    """Tell the user something on the terminal before the run starts (on standard error)."""
    Console(stderr=True, highlight=False).print(escape(printable(message)), soft_wrap=True)
