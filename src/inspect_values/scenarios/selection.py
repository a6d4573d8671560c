"""Which scenarios a run asks: a reproducible selection from the situations of its pairs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest

from pydantic import BaseModel, ConfigDict, Field

from inspect_values.errors import ParameterError, one_of, suggest
from inspect_values.scenarios.design import design
from inspect_values.scenarios.scenario import Scenario, cell_id, scenario, shard_of
from inspect_values.scenarios.situation import NUDGES, Cell, Nudge, Situation
from inspect_values.values import ValuePair, digest

DEFAULT_SCENARIOS = 120
"""How many scenarios a pair a run asks at most, where nothing is said and no bank is named."""


class Selection(BaseModel):
    """What a study varies about the scenarios of a run."""

    model_config = ConfigDict(frozen=True)

    nudges: tuple[Nudge, ...] = ("neutral",)
    factors: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Factor → the levels to keep. Situations without the factor are left out."""

    domains: tuple[str, ...] = ()
    """The domains to keep; empty keeps all."""

    scenarios: int | None = DEFAULT_SCENARIOS
    """The most scenarios for each pair, before sharding; None asks every one."""

    seed: int = 0
    """Decides which factor settings are drawn."""

    shard: int = 0
    shards: int = 1

    def keeps(self, domain: str, factors: Mapping[str, str]) -> bool:
        """Whether a scenario of this domain and factor setting is asked for."""
        return (not self.domains or domain in self.domains) and all(
            factors.get(name) in levels for name, levels in self.factors.items()
        )

    def cell_limit(self) -> int | None:
        """The most factor settings for each pair.

        Raises:
            ParameterError: If not even one fits.
        """
        if self.scenarios is None:
            return None
        cells = self.scenarios // len(self.nudges)
        if cells < 1:
            raise ParameterError(
                f"scenarios={self.scenarios} is too few: one factor setting asked with "
                f"{len(self.nudges)} nudges makes {len(self.nudges)} scenarios, the least "
                "that a run can ask of a pair."
            )
        return cells


class Vocabulary:
    """The domains, factors and levels that there are, to check a selection against."""

    def __init__(self) -> None:
        self._domains: set[str] = set()
        self._levels: dict[str, set[str]] = {}

    def add(self, domain: str, levels: Iterable[tuple[str, str]]) -> None:
        """Note a domain, and levels as (factor, level)."""
        self._domains.add(domain)
        for name, level in levels:
            self._levels.setdefault(name, set()).add(level)

    def check(self, selection: Selection) -> None:
        """Refuse what does not exist.

        Raises:
            ParameterError: If a domain, factor or level is unknown, with the nearest match.
        """
        for domain in selection.domains:
            one_of("domain", domain, self._domains)
        for name, levels in selection.factors.items():
            one_of("factor", name, self._levels)
            for level in levels:
                one_of(f"level of factor '{name}'", level, self._levels[name])


def select(
    pairs: Sequence[tuple[ValuePair, Sequence[Situation]]], selection: Selection
) -> list[Scenario]:
    """The scenarios of a run, pair by pair.

    Families take turns: each gives one cell before any gives its second, in the order of the
    randomised design that `selection.seed` draws. A cell always comes with all the nudges asked
    for, so the number of scenarios is the largest whole number of cells that fits.

    Raises:
        ParameterError: If a domain, factor or level is unknown, or nothing is left to ask.
    """
    vocabulary = Vocabulary()
    for _, situations in pairs:
        for situation in situations:
            levels = ((name, lev) for name, all_ in situation.factors.items() for lev in all_)
            vocabulary.add(situation.domain, levels)
    vocabulary.check(selection)
    chosen: list[Scenario] = []
    for pair, situations in pairs:
        for situation, cell in _take_turns(situations, selection):
            for wording in wordings(situation, cell, selection.seed):
                chosen += [
                    scenario(pair, situation, cell, nudge, wording) for nudge in selection.nudges
                ]
    return check_shard(chosen, selection)


def wordings(situation: Situation, cell: Cell, seed: int, most: int = 1) -> list[int]:
    """The wordings in which a cell is asked, drawn at random and the same for all its nudges."""
    count = situation.wording_count
    start = int(digest(["wording", seed, cell_id(situation.family, cell)]), 16)
    return [(start + step) % count for step in range(min(most, count))]


def parse_nudges(names: Iterable[str]) -> tuple[Nudge, ...]:
    """Nudges by name; `all` stands for every one.

    Raises:
        ParameterError: If a name is unknown or none is given.
    """
    wanted = list(names)
    if wanted == ["all"]:
        return NUDGES
    for name in wanted:
        one_of("nudge", name, [*NUDGES, "all"])
    if not wanted:
        raise ParameterError(f"no nudge was given; {suggest('', NUDGES)}.")
    return tuple(nudge for nudge in NUDGES if nudge in wanted)


def _take_turns(
    situations: Sequence[Situation], selection: Selection
) -> Iterator[tuple[Situation, Cell]]:
    """One cell of each family, then a second of each, and so on, up to the limit."""
    limit = selection.cell_limit()

    def order(situation: Situation) -> list[tuple[Situation, Cell]]:
        def keep(cell: Cell) -> bool:
            return selection.keeps(situation.domain, cell)

        return [(situation, cell) for cell in design(situation, selection.seed, limit, keep)]

    shuffled = sorted(situations, key=lambda s: digest([selection.seed, s.family]))
    rounds = zip_longest(*(order(situation) for situation in shuffled))
    taken = 0
    for turn in rounds:
        for entry in turn:
            if entry is not None and (limit is None or taken < limit):
                taken += 1
                yield entry


def check_shard(scenarios: list[Scenario], selection: Selection) -> list[Scenario]:
    """The scenarios of the selection's shard.

    Raises:
        ParameterError: If there is nothing to ask, or no such shard, or nothing in it.
    """
    if not scenarios:
        raise nothing_left(selection)
    check_shard_number(selection)
    kept = [s for s in scenarios if shard_of(s.cell, selection.shards) == selection.shard]
    if not kept:
        raise empty_shard(selection, len({s.cell for s in scenarios}))
    return kept


def check_shard_number(selection: Selection) -> None:
    """Refuse a shard that does not exist.

    Raises:
        ParameterError: If there is none with that number.
    """
    if selection.shards < 1 or not 0 <= selection.shard < selection.shards:
        raise ParameterError(
            f"shard={selection.shard} of shards={selection.shards} does not exist; allowed: "
            f"shards from 1, and shard from 0 to shards - 1."
        )


def nothing_left(selection: Selection) -> ParameterError:
    """The sentence for a selection that keeps nothing."""
    asked = [f"{k}:{'|'.join(v)}" for k, v in selection.factors.items()]
    parts = [f"factors={','.join(asked)}"] if asked else []
    parts += [f"domains={','.join(selection.domains)}"] if selection.domains else []
    what = " and ".join(parts) or "these pairs and nudges"
    return ParameterError(f"nothing is left to ask: no scenario has {what}.")


def empty_shard(selection: Selection, cells: int) -> ParameterError:
    """The sentence for a shard that got nothing."""
    return ParameterError(
        f"shard {selection.shard} of {selection.shards} is empty: the selection has only "
        f"{cells} factor settings (cells) to share out. Use fewer shards or more scenarios."
    )
