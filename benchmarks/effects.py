"""The laboratory of effects: how often do the intervals of everything but the ranking cover?

Studies are drawn from `worlds.py` and go through the package's own statistics; the truth is the
statistic's own value on at least 100,000 fresh situations of the same world. Prints a Markdown page
with seed and revision. `make lab` runs it; the tests run a small version.
"""

import argparse
import math
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from studies import ABOUT_MODELS, OVER_SITUATIONS, P_VALUES, Experiment, PValue
from worlds import World

from inspect_values.analysis.estimate import Estimate

SEED = 20261124
FAMILIES = (8, 20, 40, 120)
CORRELATIONS = (0.1, 0.3, 0.6)
TRUTH = 100_000
LEAST = 0.93
ROWS = 400_000
"""About so many rows a table, so that memory stays small."""


class Cell(NamedTuple):
    """What one cell of the grid says."""

    shown: int
    withheld: int
    covered: float
    found: float
    """How often the interval excludes 0."""

    width: float
    bias: float
    reasons: tuple[str, ...]

    @property
    def error(self) -> float:
        """The Monte-Carlo standard error of the coverage."""
        return math.sqrt(self.covered * (1 - self.covered) / max(self.shown, 1))


def truth(one: Experiment, world: World) -> float:
    """The statistic's own value on at least `TRUTH` situations; the mean over large studies."""
    key = (one.name, world)
    if key not in _TRUTHS:
        _TRUTHS[key] = _truth(one, world)
    return _TRUTHS[key]


_TRUTHS: dict[tuple[str, World], float] = {}


def _truth(one: Experiment, world: World) -> float:
    rng = np.random.default_rng([SEED, 1, int(100 * world.icc), int(1000 * world.effect)])
    points: list[float] = []
    draw = one.truth_draw or one.draw
    for _ in range(math.ceil(TRUTH / one.large / one.parallel)):
        frame = draw(world, rng, one.parallel, one.large)
        if one.value is not None:
            points.append(one.value(frame))
        else:
            points += [e.point for e in one.estimates(frame) if e.point is not None]
    return float(np.mean(points))


