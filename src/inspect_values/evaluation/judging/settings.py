"""How answers are judged: everything about it that a study may vary."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Rubric = Literal["fixed", "scenario", "binary"]
RUBRICS = ("fixed", "scenario", "binary")
"""`fixed`: the pair's two ladders. `scenario`: two ladders written anew by a model for each query.
`binary`: asked outright which value comes first, in one word."""

JUDGING = ("panel", "cascade")
"""`panel`: every judge, combined. `cascade`: the next judge only where the one before is unsure."""

RESPONSES = ("judge", "rules")
"""Who says what the answer does with the request: the judge, or rules that cost nothing and only
tell refusals from the rest."""

LADDERS = ("by_scenario", "first", "second")
"""Whose ladder a judge is shown first: by a hash of the scenario, or always the same."""

WORDINGS = (1, 2, 3)


class Judging(BaseModel):
    """How answers are judged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    judging: Literal["panel", "cascade"] = "panel"
    rubric: Rubric = "fixed"
    wording: int = Field(default=1, ge=1, le=len(WORDINGS))
    """Which of three wordings of the instructions a judge reads; the ladders stay the same. For
    rubrics of scenarios: which of three rubrics that are written for the same query."""

    ladders: Literal["by_scenario", "first", "second"] = "by_scenario"
    response: Literal["judge", "rules"] = "judge"
    stance: bool = False
    """Whether the judge also says how the answer stands towards values that the user states."""

    sure: float = Field(default=0.8, ge=0, le=1)
    """The confidence from which a cascade needs no further judge, unless one step on one ladder
    would change which value is prioritised."""

    judge_cache: bool = False
    """Whether a judge's reply to the same prompt is taken from Inspect's cache, whatever the epoch
    or the run; so is one that holds no verdict."""

    self_grading: bool = False

    @property
    def label(self) -> str:
        """The rubric's name in tables."""
        return self.rubric if self.wording == 1 else f"{self.rubric}-{self.wording}"

    @property
    def writes(self) -> int:
        """Calls that write a rubric for one answer."""
        return int(self.rubric == "scenario")

    def calls(self, judges: int) -> int:
        """How many calls one judged answer costs at most."""
        return judges * (1 + (self.response == "judge")) + self.writes
