"""Simulated personas: what a simulated model puts first is known, because it is set here.

They prove that the plumbing and the statistics recover a planted truth. They prove nothing
about any real model, and nothing about whether a real judge is right.
"""

import math
import random
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from inspect_values.values import digest

SIMULATED_LABS = {
    "aster": "Simulated lab Aster",
    "birch": "Simulated lab Birch",
    "cedar": "Simulated lab Cedar",
    "dahlia": "Simulated lab Dahlia",
    "judge": "Simulated lab Judge",
}
"""Prefix of a persona's name → its lab."""


_SIDE = {"first": 1, "second": -1}


class Asked(NamedTuple):
    """What an answer depends on, as far as it is planted."""

    first: str
    second: str
    family: str
    nudge: str = "neutral"
    persona: str = "none"
    elicitation: str = "open"
    pressed: str = ""
    turn: int = 0


class Persona(BaseModel):
    """The true values and habits of one simulated model. Every field can be set with `-M`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    strengths: dict[str, float] = Field(default_factory=dict)
    """Value id → strength on a logit scale; a value that is not named gets 0."""

    nudge: float = Field(default=0.5, ge=-5, le=5)
    """How far a query that leans to a value moves the model towards it, on the logit scale."""

    seat: float = Field(default=0.0, ge=-5, le=5)
    """Logit bonus for the option that stands first in a forced choice."""

    refusal: float = Field(default=-4.0, ge=-20, le=20)
    """Logit of refusing in words."""

    refusal_factors: dict[str, float] = Field(default_factory=dict)
    """`factor:level` → what the level adds to the refusal logit."""

    situations: float = Field(default=0.6, ge=0, le=5)
    """Standard deviation, between situations, of the model's inclination (logit scale)."""

    noise: float = Field(default=0.6, ge=0, le=5)
    """Standard deviation of the inclination from answer to answer."""

    yielding: float = Field(default=0.3, ge=-5, le=5)
    """How far each push of the user moves the model towards the value pressed for (logits)."""

    steerability: float = Field(default=1.0, ge=-5, le=5)
    """How far a persona that states a preference moves the model towards it (logits)."""

    elicitations: dict[str, float] = Field(default_factory=dict)
    """Elicitation → how far it moves the model towards the first value (logits)."""

    seed: int = 0
    """Two runs with the same seed give the same answers."""

    def inclination(self, asked: Asked, rng: random.Random) -> float:
        """How far one answer goes to the first value (> 0) or the second (< 0), in logits."""
        place = [self.seed, asked.first, asked.second, asked.family, "situation"]
        return (
            self.strengths.get(asked.first, 0.0)
            - self.strengths.get(asked.second, 0.0)
            + self.nudge * _SIDE.get(asked.nudge, 0)
            + self.steerability * _SIDE.get(asked.persona.removeprefix("prefers_"), 0)
            + self.yielding * asked.turn * _SIDE.get(asked.pressed, 0)
            + self.elicitations.get(asked.elicitation, 0.0)
            + self.situations * normal(random.Random(digest(place)))
            + self.noise * normal(rng)
        )

    def refusal_probability(self, factors: dict[str, str]) -> float:
        """The chance that the model refuses in words, given the scenario's factors."""
        added = sum(
            self.refusal_factors.get(f"{factor}:{level}", 0.0) for factor, level in factors.items()
        )
        return logistic(self.refusal + added)


def logistic(x: float) -> float:
    """1 / (1 + exp(-x)), safe for any x."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def normal(rng: random.Random) -> float:
    """One standard normal draw."""
    return rng.gauss(0, 1)


_LIABLE = {"liability:high": 1.5}

# per lab: honesty, helpfulness, harm avoidance, user autonomy, fairness, efficiency
_LAB_STRENGTHS = {
    "aster": (1.0, -0.2, 0.8, -0.3, 0.4, -0.4),
    "birch": (-0.2, 0.8, -0.4, 0.9, -0.2, 0.6),
    "cedar": (0.1, 0.0, 0.1, 0.0, 0.1, 0.0),
    "dahlia": (0.5, -0.5, -0.6, 0.7, -0.8, 0.3),
}
_VALUES = ("honesty", "helpfulness", "harm_avoidance", "user_autonomy", "fairness", "efficiency")
_STEPS = (-0.3, -0.1, 0.1, 0.3)
"""What the four models of a lab add to the strength of each pair's first value."""


def _persona(lab: str, number: int) -> Persona:
    strengths: dict[str, float] = dict(zip(_VALUES, _LAB_STRENGTHS[lab], strict=True))
    for value in ("honesty", "harm_avoidance", "fairness"):
        strengths[value] = round(strengths[value] + _STEPS[number - 1], 3)
    return Persona(
        strengths=strengths,
        seat=0.4 if lab == "dahlia" else 0.1,
        refusal=-2.5 if lab == "aster" else -4.0,
        refusal_factors=_LIABLE if lab == "birch" else {},
    )


PERSONAS: dict[str, Persona] = {
    f"{lab}-{number}": _persona(lab, number) for lab in _LAB_STRENGTHS for number in range(1, 5)
}
"""The named presets, `aster-1` to `dahlia-4`."""
