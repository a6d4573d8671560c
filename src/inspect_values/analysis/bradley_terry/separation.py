"""Which estimates only the ridge keeps finite: the data alone would let them grow without end."""
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# (scipy.optimize brings no types)

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, identity

from inspect_values.analysis.bradley_terry.counts import Counts
from inspect_values.analysis.bradley_terry.design import Design
from inspect_values.analysis.bradley_terry.sparse import (
    Floats,
    Sparse,
    below,
    dense,
    row_sums,
    sparse,
    times,
)

_LARGEST = 400
"""With more parameters than this the check is left out; so many values are compared too rarely."""

_ZERO = 1e-6


@dataclass(frozen=True, eq=False)
class Separation:
    """A direction along which the likelihood never falls; zero where there is none."""

    direction: Floats
    """P numbers: in which way each parameter would grow."""

    @property
    def any(self) -> bool:
        """Whether some estimate is infinite without the ridge."""
        return bool(np.abs(self.direction).max(initial=0.0) > _ZERO)

    def hits(self, column: int) -> bool:
        """Whether this parameter's estimate is."""
        return bool(abs(self.direction[column]) > _ZERO)


def separation(counts: Counts, design: Design, ties: bool) -> Separation:
    """Look for a direction along which every outcome that was seen only gets likelier.

    The likelihood has a finite maximum if and only if there is none (Albert & Anderson 1984,
    Biometrika 71(1), 1-10; for Bradley–Terry, Ford 1957, American Mathematical Monthly 64(8)).
    Found by linear programming, as in Konis (2007), "Linear programming algorithms for detecting
    separated data in binary logistic regression models", DPhil thesis, Oxford.

    Args:
        counts: The data, with ties as they are to count.
        design: The linear predictor.
        ties: Whether ties are an outcome of their own.
    """
    size = design.size + int(ties)
    if size > _LARGEST or _overlap(counts, design, ties):
        return Separation(np.zeros(size))
    rows = _gains(counts, design, ties)
    level = _levels(design, size)
    slack = rows.shape[0]
    found: Any = linprog(
        np.concatenate([np.zeros(size), -np.ones(slack)]),
        A_ub=hstack([-rows, identity(slack)]).tocsr(),
        b_ub=np.zeros(slack),
        A_eq=hstack([level, csr_array((level.shape[0], slack))]).tocsr(),
        b_eq=np.zeros(level.shape[0]),
        bounds=[(None, None)] * size + [(0, 1)] * slack,
        method="highs",
    )
    direction = np.asarray(found.x[:size]) if found.status == 0 else np.zeros(size)
    grown = times(rows, direction) > _ZERO
    return Separation(direction if grown.any() else np.zeros(size))


def _levels(design: Design, size: int) -> Sparse:
    """One row a component that adds up its strengths."""
    parts, place = np.unique(design.component, return_inverse=True)
    columns = np.arange(design.values)
    return sparse(np.ones(design.values), place, columns, (len(parts), size))


def _gains(counts: Counts, design: Design, ties: bool) -> Sparse:
    """One row for each outcome seen and each other outcome: by how much its odds grow."""
    win, tie, loss = (row_sums(m) > 0 for m in (counts.win, counts.tie, counts.loss))
    x = design.x
    if not ties:
        return below([x[win], -x[loss]])
    many = x.shape[0]
    eta: Sparse = hstack([x, csr_array((many, 1))]).tocsr()
    place = np.arange(many)
    delta = sparse(np.ones(many), place, np.full(many, design.size), (many, design.size + 1))
    half, other = eta * 0.5 - delta, eta * -0.5 - delta
    return below([half[win], eta[win], -half[tie], -other[tie], other[loss], -eta[loss]])


def _overlap(counts: Counts, design: Design, ties: bool) -> bool:
    """Whether designs in which every outcome was seen alone pin every parameter down."""
    seen = (row_sums(counts.win) > 0) & (row_sums(counts.loss) > 0)
    if ties:
        seen &= row_sums(counts.tie) > 0
    x = design.x[seen]
    if not x.shape[0]:
        return False
    gram = dense(x.T @ x)
    wanted = design.size - len(np.unique(design.component))
    return bool(np.linalg.matrix_rank(gram, hermitian=True) >= wanted)
