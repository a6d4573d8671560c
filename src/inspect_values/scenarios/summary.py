"""What a bank holds, and what it is worth: a summary that does not boast."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from inspect_values.scenarios.duplicates import Duplicates, near_duplicates
from inspect_values.scenarios.scenario import Scenario

ICC = 0.3
"""The intraclass correlation of verdicts that is assumed where none is measured."""


class Worth(NamedTuple):
    """How many independent queries a number of correlated ones is worth."""

    queries: int
    situations: int
    icc: float
    design_effect: float
    independent: float


def worth(sizes: Iterable[int], icc: float = ICC) -> Worth:
    """The worth of queries that come from situations of these sizes.

    The design effect is 1 + (m - 1) * icc with m = sum of squares / sum of the sizes, the mean
    size that a query sees (Kish 1965, "Survey Sampling", with unequal clusters).

    Args:
        sizes: Queries in each situation.
        icc: The intraclass correlation, 0 to 1.
    """
    counts = [size for size in sizes if size > 0]
    total = sum(counts)
    if not total:
        return Worth(0, 0, icc, 1.0, 0.0)
    effect = 1 + (sum(size * size for size in counts) / total - 1) * icc
    return Worth(total, len(counts), icc, effect, total / effect)


@dataclass(frozen=True)
class Summary:
    """What a bank holds. Queries are counted without their wordings."""

    rows: int
    queries: int
    pairs: Counter[str]
    situations: Counter[str]
    """Pair → situations."""

    domains: Counter[str]
    nudges: Counter[str]
    levels: Counter[tuple[str, str]]
    """(factor, level) → queries."""

    duplicates: Duplicates
    worth: Worth


def summarise(scenarios: Iterable[Scenario], icc: float = ICC) -> Summary:
    """Count a bank's queries by pair, domain, nudge and factor level, and weigh them.

    Args:
        scenarios: Read once; a query's wordings count once.
        icc: The intraclass correlation for the design effect.
    """
    seen: set[tuple[str, str]] = set()
    texts: list[tuple[str, str]] = []
    pairs, domains, nudges = Counter[str](), Counter[str](), Counter[str]()
    levels = Counter[tuple[str, str]]()
    families = Counter[str]()
    pair_of: dict[str, str] = {}
    rows = 0
    for scenario in scenarios:
        rows += 1
        key = (scenario.cell, scenario.nudge)
        if key in seen:
            continue
        seen.add(key)
        texts.append((scenario.family, scenario.query))
        pairs[scenario.pair] += 1
        domains[scenario.domain] += 1
        nudges[scenario.nudge] += 1
        levels.update(scenario.factors.items())
        families[scenario.family] += 1
        pair_of[scenario.family] = scenario.pair
    return Summary(
        rows=rows,
        queries=len(seen),
        pairs=pairs,
        situations=Counter(pair_of.values()),
        domains=domains,
        nudges=nudges,
        levels=levels,
        duplicates=near_duplicates(texts),
        worth=worth(families.values(), icc),
    )
