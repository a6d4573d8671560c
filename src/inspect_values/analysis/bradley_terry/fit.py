"""One fit: the strengths of values in one model's comparisons, with seat and nudge effects."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from inspect_values.analysis.bradley_terry.counts import Counts
from inspect_values.analysis.bradley_terry.design import Design, design
from inspect_values.analysis.bradley_terry.likelihood import Expected, Likelihood, Totals
from inspect_values.analysis.bradley_terry.newton import maximise
from inspect_values.analysis.bradley_terry.separation import Separation, separation
from inspect_values.analysis.bradley_terry.sparse import (
    Floats,
    Ints,
    Sparse,
    below,
    row_sums,
    times,
)
from inspect_values.analysis.settings import DEFAULT_SETTINGS, AnalysisSettings


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted Bradley–Terry model.

    logit P(first wins | no tie) = theta_i - theta_j + alpha * seat + beta * query; the strengths
    theta have mean zero in each component.
    """

    counts: Counts
    """With ties as the settings want them."""

    model: Likelihood
    parameters: Floats
    """Strengths, the effects that the data can tell, and with Davidson's ties log nu."""

    converged: bool

    @cached_property
    def expected(self) -> Expected:
        """What the model expects of each design at the estimate; D × 1."""
        return self.model.expected(self.parameters[:, None])

    @property
    def design(self) -> Design:
        """The linear predictor."""
        return self.model.design

    @property
    def values(self) -> tuple[str, ...]:
        """The values that were compared, by id."""
        return self.counts.values

    @property
    def strengths(self) -> Floats:
        """One number a value, on the log scale."""
        return self.parameters[: len(self.values)]

    @property
    def component(self) -> Ints:
        """The component of each value, numbered by its first value."""
        return self.design.component

    @property
    def seat(self) -> float | None:
        """alpha: the log odds of the option that stood first; None if the data can't tell it."""
        return self._effect(self.design.seat)

    @property
    def query(self) -> float | None:
        """beta: the log odds that a leaning query adds; None if the data can't tell it."""
        return self._effect(self.design.query)

    @property
    def nu(self) -> float:
        """Davidson's nu: odds of a tie between equal values are nu : 2; 0 without ties."""
        return float(np.exp(self.parameters[-1])) if self.model.ties else 0.0

    @cached_property
    def separation(self) -> Separation:
        """The direction in which estimates would grow without end but for the ridge, if any."""
        return separation(self.counts, self.design, self.model.ties)

    def _effect(self, column: int | None) -> float | None:
        return None if column is None else float(self.parameters[column])

    @cached_property
    def n(self) -> Sparse:
        """D × F weighted comparisons."""
        return (self.counts.win + self.counts.tie + self.counts.loss).tocsr()

    @cached_property
    def _outcomes(self) -> Sparse:
        """3D × F: wins, losses and ties, one below the other."""
        return below([self.counts.win, self.counts.loss, self.counts.tie])

    def totals(self, weights: Floats) -> Totals:
        """The data with weighted families.

        Args:
            weights: F × B.
        """
        win, loss, tie = np.split(times(self._outcomes, weights), 3)
        score = times(self.design.xt, win - loss) / 2
        win += loss
        win += tie
        return Totals(win, score, tie.sum(axis=0))


def fit(
    counts: Counts,
    settings: AnalysisSettings = DEFAULT_SETTINGS,
    *,
    seat: bool = True,
    query: bool = True,
) -> Fit:
    """Fit Bradley–Terry to sufficient statistics, by Newton's method.

    Ties by Davidson (1970), "On extending the Bradley-Terry model to accommodate ties in paired
    comparison experiments", JASA 65(329); the seat effect is the order effect of Davidson & Beaver
    (1977), Biometrics 33(4), on the log scale.

    Args:
        counts: The data, with at least one comparison that the settings let count.
        settings: Ties and ridge.
        seat: Whether a seat effect is part of the model, if the data can tell it.
        query: Whether the lean of the query is.

    Raises:
        ValueError: If no comparison is left, such as when all are ties and ties are dropped.
    """
    used = counts.with_ties(settings.ties)
    weight = row_sums(used.win) + row_sums(used.tie) + row_sums(used.loss)
    if not (weight > 0).any():
        raise ValueError("no comparison is left to fit")
    used = used.of_designs(weight > 0)
    ties = bool(used.tie.nnz)
    model = Likelihood(design(used, seat, query), settings.ridge, ties)
    unfitted = Fit(used, model, np.zeros(model.size), False)
    found = maximise(model, unfitted.totals(np.ones((len(used.families), 1))))
    return Fit(used, model, found.parameters[:, 0], bool(found.converged[0]))
