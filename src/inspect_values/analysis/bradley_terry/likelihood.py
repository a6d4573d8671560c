"""The likelihood of many fits at once: one column a fit (a resample, or the data themselves)."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from inspect_values.analysis.bradley_terry.design import Design, same_part
from inspect_values.analysis.bradley_terry.sparse import Floats, times

_FAR = 60.0
"""Log odds are cut here: beyond it a probability is 0 or 1 to the last digit."""


class Totals(NamedTuple):
    """What the likelihood reads of the data, for B fits."""

    n: Floats
    """D × B: weighted comparisons of each design."""

    score: Floats
    """K × B: `x` transposed times half of (wins - losses)."""

    ties: Floats
    """B: weighted ties."""

    def of(self, chosen: np.ndarray) -> "Totals":
        """Some of the fits."""
        return Totals(self.n[:, chosen], self.score[:, chosen], self.ties[chosen])


class Expected(NamedTuple):
    """What the model expects of one comparison of each design, in each fit; D × B each."""

    eta: Floats
    """The linear predictor."""

    lean: Floats
    """P(win) - P(loss)."""

    tie: Floats | None
    """P(tie); None where the model has no ties."""

    def of(self, chosen: np.ndarray) -> "Expected":
        """Some of the fits."""
        tie = None if self.tie is None else self.tie[:, chosen]
        return Expected(self.eta[:, chosen], self.lean[:, chosen], tie)

    @property
    def spread(self) -> Floats:
        """The variance of half of (win - loss)."""
        return ((1.0 if self.tie is None else 1.0 - self.tie) - self.lean**2) / 4


@dataclass(frozen=True, eq=False)
class Likelihood:
    """Davidson's model, or plain Bradley–Terry where there are no ties.

    With eta = theta_i - theta_j + alpha * seat + beta * query, wins, ties and losses have the odds
    exp(eta / 2) : nu : exp(-eta / 2), so that logit P(win | no tie) = eta (Davidson 1970, JASA
    65(329), 317-328, equation 2.3). The parameters are theta, alpha, beta and delta = log nu; the
    model is an exponential family, so the log-likelihood is concave and its observed and expected
    information are the same.
    """

    design: Design
    ridge: float
    ties: bool

    @property
    def size(self) -> int:
        """P, the number of parameters."""
        return self.design.size + int(self.ties)

    def expected(self, parameters: Floats) -> Expected:
        """What the model expects.

        Args:
            parameters: P × B.
        """
        eta = times(self.design.x, parameters[: self.design.size])
        np.clip(eta, -_FAR, _FAR, out=eta)
        if not self.ties:
            return Expected(eta, np.tanh(eta / 2), None)
        up = np.exp(eta / 2)
        down = 1 / up
        nu = np.exp(parameters[-1])
        total = up + down + nu
        return Expected(eta, (up - down) / total, nu / total)

    def value(self, parameters: Floats, data: Totals, found: Expected) -> Floats:
        """The penalised log-likelihood of each fit; B."""
        linear = parameters[: self.design.size]
        value = (linear * data.score).sum(axis=0)
        far = np.abs(found.eta) / 2
        rest = 1 + np.exp(-2 * far)
        if self.ties:
            rest = rest + np.exp(parameters[-1] - far)
            value += parameters[-1] * data.ties
        value -= (data.n * (far + np.log(rest))).sum(axis=0)
        theta = linear[: self.design.values]
        return value - self.ridge / 2 * (theta**2).sum(axis=0)

    def gradient(self, parameters: Floats, data: Totals, found: Expected) -> Floats:
        """Its gradient; P × B."""
        slope = data.score - times(self.design.xt, data.n * found.lean) / 2
        values = self.design.values
        slope[:values] -= self.ridge * parameters[:values]
        if found.tie is None:
            return slope
        return np.vstack([slope, data.ties - (data.n * found.tie).sum(axis=0)])

    def information(self, data: Totals, found: Expected) -> Floats:
        """Minus its second derivatives; B × P × P.

        The rule that strengths have mean zero in each component is part of it, so that it can be
        inverted without a ridge too.
        """
        many, k, v = data.n.shape[1], self.design.size, self.design.values
        made = np.zeros((many, self.size, self.size))
        upper = times(self.design.outer, data.n * found.spread).T.reshape(many, k, k)
        made[:, :k, :k] = upper + np.triu(upper, 1).transpose(0, 2, 1)
        if found.tie is not None:
            cross = data.n * found.tie
            made[:, :k, k] = made[:, k, :k] = times(self.design.xt, cross * found.lean).T / -2
            made[:, k, k] = (cross * (1 - found.tie)).sum(axis=0)
        made[:, :v, :v] += same_part(self.design.component) + self.ridge * np.eye(v)
        return made
