"""Progress bars of commands that take minutes."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

_EVERY = 200
"""Ticks between two updates of a bar: drawing each would cost more than the work."""


@contextmanager
def progress(what: str, total: int | None) -> Generator[Callable[[], None]]:
    """Show a bar on standard error while something goes on, where that is a terminal.

    Args:
        what: What goes on, in a word or two.
        total: How many ticks it will take; None where nobody knows.

    Yields:
        A function to call for each item.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    ticks = 0
    console = Console(stderr=True)
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as shown:
        task = shown.add_task(what, total=total)

        def tick() -> None:
            nonlocal ticks
            ticks += 1
            if ticks % _EVERY == 0:
                shown.update(task, completed=ticks)

        yield tick
