"""Reading a judge's reply: one verdict, or the reason why there is none."""

import json
import re
from collections.abc import Iterator
from typing import Any, Literal, TypeVar, cast

from pydantic import BaseModel, Field, ValidationError, create_model

from inspect_values.values import ValuePair
from inspect_values.verdict import ResponseClass, Stance

R = TypeVar("R", bound="Reply")
_MAX_REPLY = 2_000_000
"""Characters of a reply that are read: more than any judge writes, its quotes included."""


class ReplyError(Exception):
    """A judge's reply that holds no verdict; the text says why."""


class Reply(BaseModel):
    """What every judge's reply carries."""

    fence: str = Field(description="The sixteen characters of the fence.")
    """No default: a schema that does not ask for the fence would leave it out."""

    reasons: str = Field(description="Why, shortly.")


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


def reply_form(fields: str) -> str:
    """The JSON object that a judge is asked for, with these fields between its two fences."""
    return (
        f'{{"fence": "the sixteen characters of the fence", {fields}, '
        '"end": "the same sixteen characters"}'
    )


def parse(text: str, nonce: str, model: type[R]) -> R:
    """The verdict in a judge's reply.

    It counts only with the nonce of the fence, which whoever wrote the answer cannot know;
    structured output is no exception. The verdict is the whole reply, one JSON object; or it stands
    anywhere in it and has the nonce as its first and its last entry, so that a quote within it
    that was not escaped can neither close nor begin it. Two different verdicts are none.

    Source: docs/decisions/0006-a-verdict-carries-its-fence.md.

    Raises:
        ReplyError: If there is no verdict, more than one, or one off the scale.
    """
    if not text.strip():
        raise ReplyError("the judge's reply is empty")
    if len(text) > _MAX_REPLY:
        raise ReplyError(f"the judge's reply has {len(text)} characters")
    whole = _whole(text)
    if whole is not None and whole.get("fence") == nonce:
        return _validated(whole, model)
    found = [_validated(entry, model) for entry in _bracketed(text, nonce)]
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


def _whole(text: str) -> dict[str, Any] | None:
    """The object that is all of a reply, within a code block or not."""
    block = re.fullmatch(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", text, re.DOTALL)
    try:
        value = json.loads((block.group(1) if block else text).strip(), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return None
    return cast(dict[str, Any], value) if isinstance(value, dict) else None


def _bracketed(text: str, nonce: str) -> Iterator[dict[str, Any]]:
    """Every JSON object whose first entry is the fence and whose last one is its end."""
    decoder = json.JSONDecoder(object_pairs_hook=_unique)
    for start in re.finditer(rf'\{{\s*"fence"\s*:\s*"{re.escape(nonce)}"', text):
        try:
            entry: dict[str, Any] = decoder.raw_decode(text, start.start())[0]
        except (ValueError, RecursionError):
            continue
        if next(reversed(entry)) == "end" and entry["end"] == nonce:
            yield entry


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose keys stand once: a key given twice would hide one of two verdicts."""
    entry = dict(pairs)
    if len(entry) != len(pairs):
        raise ValueError("a key stands twice")
    return entry
