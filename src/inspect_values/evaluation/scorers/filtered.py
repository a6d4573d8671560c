"""The scorers `filtered` and `fate`: whether what a model wrote passes the filters."""

import json
from collections.abc import Sequence
from typing import Any

from inspect_ai.model import get_model
from inspect_ai.scorer import Score, Scorer, Target, frequency, mean, scorer
from inspect_ai.solver import TaskState

from inspect_values.errors import LogError, ParameterError, one_of
from inspect_values.evaluation.asked import pair_of
from inspect_values.evaluation.generation.filtering import (
    CALLS,
    FilterVerdicts,
    ask_filters,
    fate_of,
    passed,
)
from inspect_values.evaluation.generation.prompts import FILTER_NAMES, GENERATION_VERSION
from inspect_values.evaluation.generation.replies import SCHEMA, Fate, Written
from inspect_values.evaluation.generation.roles import filters
from inspect_values.evaluation.launch import sentences
from inspect_values.evaluation.scorers.card import fenced
from inspect_values.evaluation.solvers.writing import written_of
from inspect_values.verdict import NAN

_KEYS = ("accepted", *FILTER_NAMES)


@scorer(name="filtered", metrics={key: [mean()] for key in _KEYS})
def filtered(calls: str = "each", self_filtering: bool = False) -> Scorer:
    """Six questions to the models of the role `filter`; all must be answered with yes.

    A strict majority decides each; the value check is asked in both orders, and its yes needs both.
    What the writer did not write is not filtered.

    Args:
        calls: `each` (a call for every question) or `together` (one for the five simple ones).
        self_filtering: Whether the writer may filter what it wrote.

    Returns:
        A scorer whose value has `accepted` (1 or 0; NaN where the filters failed) and one key a
        filter (1, 0, or NaN where it was not asked or failed).
    """
    with sentences():
        how = one_of("calls", calls, CALLS)

    async def score(state: TaskState, target: Target) -> Score:
        with sentences():
            # first: the solver asks this before anything is written, and is told who is missing
            judges = filters(self_filtering=self_filtering)
            written = _written(state)
        if written.fate is not None:
            return _score(written, [], written.fate, written.detail)
        with sentences():
            pair = pair_of(state.metadata)
        said = await ask_filters(judges, pair, written, how)
        fate, reason = fate_of(passed(said))
        return _score(written, said, fate, reason)

    return score


@scorer(name="fate", metrics=[frequency()])
def fate() -> Scorer:
    """What became of the item, in a word: `accepted`, `rejected`, `refused`, `repeat` …."""

    async def score(state: TaskState, target: Target) -> Score:
        for found in reversed(list((state.scores or {}).values())):
            kind = (found.metadata or {}).get("kind")
            if kind == "generation":
                return Score(value=str((found.metadata or {})["fate"]))
        return Score.unscored(reason="not_scored")

    return score


def _written(state: TaskState) -> Written:
    written = written_of(dict(state.store.items()))
    if written is None:
        raise LogError(
            "this sample was not written by inspect_values/generate_scenarios: there is nothing "
            "to filter."
        )
    return written


def _score(written: Written, said: Sequence[FilterVerdicts], fate: Fate, reason: str) -> Score:
    verdicts = passed(said) if said else dict.fromkeys(FILTER_NAMES)
    value: dict[str, float] = {
        "accepted": NAN if fate is Fate.FILTER_FAILED else float(fate is Fate.ACCEPTED),
        **{name: NAN if found is None else float(found) for name, found in verdicts.items()},
    }
    metadata: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": "generation",
        "fate": fate.value,
        "reason": reason[:300],
        "writer": written.writer or str(get_model()),
        "writer_returned": written.returned,
        "step": written.step,
        "prompts": GENERATION_VERSION,
    }
    for number, entry in enumerate(said, start=1):
        kept = {"judge": entry.judge, "returned": entry.returned, **entry.said}
        metadata[f"filter_{number}"] = json.dumps(kept)
        if entry.problems:
            metadata[f"filter_{number}_problems"] = json.dumps(entry.problems)[:900]
    return Score(
        value=dict(value),
        explanation=_card(written, said, fate, reason),
        reason="grader_failed" if fate is Fate.FILTER_FAILED else None,
        metadata=metadata,
    )


def _card(written: Written, said: Sequence[FilterVerdicts], fate: Fate, reason: str) -> str:
    """What was written, and what each filter said; models' words stand in fences."""
    plain = fate.value.replace("_", " ")
    lines = [f"**{plain[0].upper()}{plain[1:]}**" + (f" ({_safe(reason)})" if reason else "")]
    parts = {
        "Neutral": written.query,
        "Leans to the first value": written.first,
        "Leans to the second value": written.second,
        "First action": written.option_first,
        "Second action": written.option_second,
    }
    lines += [f"{name}:\n\n{fenced(text)}" for name, text in parts.items() if text]
    for entry in said:
        rows = ["| Filter | Verdict |", "| --- | --- |"]
        rows += [f"| {name} | {verdict} |" for name, verdict in entry.said.items()]
        rows += [f"| {name} | failed |" for name in entry.problems]
        lines.append(f"`{entry.judge.replace('`', '')}`:\n\n" + "\n".join(rows))
        reasons = "\n".join(f"{name}: {text}" for name, text in entry.reasons.items() if text)
        if reasons:
            lines.append(fenced(reasons))
    return "\n\n".join(lines)


def _safe(text: str) -> str:
    return f"`{text.replace('`', '')[:200]}`"


def check_calls(calls: object) -> str:
    """The parameter `calls`.

    Raises:
        ParameterError: If it is neither `each` nor `together`.
    """
    if not isinstance(calls, str):
        raise ParameterError(f"calls={calls!r} is not each or together.")
    return one_of("calls", calls, CALLS)
