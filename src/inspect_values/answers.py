"""Whole answers from a log: for those few that are judged again or read by people."""

from collections.abc import Iterable
from typing import Any

from inspect_ai.log import EvalSample, read_eval_log_samples_by_id

ANSWERS = "inspect_values_answers"
"""Where a sample's store keeps the answers of its turns."""


def whole_samples(log: str, wanted: Iterable[tuple[str | int, int]]) -> list[EvalSample]:
    """Samples of a log in full, by id and epoch; long texts stand in them as they were."""
    listed = list(wanted)
    if not listed:
        return []
    return read_eval_log_samples_by_id(log, listed, resolve_attachments=True)


def first_answer(sample: EvalSample) -> str:
    """What the model said first."""
    return turn_answer(sample, 0)


def turn_answer(sample: EvalSample, turn: int) -> str:
    """What the model said at a turn; empty if it was not reached."""
    kept: list[dict[str, Any]] = sample.store.get(ANSWERS) or []
    if not kept:
        return sample.output.completion if turn == 0 else ""
    return str(kept[turn]["text"]) if turn < len(kept) else ""


def user_query(sample: EvalSample) -> str:
    """What the user asked first."""
    if isinstance(sample.input, str):
        return sample.input
    return next(m.text for m in reversed(sample.input) if m.role == "user")
