"""The laboratory for strengths: how often do their intervals cover, and how wide are they?

Studies are drawn from known worlds: a situation moves the log odds of its pair (the intraclass
correlation is that of the latent logistic scale), each situation is asked in three factor settings.
The truth is the estimator's own value on at least 100,000 situations of the same world, for
correlated situations attenuate a marginal strength. Prints a Markdown page with seed and revision.
The tests run a small version of it.
"""

import argparse
import math
import subprocess
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy import stats

from inspect_values.analysis.bradley_terry.counts import Counts
from inspect_values.analysis.bradley_terry.estimates import FEWEST_DEGREES, FEWEST_FAMILIES
from inspect_values.analysis.bradley_terry.fit import fit
from inspect_values.analysis.bradley_terry.ranking import Ranking, Solved
from inspect_values.analysis.bradley_terry.ranks import first, ranks
from inspect_values.analysis.bradley_terry.robust import leverages
from inspect_values.analysis.bradley_terry.sparse import sparse
from inspect_values.analysis.settings import AnalysisSettings

SEED = 20261124
CELLS = 3
TRUTH = 120_000
CORRELATIONS = (0.1, 0.3, 0.6)


class World(NamedTuple):
    """A world to draw studies from."""

    name: str
    strengths: tuple[float, ...]
    nu: float = 0.5
    """Davidson's nu; 0 for forced choice, which is then asked in both seats."""

    seat: float = 0.0


WORLDS = (
    World("one pair", (0.5, -0.5)),
    World("three values", (0.8, 0.0, -0.8)),
    World("six values", (1.0, 0.6, 0.2, -0.2, -0.6, -1.0)),
    World("six equal values", (0.0,) * 6),
    World("six values far apart", (3.0, 1.0, 0.5, -0.5, -1.0, -3.0)),
    World("forced choice of six values", (1.0, 0.6, 0.2, -0.2, -0.6, -1.0), 0.0, 0.4),
)

_THIRDS = {(0, 3), (0, 4), (0, 5), (1, 3), (1, 4), (1, 5), (2, 3), (2, 4), (2, 5)}
"""Nine of the fifteen pairs of six values; every value is in three."""


