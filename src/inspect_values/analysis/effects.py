"""What a factor's level does: effects within situations, at equal settings of the other factors.

Factor settings are drawn at random within a situation over its allowed combinations, so the mean
difference between a level and its baseline is the average marginal component effect (AMCE) of
conjoint analysis, and causal for the model (Hainmueller, Hopkins & Yamamoto 2014, "Causal inference
in conjoint analysis", Political Analysis 22, 1-30).

The estimator: least squares of the cells' means on the levels of all factors, with an intercept for
each family, so that only cells of the same situation are compared, and families weighted equally.
Where all combinations of a balanced design were asked, the effect is the mean over situations of
the difference between cells that differ in nothing else; where only a part was asked, the other
factors are adjusted for as if effects added up. A level has one effect against its baseline in all
situations that have both; situations count by how evenly they were asked at the two. Factors that
only few situations have are adjusted for within each; where so few cells were asked that this
leaves nothing to tell, they are not, which random assignment allows, and `method` says so.

Intervals: the delete-one-family jackknife with t and G - 1 degrees of freedom, G the families in
which the factor varies (CV3; MacKinnon, Nielsen & Webb 2023, "Fast and reliable jackknife and
bootstrap methods for cluster-robust inference", Journal of Applied Econometrics 38, 671-694).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from inspect_values.analysis.factors import (
    CORE,
    FEWEST_SITUATIONS,
    Contrast,
    FamilyCells,
    family_cells,
)
from inspect_values.analysis.intervals import CONSTANT, FEW_AWAY, Interval, quantile_t
from inspect_values.analysis.tally import GROUP, Floats, Tally

ALL = "all"
"""The pair of what is put together over all pairs."""


@dataclass(frozen=True)
class Effects:
    """The effects of every reported contrast, for several groups (models and conditions)."""

    pair: str
    groups: pd.DataFrame
    """One row a group: what is kept apart, without the pair."""

    families: list[str]
    contrasts: list[Contrast]
    effect: np.ndarray
    """Groups × contrasts; NaN where it cannot be told."""

    adjusted: np.ndarray
    """Groups × contrasts: whether the factors of few situations are adjusted for too."""

    change: np.ndarray
    """Groups × families × contrasts: what leaving out the family does to the effect."""

    varied: np.ndarray
    """Groups × families × contrasts: whether the family was asked at both levels."""

    moved: np.ndarray
    """Groups × families: whether the outcome differs between any two cells of the family."""

    n: np.ndarray
    """Groups × families: verdicts."""

    size: np.ndarray
    """Groups × families: verdicts asked for."""


class _Family(NamedTuple):
    """One family in the regression."""

    groups: np.ndarray
    """Its rows' places among the groups."""

    columns: np.ndarray
    """Its contrasts' places among the reported ones."""

    squares: np.ndarray
    products: np.ndarray


def effects(
    tally: Tally, value: Floats, by: Sequence[str] = GROUP, asked: np.ndarray | None = None
) -> Iterator[Effects]:
    """The effects of factors on a value, pair by pair and then over all pairs together.

    Args:
        tally: The table as numbers.
        value: One number a row, NaN where there is none.
        by: What is kept apart; it has `pair`.
        asked: Which rows were asked for a value; None means all.
    """
    cells = family_cells(tally, value, by, asked)
    kept = [name for name in by if name != "pair"]
    for pair in sorted({one.pair for one in cells.families}):
        own = [one for one in cells.families if one.pair == pair]
        yield _effects(pair, own, cells.groups, kept)
    if cells.families:
        yield _effects(ALL, cells.families, cells.groups, kept)


