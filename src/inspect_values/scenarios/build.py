"""Situations → the scenarios of a bank: a randomised factorial design, reproducible by its seed."""

from collections.abc import Iterator, Sequence

from inspect_values.errors import ParameterError
from inspect_values.scenarios.design import design
from inspect_values.scenarios.scenario import Scenario, scenario
from inspect_values.scenarios.selection import wordings
from inspect_values.scenarios.situation import NUDGES, Nudge, Situation
from inspect_values.values import ValuePair

MOST_QUERIES = 60
"""How many queries a situation gives at most: beyond that its factors no longer read naturally."""


def build(
    asked: Sequence[tuple[ValuePair, Sequence[Situation]]],
    *,
    seed: int = 0,
    queries: int = MOST_QUERIES,
    nudges: Sequence[Nudge] = NUDGES,
    wordings_each: int = 1,
) -> Iterator[Scenario]:
    """Expand situations by their factors, pair by pair and situation by situation.

    Each situation gives as many whole factor settings as `queries` allows, drawn by the
    randomised design; a setting comes with every nudge. Wordings come on top: they are not
    counted as queries.

    Args:
        asked: Pairs with their situations.
        seed: Decides which settings and wordings are drawn.
        queries: The most queries that a situation gives.
        nudges: Which framings each setting gets.
        wordings_each: In how many wordings each query is written, where a situation has several.

    Raises:
        ParameterError: If not even one setting fits.
    """
    cells = queries // len(nudges)
    if cells < 1:
        raise ParameterError(
            f"queries={queries} is too few: one factor setting with {len(nudges)} nudges makes "
            f"{len(nudges)} queries."
        )
    for pair, situations in asked:
        for situation in situations:
            for cell in design(situation, seed, cells):
                for wording in wordings(situation, cell, seed, wordings_each):
                    for nudge in nudges:
                        yield scenario(pair, situation, cell, nudge, wording)