def spread(world: World, each: int) -> list[tuple[int, int, int]]:
    """Pairs with their number of families, so that every value is in `each` families."""
    size = len(world.strengths)
    pairs = list(combinations(range(size), 2))
    if size < 6:
        return [(*pair, each // (size - 1)) for pair in pairs]
    whole, rest = divmod(each, 5)
    assert rest in (0, 3), "six values need a multiple of 5, plus 3 or not"
    return [(*pair, whole + (rest == 3 and pair in _THIRDS)) for pair in pairs]


def study(
    world: World, pairs: Sequence[tuple[int, int, int]], icc: float, rng: np.random.Generator
) -> Counts:
    """One study: every family with its cells, forced choices in both seats."""
    many = np.array([count for _, _, count in pairs])
    pair = np.repeat(np.arange(len(pairs)), many)
    first_value, second_value = (np.array([p[k] for p in pairs]) for k in (0, 1))
    strengths = np.array(world.strengths)
    sd = math.sqrt(icc / (1 - icc)) * math.pi / math.sqrt(3)
    eta = (strengths[first_value] - strengths[second_value])[pair] + sd * rng.normal(size=len(pair))
    seats = np.array([0.0]) if world.nu else np.array([1.0, -1.0])
    odds = np.exp((eta[:, None, None] + world.seat * seats[None, :, None]) / 2)
    drawn = rng.random((len(pair), len(seats), CELLS)) * (odds + 1 / odds + world.nu)
    outcome = np.where(drawn < odds, 1, np.where(drawn < odds + world.nu, 0, -1))
    design = (pair[:, None] * len(seats) + np.arange(len(seats))[None, :]).ravel()
    family = np.repeat(np.arange(len(pair)), len(seats))
    shape = (len(pairs) * len(seats), len(pair))
    share = {
        name: (outcome == which).mean(axis=2).ravel() / len(seats)
        for name, which in (("win", 1), ("tie", 0), ("loss", -1))
    }
    rows = np.full(len(design), float(CELLS))
    return Counts(
        values=tuple(f"v{k}" for k in range(len(strengths))),
        families=tuple(f"f{k:07d}" for k in range(len(pair))),
        first=np.repeat(first_value, len(seats)),
        second=np.repeat(second_value, len(seats)),
        seat=np.tile(seats, len(pairs)),
        query=np.zeros(shape[0]),
        rows=sparse(rows, design, family, shape),
        decided=sparse((outcome != 0).sum(axis=2).ravel().astype(float), design, family, shape),
        **{name: sparse(value, design, family, shape) for name, value in share.items()},
    )


def truth(world: World, each: int, icc: float) -> np.ndarray:
    """The estimator's own value on a very large sample of the same world."""
    pairs = spread(world, each)
    times = math.ceil(TRUTH / sum(count for _, _, count in pairs))
    rng = np.random.default_rng([SEED, 1, len(world.strengths), int(100 * icc)])
    if len(set(world.strengths)) == 1:
        return np.zeros(len(world.strengths))
    return fit(study(world, [(i, j, n * times) for i, j, n in pairs], icc, rng)).strengths


class Cell(NamedTuple):
    """What one cell of the grid says; arrays are studies × values, NaN where withheld."""

    covered: np.ndarray
    cr2: np.ndarray
    """Whether CR2 with Satterthwaite's degrees would cover."""

    width: np.ndarray
    error: np.ndarray
    found: np.ndarray
    """Whether the interval excludes 0."""


def strengths_cell(world: World, each: int, icc: float, studies: int, floor: bool = True) -> Cell:
    """Draw studies and see whether the intervals of strengths cover.

    Args:
        world: The world.
        each: Families of each value.
        icc: The intraclass correlation.
        studies: How many.
        floor: Whether intervals are withheld where the package withholds them for few families;
            they always are where only the ridge keeps strengths finite.
    """
    wanted = truth(world, each, icc)
    pairs = spread(world, each)
    rng = np.random.default_rng([SEED, 2, len(wanted), each, int(100 * icc)])
    rows: list[list[np.ndarray]] = []
    for _ in range(studies):
        ranking = Ranking([Solved(fit(study(world, pairs, icc, rng)), AnalysisSettings())])
        size = len(wanted)
        degrees, error = ranking.degrees[:size], ranking.strengths - wanted
        quantile = stats.t.ppf(0.975, degrees)
        cr2 = np.sqrt((leverages(ranking.first, -0.5)[0][:size] ** 2).sum(axis=1))
        half = quantile * ranking.errors[:size]
        shown = np.full(size, not ranking.first.separation.any and ranking.converged)
        if floor:
            shown &= (degrees >= FEWEST_DEGREES) & (each >= FEWEST_FAMILIES)
        kept = [np.abs(error) <= half, np.abs(error) <= quantile * cr2, 2 * half, error,
                np.abs(ranking.strengths) > half]  # fmt: skip
        rows.append([np.where(shown, part.astype(float), np.nan) for part in kept])
    return Cell(*np.array(rows).transpose(1, 0, 2))


class RankCell(NamedTuple):
    """What one cell says about ranks; arrays are studies × values."""

    covered: np.ndarray
    width: np.ndarray
    """Ranks in the interval."""

    certain: np.ndarray
    """P(rank 1) is at least .95."""

    right: np.ndarray
    """The value is the strongest in truth."""


def ranks_cell(world: World, each: int, icc: float, studies: int) -> RankCell:
    """Draw studies and see whether rank intervals cover, and P(rank 1) is right when it is sure."""
    wanted = truth(world, each, icc)
    best, last = ranks(wanted, np.zeros(len(wanted))), None
    if len(set(world.strengths)) == 1:
        best, last = np.ones(len(wanted)), np.full(len(wanted), len(wanted))
    pairs = spread(world, each)
    rng = np.random.default_rng([SEED, 3, len(wanted), each, int(100 * icc)])
    rows: list[list[np.ndarray]] = []
    for number in range(studies):
        settings = AnalysisSettings(seed=number)
        ranking = Ranking([Solved(fit(study(world, pairs, icc, rng)), settings)])
        low, high = ranking.rank_intervals
        # equal values have every rank: the interval must hold them all
        inside = (low <= best) & (high >= (best if last is None else last))
        chance = first(ranking.draws, ranking.component)
        rows.append([inside, high - low + 1, chance >= 0.95, wanted >= wanted.max() - 1e-9])
    return RankCell(*np.array(rows, dtype=float).transpose(1, 0, 2))


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--rank-studies", type=int, default=300)
    given = parser.parse_args()
    revision = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    error = math.sqrt(0.95 * 0.05 / given.studies)
    print("# Laboratory: the ranking of values\n")
    print(
        f"{given.studies} simulated studies a row, {CELLS} factor settings a situation, seed "
        f"{SEED}, revision {revision}. The stated level is .95; the Monte-Carlo standard error of "
        f"one value's coverage is {error:.3f}. The truth is the estimator's own value on at least "
        f"{TRUTH:,} situations of the same world. Written by "
        "`python benchmarks/strength_coverage.py`.\n"
    )
    for line in _page(given.studies, given.rank_studies):
        print(line, flush=True)


def _page(studies: int, rank_studies: int) -> Iterator[str]:
    yield "## Strengths: the jackknife over families with t\n"
    yield (
        "`situations` is how many compare each value. `worst` is the coverage of the value that is "
        "covered least, `CR2` the mean coverage of CR2 with the same degrees of freedom, `bias` "
        "the mean error of the strongest value, `found` how often its interval excludes 0 (with "
        "equal values: a false alarm), `withheld` the share of intervals that the package does not "
        "show: "
        f"fewer than {FEWEST_FAMILIES} situations, fewer than {FEWEST_DEGREES:g} degrees of "
        "freedom, or only the ridge keeps the strengths finite.\n"
    )
    yield _HEAD
    for world in WORLDS:
        for each in (8, 20, 40, 120):
            for icc in CORRELATIONS:
                yield _row(world, each, icc, strengths_cell(world, each, icc, studies))
    yield "\n## Where the floor comes from\n"
    yield (
        "The same without the two floors. Below six situations the interval still covers in these "
        "worlds, but is two to eight wide on the log scale and rests on a handful of situations "
        "being alike, which nothing in so few can show: it is withheld.\n"
    )
    yield _HEAD
    for world in WORLDS[:2]:
        for each in (4, 6):
            for icc in CORRELATIONS:
                yield _row(world, each, icc, strengths_cell(world, each, icc, studies, False))
    for each in (3, 5):
        for icc in CORRELATIONS:
            yield _row(WORLDS[0], each, icc, strengths_cell(WORLDS[0], each, icc, studies, False))
    yield "\n## Ranks and P(rank 1)\n"
    yield (
        f"{rank_studies} studies a row, 1,000 resamples each. An interval covers if it holds the "
        "true rank (with equal values: all six). `sure` is how often some value has P(rank 1) of "
        "at least .95, `wrong` the share of those that are not the strongest (with equal values "
        "every one is a false alarm: `sure` is the rate).\n"
    )
    yield "| world | situations | ICC | coverage | worst | ranks in it | sure | wrong |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for world in WORLDS[1:]:
        for each in (8, 20, 40):
            for icc in CORRELATIONS:
                yield _rank_row(world, each, icc, ranks_cell(world, each, icc, rank_studies))


_HEAD = (
    "| world | situations | ICC | coverage | worst | CR2 | width | bias | found | withheld |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


def _row(world: World, each: int, icc: float, cell: Cell) -> str:
    start = f"| {world.name} | {each} | {icc} |"
    withheld = float(np.isnan(cell.covered).mean())
    if withheld == 1:
        return f"{start} – | – | – | – | – | – | 1.00 |"
    each_value = np.nanmean(cell.covered, axis=0)
    return (
        f"{start} {np.nanmean(cell.covered):.3f} | {each_value.min():.3f} | "
        f"{np.nanmean(cell.cr2):.3f} | {np.nanmean(cell.width):.2f} | "
        f"{np.nanmean(cell.error[:, 0]):+.2f} | {np.nanmean(cell.found[:, 0]):.2f} | "
        f"{withheld:.2f} |"
    )


def _rank_row(world: World, each: int, icc: float, cell: RankCell) -> str:
    sure = cell.certain.sum()
    wrong = "–" if not sure else f"{(cell.certain * (1 - cell.right)).sum() / sure:.2f}"
    if len(set(world.strengths)) == 1:
        wrong = "–"
    return (
        f"| {world.name} | {each} | {icc} | {cell.covered.mean():.3f} | "
        f"{cell.covered.mean(axis=0).min():.3f} | {cell.width.mean():.1f} | "
        f"{cell.certain.max(axis=1).mean():.2f} | {wrong} |"
    )


if __name__ == "__main__":
    main()
