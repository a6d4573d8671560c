"""Which scenarios a run asks: a reproducible selection from the situations of its pairs."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from pydantic import BaseModel, ConfigDict, Field

from inspect_values.errors import ParameterError, one_of, suggest
from inspect_values.scenarios.scenario import Scenario, cell_id, scenario, shard_of
from inspect_values.scenarios.situation import NUDGES, Cell, Nudge, Situation
from inspect_values.values import ValuePair, digest


class Selection(BaseModel):
    """What a study varies about the scenarios of a run."""

    model_config = ConfigDict(frozen=True)

    nudges: tuple[Nudge, ...] = ("neutral",)
    factors: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Factor → the levels to keep. Situations without the factor are left out."""

    scenarios: int | None = 120
    """The most scenarios for each pair, before sharding; None asks every one."""

    seed: int = 0
    """Decides which factor settings are drawn."""

    shard: int = 0
    shards: int = 1


def select(
    pairs: Sequence[tuple[ValuePair, Sequence[Situation]]], selection: Selection
) -> list[Scenario]:
    """The scenarios of a run, pair by pair.

    Families take turns: each gives one cell before any gives its second, in an order drawn by
    `selection.seed`. A cell always comes with all the nudges asked for, so the number of
    scenarios is the largest whole number of cells that fits.

    Raises:
        ParameterError: If a factor or level is unknown, or nothing is left to ask.
    """
    _check_factors(pairs, selection.factors)
    chosen: list[Scenario] = []
    for pair, situations in pairs:
        cells = _take_turns(situations, selection)
        chosen += [
            scenario(pair, situation, cell, nudge)
            for situation, cell in cells[: _cell_limit(selection)]
            for nudge in selection.nudges
        ]
    return _shard(chosen, selection)


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


def _cell_limit(selection: Selection) -> int | None:
    if selection.scenarios is None:
        return None
    cells = selection.scenarios // len(selection.nudges)
    if cells < 1:
        raise ParameterError(
            f"scenarios={selection.scenarios} is too few: one factor setting asked with "
            f"{len(selection.nudges)} nudges makes {len(selection.nudges)} scenarios, the least "
            "that a run can ask of a pair."
        )
    return cells


def _take_turns(
    situations: Sequence[Situation], selection: Selection
) -> list[tuple[Situation, Cell]]:
    """One cell of each family, then a second of each, and so on."""

    def order(situation: Situation) -> list[tuple[Situation, Cell]]:
        kept = [cell for cell in situation.cells() if _kept(cell, selection.factors)]
        kept.sort(key=lambda cell: digest([selection.seed, cell_id(situation.family, cell)]))
        return [(situation, cell) for cell in kept]

    shuffled = sorted(situations, key=lambda s: digest([selection.seed, s.family]))
    rounds = zip_longest(*(order(situation) for situation in shuffled))
    return [entry for turn in rounds for entry in turn if entry is not None]


def _kept(cell: Cell, factors: dict[str, tuple[str, ...]]) -> bool:
    return all(cell.get(name) in levels for name, levels in factors.items())


def _check_factors(
    pairs: Sequence[tuple[ValuePair, Sequence[Situation]]], factors: dict[str, tuple[str, ...]]
) -> None:
    known: dict[str, set[str]] = {}
    for _, situations in pairs:
        for situation in situations:
            for name, levels in situation.factors.items():
                known.setdefault(name, set()).update(levels)
    for name, levels in factors.items():
        one_of("factor", name, known)
        for level in levels:
            one_of(f"level of factor '{name}'", level, known[name])


def _shard(scenarios: list[Scenario], selection: Selection) -> list[Scenario]:
    if not scenarios:
        asked = ", ".join(f"{k}:{'|'.join(v)}" for k, v in selection.factors.items())
        raise ParameterError(f"no situation has an allowed combination with factors={asked}.")
    if selection.shards < 1 or not 0 <= selection.shard < selection.shards:
        raise ParameterError(
            f"shard={selection.shard} of shards={selection.shards} does not exist; allowed: "
            f"shards from 1, and shard from 0 to shards - 1."
        )
    kept = [s for s in scenarios if shard_of(s.cell, selection.shards) == selection.shard]
    if not kept:
        cells = len({s.cell for s in scenarios})
        raise ParameterError(
            f"shard {selection.shard} of {selection.shards} is empty: the selection has only "
            f"{cells} factor settings (cells) to share out. Use fewer shards or more scenarios."
        )
    return kept
