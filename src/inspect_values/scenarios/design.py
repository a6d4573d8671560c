"""The randomised factorial design: in which order a situation's factor settings are asked.

A situation is asked in a part of its allowed combinations only. Which part must not tell one
factor from another, so the order is random, and every beginning of it is as balanced as can be:
each level, and each pair of levels, comes as often as it does among all allowed combinations.
Assignment at random is what lets a factor's effect be read as causal (Hainmueller, Hopkins &
Yamamoto 2014, "Causal inference in conjoint analysis", Political Analysis 22).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations

from inspect_values.scenarios.scenario import cell_id
from inspect_values.scenarios.situation import Cell, Situation
from inspect_values.values import digest

_Feature = tuple[tuple[str, str], ...]
"""A level of a factor, or a pair of levels."""


def design(
    situation: Situation,
    seed: int,
    most: int | None = None,
    keep: Callable[[Cell], bool] = lambda cell: True,
) -> list[Cell]:
    """The first `most` factor settings of a situation, or all of them, in their random order.

    A longer list begins with the shorter one. The same seed gives the same list on every machine.

    Args:
        situation: Where the allowed combinations come from.
        seed: Decides the order.
        most: How many are wanted.
        keep: Which of the allowed combinations take part.
    """
    cells = [cell for cell in situation.cells() if keep(cell)]
    cells.sort(key=lambda cell: digest([seed, cell_id(situation.family, cell)]))
    return balanced(cells, most)


def balanced(cells: Sequence[Cell], most: int | None = None) -> list[Cell]:
    """Reorder settings so that every beginning is balanced.

    At each step the setting is taken whose levels, and pairs of levels, lag furthest behind the
    share that they have among all of `cells`; among equals the earlier one.
    """
    features = [_features(cell) for cell in cells]
    allowed = Counter(feature for present in features for feature in present)
    taken: Counter[_Feature] = Counter()
    left = list(range(len(cells)))
    order: list[int] = []
    while left and (most is None or len(order) < most):

        def ahead(index: int) -> int:
            # whole numbers, so that no machine rounds a tie away
            target = len(order) + 1
            return sum(taken[f] * len(cells) - target * allowed[f] for f in features[index])

        best = min(left, key=ahead)
        left.remove(best)
        order.append(best)
        taken.update(features[best])
    return [cells[index] for index in order]


def _features(cell: Cell) -> list[_Feature]:
    levels = sorted(cell.items())
    return [(level,) for level in levels] + list(combinations(levels, 2))
