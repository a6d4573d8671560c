"""The value pairs that this package brings, as the folder of pair files beside this module."""

from collections.abc import Iterable
from pathlib import Path

from inspect_values.plugins.hookspecs import hookimpl

FOLDER = Path(__file__).parent / "pairs"


@hookimpl
def value_pairs() -> Iterable[Path]:
    """Honesty / helpfulness, harm avoidance / user autonomy, fairness / efficiency."""
    return [FOLDER]
