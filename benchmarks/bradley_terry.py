"""How fast is the ranking, side by side with choix and evalica? Prints Markdown tables.

Everything runs in this process on one thread, choix and ours in turn; CPU seconds are shown, for
they depend least on what else the machine does, and ratios to choix. choix and evalica get counts
aggregated for each resample, as our fit does; drawing the resamples and adding them up is part of
everybody's time. Those two fit strengths only; ours fits the effects of seat and nudge too.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import choix
import evalica
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from threadpoolctl import threadpool_limits

from inspect_values.analysis.bradley_terry.bootstrap import draws
from inspect_values.analysis.bradley_terry.counts import Counts, counts, tally
from inspect_values.analysis.bradley_terry.fit import fit
from inspect_values.analysis.columns import COLUMNS, typed
from inspect_values.analysis.comparisons import comparisons
from inspect_values.analysis.estimators.held_out import HELD_OUT_ACCURACY, HELD_OUT_LOG_LOSS
from inspect_values.analysis.estimators.nudge_susceptibility import NUDGE_SUSCEPTIBILITY
from inspect_values.analysis.estimators.p_first import P_FIRST
from inspect_values.analysis.estimators.rank import RANK
from inspect_values.analysis.estimators.seat_effect import SEAT_EFFECT
from inspect_values.analysis.estimators.strength import STRENGTH
from inspect_values.analysis.estimators.strength_by_refusal_rule import STRENGTH_BY_REFUSAL_RULE
from inspect_values.analysis.parquet import read_table, write_table
from inspect_values.analysis.settings import AnalysisSettings
from inspect_values.analysis.signature import signature

__all__ = ["verdict_frame", "write_table"]

SEED = 20261124
RESAMPLES = 1000
SMALL_ALPHA = 1e-6
"""choix' regularisation; without any, a value that never wins in a resample stops it."""


def games(values: int, rows: int, families: int) -> pd.DataFrame:
    """Forced choices with seats and nudges, every family about one pair."""
    rng = np.random.default_rng([SEED, values, families])
    strengths = rng.normal(0, 1, values)
    pairs = np.array([(i, j) for i in range(values) for j in range(i + 1, values)])
    family = rng.integers(0, families, rows)
    # families are named after their pair, so that in order those of a pair are together
    pair = pairs[np.sort(rng.integers(0, len(pairs), families))[family]]
    seat, query = rng.choice([-1, 1], rows), rng.integers(-1, 2, rows)
    eta = strengths[pair[:, 0]] - strengths[pair[:, 1]] + 0.4 * seat + 0.6 * query
    won = rng.random(rows) < 1 / (1 + np.exp(-eta))
    return pd.DataFrame(
        {"first": pair[:, 0], "second": pair[:, 1], "seat": seat, "query": query, "won": won,
         "family": family}
    )  # fmt: skip


def our_counts(table: pd.DataFrame, values: int) -> Counts:
    """The sufficient statistics of `games`, through the package."""
    names = pd.CategoricalDtype([f"v{k:04d}" for k in range(values)])
    size = len(table)
    texts = {"model": "m", "elicitation": "choice", "persona": "none", "nudge": "all"}
    rows = pd.DataFrame(
        {name: pd.Categorical([text] * size) for name, text in texts.items()}
        | {
            "turn": 0,
            "family": table["family"].map("{:07d}".format).astype("category"),
            "first_value": pd.Categorical.from_codes(table["first"], dtype=names),
            "second_value": pd.Categorical.from_codes(table["second"], dtype=names),
            "outcome": np.where(table["won"], 1, -1),
            "seat": table["seat"],
            "lean_of_query": table["query"],
            "weight": 1.0,
        }
    )
    return counts(tally(rows, "rows"), nudges=True)


def resampled(table: pd.DataFrame, values: int, resamples: int) -> Iterator[np.ndarray]:
    """Wins of each value over each other, for each resample of families; values × values."""
    families = int(table["family"].max()) + 1
    winner = np.where(table["won"], table["first"], table["second"])
    loser = np.where(table["won"], table["second"], table["first"])
    wins = coo_array(
        (np.ones(len(table)), (winner * values + loser, table["family"])),
        shape=(values**2, families),
    ).tocsr()
    rng = np.random.default_rng(SEED)
    for start in range(0, resamples, 50):
        many = min(50, resamples - start)
        drawn = rng.integers(0, families, (many, families))
        weights = np.stack([np.bincount(d, minlength=families) for d in drawn], axis=1)
        for column in (wins @ weights.astype(float)).T:
            yield column.reshape(values, values)


