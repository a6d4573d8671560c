"""Held-out prediction: fitted without some families, how well does it predict their verdicts?"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from inspect_values.analysis.bradley_terry.fit import Fit
from inspect_values.analysis.bradley_terry.likelihood import Likelihood
from inspect_values.analysis.bradley_terry.newton import maximise
from inspect_values.analysis.bradley_terry.sparse import Floats, Ints, entries

LEAST = 0.001
"""No outcome is predicted to be rarer: one surprise must not decide a mean."""

_NO_STRENGTHS = 1e7
"""A ridge that leaves no strength: the baseline predicts from seats and ties alone."""


class Prediction(NamedTuple):
    """How well the verdicts of each family were predicted by a fit to other families."""

    accuracy: pd.DataFrame
    """Family → share of decisive verdicts whose winner was predicted, with `strengths` and with the
    `baseline` that knows no strengths; a prediction of exactly even odds counts as half. Families
    without a decisive verdict are not there."""

    log_loss: pd.DataFrame
    """Family → mean of -log of the probability given to what happened, in nats; the same columns.
    A tie counted as half is half of each."""

    n: int
    """Comparisons predicted."""

    decisive: int
    """Those of them that are no ties."""


def predict(fit: Fit, folds: int, seed: int) -> Prediction:
    """Cut the families into folds and predict each from a fit to the others.

    Args:
        fit: A fit to all families, whose design and settings each fold uses.
        folds: How many; at most one a family.
        seed: Decides which family is in which fold.
    """
    families = len(fit.counts.families)
    number = min(folds, families)
    fold = np.random.default_rng(seed).permutation(families) % number
    kept = (fold[:, None] != np.arange(number)[None, :]).astype(float)
    data = fit.totals(kept)
    found: dict[str, tuple[Floats, Floats]] = {}
    for name, model in (
        ("strengths", fit.model),
        ("baseline", replace(fit.model, ridge=_NO_STRENGTHS)),
    ):
        parameters = maximise(model, data).parameters
        if name == "baseline":
            parameters[: len(fit.values)] = 0.0
        found[name] = _losses(fit, model, parameters, fold)
    index = pd.Index(fit.counts.families, name="family")
    each = [pd.DataFrame({k: v[i] for k, v in found.items()}, index=index) for i in (0, 1)]
    n, decisive = int(fit.counts.rows.sum()), int(fit.counts.decided.sum())
    return Prediction(each[0].dropna(), each[1].dropna(), n, decisive)


def _losses(fit: Fit, model: Likelihood, parameters: Floats, fold: Ints) -> tuple[Floats, Floats]:
    """Accuracy and log-loss of each family; NaN where it has nothing to predict."""
    expected = model.expected(parameters)
    tie = np.zeros_like(expected.lean) if expected.tie is None else expected.tie
    chance = {
        "win": (1 - tie + expected.lean) / 2,
        "tie": tie,
        "loss": (1 - tie - expected.lean) / 2,
    }
    right = {"win": 0.5 + np.sign(np.round(expected.eta, 9)) / 2}
    right["loss"] = 1 - right["win"]
    families = len(fold)
    hits, decisive, loss, weight = (np.zeros(families) for _ in range(4))
    for name, probability in chance.items():
        design, family, value = entries(getattr(fit.counts, name))
        given = np.maximum(probability[design, fold[family]], LEAST)
        loss += np.bincount(family, -np.log(given) * value, families)
        weight += np.bincount(family, value, families)
        if name != "tie":
            hits += np.bincount(family, right[name][design, fold[family]] * value, families)
            decisive += np.bincount(family, value, families)
    return _mean(hits, decisive), _mean(loss, weight)


def _mean(total: Floats, weight: Floats) -> Floats:
    return np.divide(total, weight, out=np.full(len(total), np.nan), where=weight > 0)
