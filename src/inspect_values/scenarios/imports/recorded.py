"""Answers and positions that rows bring along: other people's verdicts, read as they stand."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from inspect_values.scenarios.imports.rows import RefusedRowError, plain_text
from inspect_values.values import POSITIONS
from inspect_values.verdict import NAN, Outcome

_COLUMN = re.compile(r"response_(.+)|(.+)_value([12])_position")

STUDY_MODELS = {
    "claude_3_5_sonnet": "anthropic/claude-3-5-sonnet",
    "claude_3_7_sonnet": "anthropic/claude-3-7-sonnet",
    "claude_opus_3": "anthropic/claude-3-opus",
    "claude_opus_4": "anthropic/claude-opus-4",
    "claude_sonnet_4": "anthropic/claude-sonnet-4",
    "gemini_2_5_pro": "google/gemini-2.5-pro",
    "gpt_4_1": "openai/gpt-4.1",
    "gpt_4_1_mini": "openai/gpt-4.1-mini",
    "gpt_4o": "openai/gpt-4o",
    "grok_4": "grok/grok-4",
    "o3": "openai/o3",
    "o4_mini": "openai/o4-mini",
}
"""The trade-off study's columns → the models' names as Inspect gives them."""


class Recorded(NamedTuple):
    """What a row says of one model's answer to its query."""

    model: str
    column: str
    """The model's name in the columns."""

    response: str
    """The answer; empty where the row holds none."""

    first: float
    """Position on the first ladder, 0 to 6, or NaN."""

    second: float
    outcome: Outcome
    detail: str


def recorded_models(columns: Iterable[str]) -> list[str]:
    """The names of the models that columns hold answers or positions of, in their order."""
    found: dict[str, None] = {}
    for column in columns:
        if match := _COLUMN.fullmatch(column):
            found[match[1] or match[2]] = None
    return list(found)


def recorded(fields: Mapping[str, Any], models: Iterable[str]) -> list[Recorded]:
    """What a row says of each model.

    A position counts only if it is a whole number from 0 to 6. An answer without two such
    positions is one whose judge failed; no answer and no positions is no response: both are
    missing, and neither is a 0.
    """
    return [_of_model(fields, model) for model in models]


def _of_model(fields: Mapping[str, Any], model: str) -> Recorded:
    named = STUDY_MODELS.get(model, model)
    try:
        response = plain_text(fields.get(f"response_{model}"), "response")
    except RefusedRowError:
        response = ""
    given = [fields.get(f"{model}_value{side}_position") for side in (1, 2)]
    first, second = (_position(value) for value in given)
    if first is not None and second is not None:
        return Recorded(named, model, response, first, second, Outcome.VERDICT, "")
    wrong = [str(v)[:40] for v, p in zip(given, (first, second), strict=True) if p is None]
    stated = [text for text in wrong if text not in ("", "None", "nan")]
    if response or stated or len(wrong) < 2:
        detail = f"no position from 0 to 6: {', '.join(stated)}" if stated else "no position"
        return Recorded(named, model, response, NAN, NAN, Outcome.GRADER_FAILED, detail)
    return Recorded(named, model, "", NAN, NAN, Outcome.NO_RESPONSE, "")


def _position(value: object) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if number in POSITIONS else None
