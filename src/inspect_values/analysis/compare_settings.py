"""What differs between two sides of a comparison beside what is compared."""

from typing import NamedTuple

import pandas as pd

SETTINGS = {
    "model_returned": "Model returned",
    "temperature": "Temperature",
    "reasoning_effort": "Reasoning effort",
    "max_tokens": "Token limit",
    "pair_version": "Pair version",
    "pair_digest": "Rubric text",
    "rubric": "Rubric",
    "judge": "Judge",
    "judge_returned": "Judge returned",
    "threshold": "Threshold",
    "pressure": "Pressure",
    "plugins": "Plugins",
    "run_status": "Run status",
}
"""Columns that are compared, and what to call them."""

DEFAULT = "the provider's own"
_DEFAULTS = ("temperature", "reasoning_effort", "max_tokens")
_OF_A_PAIR = ("pair_version", "pair_digest")
_MOST = 5


class Difference(NamedTuple):
    """A setting that differs."""

    setting: str
    """What it is called; of a pair with the pair's id."""

    one: str
    other: str


def differing_settings(one: pd.DataFrame, other: pd.DataFrame) -> list[Difference]:
    """The settings that differ between two parts of a verdict table.

    Args:
        one: The rows of the one side.
        other: The rows of the other side.
    """
    found: list[Difference] = []
    for column, name in SETTINGS.items():
        if column in _OF_A_PAIR:
            for pair in sorted({str(x) for x in one["pair"]} & {str(x) for x in other["pair"]}):
                parts = [part[part["pair"].eq(pair)] for part in (one, other)]
                found += _difference(f"{name} of {pair}", column, *parts)
        else:
            found += _difference(name, column, one, other)
    return found


def incomparable(one: pd.DataFrame, other: pd.DataFrame) -> dict[str, str]:
    """Pairs whose versions say that results are not comparable, and why."""
    found: dict[str, str] = {}
    for pair in sorted({str(x) for x in one["pair"]} & {str(x) for x in other["pair"]}):
        versions = [
            sorted({str(v) for v in part.loc[part["pair"].eq(pair), "pair_version"].dropna()})
            for part in (one, other)
        ]
        numbers = {version.split("-")[0] for part in versions for version in part}
        if len(numbers) > 1:
            left, right = (", ".join(part) for part in versions)
            found[pair] = (
                f"version {left} against {right}: results of another number are not comparable"
            )
    return found


def _difference(name: str, column: str, one: pd.DataFrame, other: pd.DataFrame) -> list[Difference]:
    values = [_values(part, column) for part in (one, other)]
    if values[0] == values[1]:
        return []
    return [Difference(name, _listed(values[0], column), _listed(values[1], column))]


def _values(part: pd.DataFrame, column: str) -> list[str]:
    known = part[column]
    if column in ("judge", "judge_returned", "rubric"):  # a forced choice has none
        known = known[part["judge"].ne("parser").fillna(False)]
    found = sorted({_text(value) for value in known.dropna().unique()})
    if column in _DEFAULTS and known.isna().any():
        found.append(DEFAULT)
    return found


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _listed(values: list[str], column: str) -> str:
    if not values:
        return DEFAULT if column in _DEFAULTS else "not recorded"
    more = f" and {len(values) - _MOST} more" if len(values) > _MOST else ""
    return ", ".join(values[:_MOST]) + more