def run_choix(table: pd.DataFrame, values: int) -> None:
    """The dense I-LSR of choix on aggregated counts, for each resample."""
    for matrix in resampled(table, values, RESAMPLES):
        choix.ilsr_pairwise_dense(matrix, alpha=SMALL_ALPHA)


def run_evalica_counts(table: pd.DataFrame, values: int, resamples: int) -> None:
    """What evalica takes on aggregated counts as weights, for each resample."""
    for matrix in resampled(table, values, resamples):
        winner, loser = np.nonzero(matrix)
        evalica.bradley_terry(
            winner.tolist(),
            loser.tolist(),
            [evalica.Winner.X] * len(winner),
            weights=matrix[winner, loser].tolist(),
        )


def run_evalica_bootstrap(table: pd.DataFrame, resamples: int) -> None:
    """The bootstrap of evalica itself, over rows: it knows no clusters."""
    evalica.bootstrap(
        evalica.bradley_terry,
        table["first"].tolist(),
        table["second"].tolist(),
        [evalica.Winner.X if won else evalica.Winner.Y for won in table["won"]],
        n_resamples=resamples,
        bootstrap_method="percentile",
        random_state=SEED,
    )


def run_ours(data: Counts) -> None:
    """Fit with seat and nudge, then refit to every resample."""
    draws(fit(data, AnalysisSettings(weights="rows")), RESAMPLES, SEED)


def timed(run: Callable[[], None]) -> float:
    """The CPU time in seconds."""
    start = time.process_time()
    run()
    return time.process_time() - start


def side_by_side(values: int, rows: int, families: int, rounds: int, repeats: int) -> None:
    """Print one table."""
    table = games(values, rows, families)
    start = time.process_time()
    data = our_counts(table, values)
    adding = time.process_time() - start
    print(f"\n## {rows:,} comparisons, {values} values, {families:,} families\n")
    print(f"{RESAMPLES:,} resamples of families. Adding up rows, once: {adding:.2f} s.\n")
    print("| what | fits | CPU seconds | times choix |\n| --- | --- | --- | --- |", flush=True)
    with threadpool_limits(limits=1):
        both = [
            (timed(lambda: run_choix(table, values)), timed(lambda: run_ours(data)))
            for _ in range(repeats)
        ]
        counted = timed(lambda: run_evalica_counts(table, values, 100)) * RESAMPLES / 100
        own = timed(lambda: run_evalica_bootstrap(table, rounds)) * RESAMPLES / rounds
    base, ours = (median(times) for times in zip(*both, strict=True))
    for what, fits, seconds in (
        ("choix, dense I-LSR on aggregated counts", "strengths", base),
        ("inspect-values", "strengths, seat, nudge", ours),
        ("evalica on aggregated counts (100 resamples, extrapolated)", "strengths", counted),
        (f"evalica's own bootstrap ({rounds} rounds, extrapolated)", "strengths", own),
    ):
        print(f"| {what} | {fits} | {seconds:.2f} | {seconds / base:.2f} |")
    print(f"\nevalica's own bootstrap takes {own / ours:.0f} times as long as inspect-values.")


