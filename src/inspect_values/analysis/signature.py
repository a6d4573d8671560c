"""The signature: all estimates of each model and lab, and its files."""

import inspect
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.settings import DEFAULT_SETTINGS, AnalysisSettings
from inspect_values.analysis.shared import sharing
from inspect_values.analysis.statistic import Statistic
from inspect_values.errors import PluginError
from inspect_values.files import write_text

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def signature(
    table: pd.DataFrame,
    statistics: Sequence[Statistic],
    settings: AnalysisSettings = DEFAULT_SETTINGS,
) -> list[Estimate]:
    """Every estimate that the statistics give, in their order.

    Args:
        table: The verdict table; it must not change meanwhile, for statistics share their work.
        statistics: The statistics.
        settings: Handed to the statistics whose `estimates` takes `settings`.

    Raises:
        PluginError: If a statistic fails, naming it.
    """
    found: list[Estimate] = []
    with sharing():
        for statistic in statistics:
            try:
                made = _estimates(statistic, table, settings)
                found += [Estimate.model_validate(item) for item in made]
            except Exception as error:  # a plugin's code may raise anything
                raise PluginError(
                    f"the statistic '{statistic.name}' failed: {type(error).__name__}: {error}."
                ) from error
    return found


def _estimates(
    statistic: Statistic, table: pd.DataFrame, settings: AnalysisSettings
) -> list[Estimate]:
    estimates: Callable[..., list[Estimate]] = statistic.estimates
    if "settings" in inspect.signature(estimates).parameters:
        return estimates(table, settings=settings)
    return estimates(table)


def to_frame(estimates: Sequence[Estimate]) -> pd.DataFrame:
    """One row an estimate; the columns are the fields of `Estimate`."""
    rows = [estimate.model_dump() for estimate in estimates]
    return pd.DataFrame(rows, columns=list(Estimate.model_fields))


def to_csv(estimates: Sequence[Estimate], path: Path) -> None:
    """Write the estimates as CSV; a text that a spreadsheet would run as a formula is quoted.

    Raises:
        DataError: If the file cannot be written.
    """
    frame_to_csv(to_frame(estimates), path)


def frame_to_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write any frame as CSV in the same way.

    Raises:
        DataError: If the file cannot be written.
    """
    frame = frame.copy()
    for name in frame.select_dtypes(exclude="number").columns:
        frame[name] = frame[name].map(
            lambda text: _harmless(text) if isinstance(text, str) else text
        )
    write_text(path, frame.to_csv(index=False))


def to_json(estimates: Sequence[Estimate], path: Path) -> None:
    """Write the estimates as JSON, a list of objects; what is withheld is null.

    Raises:
        DataError: If the file cannot be written.
    """
    rows = [estimate.model_dump() for estimate in estimates]
    write_text(path, json.dumps(rows, indent=1, allow_nan=False) + "\n")


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
