"""Other people's recorded choices: a flat CSV becomes a verdict table, so that everything works.

One row a choice. `first` and `second` are the two values as their names, `outcome` says which one
the answer put first. Everything else is optional::

    model,first,second,outcome,seat
    some/model,Honesty,Helpfulness,first,first
    some/model,Helpfulness,Honesty,tie,first
"""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from inspect_values.analysis.choices_file import read_cells
from inspect_values.analysis.columns import COLUMNS, typed
from inspect_values.analysis.models import ModelCatalog
from inspect_values.errors import DataError, suggest
from inspect_values.verdict import Outcome

REQUIRED = {
    "model": "The model that chose.",
    "first": "One of the two values, by its name.",
    "second": "The other.",
    "outcome": "first, second, tie, or missing where there is no answer.",
}
OPTIONAL = {
    "seat": "Whose option stood first, first or second; empty where nothing did.",
    "repeat": "Which repetition of the same question, from 1. Without it, repetitions are counted.",
    "family": "What the question was made from: the unit of clustering. Without it, the scenario, "
    "and without that the two values, whichever stood first.",
    "scenario": "The question.",
    "nudge": "neutral, or to which value the question leans: first or second.",
    "judge": "Who judged an open answer; empty for a choice that needs no judge.",
}
OUTCOMES = ("first", "second", "tie", "missing")
SIDES = ("first", "second")
NUDGES = ("neutral", "first", "second")

_RESERVED = ("both", "neither")
_QUESTION = ("model", "pair", "family", "scenario", "nudge", "elicitation", "seat")
_OTHER = {"first": "second", "second": "first"}


def read_choices(path: Path, catalog: ModelCatalog) -> pd.DataFrame:
    """Read recorded choices as a verdict table.

    The two values of a pair are put in the order of their ids, whichever way round a row names
    them; outcome, seat and nudge are turned with them. A value's id is its name in lower case with
    underscores. Rows with a judge and without a seat are open answers, all others forced choices. A
    tie puts neither value first.

    Args:
        path: A CSV file in UTF-8 with the columns of `REQUIRED` and any of `OPTIONAL`.
        catalog: Says which lab a model belongs to.

    Raises:
        DataError: If the file, a column or a cell cannot be used, naming the row.
    """
    cells = _checked(read_cells(path, tuple(REQUIRED), tuple(OPTIONAL)), path)
    ids = _ids(cells, path)
    first, second = cells["first"].map(ids), cells["second"].map(ids)
    _no_pair_of_one(first, second, path)
    turned = (first > second).to_numpy(dtype=bool)
    table = pd.DataFrame({column.name: pd.NA for column in COLUMNS}, index=cells.index)
    table["first_value"], table["second_value"] = _swapped(first, second, turned)
    table["first_name"], table["second_name"] = _swapped(cells["first"], cells["second"], turned)
    table["pair"] = table["first_value"] + "_vs_" + table["second_value"]
    table["model"], table["judge"] = cells["model"], cells["judge"].replace("", "parser")
    table["nudge"], table["seat"] = _turn(cells["nudge"], turned), _turn(cells["seat"], turned)
    _place(table, cells, path)
    _verdicts(table, _turn(cells["outcome"], turned))
    _models(table, catalog)
    return typed(table)


