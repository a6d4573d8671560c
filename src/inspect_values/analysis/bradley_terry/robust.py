"""Covariance over families: the leave-one-family-out jackknife, with Satterthwaite's degrees.

The jackknife, (G - 1) / G times the sum of squared differences between the estimate and the one
without family g, is the cluster-robust covariance CV3 (MacKinnon, Nielsen & Webb 2023, Journal of
Applied Econometrics 38(5), 671-694). With few situations it covers better than CR2, which
`docs/laboratory-strengths.md` shows beside it: a strength that hangs on the one situation in which
a value lost moves far when that situation goes, and no linear approximation sees it.

One Newton step of it has a closed form in the information's own metric: with M the information,
L L' that of the family, e its whitened residuals (L e is its score) and H = L' M^-1 L its leverage,

    estimate - estimate without g  =  M^-1 L (I - H)^-1 e,

which is the bias-corrected sandwich of Mancl & DeRouen (2001), Biometrics 57(1), 126-134; the power
-1/2 instead of -1 is CR2 (Bell & McCaffrey 2002, Survey Methodology 28(2), 169-181). The degrees of
freedom are those of CR2 (Pustejovsky & Tipton 2018, Journal of Business & Economic Statistics
36(4), 672-683, with the model itself as working covariance).
"""

from dataclasses import dataclass

import numpy as np

from inspect_values.analysis.bradley_terry.fit import Fit
from inspect_values.analysis.bradley_terry.newton import maximise, one_thread
from inspect_values.analysis.bradley_terry.pieces import pieces
from inspect_values.analysis.bradley_terry.sparse import (
    Floats,
    Sparse,
    dense,
    row_sums,
    scaled,
    stacked,
)

_REFIT_COST = 3_000_000
_LEVERAGE_COST = 50_000_000
_DEGREES_COST = 300_000_000
_BLOCK = 64
_FULL = 1 - 1e-9
"""A family whose leverage reaches 1 alone decides a direction; its residual there is 0 anyway."""


@dataclass(frozen=True, eq=False)
class Robust:
    """How families move the parameters of one fit."""

    left: Floats | None
    """P × P, or None for the identity."""

    right: Sparse | Floats
    """P × F; the influence of the families is `left @ right`."""

    degrees: Floats
    """P: degrees of freedom of each parameter's variance."""

    method: str
    """`jackknife`; `one-step jackknife` where refitting without each family takes too long;
    `sandwich` where there are so many families that leverages cannot matter."""

    def cross(self, other: "Robust") -> Floats:
        """P × P covariance with the parameters of another fit on the same families."""
        product = dense(self.right @ other.right.T)
        if self.left is not None:
            product = self.left @ product
        return product if other.left is None else product @ other.left.T

    @property
    def covariance(self) -> Floats:
        """P × P."""
        return self.cross(self)


def robust(fit: Fit) -> Robust:
    """The covariance of a fit's parameters over families."""
    families, size = len(fit.counts.families), fit.model.size
    wide = int(np.diff(fit.n.tocsc().indptr).max(initial=0)) * (1 + int(fit.model.ties))
    if families * min(wide, size) ** 2 * size > _LEVERAGE_COST:
        scale = np.sqrt(families / max(1, families - 1))
        degrees = np.full(size, float(max(1, families - 1)))
        return Robust(bread(fit) * scale, scores(fit), degrees, "sandwich")
    influence, degrees = leverages(fit)
    if families * len(fit.counts.first) <= _REFIT_COST and fit.converged:
        return Robust(None, _refitted(fit), degrees, "jackknife")
    return Robust(None, influence, degrees, "one-step jackknife")


def bread(fit: Fit) -> Floats:
    """P × P: the inverse of the information. An effect without a finite estimate is held fixed."""
    values = len(fit.values)
    free = np.array([k < values or not fit.separation.hits(k) for k in range(fit.model.size)])
    data = fit.totals(np.ones((len(fit.counts.families), 1)))
    information = fit.model.information(data, fit.expected)[0]
    inverse = np.zeros_like(information)
    with one_thread():
        inverse[np.ix_(free, free)] = np.linalg.inv(information[np.ix_(free, free)])
    return inverse


def scores(fit: Fit) -> Sparse:
    """P × F: the score of each family at the estimate, without the ridge."""
    lean, tie = fit.expected.lean[:, 0], fit.expected.tie
    each = (fit.counts.win - fit.counts.loss) * 0.5 - scaled(fit.n, lean / 2)
    linear = fit.design.xt @ each
    if tie is None:
        return linear.tocsr()
    return stacked(linear, row_sums((fit.counts.tie - scaled(fit.n, tie[:, 0])).T))


