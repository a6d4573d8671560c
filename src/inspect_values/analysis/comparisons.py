"""Verdict table → comparisons of values: who won against whom, in which seat, under which nudge.

A verdict that puts one of its pair's values first is a win of that value. `both` and `neither` are
ties: the answer served both values, or neither more than the other. A verdict that is missing is
no comparison; it is left out and counted. The two seats of a forced choice stay two rows: combined
they could not tell a preference for a value from one for a seat.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from inspect_values.analysis.codes import combined
from inspect_values.analysis.estimate import HEADLINE

CONDITION = ["elicitation", "turn", "nudge", "persona"]
"""The columns that make a condition (`estimate.Condition`)."""

COMPARISON_COLUMNS = {
    "model": "The model that was asked.",
    "lab": "Who made it.",
    "pair": "The value pair.",
    "first_value": "The id of the pair's first value.",
    "second_value": "The id of its second value.",
    "outcome": "1 the first value won, 0 tie, -1 the second value won.",
    "seat": "1 the first value's option stood first, -1 the second's, 0 without seats.",
    "lean_of_query": "1 the query leans to the first value, -1 to the second, 0 to neither.",
    "family": "The unit of clustering.",
    "cell": "One factor setting of a family.",
    "scenario": "The scenario's id.",
    "elicitation": "With turn, nudge and persona: the condition.",
    "turn": "",
    "nudge": "",
    "persona": "",
    "weight": "Adds up to 1 in each family of a model, condition and pair; its cells weigh the "
    "same, and within a cell its rows.",
}
"""The columns of `Comparisons.rows`; texts are categorical."""

_TEXTS = ("model", "lab", "pair", "first_value", "second_value", "family", "cell", "scenario")
_SIDES = {"first": 1, "second": -1}
_NOT = -2


class Comparisons(NamedTuple):
    """The comparisons that a verdict table holds, and those that are missing."""

    rows: pd.DataFrame
    """One row a comparison, with the columns of `COMPARISON_COLUMNS`."""

    missing: pd.DataFrame
    """Answers that give none: `count` by model, lab, condition and the two values."""


def comparisons(table: pd.DataFrame) -> Comparisons:
    """The comparisons of a verdict table.

    Args:
        table: A verdict table (`columns.COLUMNS`) of one judge. A cell that is missing means the
            family has one; a family, pair or value that is missing makes the row a missing one.

    Returns:
        Comparisons, with weights under which every family counts once within its pair, as
        `partition.family_means` has it.
    """
    frame = _coded(table)
    outcome = _outcome(table, frame)
    placed = ~np.isnan(outcome)
    rows = frame[placed].reset_index(drop=True)
    rows["outcome"] = outcome[placed].astype(np.int8)
    rows["weight"] = _family_weights(rows)
    keys = ["model", "lab", *CONDITION, "first_value", "second_value"]
    gone = frame.loc[~placed, keys]
    counted = gone.groupby(keys, observed=True, dropna=False).size().rename("count")
    return Comparisons(rows[list(COMPARISON_COLUMNS)], counted.reset_index())


def _coded(table: pd.DataFrame) -> pd.DataFrame:
    columns: dict[str, object] = {name: table[name].astype("category") for name in _TEXTS}
    columns |= {name: table[name].astype("category") for name in ("elicitation", "nudge")}
    persona = table["persona"]
    if persona.isna().any():
        persona = persona.astype(pd.StringDtype()).fillna(HEADLINE.persona)
    columns |= {"persona": persona.astype("category")}
    columns |= {"turn": table["turn"].fillna(0).astype("int32")}
    columns |= {"seat": _side(table["seat"]), "lean_of_query": _side(table["nudge"])}
    return pd.DataFrame(columns).reset_index(drop=True)


def _side(column: pd.Series) -> np.ndarray:
    sides = column.astype("category").cat
    found = [_SIDES.get(str(name), 0) for name in sides.categories]
    return np.array([*found, 0], dtype=np.int8)[sides.codes.to_numpy()]


def _outcome(table: pd.DataFrame, frame: pd.DataFrame) -> np.ndarray:
    """1, 0, -1, or NaN where there is no comparison."""
    label = table["prioritised"].astype("category").cat
    code = label.codes.to_numpy()
    place = {str(name): number for number, name in enumerate(label.categories)}
    found = np.full(len(table), np.nan)
    for word in ("both", "neither"):
        found[code == place.get(word, _NOT)] = 0.0
    for side, won in (("first_value", 1.0), ("second_value", -1.0)):
        found[_placed(frame[side], place) == code] = won
    second = {str(name): n for n, name in enumerate(frame["second_value"].cat.categories)}
    same = _placed(frame["first_value"], second) == frame["second_value"].cat.codes.to_numpy()
    found[same] = np.nan
    for name in ("model", "pair", "first_value", "second_value", "family", "elicitation", "nudge"):
        found[frame[name].cat.codes.to_numpy() < 0] = np.nan
    return found


def _placed(column: pd.Series, place: dict[str, int]) -> np.ndarray:
    """Each row's place of a categorical text; a number that is none where it has none."""
    places = [place.get(str(name), _NOT) for name in column.cat.categories]
    return np.array([*places, _NOT])[column.cat.codes.to_numpy()]


def _family_weights(rows: pd.DataFrame) -> np.ndarray:
    """1 / (cells of the family * rows of the cell), for each row."""
    group, groups = combined(rows, ["model", *CONDITION, "pair", "family"])
    cell, cells = combined(rows.assign(_group=group), ["_group", "cell"])
    in_cell = np.bincount(cell, minlength=cells)
    owner = np.zeros(cells, dtype=np.int64)
    owner[cell] = group
    in_family = np.bincount(owner, minlength=groups)
    return 1.0 / (in_family[group] * in_cell[cell])
