"""The linear predictor: which effects the data can tell, and the matrices that a fit needs."""

from dataclasses import dataclass

import numpy as np

from inspect_values.analysis.bradley_terry.counts import Counts
from inspect_values.analysis.bradley_terry.graph import components
from inspect_values.analysis.bradley_terry.sparse import (
    Floats,
    Ints,
    Sparse,
    dense,
    row_sums,
    scaled,
    sparse,
    times,
)

_ALIASED = 1e-6
"""The share of an effect's variation that strengths must not explain, or it can't be told apart."""


@dataclass(frozen=True, eq=False)
class Design:
    """The linear predictor of D designs: V strengths, then the effects of seat and nudge."""

    x: Sparse
    """D × K: +1 and -1 for the two values, then the effects that the data can tell."""

    xt: Sparse
    outer: Sparse
    """K² × D: the upper triangle of the outer product of each row of `x` with itself."""

    component: Ints
    """The component of each value."""

    seat: int | None
    """The column of the seat effect; None where there is none or the data can't tell it."""

    query: int | None
    """The column of the effect of the query's lean."""

    @property
    def size(self) -> int:
        """K, the number of columns."""
        return int(self.x.shape[1])

    @property
    def values(self) -> int:
        """V, the number of strengths."""
        return len(self.component)


def design(counts: Counts, seat: bool = True, query: bool = True) -> Design:
    """The design of a fit.

    An effect is left out where nothing tells it from the strengths: every option stood in the same
    place, or its place goes along with the values.

    Args:
        counts: The sufficient statistics.
        seat: Whether a seat effect is wanted.
        query: Whether an effect of the query's lean is wanted.
    """
    size, many = len(counts.values), len(counts.first)
    row = np.arange(many)
    edges = sparse(
        np.concatenate([np.ones(many), -np.ones(many)]),
        np.concatenate([row, row]),
        np.concatenate([counts.first, counts.second]),
        (many, size),
    )
    teller = _Teller(edges, row_sums(counts.win + counts.tie + counts.loss), components(counts))
    effects: list[Floats] = []
    seat_column = query_column = None
    if seat and teller.tells(counts.seat):
        seat_column = size + len(effects)
        effects.append(counts.seat)
    if query and teller.tells(counts.query):
        query_column = size + len(effects)
        effects.append(counts.query)
    x = _beside(edges, effects, size)
    outer = _outer(counts, effects)
    return Design(x, x.T.tocsr(), outer, teller.component, seat_column, query_column)


class _Teller:
    """Whether effects vary beyond what strengths, and the effects asked before, explain."""

    def __init__(self, edges: Sparse, weight: Floats, component: Ints) -> None:
        self.edges, self.weight, self.component = edges, weight, component
        self.gram = dense(edges.T @ scaled(edges, weight)) + same_part(component)
        self.before: list[Floats] = []

    def tells(self, effect: Floats) -> bool:
        """Whether the data can tell this effect; if so it counts for those asked after it."""
        total = float(self.weight @ effect**2)
        if total <= 0:
            return False
        cross = times(self.edges.T.tocsr(), self.weight * effect)
        coefficients = np.linalg.solve(self.gram, cross)
        left = effect - times(self.edges, coefficients.astype(np.float64))
        for known in self.before:
            left = left - known * ((self.weight * known) @ left) / ((self.weight * known) @ known)
        told = bool(self.weight @ left**2 > _ALIASED * total)
        if told:
            self.before.append(left)
        return told


def same_part(component: Ints) -> Floats:
    """V × V: 1 where two values are in the same component, else 0.

    Added to a matrix that leaves the level of each component open, it closes it at mean zero.
    """
    return (component[:, None] == component[None, :]).astype(float)


def _beside(edges: Sparse, effects: list[Floats], size: int) -> Sparse:
    many = edges.shape[0]
    coo = edges.tocoo()
    rows, columns, values = [coo.row], [coo.col], [coo.data]
    for number, effect in enumerate(effects):
        rows.append(np.arange(many))
        columns.append(np.full(many, size + number))
        values.append(effect)
    return sparse(
        np.concatenate(values),
        np.concatenate(rows),
        np.concatenate(columns),
        (many, size + len(effects)),
    )


def _outer(counts: Counts, effects: list[Floats]) -> Sparse:
    many, size = len(counts.first), len(counts.values) + len(effects)
    ones = np.ones(many)
    # a design's first value comes before its second, and both before the effects
    terms = [(counts.first, ones), (counts.second, -ones)]
    terms += [(np.full(many, len(counts.values) + k), e) for k, e in enumerate(effects)]
    pairs = [(one, other) for k, one in enumerate(terms) for other in terms[k:]]
    return sparse(
        np.concatenate([left * right for (_, left), (_, right) in pairs]),
        np.concatenate([one * size + other for (one, _), (other, _) in pairs]),
        np.tile(np.arange(many), len(pairs)),
        (size * size, many),
    )
