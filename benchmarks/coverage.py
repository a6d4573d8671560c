"""The laboratory: how often do our intervals cover the planted truth?

Prints a Markdown page with seed and revision. Run it with `make lab`; the tests run a smaller grid.
"""

import math
import subprocess
from collections.abc import Callable

import numpy as np
from scipy import stats

from inspect_values.analysis.intervals import Interval, korn_graubard, mean_interval

SEED = 20261124
STUDIES = 2000
CELLS = 3
TRUTH = 200_000
"""Families on which the estimators' own values are taken, at least."""

FAMILIES = (8, 20, 40, 120)
CORRELATIONS = (0.1, 0.3, 0.6)
RATES = (0.02, 0.1, 0.5)


def main() -> None:
    """Print the page."""
    revision = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    print("# Laboratory: coverage of the intervals\n")
    print(
        f"{STUDIES} simulated studies a row, {CELLS} factor settings a situation, seed {SEED}, "
        f"revision {revision}. The stated level is .95; its Monte-Carlo standard error is "
        f"{math.sqrt(0.95 * 0.05 / STUDIES):.3f}. Written by `make lab`.\n"
    )
    print("## Lean (beta over situations)\n")
    print("| situations | intraclass correlation | coverage | mean width | withheld |")
    print("| --- | --- | --- | --- | --- |")
    for families in FAMILIES:
        for icc in CORRELATIONS:
            truth = float(_lean(TRUTH // STUDIES, icc).mean())
            print(_row(f"| {families} | {icc} |", truth, _lean(families, icc), _lean_interval))
    print("\n## Rates (Korn–Graubard over situations), intraclass correlation .3\n")
    print("| situations | rate | coverage | mean width | withheld |")
    print("| --- | --- | --- | --- | --- |")
    for families in FAMILIES:
        for rate in RATES:
            print(_row(f"| {families} | {rate} |", rate, _rates(families, rate), _rate_interval))


def _lean_interval(means: list[float]) -> Interval:
    return mean_interval(means, -1.0, 1.0)


def _rate_interval(means: list[float]) -> Interval:
    return korn_graubard(means, len(means) * CELLS)


def _lean(families: int, icc: float) -> np.ndarray:
    rng = np.random.default_rng([SEED, families, int(icc * 10)])
    situations = rng.normal(0, math.sqrt(icc), (STUDIES, families, 1))
    cells = rng.normal(0, math.sqrt(1 - icc), (STUDIES, families, CELLS))
    return np.clip(0.1 + 0.3 * (situations + cells), -1, 1).mean(axis=2)


def _rates(families: int, rate: float) -> np.ndarray:
    rng = np.random.default_rng([SEED, families, int(rate * 100)])
    within = (1 - 0.3) / 0.3
    beta = stats.beta(rate * within, (1 - rate) * within)
    shares = beta.rvs((STUDIES, families), random_state=rng)
    return rng.binomial(CELLS, shares) / CELLS


def _row(
    start: str, truth: float, studies: np.ndarray, interval: Callable[[list[float]], Interval]
) -> str:
    found = [interval([float(x) for x in study]) for study in studies]
    shown = [(i.low, i.high) for i in found if i.low is not None and i.high is not None]
    covered = sum(low <= truth <= high for low, high in shown) / len(shown)
    width = sum(high - low for low, high in shown) / len(shown)
    return f"{start} {covered:.3f} | {width:.3f} | {len(found) - len(shown)} |"


if __name__ == "__main__":
    main()