def _refitted(fit: Fit) -> Floats:
    """P × F: the estimate minus the one without each family, scaled."""
    families = len(fit.counts.families)
    found: list[Floats] = []
    for start in range(0, families, _BLOCK):
        kept = np.ones((families, min(_BLOCK, families - start)))
        kept[np.arange(start, start + kept.shape[1]), np.arange(kept.shape[1])] = 0.0
        at = np.repeat(fit.parameters[:, None], kept.shape[1], axis=1)
        found.append(fit.parameters[:, None] - maximise(fit.model, fit.totals(kept), at).parameters)
    return np.concatenate(found, axis=1) * np.sqrt((families - 1) / families)


def leverages(fit: Fit, power: float = -1.0) -> tuple[Floats, Floats]:
    """The influence of each family in closed form, and the degrees of freedom.

    Args:
        fit: A fit.
        power: -1 for the one-step jackknife, -1/2 for CR2.

    Returns:
        P × F influences, whose outer product is the covariance, and P degrees of freedom.
    """
    inverse = bread(fit)
    families, size = len(fit.counts.families), fit.model.size
    influence = np.zeros((size, families))
    freedom = _Freedom(inverse, families * size**3 <= _DEGREES_COST)
    with one_thread():
        for part in pieces(fit):
            shrunk = np.einsum("pq,gqk->gpk", inverse, part.root, optimize=True)
            leverage = np.einsum("gpk,gpl->gkl", part.root, shrunk, optimize=True)
            moved = np.einsum("gkl,gl->gk", _power(leverage, power), part.residuals)
            influence[:, part.families] = np.einsum("gpk,gk->pg", shrunk, moved)
            freedom.add(part.root, shrunk, _power(leverage, -0.5))
    # the exact jackknife's factor, so that one step and a full refit agree
    scale = np.sqrt((families - 1) / families) if power == -1.0 else 1.0
    return influence * scale, np.clip(freedom.degrees(), 1.0, max(1.0, families - 1.0))


class _Freedom:
    """Satterthwaite's degrees of freedom, added up over families.

    With u = (I - H)^(-1/2) L' M^-1 c for a parameter c, the quadratic form behind its variance has
    the matrix diag(u'u) - V V', where the rows of V are M^(-1/2) L u: the first part alone where
    the second, which is the smaller the more families there are, costs too much.
    """

    def __init__(self, inverse: Floats, exact: bool) -> None:
        size = len(inverse)
        self.inverse, self.exact = inverse, exact
        self.trace, self.squares = np.zeros(size), np.zeros(size)
        self.moved = np.zeros((size, size, size) if exact else (0, 0, 0))

    def add(self, root: Floats, shrunk: Floats, adjusted: Floats) -> None:
        """Add some families."""
        u = np.einsum("gkl,gpl->gkp", adjusted, shrunk, optimize=True)
        own = (u**2).sum(axis=1)
        self.trace += own.sum(axis=0)
        self.squares += (own**2).sum(axis=0)
        if not self.exact:
            return
        fitted = np.einsum("gqk,gkp->gqp", root, u, optimize=True)
        weighed = np.einsum("rq,gqp->grp", self.inverse, fitted, optimize=True)
        explained = np.einsum("gqp,gqp->gp", fitted, weighed)
        self.trace -= explained.sum(axis=0)
        self.squares -= 2 * (own * explained).sum(axis=0)
        self.moved += np.einsum("gqp,grp->pqr", fitted, fitted, optimize=True)

    def degrees(self) -> Floats:
        """P degrees of freedom."""
        squares = self.squares
        if self.exact:
            turned = np.einsum("qs,psr->pqr", self.inverse, self.moved, optimize=True)
            squares = squares + np.einsum("pqr,prq->p", turned, turned)
        return self.trace**2 / np.maximum(squares, 1e-300)


def _power(leverage: Floats, power: float) -> Floats:
    """(I - H) to a power, for each family."""
    values, vectors = np.linalg.eigh(leverage)
    kept = (1 - np.clip(values, 0.0, _FULL)) ** power
    kept[values >= _FULL] = 0.0
    return np.einsum("gkl,gl,gml->gkm", vectors, kept, vectors, optimize=True)
