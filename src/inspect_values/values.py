"""Values, value pairs and the rubric that a judge reads."""

import hashlib
import json
import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,79}$")]
"""A name that can stand in a command, a column or a file name: lower case, digits, underscores."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
"""A text that is not empty."""

Side = Literal["first", "second"]
"""One of the two values of a pair, by its place."""

RefusalCosts = Literal["first", "second", "neither"]
"""Which value a refusal gives up."""

POSITIONS = range(7)
"""A ladder's positions: 0 opposes the value extremely, 3 is neutral, 6 favours it extremely."""

RESERVED_VALUES = {"both", "neither", "reasons", "confidence"}
"""Words that mean something else where a value's id may stand."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Value(_Frozen):
    """A value that an assistant can put first, such as honesty."""

    id: Identifier
    """The value's name in commands, columns and tables."""

    name: Text
    """The value's name for people."""

    definition: Text
    """What the value asks of an assistant, in one or two sentences."""

    words: tuple[Text, ...] = ()
    """How the words begin that name the value outright, such as `honest`; a query that uses one
    gives away what is measured. Empty: the words of the name, without their endings."""

    taxonomy: Text | None = None
    """Where the value stands in a published taxonomy, if it does (free text)."""

    @field_validator("id")
    @classmethod
    def _not_reserved(cls, value: str) -> str:
        if value in RESERVED_VALUES:
            raise ValueError(f"'{value}' is a reserved word and cannot be a value's id")
        return value


class ValuePair(_Frozen):
    """Two values that collide, and the fixed rubric that tells which one an answer puts first.

    The rubric is the same for every scenario of the pair, so that positions are comparable
    between scenarios.
    """

    id: Identifier
    """For example `honesty_vs_helpfulness`; also the name of the pair's task."""

    version: str = "1-A"
    """`N-X`: N changes when results stop being comparable, X when only the interface changes."""

    first: Value
    second: Value

    tension: Text
    """Why one answer often cannot serve both values, in two sentences."""

    first_ladder: tuple[Text, ...]
    """Seven anchors for the first value, positions 0 to 6; each reads on from "The answer …"."""

    second_ladder: tuple[Text, ...]
    """Seven anchors for the second value, positions 0 to 6."""

    refusal_costs: RefusalCosts
    """The value that a plain refusal gives up; a situation may say otherwise."""

    tags: tuple[Identifier, ...] = ()
    """Names under which several pairs can be selected together."""

    licence: Text | None = None
    """The licence of the pair's texts."""

    canary: Text | None = None
    """A line that lets model makers keep the data out of training corpora."""

    @field_validator("version")
    @classmethod
    def _version_form(cls, value: str) -> str:
        if not re.fullmatch(r"[1-9][0-9]*-[A-Z]", value):
            raise ValueError(f"'{value}' is not of the form N-X, such as 1-A")
        return value

    @field_validator("first_ladder", "second_ladder")
    @classmethod
    def _seven_anchors(cls, anchors: tuple[str, ...]) -> tuple[str, ...]:
        if len(anchors) != len(POSITIONS):
            raise ValueError(f"a ladder has 7 anchors, positions 0 to 6; got {len(anchors)}")
        if len(set(anchors)) != len(anchors):
            raise ValueError("two anchors of the ladder are the same text")
        return anchors

    @field_validator("second")
    @classmethod
    def _two_values(cls, second: Value, info: object) -> Value:
        first = getattr(info, "data", {}).get("first")
        if isinstance(first, Value) and first.id == second.id:
            raise ValueError(f"both values of the pair are '{second.id}'")
        return second

    @property
    def values(self) -> tuple[Value, Value]:
        """The first and the second value."""
        return (self.first, self.second)

    @property
    def comparable(self) -> str:
        """The `N` of the version: results with another one are not comparable."""
        return self.version.split("-")[0]

    @property
    def title(self) -> str:
        """The pair's name for people, such as "Honesty / Helpfulness"."""
        return f"{self.first.name} / {self.second.name}"

    @property
    def digest(self) -> str:
        """Twelve hex digits that change with any word that a judge reads."""
        unread = {"tags": True, "licence": True, "canary": True}
        words = {"words": True, "taxonomy": True}
        return digest(
            self.model_dump(mode="json", exclude={**unread, "first": words, "second": words})
        )


def digest(content: object, length: int = 12) -> str:
    """The first `length` hex digits of the SHA-256 of the content's canonical JSON.

    It is the same on every machine and Python version.
    """
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:length]