def interval(
    effect: float, change: Floats, varied: np.ndarray, moved: np.ndarray, end: float
) -> Interval:
    """The jackknife interval of one effect, with the p-value of no effect.

    Args:
        effect: The effect, NaN where it cannot be told.
        change: What leaving out each family does to it.
        varied: Whether each family was asked at both levels.
        moved: Whether the outcome differs between any two cells of each family.
        end: The greatest effect that there can be.
    """
    method = "within situations, jackknife over families"
    count = int(varied.sum())
    reason = ""
    error = math.sqrt(max(count - 1, 0) / max(count, 1) * float((change**2).sum()))
    if count < FEWEST_SITUATIONS:
        reason = (
            f"{count} situations were asked at both levels; at least {FEWEST_SITUATIONS} are needed"
        )
    elif math.isnan(effect):
        reason = "the other factors cannot be told apart from it"
    elif int((varied & moved).sum()) < FEW_AWAY:
        reason = f"fewer than {FEW_AWAY} situations show any difference between their settings"
    elif error < 1e-12:
        reason = CONSTANT
    if reason:
        return Interval(None, None, method, reason)
    half = quantile_t(count - 1) * error
    p = float(2 * special.stdtr(count - 1, -abs(effect) / error))
    return Interval(max(-end, effect - half), min(end, effect + half), method, "", p)


def _effects(
    pair: str, every: Sequence[FamilyCells], rows: pd.DataFrame, kept: Sequence[str]
) -> Effects:
    contrasts = sorted(
        {c for cells in every for c in cells.design.contrasts if _is_reported(c, every)}
    )
    groups, ids = _groups(every, rows, kept)
    shape = (len(groups), len(every))
    n, size = np.zeros(shape, dtype="int64"), np.zeros(shape, dtype="int64")
    counts, asked = rows["n"].to_numpy(), rows["size"].to_numpy()
    moved = np.zeros(shape, dtype=bool)
    varied = np.zeros((*shape, len(contrasts)), dtype=bool)
    for number, (cells, own) in enumerate(zip(every, ids, strict=True)):
        plain = _family(cells, own, contrasts, adjust=False)
        spread = np.zeros((len(own), len(contrasts)), dtype=bool)
        spread[:, plain.columns] = np.einsum("gpp->gp", plain.squares) > 1e-12
        varied[own, number] = spread
        moved[own, number] = _moves(cells.means)
        n[own, number] = counts[cells.rows]
        size[own, number] = asked[cells.rows]
    effect, change = _regression(every, ids, contrasts, len(groups), adjust=True)
    rough, rough_change = _regression(every, ids, contrasts, len(groups), adjust=False)
    adjusted = ~np.isnan(effect)
    effect = np.where(adjusted, effect, rough)
    change = np.where(adjusted[:, None, :], change, rough_change)
    names = [cells.family for cells in every]
    return Effects(pair, groups, names, contrasts, effect, adjusted, change, varied, moved, n, size)


def _groups(
    every: Sequence[FamilyCells], rows: pd.DataFrame, kept: Sequence[str]
) -> tuple[pd.DataFrame, list[np.ndarray]]:
    """The groups, and for each family which of them its rows are."""
    places = np.concatenate([cells.rows for cells in every])
    stacked = rows[list(kept)].iloc[places].reset_index(drop=True)
    number = stacked.groupby(list(kept), sort=True, observed=True, dropna=False).ngroup()
    groups = stacked.assign(_number=number).drop_duplicates("_number").sort_values("_number")
    ends = np.cumsum([len(cells.rows) for cells in every])
    ids = np.split(number.to_numpy(), ends[:-1])
    return groups.drop(columns="_number").reset_index(drop=True), ids


