"""The ranking of one subject: a model's fit, or the mean of the fits of a lab's models."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from inspect_values.analysis.bradley_terry.bootstrap import draws
from inspect_values.analysis.bradley_terry.fit import Fit
from inspect_values.analysis.bradley_terry.ranks import rank_intervals, widened
from inspect_values.analysis.bradley_terry.robust import Robust, robust
from inspect_values.analysis.bradley_terry.sparse import Floats, Ints
from inspect_values.analysis.settings import AnalysisSettings


@dataclass(frozen=True, eq=False)
class Solved:
    """A fit with its covariance, and its draws when somebody asks for them."""

    fit: Fit
    settings: AnalysisSettings

    @cached_property
    def robust(self) -> Robust:
        """How families move the parameters."""
        return robust(self.fit)

    @cached_property
    def draws(self) -> Floats:
        """P × resamples."""
        return draws(self.fit, self.settings.resamples, self.settings.seed)


@dataclass(frozen=True, eq=False)
class Ranking:
    """Strengths and effects, "for exactly these models", each model weighted equally.

    All fits have the same values and the same families, so that the covariance of their mean is
    that of the mean of their influences: families are what varies, models are not.
    """

    parts: Sequence[Solved]

    @property
    def first(self) -> Fit:
        """The fit of the first model."""
        return self.parts[0].fit

    @property
    def values(self) -> tuple[str, ...]:
        """The ids of the values."""
        return self.first.values

    @cached_property
    def component(self) -> Ints:
        """The component of each value: those that share a scale in every fit."""
        labels = np.column_stack([part.fit.component for part in self.parts])
        first, place = np.unique(labels, axis=0, return_index=True, return_inverse=True)[1:]
        return first[place.ravel()]

    @property
    def converged(self) -> bool:
        """Whether every fit has converged."""
        return all(part.fit.converged for part in self.parts)

    def separated(self, value: int) -> str:
        """Why the data alone do not bound the scale that a value is on, or empty."""
        here = self.component == self.component[value]
        for part in self.parts:
            if said := grown(part.fit, here):
                return said
        return ""

    def columns(self, part: Solved) -> list[int]:
        """The parameters of a fit that all fits have: strengths, then seat and query."""
        kept = list(range(len(self.values)))
        for name in ("seat", "query"):
            every = [getattr(one.fit.design, name) for one in self.parts]
            if all(column is not None for column in every):
                kept.append(getattr(part.fit.design, name))
        return kept

    def column(self, name: str) -> int | None:
        """The place of an effect (`seat` or `query`) in `estimates`; None if some fit lacks it."""
        place = getattr(self.first.design, name)
        return self.columns(self.parts[0]).index(place) if self._shared(name) else None

    def _shared(self, name: str) -> bool:
        return all(getattr(part.fit.design, name) is not None for part in self.parts)

    @cached_property
    def _centred(self) -> Floats:
        """The matrix that gives strengths mean zero in each component, and leaves effects alone."""
        size, values = len(self.columns(self.parts[0])), len(self.values)
        same = (self.component[:, None] == self.component[None, :]).astype(float)
        made = np.eye(size)
        made[:values, :values] -= same / same.sum(axis=1, keepdims=True)
        return made

    @cached_property
    def estimates(self) -> Floats:
        """Strengths, then effects that every fit has."""
        return self._centred @ self._mean([p.fit.parameters[self.columns(p)] for p in self.parts])

    @cached_property
    def strengths(self) -> Floats:
        """One number a value; mean zero in each component."""
        return self.estimates[: len(self.values)]

    @cached_property
    def covariance(self) -> Floats:
        """Of `estimates`."""
        size = len(self.estimates)
        total = np.zeros((size, size))
        for one in self.parts:
            for other in self.parts:
                block = one.robust.cross(other.robust)
                total += block[np.ix_(self.columns(one), self.columns(other))]
        return self._centred @ total @ self._centred.T / len(self.parts) ** 2

    @cached_property
    def errors(self) -> Floats:
        """Standard errors of `estimates`."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))

    @cached_property
    def degrees(self) -> Floats:
        """Degrees of freedom of `estimates`; of several fits the smallest."""
        return np.min([p.robust.degrees[self.columns(p)] for p in self.parts], axis=0)

    @cached_property
    def draws(self) -> Floats:
        """V × resamples: strengths refitted to reweighted families, widened for few families."""
        size = len(self.values)
        raw = self._mean([part.draws[:size] for part in self.parts])
        raw = self._centred[:size, :size] @ raw
        kept = raw[:, np.isfinite(raw).all(axis=0)]
        return widened(self.strengths, kept, self.errors[:size], self.degrees[:size])

    @cached_property
    def rank_intervals(self) -> tuple[Ints, Ints]:
        """The lowest and the highest rank of each value."""
        size = len(self.values)
        return rank_intervals(
            self.strengths,
            self.covariance[:size, :size],
            self.degrees[:size],
            self.draws,
            self.component,
        )

    def unbounded(self, name: str) -> bool:
        """Whether an effect (`seat` or `query`) has no finite estimate in some fit."""
        columns = [(part.fit, getattr(part.fit.design, name)) for part in self.parts]
        return any(column is not None and one.separation.hits(column) for one, column in columns)

    @staticmethod
    def _mean(arrays: Sequence[Floats]) -> Floats:
        return np.mean(arrays, axis=0)


def grown(fit: Fit, chosen: np.ndarray) -> str:
    """How the chosen values would grow apart without the ridge, in words; empty if they would not.

    Args:
        fit: A fit.
        chosen: For each value whether it is meant.
    """
    values = len(fit.values)
    direction = np.where(chosen, fit.separation.direction[:values], 0.0)
    if not fit.separation.any or np.abs(direction).max(initial=0.0) <= 1e-6:
        return ""
    if any(fit.separation.hits(column) for column in range(values, fit.design.size)):
        return "values, seat and nudge together decide every comparison"
    here = [name for name, hit in zip(fit.values, chosen, strict=True) if hit]
    steps = np.round(direction[chosen], 6)
    top = [name for name, step in zip(here, steps, strict=True) if step == steps.max()]
    last = [name for name, step in zip(here, steps, strict=True) if step == steps.min()]
    if len(top) <= len(last):
        return f"{', '.join(top)} never lost against the others"
    return f"{', '.join(last)} never won against the others"
