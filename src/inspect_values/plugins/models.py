"""Which lab and family a model name belongs to."""

from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict, Field

UNKNOWN_LAB = "unknown lab"


class ModelRule(BaseModel):
    """Gives every model whose full name matches `pattern` its lab and family."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: str = Field(min_length=1)
    """A shell pattern on the full name as given to `--model`, such as `littleserver/*`."""

    lab: str = Field(min_length=1)
    """Who made the model, which is not always who serves it."""

    family: str = ""
    """The models among which versions are comparable, such as `claude-sonnet`."""

    simulated: bool = False
    """Whether the model is a simulation; then every table and page says so."""

    def matches(self, model: str) -> bool:
        """Whether the rule speaks of this model (upper and lower case are the same)."""
        return fnmatchcase(model.lower(), self.pattern.lower())
