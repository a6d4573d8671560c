"""How much of the variance of models' signatures lies between labs."""

import numpy as np
import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.intervals import Interval, quantile_t
from inspect_values.analysis.labs import (
    Signatures,
    codes_of,
    model_table,
    problem,
    share_between,
    signatures,
    squared_distances,
)
from inspect_values.analysis.samples import EVERYBODY
from inspect_values.analysis.tally import tally

KEY = "all pairs"
"""The key of what speaks of whole signatures."""


class LabVarianceShare:
    """The share of the variance of signatures that lies between labs, for exactly these models."""

    name = "lab_variance_share"
    doc = "share of the variance of models' signatures that lies between labs, less sampling noise"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a condition; its interval is over situations, for exactly these models.

        `method` has the share that labs drawn at random would have: (labs - 1) / (models - 1).
        """
        numbers, models = tally(table), model_table(table)
        return [self._estimate(found) for found in signatures(numbers, models)]

    def _estimate(self, found: Signatures) -> Estimate:
        reason = problem(found, needed=1)
        point, interval = None, Interval(None, None, "none", reason)
        if not reason:
            codes = codes_of(found.labs)
            parts = np.array([squared_distances(lean, codes) for lean in found.families])
            share = share_between(parts)
            point = None if np.isnan(share) else share
            interval = _jackknife(found, codes, parts, share)
            chance = (len(set(found.labs)) - 1) / (len(found.units) - 1)
            method = f"{interval.method}; {found.of}; labs at random would have {chance:.2f}"
            interval = interval._replace(method=method)
        return about_labs(self.name, found, point, interval)


def _jackknife(found: Signatures, codes: np.ndarray, parts: np.ndarray, share: float) -> Interval:
    """The delete-one-family interval, families of each pair by themselves."""
    method = "jackknife over situations, for exactly these models"
    if np.isnan(share):
        return Interval(None, None, method, "nothing is left but sampling noise")
    variance, squares = 0.0, 0.0
    for number, lean in enumerate(found.families):
        left: list[float] = []
        for family in range(len(lean)):
            others = parts.copy()
            others[number] = squared_distances(np.delete(lean, family, axis=0), codes)
            left.append(share_between(others))
        part = float((len(left) - 1) / len(left) * np.sum((np.array(left) - np.mean(left)) ** 2))
        variance += part
        squares += part**2 / (len(left) - 1)
    if not variance > 1e-15:
        return Interval(None, None, method, "leaving out a situation changes nothing")
    half = quantile_t(variance**2 / squares) * variance**0.5  # Satterthwaite
    return Interval(max(0.0, share - half), min(1.0, share + half), method)


def about_labs(
    statistic: str, found: Signatures, point: float | None, interval: Interval
) -> Estimate:
    """An estimate that speaks of all models under one condition."""
    withheld = interval.withheld
    if found.unknown and withheld:
        withheld += f" ({found.unknown} models are of an unknown lab)"
    return Estimate(
        subject=EVERYBODY,
        level="all",
        statistic=statistic,
        key=KEY,
        **found.condition._asdict(),
        point=point,
        low=interval.low,
        high=interval.high,
        n=found.n,
        families=found.count,
        missing=0,
        method=interval.method,
        withheld=withheld,
        p_value=interval.p,
    )


LAB_VARIANCE_SHARE = LabVarianceShare()
