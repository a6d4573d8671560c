"""What goes with disagreement: pairs, domains and factors."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from inspect_values.analysis.disagreement import Disagreement
from inspect_values.analysis.effects import ALL, effects
from inspect_values.analysis.effects import interval as effect_interval
from inspect_values.analysis.estimate import Condition, Estimate
from inspect_values.analysis.estimators.factor_effect import Together, estimate_effect, subjects
from inspect_values.analysis.intervals import Interval
from inspect_values.analysis.samples import EVERYBODY
from inspect_values.analysis.significance import with_holm
from inspect_values.analysis.skewed import skewed_interval
from inspect_values.analysis.tally import CONDITION, Tally

NAME = "disagreement"
EFFECT = "disagreement_effect"
_MOST = 3.0


def by_pair(found: Disagreement) -> list[Estimate]:
    """Mean D of each pair, situations weighted equally, with the key `pair`."""
    return list(_means(found.frame, "pair"))


def by_domain(found: Disagreement) -> list[Estimate]:
    """Mean D of each domain over all pairs, with the key `domain:name`."""
    frame = found.frame.dropna(subset=["domain"])
    return list(_means(frame.assign(key="domain:" + frame["domain"].astype("str")), "key"))


def by_factor(found: Disagreement) -> list[Estimate]:
    """What each factor level does to D within situations; the key is `all:factor:level-baseline:d`.

    The estimator is that of `factor_effect`; p-values are corrected over all contrasts.
    """
    frame = found.frame.assign(lab=EVERYBODY, model=EVERYBODY)
    if frame.empty:
        return []
    numbers = Tally(frame)
    rows: list[Estimate] = []
    for fitted in effects(numbers, numbers.number("d")):
        if fitted.pair != ALL:
            continue
        for subject in [one for one in subjects(fitted.groups) if one.level == "model"]:
            for number, contrast in enumerate(fitted.contrasts):
                place = subject.places[0]
                varied = fitted.varied[place, :, number]
                effect = float(fitted.effect[place, number])
                one = effect_interval(
                    effect, fitted.change[place, :, number], varied, fitted.moved[place], _MOST
                )
                n = int((fitted.n[place] * varied).sum())
                adjusted = bool(fitted.adjusted[place, number])
                told = Together(effect, one, n, int(varied.sum()), 0, adjusted)
                made = estimate_effect(EFFECT, subject, ALL, contrast, "d", told)
                rows.append(made.model_copy(update={"level": "all"}))
    return with_holm(rows, lambda one: one.condition, "factor levels")


def _means(frame: pd.DataFrame, column: str) -> Iterator[Estimate]:
    for key, rows in frame.groupby([column, *CONDITION], sort=True, observed=True, dropna=False):
        name, elicitation, turn, nudge, persona = (str(x) for x in key)
        cells = rows.groupby(["family", "cell"], observed=True, dropna=False)["d"].mean()
        means = cells.groupby("family", observed=True).mean().to_numpy(dtype="float64")
        found = skewed_interval([float(x) for x in means], 0.0, _MOST)
        if len(means) and float(np.ptp(means)) < 1e-12 and means[0] == 0:
            reason = "all models always have the same positions"
            found = Interval(None, None, found.method, reason)
        yield Estimate(
            subject=EVERYBODY,
            level="all",
            statistic=NAME,
            key=name,
            **Condition(elicitation, int(turn), nudge, persona)._asdict(),
            point=float(means.mean()) if len(means) else None,
            low=found.low,
            high=found.high,
            n=len(rows),
            families=len(means),
            missing=0,
            method=found.method,
            withheld=found.withheld,
        )
