"""Scenarios: one concrete query each, with a stable id and everything that made it."""

from pydantic import BaseModel, ConfigDict

from inspect_values.scenarios.situation import Cell, Nudge, Situation
from inspect_values.values import RefusalCosts, Value, ValuePair, digest

UNKNOWN_PAIR = "unknown"
"""The pair of a scenario whose source does not say which values collide in it; it can be checked
and selected, and not be asked."""


class Scenario(BaseModel):
    """One concrete query that puts a value pair to the test."""

    model_config = ConfigDict(frozen=True)

    id: str
    """`<situation>.<ten hex digits>.<nudge>`: a hash of what makes it, the same everywhere."""

    pair: str
    pair_version: str
    family: str
    """Everything that comes from one situation; the unit of clustering."""

    cell: str
    """One factor setting of a family, with all its nudges and seats; the unit of sharding."""

    domain: str
    nudge: Nudge
    wording: int = 0
    """Which combination of wordings of the same query; wordings are no queries of their own."""

    query: str
    option_first: str = ""
    option_second: str = ""
    """What each value recommends; empty where a scenario can't be asked as a choice."""

    factors: Cell
    refusal_costs: RefusalCosts
    system: str | None = None
    licence: str | None = None
    source: str | None = None
    """Where the situation comes from: a file, a data set, or a plugin's own words."""

    generator: str | None = None
    """Who wrote the query: None for a person, or the model that did."""

    revision: str | None = None
    """The version of its source."""

    filters: str | None = None
    """JSON: who said what to each filter that it passed; None where it passed none."""

    values: tuple[Value, Value] | None = None
    """The two values, where the pair is a generic one (`generic.py`) that no plugin brings."""

    @property
    def situation(self) -> str:
        """The situation's id: the family without its pair."""
        return self.family.removeprefix(f"{self.pair}.")


def scenario(
    pair: ValuePair, situation: Situation, cell: Cell, nudge: Nudge, wording: int = 0
) -> Scenario:
    """The scenario of one situation, cell, nudge and wording."""
    query = situation.query(cell, nudge, wording)
    made_of = {
        "pair": pair.id,
        "family": situation.family,
        "factors": cell,
        "nudge": nudge,
        "query": query,
        "options": [situation.options.first, situation.options.second],
        "system": situation.system,
    }
    return Scenario(
        id=f"{situation.id}.{digest(made_of, 10)}.{nudge}",
        pair=pair.id,
        pair_version=pair.version,
        family=situation.family,
        cell=cell_id(situation.family, cell),
        domain=situation.domain,
        nudge=nudge,
        wording=wording,
        query=query,
        option_first=situation.options.first,
        option_second=situation.options.second,
        factors=cell,
        refusal_costs=situation.refusal_costs or pair.refusal_costs,
        system=situation.system,
        licence=situation.licence,
        source=situation.source,
    )


def cell_id(family: str, cell: Cell) -> str:
    """Ten hex digits for one factor setting of a family."""
    return digest([family, cell], 10)


def shard_of(cell: str, shards: int) -> int:
    """The shard, 0 to `shards` - 1, that a cell belongs to; its nudges and seats stay together."""
    return int(digest(["shard", cell]), 16) % shards
