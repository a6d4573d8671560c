"""What a bank holds, and what it is worth: a summary that does not boast."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
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


def summarise(
    scenarios: Iterable[Scenario], icc: float = ICC, tick: Callable[[], object] = lambda: None
) -> Summary:
    """Count a bank's queries by pair, domain, nudge and factor level, and weigh them.

    Args:
        scenarios: Read once, and never all in memory; a query's wordings count once.
        icc: The intraclass correlation for the design effect.
        tick: Called twice a query, as the work goes on.
    """
    counts = _Counts()
    duplicates = near_duplicates(counts.queries(scenarios), tick=tick)
    return Summary(
        rows=counts.rows,
        queries=len(counts.seen),
        pairs=counts.pairs,
        situations=Counter(counts.pair_of.values()),
        domains=counts.domains,
        nudges=counts.nudges,
        levels=counts.levels,
        duplicates=duplicates,
        worth=worth(counts.families.values(), icc),
    )


class _Counts:
    """What is counted as the scenarios go by."""

    def __init__(self) -> None:
        self.rows = 0
        self.seen: set[tuple[str, str]] = set()
        self.pairs, self.domains, self.nudges = Counter[str](), Counter[str](), Counter[str]()
        self.levels = Counter[tuple[str, str]]()
        self.families = Counter[str]()
        self.pair_of: dict[str, str] = {}

    def queries(self, scenarios: Iterable[Scenario]) -> Iterator[tuple[str, str]]:
        """(family, text) of each query, wordings left out."""
        for scenario in scenarios:
            self.rows += 1
            key = (scenario.cell, scenario.nudge)
            if key in self.seen:
                continue
            self.seen.add(key)
            self.pairs[scenario.pair] += 1
            self.domains[scenario.domain] += 1
            self.nudges[scenario.nudge] += 1
            self.levels.update(scenario.factors.items())
            self.families[scenario.family] += 1
            self.pair_of[scenario.family] = scenario.pair
            yield scenario.family, scenario.query