def _checked(cells: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The cells with every column, allowed words only."""
    given = set(cells.columns)
    for name in OPTIONAL:
        if name not in given:
            cells[name] = "neutral" if name == "nudge" else ""
    for name, allowed in (("outcome", OUTCOMES), ("seat", (*SIDES, "")), ("nudge", NUDGES)):
        cells[name] = cells[name].str.lower()
        _refuse(
            path,
            name,
            cells[name],
            ~cells[name].isin(allowed),
            lambda got, allowed=allowed: suggest(got, [word for word in allowed if word]),
        )
    filled = ["model", "first", "second", *(given & {"family", "scenario", "repeat"})]
    for name in filled:
        _refuse(path, name, cells[name], cells[name].eq(""), lambda _: "it must not be empty")
    return cells


def _refuse(
    path: Path, name: str, column: pd.Series, bad: pd.Series, why: Callable[[str], str]
) -> None:
    if not bad.any():
        return
    at = int(np.flatnonzero(bad.to_numpy(dtype=bool))[0])
    got, more = str(column.iloc[at])[:60], int(bad.sum()) - 1
    tail = f" ({more} more rows like it)" if more else ""
    raise DataError(f"'{path}' row {at + 2}: {name} is '{got}'; {why(got)}{tail}.")


def _ids(cells: pd.DataFrame, path: Path) -> dict[str, str]:
    """Name → id of every value."""
    names = pd.unique(pd.concat([cells["first"], cells["second"]]))
    ids: dict[str, str] = {}
    owner: dict[str, str] = {}
    for name in sorted(str(n) for n in names):
        made = re.sub(r"\W+", "_", name.lower()).strip("_")
        if not made or made in _RESERVED:
            raise DataError(f"'{path}': '{name}' cannot be the name of a value.")
        if made in owner:
            raise DataError(
                f"'{path}': '{owner[made]}' and '{name}' look like the same value; "
                "write it in one way."
            )
        owner[made], ids[name] = name, made
    return ids


def _no_pair_of_one(first: pd.Series, second: pd.Series, path: Path) -> None:
    same = first.eq(second)
    if same.any():
        at = int(np.flatnonzero(same.to_numpy(dtype=bool))[0])
        raise DataError(f"'{path}' row {at + 2}: first and second are the same value.")


def _swapped(one: pd.Series, other: pd.Series, turned: np.ndarray) -> tuple[pd.Series, pd.Series]:
    return one.where(~turned, other), other.where(~turned, one)


def _turn(sides: pd.Series, turned: np.ndarray) -> pd.Series:
    return sides.where(~turned, sides.replace(_OTHER))


def _place(table: pd.DataFrame, cells: pd.DataFrame, path: Path) -> None:
    """Family, cell, scenario, epoch, elicitation and the identity of each answer."""
    scenario = cells["scenario"].where(cells["scenario"].ne(""), table["pair"])
    family = cells["family"].where(cells["family"].ne(""), scenario)
    table["family"], table["scenario"] = family, scenario
    table["cell"] = family + "/" + scenario
    opened = cells["judge"].ne("") & cells["seat"].eq("")
    table["elicitation"] = np.where(opened, "open", "choice")
    table["persona"], table["turn"] = "none", 0
    asked = [table[name] for name in _QUESTION]
    by_judge = [*asked, cells["judge"]]
    if cells["repeat"].ne("").any():
        epoch = _whole(cells["repeat"], path)
        again = pd.DataFrame(dict(enumerate([*by_judge, epoch]))).duplicated()
        if again.any():
            at = int(np.flatnonzero(again.to_numpy(dtype=bool))[0])
            raise DataError(f"'{path}' row {at + 2}: this repeat of the question is there before.")
    else:
        epoch = cells.groupby(by_judge, dropna=False).cumcount() + 1
    table["epoch"] = epoch
    # the file's content is part of it: the same file named twice counts once, two files never do
    mark = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    table["sample_uuid"] = f"recorded-{mark}-" + _numbers(asked).astype(str)
    table["scorer"], table["log"] = "recorded", str(path)


def _numbers(columns: list[pd.Series]) -> pd.Series:
    frame = pd.DataFrame(dict(enumerate(columns)))
    return frame.groupby(list(frame.columns), dropna=False, sort=False).ngroup()


def _whole(column: pd.Series, path: Path) -> pd.Series:
    whole = column.str.fullmatch(r"[0-9]{1,9}").fillna(False)
    whole &= ~column.str.fullmatch(r"0+").fillna(False)
    _refuse(path, "repeat", column, ~whole, lambda _: "allowed: whole numbers from 1 up")
    return column.astype("int64")


def _verdicts(table: pd.DataFrame, outcome: pd.Series) -> None:
    table["lean"] = outcome.map({"first": 1.0, "second": -1.0, "tie": 0.0}).astype("float64")
    put = table["first_value"].where(outcome.eq("first"))
    put = put.where(~outcome.eq("second"), table["second_value"])
    table["prioritised"] = put.where(~outcome.eq("tie"), "neither")
    gone = Outcome.MISSING_IN_RECORD.value
    table["outcome"] = outcome.eq("missing").map({True: gone, False: Outcome.VERDICT.value})
    table["run_status"], table["member"], table["self_graded"] = "success", False, False


def _models(table: pd.DataFrame, catalog: ModelCatalog) -> None:
    known = {name: catalog.lab_of(name) for name in cast("list[str]", table["model"].unique())}
    table["lab"] = table["model"].map({name: one.lab for name, one in known.items()})
    table["model_family"] = table["model"].map({name: one.family for name, one in known.items()})
    table["simulated"] = table["model"].map({name: one.simulated for name, one in known.items()})
