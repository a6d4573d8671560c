"""Leans and rates corrected for what the judge gets wrong, as far as people have checked it.

Prediction-powered inference: the mean of the judge's verdicts on all answers, plus the weighted
mean of (person - judge) on those that people labelled. Source: Angelopoulos et al. (2023),
"Prediction-powered inference", Science 382, 669-674; with sampling weights, and with a bootstrap
over families in place of an interval for independent answers.
"""

import numpy as np
import pandas as pd
from scipy import stats

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.intervals import LEVEL
from inspect_values.analysis.partition import Group, groups

RESAMPLES = 1_000
FEWEST_FAMILIES = 8
"""Below so many labelled situations nothing is corrected."""

_STATISTICS = {"lean": "lean_corrected", "refused": "refusal_rate_corrected"}
_KEYS = ["sample_uuid", "epoch", "turn"]


def corrected(table: pd.DataFrame, labels: pd.DataFrame, seed: int = 0) -> list[Estimate]:
    """The lean and the refusal rate of each model and lab on each pair, corrected.

    Args:
        table: Verdicts of one judge.
        labels: Labels of people with sampling weights (`analysis/labels.py`); several labellers of
            an answer are averaged.
        seed: Decides the bootstrap.

    Returns:
        Estimates with the statistics `lean_corrected` and `refusal_rate_corrected`; withheld where
        too few situations are labelled.
    """
    people = labels.groupby(_KEYS, observed=True)[["lean", "refused", "weight"]].mean()
    people.columns = ["lean_person", "refused_person", "weight"]
    found: list[Estimate] = []
    for group in groups(table):
        if group.condition.elicitation == "choice":
            continue
        joined = group.rows.join(people, on=_KEYS)
        found += [
            _corrected(group, joined, column, statistic, seed)
            for column, statistic in _STATISTICS.items()
        ]
    return found


def _corrected(
    group: Group, rows: pd.DataFrame, column: str, statistic: str, seed: int
) -> Estimate:
    known = rows[rows[column].notna()]
    person = known[f"{column}_person"]
    labelled = known.assign(gap=person - known[column]).dropna(subset=["gap"])
    families = labelled["family"].nunique()
    base = Estimate(
        subject=group.subject,
        level=group.level,
        statistic=statistic,
        key=group.pair,
        **group.condition._asdict(),
        point=None,
        low=None,
        high=None,
        n=len(labelled),
        families=families,
        missing=int(rows[column].isna().sum()),
        method="prediction-powered, bootstrap over families",
    )
    if families < FEWEST_FAMILIES:
        reason = f"{families} situations are labelled, at least {FEWEST_FAMILIES} are needed"
        return base.model_copy(update={"withheld": reason})
    judged = known.groupby("family", observed=True)[column].mean()
    gaps = labelled.assign(g=labelled["gap"] * labelled["weight"]).groupby("family", observed=True)
    sums = gaps[["g", "weight"]].sum().reindex(judged.index, fill_value=0.0)
    point, spread = _bootstrap(judged.to_numpy(), sums.to_numpy(), seed)
    half = float(stats.t.ppf((1 + LEVEL) / 2, families - 1)) * spread
    least, most = (-1.0, 1.0) if column == "lean" else (0.0, 1.0)
    return base.model_copy(
        update={
            "point": min(most, max(least, point)),
            "low": max(least, point - half),
            "high": min(most, point + half),
        }
    )


def _bootstrap(judged: np.ndarray, sums: np.ndarray, seed: int) -> tuple[float, float]:
    """The corrected mean and its standard error; families are drawn for both parts together."""
    count = len(judged)
    draws = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), RESAMPLES)
    weights = draws @ sums[:, 1]
    usable = weights > 0
    gaps = (draws @ sums[:, 0])[usable] / weights[usable]
    means = ((draws @ judged) / count)[usable] + gaps
    point = judged.mean() + sums[:, 0].sum() / sums[:, 1].sum()
    return float(point), float(np.std(means, ddof=1)) * float(np.sqrt(count / (count - 1)))
