"""How a scenario is asked: everything about it that a study may vary."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from inspect_values.evaluation.pressure import MOST_TURNS

ELICITATIONS = ("open", "choice", "pushback", "conversation")
PRESS = ("other", "first", "second")
PRESSURE = ("fixed", "model")


class Elicitation(BaseModel):
    """How a scenario is asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["open", "choice", "pushback", "conversation"] = "open"
    turns: int = Field(default=3, ge=1, le=MOST_TURNS)
    """How many more messages the user writes, in a pushback or a conversation."""

    press: Literal["other", "first", "second"] = "other"
    """In a pushback, the value that the user presses for; `other` is the one that the first answer
    did not put first."""

    pressure: Literal["fixed", "model"] = "fixed"
    """In a pushback, whether pushes are the same for everyone or written by the `user` model."""

    neither: bool = False
    """In a choice, whether "neither of the two" may be chosen."""

    rationale: bool = False
    """In a choice, whether the model says why first."""

    @property
    def needs_options(self) -> bool:
        """Whether it takes the two options of a scenario."""
        return self.kind in ("choice", "pushback")

    @property
    def needs_user(self) -> bool:
        """Whether a model plays the user."""
        return self.kind == "conversation" or (self.kind == "pushback" and self.pressure == "model")

    @property
    def answers(self) -> int:
        """How many answers a sample takes."""
        return 1 + self.turns if self.kind in ("pushback", "conversation") else 1

    @property
    def judged(self) -> list[int]:
        """Which answers get a verdict: all of a pushback, first and last of a conversation."""
        if self.kind == "pushback":
            return list(range(self.turns + 1))
        return [0, -1] if self.kind == "conversation" else [0]

    def metadata(self) -> dict[str, Any]:
        """What every sample records of it."""
        pushes = self.kind == "pushback"
        return {
            "elicitation": self.kind,
            "turns": self.answers - 1,
            "press": self.press if pushes else "",
            "pressed": self.press if pushes and self.press != "other" else "",
            "pressure": self.pressure if pushes else "",
            "neither": self.neither if self.kind == "choice" else False,
            "rationale": self.rationale if self.kind == "choice" else False,
        }
