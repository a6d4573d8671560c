"""Sufficient statistics: wins, ties and losses by family and design."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from inspect_values.analysis.bradley_terry.sparse import Floats, Ints, Sparse, row_sums, sparse
from inspect_values.analysis.codes import combined
from inspect_values.analysis.settings import Ties, Weights

TALLY_KEYS = ["model", "elicitation", "turn", "persona", "nudge", "family"]
_DESIGN = ["low", "high", "seat", "query"]
_MATRICES = ("win", "tie", "loss", "rows", "decided")


@dataclass(frozen=True, eq=False)
class Counts:
    """What one fit needs to know: D designs (two values, seat, nudge) by F families.

    A design's first value is the one whose id comes first in `values`; a comparison the other way
    round is turned, with its outcome, seat and nudge.
    """

    values: tuple[str, ...]
    families: tuple[str, ...]
    first: Ints
    """D places in `values`."""

    second: Ints
    seat: Floats
    """D numbers: 1, 0 or -1."""

    query: Floats
    """D numbers: to which value the query leans, 1, 0 or -1."""

    win: Sparse
    """D × F weighted wins of the first value."""

    tie: Sparse
    loss: Sparse
    rows: Sparse
    """D × F comparisons, unweighted."""

    decided: Sparse
    """D × F: those of them that are no ties."""

    def with_ties(self, ties: Ties) -> "Counts":
        """The same with ties left out (`drop`) or as half a win each (`half`)."""
        if ties == "davidson" or not self.tie.nnz:
            return self
        none = self.tie * 0.0
        none.eliminate_zeros()
        half = self.tie * 0.5 if ties == "half" else none
        return replace(self, win=self.win + half, loss=self.loss + half, tie=none)

    def of_designs(self, kept: np.ndarray) -> "Counts":
        """The same with some of the designs only; values and families stay."""
        matrices = {name: getattr(self, name)[kept] for name in _MATRICES}
        return replace(
            self,
            first=self.first[kept],
            second=self.second[kept],
            seat=self.seat[kept],
            query=self.query[kept],
            **matrices,
        )

    def touching(self) -> tuple[Ints, Ints]:
        """For each value, the comparisons and the families that it is in."""
        per_design = row_sums(self.rows)
        size = len(self.values)
        n = np.bincount(self.first, per_design, size) + np.bincount(self.second, per_design, size)
        design = np.concatenate([np.arange(len(self.first))] * 2)
        member = sparse(
            np.ones(len(design)),
            np.concatenate([self.first, self.second]),
            design,
            (size, len(self.first)),
        )
        families = np.diff((member @ self.rows).tocsr().indptr)
        return np.rint(n).astype(np.int64), families.astype(np.int64)


def tally(rows: pd.DataFrame, weights: Weights) -> pd.DataFrame:
    """Add up comparisons that have the same model, condition, family and design.

    Args:
        rows: `Comparisons.rows`.
        weights: Whether each family or each comparison counts once.

    Returns:
        One row a model, condition, family and design: the columns of `TALLY_KEYS`, the two values
        `low` and `high` in the order of their ids, `seat`, `query` (to which of the two the query
        leans), the sums `win`, `tie` and `loss` of `low`, `rows`, the comparisons, and `decided`,
        those that are no ties.
    """
    turned = _ordered(rows)
    group, size = combined(turned, [*TALLY_KEYS, *_DESIGN])
    weight = rows["weight"].to_numpy() if weights == "families" else np.ones(len(rows))
    outcome = turned["outcome"].to_numpy()
    at = np.zeros(size, dtype=np.int64)
    at[group] = np.arange(len(rows))
    sums = turned[[*TALLY_KEYS, *_DESIGN]].iloc[at if len(rows) else []].reset_index(drop=True)
    for name, which in (("win", 1), ("tie", 0), ("loss", -1)):
        sums[name] = np.bincount(group, weight * (outcome == which), size)[: len(sums)]
    sums["rows"] = np.bincount(group, minlength=size)[: len(sums)].astype(float)
    sums["decided"] = np.bincount(group, outcome != 0, size)[: len(sums)]
    return sums


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """Each comparison from the side of the value whose id comes first."""
    sides = (rows["first_value"], rows["second_value"])
    names = sorted({str(name) for side in sides for name in side.cat.categories})
    kind = pd.CategoricalDtype(names, ordered=True)
    one, other = (side.astype(kind).cat.codes.to_numpy() for side in sides)
    sign = np.where(one < other, 1, -1).astype(np.int8)
    turned = rows[TALLY_KEYS].copy()
    turned["low"] = pd.Categorical.from_codes(np.minimum(one, other), dtype=kind)
    turned["high"] = pd.Categorical.from_codes(np.maximum(one, other), dtype=kind)
    for name, column in (("outcome", "outcome"), ("seat", "seat"), ("query", "lean_of_query")):
        turned[name] = rows[column].to_numpy() * sign
    return turned


def counts(tallies: pd.DataFrame, nudges: bool = False) -> Counts:
    """The sufficient statistics of one fit.

    Args:
        tallies: Rows of `tally()` of one model under the conditions of one fit, not empty.
        nudges: Whether the lean of the query is part of the design.
    """
    query = tallies["query"].to_numpy() if nudges else np.zeros(len(tallies), dtype=np.int8)
    names = [str(name) for name in tallies["low"].cat.categories]
    low, high = (tallies[name].cat.codes.to_numpy().astype(np.int64) for name in ("low", "high"))
    present = np.unique(np.concatenate([low, high]))
    place = np.searchsorted(present, np.arange(len(names)))
    seat = tallies["seat"].to_numpy()
    design = pd.DataFrame({"low": place[low], "high": place[high], "seat": seat, "query": query})
    number, size = combined(design, _DESIGN)
    at = np.zeros(size, dtype=np.int64)
    at[number] = np.arange(len(tallies))
    family = tallies["family"].cat.remove_unused_categories().cat
    shape, columns = (size, len(family.categories)), family.codes.to_numpy().astype(np.int64)
    filled = {
        name: sparse(tallies[name].to_numpy(dtype=float), number, columns, shape)
        for name in _MATRICES
    }
    kept = design.iloc[at]
    return Counts(
        values=tuple(names[int(code)] for code in present),
        families=tuple(str(name) for name in family.categories),
        first=kept["low"].to_numpy(),
        second=kept["high"].to_numpy(),
        seat=kept["seat"].to_numpy(dtype=float),
        query=kept["query"].to_numpy(dtype=float),
        **filled,
    )
