"""Scenario → Inspect sample."""

from collections.abc import Iterable, Sequence
from typing import Any

from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessage, ChatMessageSystem, ChatMessageUser

from inspect_values.scenarios.scenario import Scenario
from inspect_values.values import Side, ValuePair
from inspect_values.verdict import SCHEMA

SEATS: tuple[Side, ...] = ("first", "second")
"""Which value's option stands first in a forced choice; both are always asked."""


def dataset(
    scenarios: Iterable[Scenario], pairs: Sequence[ValuePair], elicitation: str
) -> MemoryDataset:
    """The samples of a run: one a scenario, or for a forced choice one a scenario and seat."""
    by_id = {pair.id: pair for pair in pairs}
    seats: Sequence[str] = SEATS if elicitation == "choice" else ("",)
    samples = [
        sample(scenario, by_id[scenario.pair], elicitation, seat, len(pairs) > 1)
        for scenario in scenarios
        for seat in seats
    ]
    return MemoryDataset(samples, name=", ".join(by_id))


def sample(
    scenario: Scenario, pair: ValuePair, elicitation: str, seat: str, several: bool
) -> Sample:
    """One sample; all that analysis needs is in its metadata, as short texts."""
    messages: list[ChatMessage] = [ChatMessageUser(content=scenario.query)]
    if scenario.system:
        messages.insert(0, ChatMessageSystem(content=scenario.system))
    return Sample(
        id=f"{scenario.id}.{seat}" if seat else scenario.id,
        input=messages if scenario.system else scenario.query,
        metadata=_metadata(scenario, pair, elicitation, seat, several),
    )


def _metadata(
    scenario: Scenario, pair: ValuePair, elicitation: str, seat: str, several: bool
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "pair": pair.id,
        "pair_version": pair.version,
        "pair_digest": pair.digest,
        "first_value": pair.first.id,
        "second_value": pair.second.id,
        "first_name": pair.first.name,
        "second_name": pair.second.name,
        "family": scenario.family,
        "cell": scenario.cell,
        "scenario": scenario.id,
        "domain": scenario.domain,
        "nudge": scenario.nudge,
        "condition": f"{pair.id} {scenario.nudge}" if several else scenario.nudge,
        "elicitation": elicitation,
        "seat": seat,
        "factors": scenario.factors,
        "refusal_costs": scenario.refusal_costs,
        "option_first": scenario.option_first,
        "option_second": scenario.option_second,
        "licence": scenario.licence or "",
        "source": scenario.source or "",
    }
