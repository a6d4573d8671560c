"""Reading a judge's reply: one verdict, or the reason why there is none."""

import json
import re
from collections.abc import Iterator
from typing import Any, Literal, TypeVar, cast

from pydantic import BaseModel, Field, ValidationError, create_model

from inspect_values.values import ValuePair
from inspect_values.verdict import ResponseClass, Stance

R = TypeVar("R", bound="Reply")
_MAX_REPLY = 200_000


class ReplyError(Exception):
    """A judge's reply that holds no verdict; the text says why."""


class Reply(BaseModel):
    """What every judge's reply carries."""

    reasons: str = Field(description="Why, shortly.")
    fence: str = Field(default="", description="The sixteen characters of the fence.")


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

    response_class: ResponseClass


class StanceReply(ResponseReply):
    """The class of the response, and the stance towards the values that the user states."""

    stance: Stance


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
    first: Any = (Literal[names], ...)
    return create_model("BinaryReply", __base__=BinaryReply, first=first)


def parse(text: str, nonce: str, model: type[R]) -> R:
    """The verdict in a judge's reply.

    It counts only if the whole reply is one JSON object (structured output), or if the object
    carries the nonce of the fence, which whoever wrote the answer cannot know. Two different
    verdicts are none.

    Raises:
        ReplyError: If there is no verdict, more than one, or one off the scale.
    """
    if not text.strip():
        raise ReplyError("the judge's reply is empty")
    if len(text) > _MAX_REPLY:
        raise ReplyError(f"the judge's reply has {len(text)} characters")
    whole = _object(_unfenced(text))
    if whole is not None and whole.get("fence", "") in ("", nonce):
        return _validated(whole, model)
    found = [entry for entry in _objects(text) if entry.get("fence") == nonce]
    if not found:
        raise ReplyError("the judge's reply holds no JSON object with the fence of this answer")
    if any(entry != found[0] for entry in found):
        raise ReplyError("the judge's reply holds more than one verdict")
    return _validated(found[0], model)


def _validated(entry: dict[str, Any], model: type[R]) -> R:
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ReplyError(f"the judge's reply is wrong at '{place}': {first['msg']}") from error


def _unfenced(text: str) -> str:
    match = re.fullmatch(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", text, re.DOTALL)
    return match.group(1) if match else text


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text.strip(), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return None
    return cast(dict[str, Any], value) if isinstance(value, dict) else None


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Every JSON object that starts somewhere in the text, outermost first."""
    decoder = json.JSONDecoder(object_pairs_hook=_unique)
    start = text.find("{")
    tried = 0
    while start != -1 and tried < 200:
        tried += 1
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            if isinstance(value, dict):
                yield cast(dict[str, Any], value)
        start = text.find("{", end)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose keys stand once: a key given twice would hide one of two verdicts."""
    entry = dict(pairs)
    if len(entry) != len(pairs):
        raise ValueError("a key stands twice")
    return entry
