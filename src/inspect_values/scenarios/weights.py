"""How far models disagree on each scenario, as weights for a selection."""
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# (pyarrow brings no types)

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from inspect_values.errors import DataError, suggest

_NAMES = ("disagreement", "d", "D")
"""Under which name a file may hold the number."""

_TABLE = ("scenario", "model", "first", "second")
_OTHERS = ("member", "variation")


def read_weights(path: Path) -> dict[str, float]:
    """Scenario → disagreement D.

    Args:
        path: A CSV or Parquet file with the columns `scenario` and `disagreement` (or `d`), or a
            verdict table, of which D is taken (`disagreement`). Where a scenario stands several
            times, the largest number counts.

    Raises:
        DataError: If the file cannot be read, or a number is negative or none.
    """
    frame = _read(path)
    name = next((n for n in _NAMES if n in frame.columns), None)
    if name is None and set(_TABLE) <= set(frame.columns):
        found = disagreement(frame)
    elif name is None or "scenario" not in frame.columns:
        missing = "scenario" if name else _NAMES[0]
        listed = suggest(missing, map(str, frame.columns)).replace("allowed", "found")
        raise DataError(f"'{path}' holds no weights: the column '{missing}' is missing; {listed}.")
    else:
        numbers = pd.to_numeric(frame[name], errors="coerce")
        if not (numbers >= 0).all() or not np.isfinite(numbers).all():
            place = int(np.flatnonzero(~(numbers >= 0) | ~np.isfinite(numbers))[0])
            raise DataError(
                f"'{path}': the {name} of row {place + 1} is '{frame[name].iloc[place]}'; allowed: "
                "numbers from 0 up."
            )
        found = numbers.groupby(frame["scenario"].astype(str)).max()
    if found.empty:
        raise DataError(f"'{path}' has no disagreement of any scenario.")
    return {str(scenario): float(number) for scenario, number in found.items()}


def disagreement(table: pd.DataFrame) -> "pd.Series[float]":
    """D of each scenario: the larger of the two values' standard deviations over models.

    With the population's denominator, so that D is at most 3 on ladders from 0 to 6, after Zhang et
    al. 2025 (arXiv 2510.07686). Repeats of a model are averaged first; a scenario that fewer than
    two models have positions for has no D. Verdicts of a panel's single members and of audits are
    left out.

    Args:
        table: Rows with `scenario`, `model`, `first` and `second`.
    """
    kept = table
    if "member" in table.columns:
        kept = kept[~kept["member"].fillna(False).astype(bool)]
    if "variation" in table.columns:
        kept = kept[kept["variation"].isna()]
    kept = kept.dropna(subset=["first", "second"])
    mean = kept.groupby(["scenario", "model"], observed=True)[["first", "second"]].mean()
    by_scenario = mean.groupby(level="scenario", observed=True)
    spread = by_scenario.std(ddof=0).max(axis=1)
    return spread[by_scenario.size() >= 2]


def weight_of(scenarios: Mapping[str, float], ids: list[str]) -> float | None:
    """The weight of scenarios that are kept or dropped together: the largest of theirs."""
    known = [scenarios[name] for name in ids if name in scenarios]
    return max(known) if known else None


def _read(path: Path) -> pd.DataFrame:
    try:
        if path.suffix == ".csv":
            return pd.read_csv(path, dtype={"scenario": str})
        if path.suffix == ".parquet":
            wanted = [*_NAMES, *_TABLE, *_OTHERS]
            held = pq.read_schema(path).names
            return pd.read_parquet(path, columns=[name for name in wanted if name in held] or None)
    except FileNotFoundError as error:
        raise DataError(f"the weights '{path}' do not exist.") from error
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"the weights '{path}' cannot be read ({reason}).") from error
    raise DataError(f"the weights '{path}' are no CSV (.csv) and no Parquet file (.parquet).")
