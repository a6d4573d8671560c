"""The bootstrap over families: many reweighted fits as array arithmetic."""

from collections.abc import Iterator

import numpy as np

from inspect_values.analysis.bradley_terry.fit import Fit
from inspect_values.analysis.bradley_terry.likelihood import Totals
from inspect_values.analysis.bradley_terry.newton import maximise
from inspect_values.analysis.bradley_terry.robust import bread
from inspect_values.analysis.bradley_terry.sparse import Floats

_BLOCK = 32
"""Resamples at a time: enough for array arithmetic to pay, few enough for memory. Weights depend
on it."""

_CLOSE = 0.03
"""A Newton step no longer than this leaves an error of about a tenth of its square, one in a
hundred standard errors at most."""

_NEWTON = 400
"""With more parameters than this, resamples take one Newton step from the estimate."""


def draws(fit: Fit, resamples: int, seed: int) -> Floats:
    """The parameters refitted to reweighted families; P × resamples.

    The weights are exponential: the Bayesian bootstrap (Rubin 1981, Annals
    of Statistics 9(1), 130-134), also known as the fractional-random-weight bootstrap (Xu et al.
    2020, The American Statistician 74(4), 345-358). Unlike drawing with replacement it leaves no
    family out, so no resample loses a pair or a component, and the number of resamples that can be
    fitted is never a question. With more than 400 parameters each resample takes one Newton step
    from the estimate (the score bootstrap of Kline & Santos 2012, Journal of Econometric Methods
    1(1), 23-41). A resample that does not converge is NaN.

    Args:
        fit: The fit to the data.
        resamples: How many.
        seed: Decides the weights; fits with the same families get the same weights.
    """
    found: list[Floats] = []
    inverse = bread(fit)
    for weights in family_weights(len(fit.counts.families), resamples, seed):
        data = fit.totals(weights)
        near = fit.parameters[:, None] + inverse @ _gradient(fit, data)
        if fit.model.size <= _NEWTON:
            solved = maximise(fit.model, data, near, _CLOSE)
            solved.parameters[:, ~solved.converged] = np.nan
            near = solved.parameters
        found.append(near)
    return np.concatenate(found, axis=1)


def _gradient(fit: Fit, data: Totals) -> Floats:
    """The gradient of reweighted data at the estimate; P × B."""
    return fit.model.gradient(fit.parameters[:, None], data, fit.expected)


def family_weights(families: int, resamples: int, seed: int) -> Iterator[Floats]:
    """Families × some resamples, until there are as many as wanted."""
    rng = np.random.default_rng(seed)
    for start in range(0, resamples, _BLOCK):
        yield rng.standard_exponential((families, _BLOCK))[:, : resamples - start]
