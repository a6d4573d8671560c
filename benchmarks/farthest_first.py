"""Farthest-first side by side: ours, the textbook's, and scikit-learn's distances.

Prints a part of docs/scale.md. Run it with `python benchmarks/farthest_first.py`; the three start
from the same vectors in one process, and must choose the same rows in the same order.
"""

import argparse
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    pairwise_distances,  # pyright: ignore[reportUnknownVariableType]
)

from inspect_values.scenarios.farthest_first import Rounded, farthest_first, rounded

SEED = 20261125


def made(rows: int, dimensions: int) -> NDArray[np.float32]:
    """Vectors around a fiftieth as many centres, as texts about so many topics would be."""
    rng = np.random.default_rng(SEED)
    centres = rng.standard_normal((max(1, rows // 50), dimensions)).astype(np.float32)
    found = centres[rng.integers(len(centres), size=rows)]
    for start in range(0, rows, 10_000):
        block = found[start : start + 10_000]
        block += 0.7 * rng.standard_normal(block.shape).astype(np.float32)
    return found


def plain(given: Rounded, most: int) -> list[int]:
    """The textbook: a product of all vectors with each one that is chosen."""
    nearest = np.full(len(given.vectors), -2.0, dtype=np.float32)
    rows = [0]
    while len(rows) < most:
        np.maximum(nearest, given.vectors @ given.vectors[rows[-1]], out=nearest)
        nearest[rows] = np.inf
        rows.append(int(np.argmin(nearest)))
    return rows


def with_sklearn(given: Rounded, most: int) -> list[int]:
    """The same with scikit-learn's cosine distances to each one that is chosen."""
    nearest = np.full(len(given.vectors), np.inf)
    rows = [0]
    while len(rows) < most:
        last = given.vectors[rows[-1] : rows[-1] + 1]
        found = np.asarray(pairwise_distances(given.vectors, last, metric="cosine"))[:, 0]
        np.minimum(nearest, found, out=nearest)
        nearest[rows] = -np.inf
        rows.append(int(np.argmax(nearest)))
    return rows


def ours(given: Rounded, most: int) -> list[int]:
    """What `scenarios select` uses."""
    return farthest_first(given, stop=0.0, most=most).rows.tolist()


def peak() -> float:
    """The largest memory of this process so far, in GB, from Linux."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 2**20


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--dimensions", type=int, default=384)
    parser.add_argument("--centres", type=int, default=10_000)
    asked = parser.parse_args()
    given = rounded(made(asked.rows, asked.dimensions))
    print(
        f"{asked.rows:,} vectors of {asked.dimensions} dimensions, numpy {version('numpy')}, "
        f"scikit-learn {version('scikit-learn')}; milliseconds for each one that is chosen.\n"
    )
    print("| way | chosen | ms each | CPU ms each | order | peak memory so far |")
    print("| --- | ---: | ---: | ---: | --- | ---: |")
    reference: list[int] = []
    for name, way, most in (
        ("ours", ours, asked.centres),
        ("one matrix–vector product each", plain, min(200, asked.centres)),
        ("scikit-learn `pairwise_distances`", with_sklearn, min(20, asked.centres)),
    ):
        start, used = time.perf_counter(), time.process_time()
        rows = way(given, most)
        took, used = time.perf_counter() - start, time.process_time() - used
        reference = reference or rows
        same = "the same" if rows == reference[:most] else _parting(rows, reference)
        print(
            f"| {name} | {len(rows):,} | {1000 * took / len(rows):.2f} | "
            f"{1000 * used / len(rows):.2f} | {same} | {peak():.1f} GB |",
            flush=True,
        )


def _parting(rows: list[int], reference: list[int]) -> str:
    """Where an order parts from ours."""
    pairs = zip(rows, reference, strict=False)
    return f"parts at {next(n for n, (a, b) in enumerate(pairs, 1) if a != b)}"


if __name__ == "__main__":
    main()
