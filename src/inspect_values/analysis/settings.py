"""What a user may choose about the analysis, in one object."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Ties = Literal["davidson", "drop", "half"]
"""`davidson`: ties are an outcome of their own (Davidson 1970). `drop`: ties are left out.
`half`: each counts as half a win of either value."""

Weights = Literal["families", "rows"]
"""`families`: every family counts once within its pair, whatever its factor settings and
repetitions (the headline estimand). `rows`: every comparison counts once."""


class AnalysisSettings(BaseModel):
    """Choices that statistics read; `signature()` hands them to every statistic that takes them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ties: Ties = "davidson"
    """How ties count in the ranking of values."""

    weights: Weights = "families"
    """What counts once in the ranking of values."""

    ridge: float = Field(default=0.01, ge=0, le=100, allow_inf_nan=False)
    """The penalty `ridge / 2 * sum of squared strengths`, in units of one family (or one row). The
    default is a normal prior with standard deviation 10 on the log scale: it moves nothing that
    the data can tell, and keeps the strength of a value that always wins finite. The effects of
    seat and nudge and the share of ties are never penalised."""

    resamples: int = Field(default=1_000, ge=100, le=100_000)
    """Resamples of the bootstrap over families."""

    seed: int = Field(default=0, ge=0)
    """Decides the resamples and the folds."""

    folds: int = Field(default=10, ge=2, le=100)
    """Into how many parts the families are cut for held-out prediction."""


DEFAULT_SETTINGS = AnalysisSettings()
