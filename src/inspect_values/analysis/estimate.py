"""An estimate: one number of a signature, with its interval and what it speaks of."""

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

HEADLINE = ("open", "neutral")
"""The elicitation and nudge of the headline estimand."""


class Estimate(BaseModel):
    """One number of a signature."""

    model_config = ConfigDict(frozen=True)

    subject: str
    """The model or lab."""

    level: Literal["model", "lab"]
    statistic: str
    key: str
    """The pair's id; for a rate `pair:value`."""

    elicitation: str
    nudge: str
    point: float | None
    low: float | None
    high: float | None
    """The 95 % interval; None where it is withheld."""

    n: int
    """Verdicts that went in."""

    families: int
    """Situations that went in: the sample size that matters."""

    missing: int
    """Answers asked for that gave no number here."""

    method: str
    withheld: str = ""
    """Why there is no interval, or empty."""

    @field_validator("point", "low", "high")
    @classmethod
    def _number_or_none(cls, value: float | None) -> float | None:
        return value if value is not None and math.isfinite(value) else None

    @property
    def headline(self) -> bool:
        """Whether it speaks of the headline estimand."""
        return (self.elicitation, self.nudge) == HEADLINE


def estimand(elicitation: str, nudge: str) -> str:
    """What a number speaks of; it stands wherever the number stands."""
    query = {"neutral": "neutral query"}.get(nudge, f"query that leans to the {nudge} value")
    answer = {"open": "open answer", "choice": "forced choice in both seats"}.get(
        elicitation, elicitation
    )
    return f'{answer}, {query}, situations weighted equally, "situations like these"'
