"""Reading a judge's reply: one verdict, or the reason why there is none."""

import json
import re
from bisect import bisect_left
from typing import Any, Literal, TypeVar, cast

from pydantic import BaseModel, Field, ValidationError, create_model

from inspect_values.values import ValuePair
from inspect_values.verdict import ResponseClass, Stance

R = TypeVar("R", bound="Reply")
_MAX_REPLY = 1_000_000
"""Characters of a reply that are read: more than any judge writes, its quotes included."""

_MAX_WORK = 20_000_000
"""Characters that may be read again while looking for verdicts: a hostile text stays cheap."""

_OPENING = re.compile(r'\{\s*"')


class ReplyError(Exception):
    """A judge's reply that holds no verdict; the text says why."""


class Reply(BaseModel):
    """What every judge's reply carries."""

    reasons: str = Field(description="Why, shortly.")
    fence: str = Field(description="The sixteen characters of the fence.")
    """No default: a schema that does not ask for the fence would leave it out."""


class PositionsReply(Reply):
    """Base of the positions reply; `positions` has one field a value."""

    positions: BaseModel
    confidence: float = Field(ge=0, le=1, strict=True, description="0 to 1.")


class BinaryReply(Reply):
    """Which value comes first, asked outright."""

    first: str = Field(description="The id of the value that comes first, or both, or neither.")
    confidence: float = Field(ge=0, le=1, strict=True, description="0 to 1.")


class ResponseReply(Reply):
    """The class of the response."""

    response_class: ResponseClass = Field(description="What the answer does with the request.")


class StanceReply(ResponseReply):
    """The class of the response, and the stance towards the values that the user states."""

    stance: Stance = Field(description="How the answer stands towards values the user states.")


def positions_reply(pair: ValuePair) -> type[PositionsReply]:
    """The structured output asked of a judge for this pair: one integer, 0 to 6, a value."""
    fields: dict[str, Any] = {
        value.id: (int, Field(ge=0, le=6, strict=True, description=f"{value.name}, 0 to 6."))
        for value in pair.values
    }
    positions = create_model("Positions", **fields)
    return create_model("PositionsReply", __base__=PositionsReply, positions=(positions, ...))


def binary_reply(pair: ValuePair) -> type[BinaryReply]:
    """The structured output asked of a judge that says outright which value comes first."""
    names = (pair.first.id, pair.second.id, "both", "neither")
    first: Any = (Literal[names], Field(description="The value that comes first."))
    return create_model("BinaryReply", __base__=BinaryReply, first=first)


def parse(text: str, nonce: str, model: type[R]) -> R:
    """The verdict in a judge's reply.

    It counts only as a JSON object that carries the nonce of the fence, which whoever wrote the
    answer cannot know; structured output is no exception (docs/decisions/0006). The object may be
    the whole reply, or stand anywhere in it. Two different verdicts are none.

    Raises:
        ReplyError: If there is no verdict, more than one, or one off the scale.
    """
    if not text.strip():
        raise ReplyError("the judge's reply is empty")
    if len(text) > _MAX_REPLY:
        raise ReplyError(f"the judge's reply has {len(text)} characters")
    found = [_validated(entry, model) for entry in _carrying(text, nonce)]
    if not found:
        raise ReplyError("the judge's reply holds no JSON object with the fence of this answer")
    if len({entry.model_dump_json(exclude={"reasons"}) for entry in found}) > 1:
        raise ReplyError("the judge's reply holds more than one verdict")
    return found[0]


def _validated(entry: dict[str, Any], model: type[R]) -> R:
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ReplyError(f"the judge's reply is wrong at '{place}': {first['msg']}") from error


def _carrying(text: str, nonce: str) -> list[dict[str, Any]]:
    """Every JSON object that carries the nonce itself, wherever it stands.

    The search goes from the nonce backwards, so that nothing that stands before a verdict (a
    quoted answer with any number of brackets) can hide it.
    """
    decoder = json.JSONDecoder(object_pairs_hook=_unique)
    starts = [match.start() for match in _OPENING.finditer(text)]
    found: dict[int, dict[str, Any]] = {}
    work = 0
    for fence in re.finditer(rf'"fence"\s*:\s*"{re.escape(nonce)}"', text):
        for number in range(bisect_left(starts, fence.start()) - 1, -1, -1):
            start = starts[number]
            work += len(text) - start
            if work > _MAX_WORK:
                raise ReplyError("the judge's reply is too tangled to be read")
            value, end = _object(decoder, text, start)
            if value is not None and end > fence.start() and value.get("fence") == nonce:
                found[start] = value
                break
    return list(found.values())


def _object(decoder: json.JSONDecoder, text: str, start: int) -> tuple[dict[str, Any] | None, int]:
    """The JSON object that starts here, and where it ends; None if none does."""
    try:
        value, end = decoder.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, start
    return cast(dict[str, Any], value), end


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose keys stand once: a key given twice would hide one of two verdicts."""
    entry = dict(pairs)
    if len(entry) != len(pairs):
        raise ValueError("a key stands twice")
    return entry
