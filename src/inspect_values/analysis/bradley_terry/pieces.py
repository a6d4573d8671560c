"""Each family's information and residuals, in small dense pieces."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from inspect_values.analysis.bradley_terry.fit import Fit
from inspect_values.analysis.bradley_terry.sparse import Floats, Ints, Sparse, dense, entries

_TOGETHER = 256
_ROOM = 2_000_000


class Piece(NamedTuple):
    """Some families, each with up to k whitened residuals; what a family lacks is zero."""

    families: Ints
    root: Floats
    """G × P × k: L, with L L' the family's information."""

    residuals: Floats
    """G × k: e, with L e the family's score."""


class _Cells(NamedTuple):
    """Every design of every family, sorted by family."""

    design: Ints
    n: Floats
    residual: Floats
    """Cells × 2: of half of (wins - losses), and of ties."""

    start: Ints
    """Where each family's cells begin; one more than there are families."""


def pieces(fit: Fit) -> Iterator[Piece]:
    """Families with about as many designs together, a bounded number at a time."""
    cells = _cells(fit)
    many = np.diff(cells.start)
    order = np.argsort(many, kind="stable")
    x, factor = dense(fit.design.x), _factors(fit)
    at = 0
    while at < len(order):
        widest = int(many[order[min(len(order), at + _TOGETHER) - 1]])
        room = max(1, _ROOM // max(1, 2 * widest * fit.model.size))
        chosen = order[at : at + min(_TOGETHER, room)]
        yield _narrowed(_piece(cells, chosen, x, factor, fit.model.ties))
        at += len(chosen)


def _cells(fit: Fit) -> _Cells:
    family, design, n = entries(fit.n.T.tocsr())
    families, designs = len(fit.counts.families), len(fit.counts.first)
    key = family * designs + design
    lean = fit.expected.lean[:, 0]
    tie = np.zeros(designs) if fit.expected.tie is None else fit.expected.tie[:, 0]
    residual = -n[:, None] * np.column_stack([lean / 2, tie])[design]
    for matrix, column, factor in (
        (fit.counts.win, 0, 0.5),
        (fit.counts.loss, 0, -0.5),
        (fit.counts.tie, 1, 1.0),
    ):
        residual[:, column] += factor * _at(matrix, key, designs)
    start = np.searchsorted(family, np.arange(families + 1))
    return _Cells(design, n, residual, start)


def _at(matrix: Sparse, key: Ints, designs: int) -> Floats:
    """A D × F matrix's entries at sorted keys family * D + design."""
    family, design, value = entries(matrix.T.tocsr())
    found = np.zeros(len(key))
    found[np.searchsorted(key, family * designs + design)] = value
    return found


def _factors(fit: Fit) -> Floats:
    """D × 2 × 2: C, with C C' the information of one comparison on (eta, delta)."""
    found = fit.expected
    factor = np.zeros((len(found.lean), 2, 2))
    factor[:, 0, 0] = np.sqrt(np.maximum(found.spread[:, 0], 1e-12))
    if found.tie is not None:
        tie = found.tie[:, 0]
        factor[:, 1, 0] = -tie * found.lean[:, 0] / 2 / factor[:, 0, 0]
        left = tie * (1 - tie) - factor[:, 1, 0] ** 2
        factor[:, 1, 1] = np.sqrt(np.maximum(left, 1e-12))
    return factor


def _piece(cells: _Cells, chosen: Ints, x: Floats, factor: Floats, ties: bool) -> Piece:
    many = np.diff(cells.start)[chosen]
    width = int(many.max(initial=1))
    inside = np.arange(width)[None, :] < many[:, None]
    place = np.where(inside, cells.start[chosen][:, None] + np.arange(width), 0)
    design = cells.design[place]
    n = np.where(inside, cells.n[place], 0.0)
    root_n = np.sqrt(n)
    rows = x[design].transpose(0, 2, 1)
    own = factor[design]
    residual = np.where(inside[:, :, None], cells.residual[place], 0.0)
    divided = residual / np.where(n > 0, root_n, 1.0)[:, :, None]
    first = divided[:, :, 0] / own[:, :, 0, 0]
    root = rows * (root_n * own[:, :, 0, 0])[:, None, :]
    if not ties:
        return Piece(chosen, root, first)
    second = (divided[:, :, 1] - own[:, :, 1, 0] * first) / own[:, :, 1, 1]
    delta = (root_n * own[:, :, 1, 0])[:, None, :]
    last = np.zeros_like(root)
    whole = np.concatenate(
        [
            np.concatenate([root, delta], axis=1),
            np.concatenate([last, (root_n * own[:, :, 1, 1])[:, None, :]], axis=1),
        ],
        axis=2,
    )
    return Piece(chosen, whole, np.concatenate([first, second], axis=1))


def _narrowed(piece: Piece) -> Piece:
    """The same with at most as many residuals as there are parameters."""
    size, width = piece.root.shape[1:]
    if width <= size:
        return piece
    values, vectors = np.linalg.eigh(piece.root @ piece.root.transpose(0, 2, 1))
    kept = values > 1e-10 * np.maximum(values[:, -1:], 1e-300)
    root = np.sqrt(np.where(kept, values, 0.0))
    score = np.einsum("gpk,gk->gp", piece.root, piece.residuals)
    turned = np.einsum("gpq,gp->gq", vectors, score)
    residuals = np.where(kept, turned / np.where(kept, root, 1.0), 0.0)
    return Piece(piece.families, vectors * root[:, None, :], residuals)
