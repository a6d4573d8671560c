"""From a ranking to estimates: the words, and the rules by which an interval is withheld."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy import stats

from inspect_values.analysis.bradley_terry.ranking import Ranking
from inspect_values.analysis.bradley_terry.subjects import Subject
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.intervals import LEVEL
from inspect_values.analysis.settings import AnalysisSettings

FEWEST_FAMILIES = 6
"""A strength whose value is compared in fewer families gets no interval. In the laboratory's
worlds it would still cover (`docs/laboratory-strengths.md`), but is two to eight wide on the log
scale, and rests on a handful of families being alike, which nothing in so few can show."""

FEWEST_DEGREES = 4.0
"""Nor does one whose variance has fewer degrees of freedom: the t approximation fails there
(Tipton 2015, Psychological Methods 20(3), 375-393). It catches a strength that hangs on few
families although its value is in many."""

_STEADY = 1e-9


class Place(NamedTuple):
    """One value of one subject's ranking."""

    subject: Subject
    ranking: Ranking
    value: int
    n: int
    families: int

    @property
    def name(self) -> str:
        """The value's id."""
        return self.ranking.values[self.value]

    @property
    def alone(self) -> bool:
        """Whether no comparison of the value is left, so that it has no place at all."""
        return int((self.ranking.component == self.ranking.component[self.value]).sum()) < 2

    @property
    def withheld(self) -> str:
        """Why nothing is said about how sure its strength is, or empty."""
        if self.families < FEWEST_FAMILIES:
            return few(self.families)
        if self.ranking.degrees[self.value] < FEWEST_DEGREES:
            return "too few situations connect it with the other values"
        if not self.ranking.converged:
            return "the fit did not converge"
        return ""


def few(families: int) -> str:
    """Why so few families are not enough, in words."""
    noun = "situation" if families == 1 else "situations"
    return f"{families} {noun}, fewer than {FEWEST_FAMILIES}"


def places(subject: Subject) -> Iterator[Place]:
    """Every value that the subject's ranking holds."""
    ranking = subject.ranking
    if ranking is None:
        return
    touched = [part.fit.counts.touching() for part in ranking.parts]
    n = np.sum([rows for rows, _ in touched], axis=0)
    families = np.min([each for _, each in touched], axis=0)
    for value in range(len(ranking.values)):
        yield Place(subject, ranking, value, int(n[value]), int(families[value]))


def interval(point: float, error: float, degrees: float) -> tuple[float, float]:
    """The t interval."""
    half = float(stats.t.ppf((1 + LEVEL) / 2, degrees)) * error
    return point - half, point + half


def strength(place: Place, statistic: str, key: str, settings: AnalysisSettings) -> Estimate:
    """The strength of a value, with its t interval."""
    ranking, value = place.ranking, place.value
    point, error = float(ranking.strengths[value]), float(ranking.errors[value])
    degrees = float(ranking.degrees[value])
    withheld = place.withheld
    if place.alone:
        withheld = "every comparison of it is a tie, and ties are left out"
    elif said := ranking.separated(value):
        withheld = f"{said}: only the ridge keeps the strengths finite"
    elif not withheld and error < _STEADY:
        withheld = "every situation gives the same result"
    low, high = (None, None) if withheld else interval(point, error, degrees)
    spread = f"{ranking.parts[0].robust.method} over families, t({degrees:.1f})"
    return made(
        place.subject,
        statistic,
        key,
        point=None if place.alone or not ranking.converged else point,
        low=low,
        high=high,
        n=place.n,
        families=place.families,
        missing=place.subject.missing.get(place.name, 0),
        method=f"{model_words(settings)}, {spread}{scale_words(place)}",
        withheld=withheld,
    )


def unplaced(subject: Subject, statistic: str, settings: AnalysisSettings) -> Iterator[Estimate]:
    """An estimate without a number for every value that the subject's ranking does not hold."""
    known = subject.ranking.values if subject.ranking else ()
    for value in subject.values:
        if value not in known:
            yield made(
                subject,
                statistic,
                value,
                missing=subject.missing.get(value, 0),
                method=model_words(settings),
                withheld=subject.reason or "no comparison of it",
            )


def made(
    subject: Subject,
    statistic: str,
    key: str,
    *,
    method: str,
    withheld: str,
    missing: int,
    point: float | None = None,
    low: float | None = None,
    high: float | None = None,
    n: int = 0,
    families: int = 0,
) -> Estimate:
    """An estimate about a subject."""
    return Estimate(
        subject=subject.name,
        level=subject.level,
        statistic=statistic,
        key=key,
        **subject.condition._asdict(),
        point=point,
        low=low,
        high=high,
        n=n,
        families=families,
        missing=missing,
        method=method,
        withheld=withheld,
    )


def model_words(settings: AnalysisSettings) -> str:
    """How the strengths were fitted, in words."""
    ties = {"davidson": "Davidson's ties", "drop": "ties left out", "half": "ties as half wins"}
    each = "" if settings.weights == "families" else ", every comparison weighs the same"
    return f"Bradley–Terry, {ties[settings.ties]}, ridge {settings.ridge:g}{each}"


def scale_words(place: Place) -> str:
    """With which values a value shares its scale, where that is not every one."""
    ranking = place.ranking
    here = ranking.component == ranking.component[place.value]
    if here.all():
        return ""
    names = [name for name, hit in zip(ranking.values, here, strict=True) if hit]
    return f"; only comparable with: {', '.join(n for n in names if n != place.name) or 'nothing'}"


def elo(strength: float) -> float:
    """A strength on the scale of Elo: 1500 + 400 * strength / ln 10."""
    return 1500 + 400 * strength / math.log(10)
