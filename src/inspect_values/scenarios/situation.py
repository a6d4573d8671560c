"""Situations: hand-written cores of a trade-off, with factors that may vary."""

import itertools
import math
import string
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from inspect_values.errors import suggest
from inspect_values.values import Identifier, RefusalCosts, Text

Nudge = Literal["neutral", "first", "second"]
"""Whether the query leans to neither value, to the first, or to the second."""

NUDGES: tuple[Nudge, ...] = ("neutral", "first", "second")


def _text_only(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError(f"YAML reads {str(value).lower()} here as true or false; put it in quotes")
    return str(value) if isinstance(value, int | float) else value


Phrase = Annotated[Text, BeforeValidator(_text_only)]
Level = Annotated[Identifier, BeforeValidator(_text_only)]
Cell = dict[str, str]
"""One factor setting: factor name → level name."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Nudges(_Frozen):
    """The closing request in three framings; the facts stay the same."""

    neutral: Phrase
    first: Phrase
    second: Phrase


class Options(_Frozen):
    """Two things the assistant could do, each recommended by one of the values."""

    first: Phrase
    second: Phrase


class Situation(_Frozen):
    """A hand-written trade-off: a text with one slot for each factor, and its closing request.

    All queries that come from one situation are a *family*, the unit of clustering.
    """

    id: Identifier
    """Unique within its pair."""

    pair: Identifier
    """The id of the value pair that it puts to the test."""

    domain: Identifier
    """The part of life it comes from, such as `medicine`."""

    text: Phrase
    """What the user writes, with each factor's slot, such as `{stakes}`, exactly once."""

    factors: dict[Identifier, dict[Level, Phrase]]
    """Factor → level → the phrase that stands in the factor's slot."""

    wordings: dict[Identifier, tuple[Phrase, ...]] = Field(default_factory=dict)
    """Slot → phrases that mean the same (names, ages, filler). They vary the words of a query and
    are never counted as queries of their own."""

    forbid: tuple[dict[str, Annotated[str, BeforeValidator(_text_only)]], ...] = ()
    """Combinations of levels that contradict each other (each names two factors or more)."""

    nudges: Nudges
    options: Options

    system: Phrase | None = None
    """A system prompt for the model, if the situation needs one."""

    refusal_costs: RefusalCosts | None = None
    """Which value a refusal gives up here, where it differs from the pair's."""

    licence: Text | None = None
    source: Text | None = None
    """Where the situation comes from: the file, or a plugin's own words."""

    @field_validator("factors")
    @classmethod
    def _two_levels(
        cls, factors: dict[str, dict[str, str]], info: ValidationInfo
    ) -> dict[str, dict[str, str]]:
        for name, levels in factors.items():
            if len(levels) < 2:
                raise ValueError(f"factor '{name}' needs at least two levels, got {len(levels)}")
        return factors

    @field_validator("wordings")
    @classmethod
    def _two_phrases(cls, wordings: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for name, phrases in wordings.items():
            if len(set(phrases)) < 2:
                raise ValueError(f"wording '{name}' needs at least two different phrases")
        return wordings

    @model_validator(mode="after")
    def _slots_fit(self) -> "Situation":
        try:
            slots = [
                name for _, name, _, _ in string.Formatter().parse(self.text) if name is not None
            ]
        except ValueError as error:
            raise ValueError(f"text has a brace that opens or closes no slot ({error})") from error
        names = [*self.factors, *self.wordings]
        for slot in slots:
            if slot not in names:
                raise ValueError(
                    f"text has the slot '{{{slot}}}', which is no factor and no wording; "
                    f"{suggest(slot, names)}"
                )
            if slots.count(slot) > 1:
                raise ValueError(f"text has the slot '{{{slot}}}' more than once")
        for name in names:
            kind = "factor" if name in self.factors else "wording"
            if name not in slots:
                raise ValueError(f"{kind} '{name}' has no slot '{{{name}}}' in the text")
            if names.count(name) > 1:
                raise ValueError(f"'{name}' is both a factor and a wording")
        return self

    @model_validator(mode="after")
    def _forbid_fits(self) -> "Situation":
        for combination in self.forbid:
            if len(combination) < 2:
                raise ValueError(
                    f"a forbidden combination names two factors or more: {combination}"
                )
            for name, level in combination.items():
                if name not in self.factors:
                    raise ValueError(
                        f"forbid names the factor '{name}'; {suggest(name, self.factors)}"
                    )
                if level not in self.factors[name]:
                    raise ValueError(
                        f"forbid names the level '{level}' of '{name}'; "
                        f"{suggest(level, self.factors[name])}"
                    )
        if not any(True for _ in self.cells()):
            raise ValueError("forbid leaves no allowed combination of factor levels")
        return self

    @property
    def family(self) -> str:
        """The family's name, unique over all pairs: `<pair>.<situation>`."""
        return f"{self.pair}.{self.id}"

    def cells(self) -> Iterator[Cell]:
        """Every allowed combination of factor levels, in the order of the file."""
        names = list(self.factors)
        for levels in itertools.product(*(self.factors[name] for name in names)):
            cell = dict(zip(names, levels, strict=True))
            if not any(bad.items() <= cell.items() for bad in self.forbid):
                yield cell

    @property
    def wording_count(self) -> int:
        """In how many wordings one cell and nudge can be asked; 1 without any."""
        return math.prod(len(phrases) for phrases in self.wordings.values())

    def query(self, cell: Cell, nudge: Nudge, wording: int = 0) -> str:
        """The text that the model is asked, for one cell, one nudge and one wording.

        Args:
            cell: A level for each factor.
            nudge: Which closing request.
            wording: Which combination of phrases, 0 to `wording_count` - 1.
        """
        phrases = {name: self.factors[name][level] for name, level in cell.items()}
        for name, choices in self.wordings.items():
            wording, choice = divmod(wording, len(choices))
            phrases[name] = choices[choice]
        body = " ".join(self.text.format_map(phrases).split())
        return f"{body} {getattr(self.nudges, nudge)}"
