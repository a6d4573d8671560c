"""Asking filters: six questions about a scenario, each a recorded verdict of every judge."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from inspect_ai.model import Model
from inspect_ai.util import collect

from inspect_values.evaluation.generation.prompts import (
    FILTER_NAMES,
    FILTERS,
    ORDERS,
    VALUES,
    filter_prompt,
    together_prompt,
    values_prompt,
)
from inspect_values.evaluation.generation.replies import (
    Fate,
    ValuesReply,
    VerdictReply,
    Written,
    together_reply,
    values_reply,
)
from inspect_values.evaluation.judging.judge import Asked, ask
from inspect_values.evaluation.judging.settings import Judging
from inspect_values.values import ValuePair

HOW = Judging()
CALLS = ("each", "together")
"""`each`: a call for every question. `together`: one for the five simple ones."""


@dataclass
class FilterVerdicts:
    """What one judge said of one scenario."""

    judge: str
    said: dict[str, str] = field(default_factory=dict[str, str])
    """Filter → yes or no; one that is missing failed. The value check has its two orders too, as
    `values_first` and `values_second` (whose action was shown first)."""

    reasons: dict[str, str] = field(default_factory=dict[str, str])
    problems: dict[str, str] = field(default_factory=dict[str, str])
    returned: str = ""


def calls_each(how: str) -> int:
    """How many calls one judge makes for one scenario."""
    return (len(FILTERS) if how == "each" else 1) + len(ORDERS)


async def ask_filters(
    judges: Sequence[Model], pair: ValuePair, written: Written, how: str
) -> list[FilterVerdicts]:
    """The verdicts of every judge; one that fails costs only its own."""
    return await collect(*(_ask_judge(judge, pair, written, how) for judge in judges))


async def _ask_judge(judge: Model, pair: ValuePair, written: Written, how: str) -> FilterVerdicts:
    found = FilterVerdicts(str(judge))
    if how == "together":
        asked = await ask(judge, together_prompt(written), together_reply((*FILTERS,)), HOW)
        for name in FILTERS:
            _note(found, name, asked, getattr(asked.reply, name, ""))
    else:
        prompts = [filter_prompt(name, written) for name in FILTERS]
        replies = await collect(*(ask(judge, p, VerdictReply, HOW) for p in prompts))
        for name, reply in zip(FILTERS, replies, strict=True):
            _note(found, name, reply, reply.reply.verdict if reply.reply else "")
    model = values_reply(pair)
    for order in ORDERS:
        said = await ask(judge, values_prompt(pair, written, order), model, HOW)
        _note(found, f"{VALUES}_{order}", said, _recommended(said, pair, order))
    orders = [found.said.get(f"{VALUES}_{order}") for order in ORDERS]
    if None not in orders:
        found.said[VALUES] = "yes" if orders == ["yes", "yes"] else "no"
    return found


def _recommended(asked: Asked[ValuesReply], pair: ValuePair, order: str) -> str:
    """Whether each value was said to recommend its own action."""
    if asked.reply is None:
        return ""
    said = asked.reply.recommends.model_dump()
    own = ("A", "B") if order == "first" else ("B", "A")
    right = all(said[v.id] == letter for v, letter in zip(pair.values, own, strict=True))
    return "yes" if right else "no"


def _note(found: FilterVerdicts, name: str, asked: Asked[Any], verdict: str) -> None:
    found.returned = found.returned or asked.returned
    if verdict:
        found.said[name] = verdict
        found.reasons[name] = str(getattr(asked.reply, "reasons", ""))
    else:
        found.problems[name] = asked.problem


def passed(said: Sequence[FilterVerdicts]) -> dict[str, bool | None]:
    """Filter → whether a strict majority of the judges said yes; None without enough verdicts."""
    found: dict[str, bool | None] = {}
    for name in FILTER_NAMES:
        votes = [entry.said[name] for entry in said if name in entry.said]
        enough = len(votes) * 2 > len(said)
        found[name] = votes.count("yes") * 2 > len(said) if enough else None
    return found


def fate_of(verdicts: dict[str, bool | None]) -> tuple[Fate, str]:
    """What becomes of a scenario, and which filter decided it: the first that says no."""
    for name, verdict in verdicts.items():
        if verdict is False:
            return Fate.REJECTED, name
    for name, verdict in verdicts.items():
        if verdict is None:
            return Fate.FILTER_FAILED, name
    return Fate.ACCEPTED, ""