def cell(one: Experiment, world: World, families: int, studies: int) -> Cell:
    """Draw studies and see whether their intervals cover."""
    place = [int(100 * world.icc), families, int(1000 * world.effect)]
    rng = np.random.default_rng([SEED, 2, *place])
    estimates: list[Estimate] = []
    truths: list[float] = []
    wanted = truth(one, world) if one.own is None else 0.0
    each = max(1, min(one.batch, studies, ROWS // (one.rows * families)))
    studied = 0
    while studied < studies:
        many = min(each, studies - studied)
        frame = one.draw(world, rng, many, families)
        found = one.estimates(frame)
        # of a study in which nothing can be asked there is no row at all: that is withheld too
        assert len(found) <= many and (one.own is None or len(found) == many), one.name
        studied += many
        estimates += found
        truths += [wanted] * len(found) if one.own is None else one.own(frame, world)
    return judged(estimates, truths, studied)


def judged(estimates: Sequence[Estimate], truths: Sequence[float], studies: int) -> Cell:
    """Coverage, width, bias and power of the estimates of so many studies."""
    rows = [
        (e.low, e.high, e.point, t)
        for e, t in zip(estimates, truths, strict=True)
        if e.low is not None and e.high is not None and e.point is not None
    ]
    reasons = tuple(sorted({e.withheld for e in estimates if e.low is None}))
    if not rows:
        return Cell(0, studies, math.nan, math.nan, math.nan, math.nan, reasons)
    low, high, point, wanted = np.array(rows, dtype="float64").T
    inside = (low <= wanted + 1e-9) & (wanted - 1e-9 <= high)
    return Cell(
        len(rows),
        studies - len(rows),
        float(inside.mean()),
        float(((low > 0) | (high < 0)).mean()),
        float((high - low).mean()),
        float((point - wanted).mean()),
        reasons,
    )


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--only", nargs="*", default=[""], help="Names hold one of these.")
    given = parser.parse_args()
    revision = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    print("# Laboratory: effects, gaps, labs, judges and references\n")
    print(
        f"Seed {SEED}, revision {revision}. The stated level is .95, and nowhere that an interval "
        f"is shown may it cover in less than {LEAST:.0%}. `truth` is the statistic's own value on "
        f"at least {TRUTH:,} fresh situations of the same world; `±` is the Monte-Carlo standard "
        "error of the coverage, `bias` the mean error of the point, `found` how often the interval "
        "excludes 0: the power, or where nothing is planted the rate of false alarms. Situations "
        "are correlated (ICC), judges noisy, 5 % of the answers missing, more of them in some "
        "situations than in others. Written by `python benchmarks/effects.py`.\n"
    )
    wanted: list[str] = given.only
    low: list[str] = []
    for title, experiments in (
        ("Over situations", OVER_SITUATIONS),
        ("Labs and references", ABOUT_MODELS),
    ):
        chosen = [one for one in experiments if any(part in one.name for part in wanted)]
        for line in _section(title, chosen, given.studies, low) if chosen else ():
            print(line, flush=True)
    for line in _p_values(
        [one for one in P_VALUES if any(part in one.name for part in wanted)], given.studies
    ):
        print(line, flush=True)
    print(f"\n## Cells below {LEAST:.0%}\n")
    print(
        "Of many cells some are low by chance. Twice the Monte-Carlo error is exceeded where "
        "it says so.\n"
    )
    print("\n".join(low) or f"None: every shown interval covers in {LEAST:.0%} or more.")


def _section(
    title: str, experiments: Sequence[Experiment], studies: int, low: list[str]
) -> Iterator[str]:
    yield f"\n## {title}\n"
    for one in experiments:
        start = time.process_time()
        many = min(studies, one.most)
        yield f"\n### {one.name}\n\n{one.doc} {many:,} studies a row.\n"
        yield (
            "| planted | situations | ICC | truth | coverage | ± | width | bias | found | "
            "withheld |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
        )
        for name, icc, families in _grid(one):
            world = one.worlds[name](icc)
            found = cell(one, world, families, many)
            value = "own" if one.own else f"{truth(one, world):.3f}"
            row = _row(f"| {name} | {families} | {icc} | {value} |", found)
            if found.shown and found.covered < LEAST:
                beyond = found.covered + 2 * found.error < LEAST
                low.append(f"- {'**beyond**, ' if beyond else ''}{one.name}: {row}")
            yield row
        yield f"\n{time.process_time() - start:.0f} s of the processor."


def _grid(one: Experiment) -> Iterator[tuple[str, float, int]]:
    for name in one.worlds:
        for families in FAMILIES:
            for icc in CORRELATIONS:
                yield name, icc, families


def _row(start: str, found: Cell) -> str:
    share = found.withheld / (found.shown + found.withheld)
    if not found.shown:
        return f"{start} – | – | – | – | – | {share:.2f} |"
    return (
        f"{start} {found.covered:.3f} | {found.error:.3f} | {found.width:.3f} | "
        f"{found.bias:+.3f} | {found.found:.3f} | {share:.2f} |"
    )


def _p_values(tests: Sequence[PValue], studies: int) -> Iterator[str]:
    if not tests:
        return
    yield "\n## P-values\n"
    yield (
        "P(p ≤ α) where nothing is planted must not exceed α; `power` is P(p ≤ .05) where "
        "something is. 20 situations a pair, ICC .3. The Monte-Carlo standard error of a share of "
        ".05 is .011 with 400 studies, .007 with 1,000.\n"
    )
    yield "| test | studies | P(p ≤ .01) | P(p ≤ .05) | P(p ≤ .1) | power |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for one in tests:
        many = min(studies, one.most)
        none, some = (p_values(one, many, planted) for planted in (False, True))
        shares = " | ".join(f"{(none <= a + 1e-12).mean():.3f}" for a in (0.01, 0.05, 0.1))
        yield f"| {one.name} | {many} | {shares} | {(some <= 0.05).mean():.3f} |"


def p_values(one: PValue, studies: int, planted: bool) -> np.ndarray:
    """The p-values of some studies; 1 where the test is withheld."""
    rng = np.random.default_rng([SEED, 3, int(planted), studies])
    found: list[float] = []
    draw: Callable[[np.random.Generator, int, bool], pd.DataFrame] = one.draw
    while len(found) < studies:
        frame = draw(rng, min(50, studies - len(found)), planted)
        found += [1.0 if e.p_value is None else e.p_value for e in one.estimates(frame)]
    return np.array(found)


if __name__ == "__main__":
    main()
