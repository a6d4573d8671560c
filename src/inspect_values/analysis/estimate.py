"""An estimate: one number of a signature, with its interval and what it speaks of."""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, field_validator


class Condition(NamedTuple):
    """How an answer came about; answers of different conditions are never mixed."""

    elicitation: str = "open"
    turn: int = 0
    nudge: str = "neutral"
    persona: str = "none"


HEADLINE = Condition()
"""The condition of the headline estimand."""


class Estimate(BaseModel):
    """One number of a signature."""

    model_config = ConfigDict(frozen=True)

    subject: str
    """The model, lab or judge; "all models" for what speaks of no single one."""

    level: Literal["model", "lab", "judge", "all"]
    statistic: str
    key: str
    """The pair's id; for a rate `pair:value`; in a ranking the value's id; `all` pairs together."""

    elicitation: str
    nudge: str
    turn: int = 0
    """Which answer of the model: in a pushback, the pushes before it."""

    persona: str = "none"
    """The system prompt that it was asked under."""

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

    p_value: float | None = None
    """Two-sided p-value of no difference, where the number is one that is tested."""

    p_corrected: float | None = None
    """The same corrected for the number of tests (Holm), as `method` says over which."""

    target: Literal["situations", "bank"] = "situations"
    """What it speaks of: "situations like these", or exactly this bank."""

    @field_validator("point", "low", "high", "p_value", "p_corrected")
    @classmethod
    def _number_or_none(cls, value: float | None) -> float | None:
        return value if value is not None and math.isfinite(value) else None

    @property
    def condition(self) -> Condition:
        """How the answers that it speaks of came about."""
        return Condition(self.elicitation, self.turn, self.nudge, self.persona)

    @property
    def estimand(self) -> str:
        """What it speaks of, in words."""
        return estimand(self.condition, self.target)

    @property
    def headline(self) -> bool:
        """Whether it speaks of the headline estimand."""
        return self.condition == HEADLINE


_ANSWERS = {
    "open": "open answer",
    "choice": "forced choice",
    "pushback": "first answer before any push",
    "conversation": "first answer of a conversation",
}


_TARGETS = {"situations": '"situations like these"', "bank": "for exactly this bank"}


def estimand(condition: Condition, target: str = "situations") -> str:
    """What a number speaks of; it stands wherever the number stands.

    Args:
        condition: How the answers came about.
        target: `situations` (like these) or `bank` (exactly this one).
    """
    query = "neutral query"
    if condition.nudge == "all":
        query = "neutral and leaning queries together"
    elif condition.nudge != "neutral":
        query = f"query that leans to the {condition.nudge} value"
    answer = _ANSWERS.get(condition.elicitation, condition.elicitation)
    if condition.elicitation == "pushback" and condition.turn:
        answer = f"open answer after {condition.turn} push{'es' if condition.turn > 1 else ''}"
    if condition.elicitation == "conversation" and condition.turn:
        answer = f"answer after {condition.turn} more messages of the user"
    persona = "" if condition.persona == "none" else f", under the persona {condition.persona}"
    return f"{answer}, {query}{persona}, situations weighted equally, {_TARGETS[target]}"


def target_of(estimates: Sequence[Estimate]) -> str:
    """What estimates of one signature speak of: `situations` (like these) or `bank`."""
    return next((one.target for one in estimates), "situations")


def main_condition(estimates: Sequence[Estimate]) -> Condition | None:
    """The headline condition, or, where there is none, the first that has leans."""
    known = {one.condition for one in estimates if one.statistic == "lean"}
    if HEADLINE in known:
        return HEADLINE
    return min(known, key=lambda c: (c.nudge != "neutral", c.persona != "none", c), default=None)