def _regression(
    every: Sequence[FamilyCells],
    ids: Sequence[np.ndarray],
    contrasts: Sequence[Contrast],
    groups: int,
    adjust: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """One regression a group: the effects, and what leaving out each family does to them."""
    families = [
        _family(cells, own, contrasts, adjust) for cells, own in zip(every, ids, strict=True)
    ]
    squares = np.zeros((groups, len(contrasts), len(contrasts)))
    products = np.zeros((groups, len(contrasts)))
    for one in families:
        squares[np.ix_(one.groups, one.columns, one.columns)] += one.squares
        products[np.ix_(one.groups, one.columns)] += one.products
    inverse = np.linalg.pinv(squares, rcond=1e-9, hermitian=True)
    effect = np.einsum("gpq,gq->gp", inverse, products)
    change = np.zeros((groups, len(every), len(contrasts)))
    for number, one in enumerate(families):
        change[one.groups, number] = _left_out(inverse[one.groups], effect[one.groups], one)
    whole = np.einsum("gpq,gqr->gpr", inverse, squares) - np.eye(len(contrasts))
    effect[np.abs(whole).max(axis=2, initial=0.0) > 1e-6] = np.nan
    return effect, change


def _family(
    cells: FamilyCells, own: np.ndarray, contrasts: Sequence[Contrast], adjust: bool
) -> _Family:
    """X'X and X'y within the family, its cells' weights adding up to 1.

    What all its cells have in common is taken out and, if `adjust`, what its own factors explain
    that are not among `contrasts`.
    """
    design, seen = cells.design, (~np.isnan(cells.means)).astype("float64")
    shared = [k for k, c in enumerate(design.contrasts) if c in contrasts]
    others = [k for k in range(len(design.contrasts)) if k not in shared] if adjust else []
    x = design.matrix[:, shared]
    z = np.column_stack([np.ones(len(x)), design.matrix[:, others]])
    y = np.where(seen > 0, np.nan_to_num(cells.means), 0.0)
    weight = seen / np.maximum(seen.sum(axis=1), 1)[:, None]
    zz, xz = _cross(weight, z, z), _cross(weight, x, z)
    inverse = np.linalg.pinv(zz, rcond=1e-9, hermitian=True)
    squares = _cross(weight, x, x) - xz @ inverse @ np.swapaxes(xz, 1, 2)
    zy = (weight * y) @ z
    products = (weight * y) @ x - np.einsum("gpq,gqr,gr->gp", xz, inverse, zy)
    places = {contrast: number for number, contrast in enumerate(contrasts)}
    columns = np.array([places[design.contrasts[k]] for k in shared], dtype="int64")
    return _Family(own, columns, squares, products)


def _cross(weight: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Weighted cross products of the columns of two matrices, one a row of weights."""
    both = (one[:, :, None] * other[:, None, :]).reshape(len(one), -1)
    return (weight @ both).reshape(len(weight), one.shape[1], other.shape[1])


def _moves(means: np.ndarray) -> np.ndarray:
    """Whether any two cells differ, group by group."""
    least = np.where(np.isnan(means), np.inf, means).min(axis=1, initial=np.inf)
    most = np.where(np.isnan(means), -np.inf, means).max(axis=1, initial=-np.inf)
    return most - least > 1e-12


def _left_out(inverse: np.ndarray, effect: np.ndarray, one: _Family) -> np.ndarray:
    """What leaving out one family does to the effects, without another regression.

    With M = (X'X)^-1 and the family's own S and score s it is -M (I - S M)^-1 s. A direction that
    this family alone tells has no residual in it and is left as it is.
    """
    own = inverse[np.ix_(np.arange(len(inverse)), one.columns, one.columns)]
    score = one.products - np.einsum("gpq,gq->gp", one.squares, effect[:, one.columns])
    values, vectors = np.linalg.eigh(own)
    root = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]
    within = np.swapaxes(root, 1, 2) @ one.squares @ root
    rest = np.linalg.pinv(np.eye(len(one.columns)) - within, rcond=1e-8, hermitian=True)
    step = np.einsum("gpq,gp->gq", root, score)
    score = score + np.einsum("gpq,gqr,grs,gs->gp", one.squares, root, rest, step, optimize=True)
    return -np.einsum("gpq,gq->gp", inverse[:, :, one.columns], score)


def _is_reported(contrast: Contrast, every: Sequence[FamilyCells]) -> bool:
    """Whether it is a core factor's, or enough situations have both of its levels."""
    situations = sum(contrast in cells.design.contrasts for cells in every)
    return contrast.factor in CORE or situations >= FEWEST_SITUATIONS
