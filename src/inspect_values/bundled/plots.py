"""The plots that this package brings."""

from collections.abc import Iterable
from typing import Any

from inspect_values.plugins.hookspecs import hookimpl


@hookimpl
def plots() -> Iterable[Any]:
    """Lean by model, and what was prioritised."""
    from inspect_values.reporting.plots.lean_by_model import LEAN_BY_MODEL
    from inspect_values.reporting.plots.prioritisation import PRIORITISATION

    return [LEAN_BY_MODEL, PRIORITISATION]
