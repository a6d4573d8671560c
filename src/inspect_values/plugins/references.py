"""References: named profiles of values to hold signatures against."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from inspect_values.values import Identifier, Text

Lean = Annotated[float, Field(ge=-1, le=1)]
Weight = Annotated[float, Field(gt=0, le=1e6)]


class Reference(BaseModel):
    """An order of values, or a lean for each pair, and where it comes from.

    A published specification's stated order, a survey of people, an annotator panel, a file of your
    own. It is something to compare with, never a standard that this package sets.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Identifier
    """Its name in tables and commands."""

    description: Text
    """What it is, whose values it states, and what about it is a judgement of whoever wrote it."""

    source: Text
    """A citation, so that a reader can check it."""

    order: tuple[tuple[Identifier, ...], ...] = ()
    """Values from the highest to the lowest. Nothing is said of the order of values within a group,
    nor of values that are not named."""

    leans: dict[str, Lean] = Field(default_factory=dict[str, Lean])
    """Pair → lean, -1 (its second value comes first) to 1 (its first does)."""

    weights: dict[str, Weight] = Field(default_factory=dict[str, Weight])
    """Pair → how much it counts; 1 where nothing is said."""

    @field_validator("order")
    @classmethod
    def _each_once(cls, order: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        named = [value for group in order for value in group]
        twice = sorted({value for value in named if named.count(value) > 1})
        if twice:
            raise ValueError(f"the order names {', '.join(twice)} more than once")
        if any(not group for group in order):
            raise ValueError("the order has an empty group")
        return order

    @model_validator(mode="after")
    def _says_something(self) -> "Reference":
        if bool(self.order) == bool(self.leans):
            raise ValueError("a reference has either an order of values or leans of pairs")
        if len(self.order) == 1:
            raise ValueError("an order needs two groups of values or more")
        return self

    def expected(self, pair: str, first: str, second: str) -> float | None:
        """What it says of a pair: a lean, or for an order 1 or -1; None where it says nothing.

        Args:
            pair: The pair's id.
            first: The id of its first value.
            second: The id of its second value.
        """
        if self.leans:
            return self.leans.get(pair)
        rank = {value: place for place, group in enumerate(self.order) for value in group}
        if first not in rank or second not in rank or rank[first] == rank[second]:
            return None
        return 1.0 if rank[first] < rank[second] else -1.0
