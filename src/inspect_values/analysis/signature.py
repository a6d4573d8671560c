"""The signature: all estimates of each model and lab, and its files."""

import inspect
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from inspect_values.analysis.bank import for_bank
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.headlines import Headline
from inspect_values.analysis.labs import without_unknown_labs
from inspect_values.analysis.parquet import write_frame
from inspect_values.analysis.settings import DEFAULT_SETTINGS, AnalysisSettings
from inspect_values.analysis.shared import sharing
from inspect_values.analysis.statistic import Statistic
from inspect_values.errors import PluginError
from inspect_values.files import write_text
from inspect_values.safe import harmless


def signature(
    table: pd.DataFrame,
    statistics: Sequence[Statistic],
    settings: AnalysisSettings = DEFAULT_SETTINGS,
    judged: pd.DataFrame | None = None,
) -> list[Estimate]:
    """Every estimate that the statistics give, in their order.

    Args:
        table: The verdicts of one judge; it must not change meanwhile, for statistics share work.
        statistics: What to estimate.
        settings: Handed to the statistics whose `estimates` takes `settings`.
        judged: The same answers with the verdicts of every judge, for the statistics that compare
            judges (those with `every_judge` set); None means that `table` is all there is.

    Raises:
        PluginError: If a statistic fails, naming it.
    """
    found: list[Estimate] = []
    table = without_unknown_labs(table)
    judged = judged if judged is None else without_unknown_labs(judged)
    with sharing():
        for statistic in statistics:
            every_judge = judged is not None and getattr(statistic, "every_judge", False)
            rows = judged if judged is not None and every_judge else table
            try:
                made = _estimates(statistic, rows, settings)
                valid = [Estimate.model_validate(item) for item in made]
            except Exception as error:  # a plugin's code may raise anything
                raise PluginError(
                    f"the statistic '{statistic.name}' failed: {type(error).__name__}: {error}."
                ) from error
            found += [for_bank(one) for one in valid] if settings.target == "bank" else valid
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
    frame = pd.DataFrame(rows, columns=list(Estimate.model_fields))
    numbers = ["point", "low", "high", "p_value", "p_corrected"]
    return frame.astype(dict.fromkeys(numbers, "float64"))


def to_csv(estimates: Sequence[Estimate], path: Path) -> None:
    """Write the estimates as CSV; a text that a spreadsheet would run as a formula is quoted.

    Raises:
        DataError: If the file cannot be written.
    """
    frame_to_csv(to_frame(estimates), path)


def frame_to_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV; a text that a spreadsheet would run as a formula is quoted.

    Raises:
        DataError: If the file cannot be written.
    """
    shown = frame.copy()
    for name in shown.select_dtypes(exclude="number").columns:
        shown[name] = shown[name].map(
            lambda text: harmless(text) if isinstance(text, str) else text
        )
    # models' names may stand in the head too
    write_text(path, shown.rename(columns=lambda name: harmless(str(name))).to_csv(index=False))


def to_json(
    estimates: Sequence[Estimate], path: Path, headlines: Sequence[Headline] | None = None
) -> None:
    """Write the estimates as JSON; what is withheld is null.

    Args:
        estimates: What to write.
        path: Where to.
        headlines: What the estimates say. With them the file is an object with `headlines` and
            `estimates`, without them a list of estimates.

    Raises:
        DataError: If the file cannot be written.
    """
    content: object = [estimate.model_dump() for estimate in estimates]
    if headlines is not None:
        content = {"headlines": [h.model_dump() for h in headlines], "estimates": content}
    write_text(path, json.dumps(content, indent=1, allow_nan=False) + "\n")


def to_parquet(estimates: Sequence[Estimate], path: Path) -> None:
    """Write the estimates as Parquet; the file is whole or not there at all.

    Raises:
        DataError: If the file cannot be written.
    """
    write_frame(to_frame(estimates), path)
