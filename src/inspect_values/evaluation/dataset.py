"""Scenario → Inspect sample."""

from collections.abc import Iterable, Sequence
from typing import Any

from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessage, ChatMessageSystem, ChatMessageUser

from inspect_values.errors import ParameterError
from inspect_values.evaluation.elicit import Elicitation
from inspect_values.evaluation.personas import NONE, SystemPersona
from inspect_values.scenarios.generic import is_generic, own_definition
from inspect_values.scenarios.scenario import Scenario
from inspect_values.values import Side, ValuePair
from inspect_values.verdict import SCHEMA

SEATS: tuple[Side, ...] = ("first", "second")
"""Which value's option stands first in a forced choice; both are always asked."""

MOST_NAMED = 20
"""How many pairs a task names one by one, in its log's header and in the groups of its metrics."""


def dataset(
    scenarios: Iterable[Scenario],
    pairs: Sequence[ValuePair],
    elicitation: Elicitation,
    personas: Sequence[SystemPersona] = (SystemPersona(NONE),),
) -> MemoryDataset:
    """The samples of a run: one a scenario and persona, for a forced choice one a seat too.

    Raises:
        ParameterError: If options are needed and a scenario has none.
    """
    by_id = {pair.id: pair for pair in pairs}
    seats: Sequence[str] = SEATS if elicitation.kind == "choice" else ("",)
    samples: list[Sample] = []
    several = 1 < len(pairs) <= MOST_NAMED
    generic = {pair.id for pair in pairs if is_generic(pair)}
    for scenario in scenarios:
        if elicitation.needs_options and not (scenario.option_first and scenario.option_second):
            raise ParameterError(
                f"scenario '{scenario.id}' has no options, which elicitation={elicitation.kind} "
                "needs; ask it with elicitation=open or conversation."
            )
        pair = by_id[scenario.pair]
        about = _metadata(scenario, pair)
        if pair.id in generic:
            about |= bare_metadata(pair)
        samples += [
            _sample(scenario, pair, elicitation, persona, seat, about, several)
            for persona in personas
            for seat in seats
        ]
    return MemoryDataset(samples, name=named(list(by_id)))


def named(names: Sequence[str]) -> str:
    """Names in a row, or how many there are where it would be a page."""
    if len(names) <= MOST_NAMED:
        return ", ".join(names)
    return f"{', '.join(names[:3])} and {len(names) - 3:,} more value pairs"


def _sample(
    scenario: Scenario,
    pair: ValuePair,
    elicitation: Elicitation,
    persona: SystemPersona,
    seat: str,
    about: dict[str, Any],
    several: bool,
) -> Sample:
    """One sample; all that analysis needs is in its metadata, as short texts."""
    system = [text for text in (persona.prompt(pair), scenario.system) if text]
    messages: list[ChatMessage] = [ChatMessageSystem(content="\n\n".join(system))] if system else []
    messages.append(ChatMessageUser(content=scenario.query))
    named = persona.name if persona.name != NONE else ""
    condition = [part for part in (pair.id if several else "", scenario.nudge, named) if part]
    return Sample(
        id=".".join(part for part in (scenario.id, seat, named) if part),
        input=messages if system else scenario.query,
        metadata=about
        | elicitation.metadata()
        | {"seat": seat, "persona": persona.name, "condition": " ".join(condition)},
    )


def _metadata(scenario: Scenario, pair: ValuePair) -> dict[str, Any]:
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
        "factors": scenario.factors,
        "refusal_costs": scenario.refusal_costs,
        "option_first": scenario.option_first,
        "option_second": scenario.option_second,
        "licence": scenario.licence or "",
        "source": scenario.source or "",
        "generator": scenario.generator or "",
    }


def bare_metadata(pair: ValuePair) -> dict[str, Any]:
    """What a generic pair is made of, so that it can be made again when a log is judged again."""
    return {
        "generic": True,
        "first_definition": own_definition(pair.first),
        "second_definition": own_definition(pair.second),
    }