def verdict_frame(models: int, each: int, families: int) -> pd.DataFrame:
    """A verdict table of `models` times `each` verdicts: six values, three nudges, some missing."""
    values = np.array(["care", "fairness", "freedom", "honesty", "safety", "thrift"], dtype=object)
    pairs = np.array([(i, j) for i in range(6) for j in range(i + 1, 6)])
    nudges = np.array(["neutral", "first", "second"], dtype=object)
    parts: list[pd.DataFrame] = []
    for model in range(models):
        rng = np.random.default_rng([SEED, model])
        strengths = rng.normal(0, 0.8, 6)
        pair, family = rng.integers(0, 15, each), rng.integers(0, families, each)
        cell, nudge = rng.integers(0, 300, each), rng.integers(0, 3, each)
        one, other = pairs[pair].T
        moved = rng.normal(0, 1.2, (15, families))[pair, family]
        eta = strengths[one] - strengths[other] + moved + 0.7 * np.array([0, 1, -1])[nudge]
        up = np.exp(eta / 2)
        drawn = rng.random(each) * (up + 1 / up + 0.5)
        put = np.where(drawn < up, values[one], np.where(drawn < up + 0.5, "both", values[other]))
        refused, gone = rng.random(each) < 0.05, rng.random(each) < 0.03
        name = pd.Series(pair * families + family).map(lambda k: f"situation{k:05d}")
        parts.append(
            pd.DataFrame(
                {
                    "model": f"simulated/model-{model:02d}",
                    "lab": f"Simulated lab {model % 4}",
                    "pair": values[one] + "_vs_" + values[other],
                    "first_value": values[one],
                    "second_value": values[other],
                    "family": name,
                    "cell": name + "/" + pd.Series(cell).astype(str),
                    "scenario": name + "/" + pd.Series(cell * 3 + nudge).astype(str),
                    "nudge": nudges[nudge],
                    "elicitation": "open",
                    "prioritised": np.where(gone, None, put),
                    "refused": refused.astype(float),
                    "refusal_costs": "second",
                    "lean": np.where(gone, np.nan, np.clip(eta / 4, -1, 1)),
                }
            )
        )
        rest = {column.name: pd.NA for column in COLUMNS if column.name not in parts[-1]}
        parts[-1] = typed(parts[-1].assign(**rest))
    return pd.concat(parts, ignore_index=True)


def whole_study(models: int, each: int, families: int) -> None:
    """Print how long every statistic of the ranking takes on a large verdict table."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "verdicts.parquet"
        code = "import sys; sys.path.insert(0, sys.argv[1]); import bradley_terry as b; "
        code += "from pathlib import Path; b.write_table(b.verdict_frame("
        code += f"{models}, {each}, {families}), Path(sys.argv[2]))"
        # in a process of its own, so that its memory is not counted
        subprocess.run([sys.executable, "-c", code, str(Path(__file__).parent), path], check=True)
        start = time.perf_counter()
        table = read_table(path)
        reading = time.perf_counter() - start
    print(f"\n## {models} models × {each:,} verdicts\n")
    print(
        f"{15 * families} families in 15 pairs of six values, three nudges, four labs; a verdict "
        "table in Parquet.\n"
    )
    statistics = (
        *(STRENGTH, RANK, P_FIRST, SEAT_EFFECT, NUDGE_SUSCEPTIBILITY),
        *(HELD_OUT_ACCURACY, HELD_OUT_LOG_LOSS, STRENGTH_BY_REFUSAL_RULE),
    )
    read_peak, resident = _memory("VmHWM"), _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
    start = time.perf_counter()
    comparisons(table)
    alone = time.perf_counter() - start
    start, cpu = time.perf_counter(), time.process_time()
    found = signature(table, statistics)
    seconds, used = time.perf_counter() - start, time.process_time() - cpu
    print("| what | result |\n| --- | --- |")
    print(f"| verdicts | {len(table):,} |")
    print(f"| reading the table | {reading:.0f} s, peak {read_peak:.1f} GB |")
    print(f"| memory that the table takes | {resident:.1f} GB |")
    print(f"| verdict table → comparisons alone | {alone:.1f} s |")
    print(f"| all eight statistics of the ranking, 1,000 resamples | {seconds:.1f} s |")
    print(f"| CPU time of that | {used:.1f} s |")
    print(f"| estimates | {len(found):,} |")
    print(f"| peak memory of that, the table included | {_memory('VmHWM'):.1f} GB |")


def _memory(what: str) -> float:
    """Gigabytes, from Linux."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 2**20


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5, help="Of evalica's own bootstrap.")
    parser.add_argument("--only", choices=["games", "study"])
    given = parser.parse_args()
    print("# The ranking of values: speed\n")
    print(
        f"choix {_version('choix')}, evalica {_version('evalica')}, medians of {given.repeats} "
        "runs on one thread. Written by `python benchmarks/bradley_terry.py`."
    )
    if given.only != "study":
        for families in (10_000, 100_000):
            side_by_side(100, 300_000, families, given.rounds, given.repeats)
    if given.only != "games":
        whole_study(16, 300_000, 22)


def _version(name: str) -> str:
    from importlib.metadata import version

    return version(name)


if __name__ == "__main__":
    main()
