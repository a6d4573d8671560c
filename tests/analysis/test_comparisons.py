"""Verdicts become comparisons: nothing is won that was not judged, and families weigh the same."""

from collections.abc import Callable

import pandas as pd
import pytest

from inspect_values.analysis.bradley_terry.counts import counts, tally
from inspect_values.analysis.comparisons import COMPARISON_COLUMNS, comparisons

Make = Callable[..., pd.DataFrame]
PAIR = {"first_value": "truth", "second_value": "care"}


def test_each_verdict_is_a_win_a_tie_or_missing(verdicts: Make) -> None:
    said = ["truth", "care", "both", "neither", pd.NA, "beauty"]
    found = comparisons(verdicts([PAIR | {"prioritised": label} for label in said]))
    assert found.rows["outcome"].tolist() == [1, -1, 0, 0]
    assert found.missing["count"].tolist() == [2], "a label that is no value of the pair is none"
    assert list(found.rows.columns) == list(COMPARISON_COLUMNS)


@pytest.mark.parametrize("column", ["model", "family", "first_value", "nudge"])
def test_what_cannot_be_placed_is_missing(verdicts: Make, column: str) -> None:
    table = verdicts([PAIR | {"prioritised": "truth"}] * 2)
    table.loc[0, column] = pd.NA
    found = comparisons(table)
    assert len(found.rows) == 1
    assert found.missing["count"].sum() == 1


def test_a_value_against_itself_is_no_comparison(verdicts: Make) -> None:
    row = {"first_value": "care", "second_value": "care", "prioritised": "care"}
    assert comparisons(verdicts([row])).rows.empty


def test_both_seats_stay_and_say_whose_option_stood_first(verdicts: Make) -> None:
    row = PAIR | {"elicitation": "choice", "family": "f", "prioritised": "truth"}
    found = comparisons(verdicts([row | {"seat": side} for side in ("first", "second")])).rows
    assert found["seat"].tolist() == [1, -1]
    assert found["outcome"].tolist() == [1, 1]
    assert comparisons(verdicts([PAIR | {"prioritised": "care"}])).rows["seat"].tolist() == [0]


def test_families_weigh_the_same_within_a_pair_and_cells_within_a_family(verdicts: Make) -> None:
    rows = [
        PAIR | {"family": family, "cell": cell, "prioritised": "truth"}
        for family, cell, times in (("f", "1", 1), ("f", "2", 3), ("g", "1", 5))
        for _ in range(times)
    ]
    rows.append(PAIR | {"family": "f", "cell": "3", "prioritised": pd.NA})
    found = comparisons(verdicts(rows)).rows
    assert found.groupby("family", observed=True)["weight"].sum().tolist() == pytest.approx([1, 1])
    cells = found[found["family"] == "f"].groupby("cell", observed=True)["weight"].sum()
    assert cells.tolist() == pytest.approx([0.5, 0.5]), "the missing cell has no weight"


def test_conditions_and_models_have_weights_of_their_own(verdicts: Make) -> None:
    rows = [
        PAIR | {"family": "f", "nudge": nudge, "model": model, "prioritised": "truth"}
        for nudge in ("neutral", "first")
        for model in ("a-1", "a-2")
    ]
    assert comparisons(verdicts(rows)).rows["weight"].tolist() == [1, 1, 1, 1]


def test_a_comparison_the_other_way_round_is_the_same_comparison(verdicts: Make) -> None:
    """Outcome, seat and nudge turn with the two values."""
    one = {"first_value": "care", "second_value": "truth", "prioritised": "care"}
    other = {"first_value": "truth", "second_value": "care", "prioritised": "care"}
    more = {"elicitation": "choice", "family": "f"}
    table = verdicts(
        [one | more | {"seat": "first", "nudge": "second"}, other | more | {"seat": "second",
         "nudge": "first"}]
    )  # fmt: skip
    tallies = tally(comparisons(table).rows, "rows")
    assert tallies["win"].tolist() == [1, 1], "care comes first in the order of ids and won twice"
    assert tallies["seat"].tolist() == [1, 1]
    assert tallies["query"].tolist() == [-1, -1]


def test_sufficient_statistics_hold_every_comparison(planted: Make) -> None:
    table = planted({"a": 1.0, "b": 0.0, "c": -1.0}, families=4, seat=0.3)
    rows = comparisons(table).rows
    data = counts(tally(rows, "rows"))
    assert (data.win + data.tie + data.loss).sum() == len(table)
    assert data.rows.sum() == len(table)
    assert data.decided.sum() == (rows["outcome"] != 0).sum()
    assert len(data.families) == 12
    assert len(data.first) == 6, "three pairs in two seats"
    weighted = counts(tally(rows, "families"))
    assert (weighted.win + weighted.tie + weighted.loss).sum() == pytest.approx(12)
