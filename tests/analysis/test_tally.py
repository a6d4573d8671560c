"""A table as whole numbers: short ones where there are millions, and the same groups as pandas."""

import gc
import weakref
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from inspect_values.analysis import comparisons as module
from inspect_values.analysis.bradley_terry import subjects as of_subjects
from inspect_values.analysis.settings import AnalysisSettings
from inspect_values.analysis.shared import sharing
from inspect_values.analysis.tally import Tally


@pytest.mark.parametrize("size", [1, 126, 127, 128, 129, 32_766, 32_767, 32_768])
@pytest.mark.parametrize("categories", [True, False])
def test_codes_hold_every_label_and_a_missing_one(size: int, categories: bool) -> None:
    numbers = np.arange(size)
    texts = pd.Series([f"{number:06d}" for number in [*numbers, *numbers]] + [None])
    family = pd.Series(["f"] * len(texts))
    kind = "category" if categories else "string"
    tally = Tally(pd.DataFrame({"family": family, "cell": texts.astype(kind)}))
    codes, key = tally.column("cell").codes, tally.key(("family", "cell"))
    assert codes.tolist() == [*numbers, *numbers, -1]
    assert codes.itemsize == (1 if size <= 126 else 2 if size <= 32_766 else 4)
    assert (codes + 1).min() == 0
    # the missing one is a level of its own, and comes first
    assert key.codes.tolist() == [*(numbers + 1), *(numbers + 1), 0]
    assert key.last.tolist() == [-1, *numbers]
    assert tally.labels(("family", "cell"))["cell"].isna().tolist() == [True] + [False] * size


@pytest.mark.parametrize("known", [126, 127, 128])
def test_a_missing_condition_is_filled_whatever_its_number(known: int) -> None:
    names = [f"p{number:03d}" for number in range(known)]
    tally = Tally(pd.DataFrame({"persona": pd.Series([*names, None], dtype="category")}))
    column = tally.column("persona")
    assert column.labels[column.codes[-1]] == "none"
    assert [column.labels[code] for code in column.codes[:-1]] == names


def test_of_comparisons_only_their_sums_are_kept(
    monkeypatch: pytest.MonkeyPatch, planted: Callable[..., pd.DataFrame]
) -> None:
    made: list[weakref.ref[pd.DataFrame]] = []

    def watched(given: pd.DataFrame) -> module.Comparisons:
        found = module.comparisons(given)
        made.append(weakref.ref(found.rows))
        return found

    table = planted({"a": 1.0, "b": 0.0, "c": -1.0}, families=8)
    monkeypatch.setattr(of_subjects, "comparisons", watched)
    with sharing():
        for nudges in (False, True):
            assert of_subjects.subjects(table, AnalysisSettings(), nudges)
        gc.collect()
        assert [rows() for rows in made] == [None]  # made once, and gone
