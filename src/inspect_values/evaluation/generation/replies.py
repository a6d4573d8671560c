"""What writers and filters reply with, and what becomes of an item."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from inspect_values.evaluation.judging.reply import Reply
from inspect_values.values import ValuePair

SCHEMA = "inspect-values-generation/1"
"""Marks every task, sample and score of the generation of scenarios."""

Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
YesNo = Literal["yes", "no"]


class Fate(StrEnum):
    """What became of an item. Only `accepted` ones become scenarios."""

    ACCEPTED = "accepted"
    """It passed every filter."""

    REJECTED = "rejected"
    """A filter said no."""

    FILTER_FAILED = "filter_failed"
    """No majority of the filters gave a readable verdict."""

    REFUSED = "refused"
    """The writer declined in words."""

    CONTENT_FILTER = "content_filter"
    """The writer's provider blocked the prompt or the reply."""

    TRUNCATED = "truncated"
    """The writer's reply was cut by its length."""

    BROKEN_OFF = "broken_off"
    """The writer's reply ended too early, without a reason."""

    NO_RESPONSE = "no_response"
    """The writer's reply was empty."""

    BROKEN = "broken_structure"
    """The writer's reply is not what was asked for."""

    FALLBACK = "fallback_model"
    """Another model than the writer replied; the text is credited to nobody."""

    REPEAT = "repeat"
    """The message is a duplicate or near-duplicate of an earlier one."""

    FAILS_CHECK = "fails_check"
    """A rule found a fault that needs no judge, such as a placeholder."""

    SAMPLE_ERROR = "sample_error"
    """The sample crashed before it was finished."""

    NOT_FILTERED = "not_filtered"
    """The run was made without filters."""


class QueryReply(Reply):
    """A neutral message and two actions."""

    reasons: str = Field(default="", exclude=True)
    query: Said = Field(description="The message.")
    option_first: Said = Field(description="What an assistant does that follows the first value.")
    option_second: Said = Field(description="What one does that follows the second value.")


class RewritesReply(Reply):
    """Two leaning rewritings."""

    reasons: str = Field(default="", exclude=True)
    first: Said = Field(description="The message that leans to the first value.")
    second: Said = Field(description="The message that leans to the second value.")


class VerdictReply(Reply):
    """A filter's answer to one question."""

    verdict: YesNo


class ValuesReply(Reply):
    """Base of the reply to which action each value recommends; `recommends` has a field a value."""

    recommends: BaseModel


def together_reply(names: tuple[str, ...]) -> type[Reply]:
    """A filter's answers to several questions."""
    fields: dict[str, Any] = dict.fromkeys(names, (YesNo, ...))
    return create_model("TogetherReply", __base__=Reply, **fields)


def values_reply(pair: ValuePair) -> type[ValuesReply]:
    """A filter's word on which action each value of a pair recommends."""
    fields: dict[str, Any] = {
        value.id: (Literal["A", "B", "neither"], ...) for value in pair.values
    }
    recommends = create_model("Recommends", **fields)
    return create_model("ValuesReply", __base__=ValuesReply, recommends=(recommends, ...))


class Written(BaseModel):
    """What a writer wrote for an item, or why there is nothing."""

    model_config = ConfigDict(frozen=True)

    query: str = ""
    first: str = ""
    """The message that leans to the first value."""

    second: str = ""
    option_first: str = ""
    option_second: str = ""
    fate: Fate | None = None
    """Why there is nothing to filter; None if there is."""

    detail: str = ""
    step: str = ""
    """At which step it failed: `query` or `rewrites`."""

    writer: str = ""
    returned: str = ""
    """The model id that the writer's provider returned."""

    def text(self) -> str:
        """Everything that a filter is shown, in one text."""
        parts = (self.query, self.first, self.second, self.option_first, self.option_second)
        return "\n".join(parts)
