"""Factor effects: what a level of a factor does to the lean, and to refusing."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from inspect_values.analysis.effects import ALL, Effects, effects, interval
from inspect_values.analysis.estimate import Condition, Estimate
from inspect_values.analysis.factors import Contrast
from inspect_values.analysis.intervals import Interval
from inspect_values.analysis.significance import with_holm
from inspect_values.analysis.tally import Tally, tally

OUTCOMES: dict[str, float] = {"lean": 2.0, "refused": 1.0}
"""What a factor may change, and the greatest effect that there can be."""


_UNADJUSTED = ", other factors of few situations not adjusted for"


class Subject(NamedTuple):
    """Some models under one condition, and their places in an `Effects`."""

    name: str
    level: Literal["model", "lab", "all"]
    condition: Condition
    places: list[int]


class FactorEffect:
    """The average marginal effect of each factor level against its baseline (AMCE)."""

    name = "factor_effect"
    doc = "effect of a factor's level against its baseline on lean and refusals, p corrected (Holm)"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a subject, condition, pair, contrast and outcome.

        The key is `pair:factor:level-baseline:lean` or `…:refused`, and `all:…` for all pairs
        together. An effect on the lean is towards the first value of each pair, whichever that is,
        so that over all pairs it says little; an effect on refusals says as much as in one pair.
        """
        found = [one for outcome, fitted in fits(tally(table)) for one in self._of(outcome, fitted)]
        return with_holm(
            found,
            lambda one: (one.subject, one.level, one.condition, one.key.startswith(f"{ALL}:")),
            "effects of this subject",
        )

    def _of(self, outcome: str, fitted: Effects) -> Iterator[Estimate]:
        for subject in subjects(fitted.groups):
            for number, contrast in enumerate(fitted.contrasts):
                found = together(fitted, subject.places, number, OUTCOMES[outcome])
                yield estimate_effect(self.name, subject, fitted.pair, contrast, outcome, found)


class Together(NamedTuple):
    """The effect on several models, weighted equally."""

    effect: float
    interval: Interval
    n: int
    families: int
    missing: int
    adjusted: bool


def fits(numbers: Tally) -> list[tuple[str, Effects]]:
    """The fitted effects of each outcome, pair by pair and over all pairs."""
    return numbers.kept("effects", lambda: list(_fits(numbers)))


def _fits(numbers: Tally) -> Iterator[tuple[str, Effects]]:
    for outcome in OUTCOMES:
        asked = ~numbers.has("elicitation", "choice") if outcome == "refused" else None
        for fitted in effects(numbers, numbers.number(outcome), asked=asked):
            yield outcome, fitted


def subjects(groups: pd.DataFrame) -> list[Subject]:
    """Every model, then every lab, under each condition."""
    found: list[Subject] = []
    rows = groups.reset_index(drop=True)
    levels: tuple[Literal["model", "lab"], ...] = ("model", "lab")
    for level in levels:
        keys = [level, "elicitation", "turn", "nudge", "persona"]
        for key, part in rows.groupby(keys, sort=True, observed=True):
            name, elicitation, turn, nudge, persona = (str(x) for x in key)
            condition = Condition(elicitation, int(float(turn)), nudge, persona)
            found.append(Subject(name, level, condition, [int(i) for i in part.index]))
    return found


def together(fitted: Effects, places: list[int], number: int, end: float) -> Together:
    """The mean effect of one contrast on some groups; leaving out a family leaves it out of all."""
    effect = float(fitted.effect[places, number].mean())
    varied = fitted.varied[places, :, number]
    seen = varied.any(axis=0)
    found = interval(
        effect,
        fitted.change[places, :, number].mean(axis=0),
        # of several models, only families that tell the effect for every one
        np.asarray(varied.all(axis=0)),
        np.asarray(fitted.moved[places].any(axis=0)),
        end,
    )
    n = int((fitted.n[places] * seen).sum())
    missing = int(((fitted.size[places] - fitted.n[places]) * seen).sum())
    adjusted = bool(fitted.adjusted[places, number].all())
    return Together(effect, found, n, int(varied.all(axis=0).sum()), missing, adjusted)


def estimate_effect(
    statistic: str, subject: Subject, pair: str, contrast: Contrast, outcome: str, found: Together
) -> Estimate:
    """An effect as an estimate; without any situation at both levels there is no number."""
    told = found.families > 0 and not np.isnan(found.effect)
    method = found.interval.method + ("" if found.adjusted else _UNADJUSTED)
    return Estimate(
        subject=subject.name,
        level=subject.level,
        statistic=statistic,
        key=f"{pair}:{contrast}:{outcome}",
        **subject.condition._asdict(),
        point=found.effect if told else None,
        low=found.interval.low,
        high=found.interval.high,
        n=found.n,
        families=found.families,
        missing=found.missing,
        method=method,
        withheld=found.interval.withheld,
        p_value=found.interval.p,
    )


FACTOR_EFFECT = FactorEffect()
