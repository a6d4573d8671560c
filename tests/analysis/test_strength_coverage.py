"""The laboratory, small: intervals of strengths and ranks cover where they are shown."""

from types import ModuleType

import numpy as np
import pytest

STUDIES = 120


@pytest.mark.parametrize("icc", [0.1, 0.3, 0.6])
@pytest.mark.parametrize(("world", "each"), [(1, 8), (1, 20), (2, 20), (5, 8)])
def test_strength_intervals_cover_the_estimators_own_value(
    laboratory: ModuleType, world: int, each: int, icc: float
) -> None:
    """Families are correlated; the truth is the same fit on 120,000 of them."""
    cell = laboratory.strengths_cell(laboratory.WORLDS[world], each, icc, STUDIES)
    assert np.isnan(cell.covered).mean() < 0.05, "hardly any interval is withheld"
    # three Monte-Carlo standard errors below .93 for one value, over at least three values
    assert np.nanmean(cell.covered) >= 0.93 - 3 * (0.93 * 0.07 / STUDIES / 2) ** 0.5


def test_correlated_situations_attenuate_what_was_planted(laboratory: ModuleType) -> None:
    world = laboratory.WORLDS[1]
    planted = np.array(world.strengths)
    weak, strong = (laboratory.truth(world, 20, icc) for icc in (0.1, 0.6))
    assert (np.abs(strong[[0, 2]]) < np.abs(weak[[0, 2]])).all()
    assert (np.abs(weak[[0, 2]]) < np.abs(planted[[0, 2]])).all()


def test_a_lopsided_world_withholds_or_covers(laboratory: ModuleType) -> None:
    """A value that nearly always wins: percentile bootstraps and CR2 fail here."""
    cell = laboratory.strengths_cell(laboratory.WORLDS[4], 8, 0.1, STUDIES)
    wrong = np.nansum(cell.covered == 0) / cell.covered.size
    assert wrong <= 0.07


def test_rank_intervals_cover_and_certainty_is_earned(laboratory: ModuleType) -> None:
    cell = laboratory.ranks_cell(laboratory.WORLDS[2], 20, 0.3, 40)
    assert cell.covered.mean() >= 0.93
    equal = laboratory.ranks_cell(laboratory.WORLDS[3], 20, 0.3, 40)
    assert equal.covered.mean() >= 0.93, "equal values keep every rank"
    assert equal.certain.max(axis=1).mean() <= 0.15
