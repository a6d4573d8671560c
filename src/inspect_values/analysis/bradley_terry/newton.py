"""Newton's method for many fits at once, with backtracking."""

from contextlib import AbstractContextManager
from functools import cache
from typing import NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from inspect_values.analysis.bradley_terry.likelihood import Expected, Likelihood, Totals
from inspect_values.analysis.bradley_terry.sparse import Bools, Floats

BOUND = 12.0
"""Effects of seat and nudge and the log odds of ties are kept within ± this. An estimate at the
bound has no finite value: all choices went to the same seat, say."""

_LONGEST = 4.0
_SAFE = 0.25
"""A Newton step no longer than this moves no log odds by more than 1 and needs no look at the
likelihood: its curvature hardly changes on the way."""

_ITERATIONS = 60
_HALVINGS = 12


class Solution(NamedTuple):
    """What Newton's method found."""

    parameters: Floats
    """P × B."""

    converged: Bools
    """B times yes or no."""


def maximise(
    model: Likelihood, data: Totals, start: Floats | None = None, tolerance: float = 1e-6
) -> Solution:
    """The parameters at which each fit's penalised log-likelihood is greatest.

    Args:
        model: The likelihood.
        data: The data of B fits.
        start: P × B numbers to start from; None starts at zero.
        tolerance: A fit has converged when the last step moved no parameter by more than this. The
            error left is about the square of it, for Newton's method doubles the right digits.
    """
    many = int(data.ties.size)
    done = np.zeros((model.size, many)) if start is None else start.copy()
    moving = np.ones(many, dtype=np.bool_)
    with one_thread():
        for _ in range(_ITERATIONS):
            part = data if moving.all() else data.of(moving)
            old = done[:, moving]
            new, again = _step(model, part, old, model.expected(old), tolerance)
            done[:, moving] = new
            moving[moving] = again
            if not moving.any():
                break
    return Solution(done, ~moving & ~np.isnan(done.sum(axis=0)))


def one_thread() -> AbstractContextManager[object]:
    """Linear algebra on one thread: with many small systems, several only wait for each other."""
    return _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def _step(
    model: Likelihood, data: Totals, old: Floats, found: Expected, tolerance: float
) -> tuple[Floats, Bools]:
    """One Newton step of each fit: the new parameters, and which fits still move."""
    slope = model.gradient(old, data, found)
    curve = model.information(data, found)
    # what lies flat at the bound would make the matrix singular
    place = np.arange(model.size)
    curve[:, place, place] += 1e-9
    step = np.linalg.solve(curve, slope.T[:, :, None])[:, :, 0].T
    longest = np.abs(step).max(axis=0, initial=0.0)
    step *= np.minimum(1.0, _LONGEST / np.maximum(longest, 1e-300))
    new = _bounded(model, old + step)
    moving = np.abs(new - old).max(axis=0, initial=0.0) > tolerance
    far = longest > _SAFE
    if far.any():
        low = model.value(old[:, far], data.of(far), found.of(far))
        new[:, far] = _uphill(model, data.of(far), old[:, far], step[:, far], low)
    return new, moving


def _uphill(model: Likelihood, data: Totals, old: Floats, step: Floats, low: Floats) -> Floats:
    """The step of each fit, halved until the likelihood does not fall below `low`."""
    new = _bounded(model, old + step)
    for halving in range(1, _HALVINGS + 1):
        worse = model.value(new, data, model.expected(new)) < low - 1e-9 * (1 + np.abs(low))
        if not worse.any():
            break
        new = np.where(worse, _bounded(model, old + step / 2**halving), new)
    return new


def _bounded(model: Likelihood, parameters: Floats) -> Floats:
    values = model.design.values
    parameters[values:] = np.clip(parameters[values:], -BOUND, BOUND)
    return parameters
