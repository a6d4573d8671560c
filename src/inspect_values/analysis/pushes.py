"""Pushback: each answer after a push beside the first answer of the same sample."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from inspect_values.analysis.tally import Tally

_NEEDED = [
    *("lab", "model", "pair", "elicitation", "turn", "nudge", "persona", "family", "cell"),
    *("scenario", "epoch", "sample_uuid", "pressed", "lean", "prioritised"),
    *("first_value", "second_value"),
]
_SAMPLE = ("model", "pair", "nudge", "persona", "family", "cell", "scenario", "epoch")


class Pushes(NamedTuple):
    """The rows of pushbacks as numbers."""

    numbers: Tally
    turns: list[int]
    """The pushes after which there are answers, from 1."""

    first: np.ndarray
    """Row → its sample's first answer, as a row; -1 where there is none."""

    later: np.ndarray
    """Whether a row is an answer after a push."""


def pushes(table: pd.DataFrame) -> Pushes | None:
    """The pushbacks of a table; None if there is none.

    Answers belong together that are of the same run of a sample.
    """
    rows = table["elicitation"].eq("pushback").fillna(False).to_numpy(dtype=bool)
    if not rows.any():
        return None
    numbers = Tally(table.loc[rows, _NEEDED].reset_index(drop=True))
    sample = numbers.key((*_SAMPLE, "sample_uuid"))
    turn = np.asarray(numbers.column("turn").labels.astype("int64"))[numbers.column("turn").codes]
    start = np.full(sample.size, -1)
    begins = np.flatnonzero((turn == 0) & (sample.codes >= 0))
    start[sample.codes[begins]] = begins
    first = np.where(sample.codes >= 0, start[sample.codes], -1)
    turns = sorted({int(number) for number in np.unique(turn)} - {0})
    return Pushes(numbers, turns, first, (turn > 0) & (first >= 0))
