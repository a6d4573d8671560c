"""How long a whole signature takes: 16 models × 300,000 verdicts, made up.

Prints a Markdown table: seconds of each statistic, of the references and the headlines, and the
highest memory of the process. `python benchmarks/signature_speed.py [verdicts a model]` runs it.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import numpy as np
import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.headlines import headlines
from inspect_values.analysis.references import reference_estimates
from inspect_values.analysis.shared import sharing
from inspect_values.plugins.catalog import build_catalog
from inspect_values.verdict import ResponseClass

SEED = 20261124
MODELS = 16
LABS = 4
FAMILIES = 60
VALUES = ("honesty", "helpfulness", "harm_avoidance", "user_autonomy", "fairness", "efficiency")
PAIRS = [(a, b) for i, a in enumerate(VALUES) for b in VALUES[i + 1 :]]
CLASSES = [response.value for response in ResponseClass]
CELLS = {"open": 0.18, "choice": 0.12, "pushback": 0.05, "repeats": 0.03}
"""Factor settings a family for each way of asking, as a share of the queries of a family."""


def main() -> None:
    """Print the table."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    start = time.perf_counter()
    table = made_up(wanted)
    judged = judges(table)
    print(
        f"{MODELS} models × {len(table) // MODELS:,} verdicts ({len(table):,} rows, made in "
        f"{time.perf_counter() - start:.0f} s), {len(PAIRS)} pairs × {FAMILIES} situations; the "
        f"judges' own verdicts: {len(judged):,} rows. Seed {SEED}.\n"
    )
    print("| what | estimates | seconds | of the processor |\n| --- | --- | --- | --- |")
    catalog = build_catalog(installed=False)
    found: list[Estimate] = []
    total = np.zeros(2)
    with sharing():
        for item in catalog.statistics.values():
            rows = judged if getattr(item.value, "every_judge", False) else table
            part, seconds = timed(partial(item.value.estimates, rows))
            found += part
            total += seconds
            row(item.value.name, len(part), seconds)
        references = [item.value for item in catalog.references.values()]
        part, seconds = timed(lambda: reference_estimates(table, references))
        total += seconds
        row("references", len(part), seconds)
        claims, seconds = timed(lambda: headlines(table, found))
        total += seconds
        row("headlines", len(claims), seconds)
    row("all", len(found), total)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"\nHighest memory, the table's included: {peak:.1f} GB.")


T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[T, np.ndarray]:
    """What a piece of work gives, and the seconds it takes: by the clock, and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    found = work()
    return found, np.array([time.perf_counter() - clock, time.process_time() - processor])


def row(name: str, count: int, seconds: np.ndarray) -> None:
    """Print a row of the table."""
    print(f"| {name} | {count:,} | {seconds[0]:.1f} | {seconds[1]:.1f} |", flush=True)


def made_up(verdicts: int) -> pd.DataFrame:
    """A verdict table with planted leans, refusals and missing answers; only the columns in use."""
    rng = np.random.default_rng(SEED)
    queries = asked(verdicts)
    count = len(queries["family"])
    model = np.repeat(np.arange(MODELS), count)
    rows = {name: np.tile(values, MODELS) for name, values in queries.items()}
    size = len(model)
    lean_of = rng.normal(0, 0.3, (LABS, len(PAIRS)))[np.arange(MODELS) % LABS]
    lean_of = lean_of + rng.normal(0, 0.1, (MODELS, len(PAIRS)))
    situation = rng.normal(0, 0.2, (MODELS, len(PAIRS) * FAMILIES))
    inclination = lean_of[model, rows["pair"]] + situation[model, rows["family"]]
    inclination = inclination + 0.1 * (rows["nudge"] == 1) - 0.1 * (rows["nudge"] == 2)
    noise = rng.normal(0, 0.3, size)
    first = np.clip(np.round(3 + 3 * (inclination + noise)), 0, 6)
    second = np.clip(np.round(3 - 3 * (inclination - noise / 2)), 0, 6)
    chosen = rows["how"] == 1
    lean = np.where(chosen, np.sign(inclination + noise), (first - second) / 6)
    gone = rng.random(size) < 0.02
    refused = (rng.random(size) < 0.03 + 0.04 * (rows["liability"] == 1)).astype("float64")
    refused[chosen] = np.nan
    return _frame(rows, model, lean, first, second, gone, refused, rng)


def asked(verdicts: int) -> dict[str, np.ndarray]:
    """The queries that every model is asked, as numbers."""
    each = verdicts / (len(PAIRS) * FAMILIES)
    parts: list[pd.DataFrame] = []
    families = np.arange(len(PAIRS) * FAMILIES)
    plans = (
        ("open", 0, [(n, 0, 0, 1) for n in range(3)]),
        ("repeats", 0, [(0, 0, 0, 2)]),
        ("choice", 1, [(0, seat, 0, 1) for seat in (1, 2)]),
        ("pushback", 2, [(0, 0, turn, 1) for turn in range(4)]),
    )
    for name, how, ways in plans:
        cells = np.arange(max(1, round(CELLS[name] * each)))
        grid = pd.MultiIndex.from_product([families, cells, range(len(ways))])
        way = np.array(ways)[grid.get_level_values(2)]
        parts.append(
            pd.DataFrame(
                {
                    "family": grid.get_level_values(0),
                    "cell": grid.get_level_values(1),
                    "how": how,
                    "nudge": way[:, 0],
                    "seat": way[:, 1],
                    "turn": way[:, 2],
                    "epoch": way[:, 3],
                }
            )
        )
    found = pd.concat(parts, ignore_index=True)
    found["pair"] = found["family"] // FAMILIES
    found["liability"] = found["cell"] % 2
    return {str(name): found[name].to_numpy() for name in found.columns}


def _frame(
    rows: dict[str, np.ndarray],
    model: np.ndarray,
    lean: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    gone: np.ndarray,
    refused: np.ndarray,
    rng: np.random.Generator,
) -> pd.DataFrame:
    size = len(model)
    pairs = [f"{a}_vs_{b}" for a, b in PAIRS]
    families = [f"{pairs[i // FAMILIES]}.s{i % FAMILIES}" for i in range(len(pairs) * FAMILIES)]
    most = int(rows["cell"].max()) + 1
    factors = [
        json.dumps(
            {
                "liability": ("none", "high")[i % 2],
                "stakes": ("low", "high")[i // 2 % 2],
                "vulnerability": ("low", "high")[i // 4 % 2],
            }
        )
        for i in range(8)
    ]
    scenario = (rows["family"] * most + rows["cell"]) * 3 + rows["nudge"]
    sides = np.where(lean > 0.3, 0, np.where(lean < -0.3, 1, 2))
    names = np.array([[a, b, "neither"] for a, b in PAIRS])
    response = rng.choice(len(CLASSES), size, p=[0.5, 0.2, 0.15, 0.1, 0.03, 0.01, 0.01])
    none = np.full(size, -1)
    whole = pd.DataFrame(
        {
            "model": _text(model, [f"lab{i % LABS}/model-{i}" for i in range(MODELS)]),
            "lab": _text(model % LABS, [f"lab{i}" for i in range(LABS)]),
            "model_family": _text(none, [""]),
            "pair": _text(rows["pair"], pairs),
            "family": _text(rows["family"], families),
            "cell": _text(rows["cell"], [f"c{i}" for i in range(most)]),
            "scenario": pd.Categorical(scenario),
            "domain": _text(rows["family"] % 20, [f"domain {i}" for i in range(20)]),
            "factors": _text(rows["cell"] % 8, factors),
            "nudge": _text(rows["nudge"], ["neutral", "first", "second"]),
            "elicitation": _text(rows["how"], ["open", "choice", "pushback"]),
            "persona": _text(none, ["none"]),
            "seat": _text(rows["seat"] - 1, ["first", "second"]),
            "turn": rows["turn"],
            "epoch": rows["epoch"],
            "pressed": _text(np.where(rows["how"] == 2, scenario % 2, -1), ["first", "second"]),
            "ladders": _text(np.where(rows["how"] == 1, -1, scenario % 2), ["first", "second"]),
            "run_status": _text(np.zeros(size, dtype=int), ["success"]),
            "response_outcome": _text(np.zeros(size, dtype=int), ["verdict"]),
            "response_class": _text(np.where(rows["how"] == 1, -1, response), CLASSES),
            "outcome": _text(gone.astype(int), ["verdict", "grader_failed"]),
            "refusal_costs": _text(np.ones(size, dtype=int), ["first", "second"]),
            "sample_uuid": pd.Categorical(model * (10 * int(scenario.max() + 1)) + scenario),
            "threshold": np.full(size, 2.0),
            "lean": np.where(gone, np.nan, lean),
            "first": np.where(gone | (rows["how"] == 1), np.nan, first),
            "second": np.where(gone | (rows["how"] == 1), np.nan, second),
            "refused": np.where(gone, np.nan, refused),
        }
    )
    # these are changed by rules, so that they are plain texts
    for name, side in (("first", 0), ("second", 1)):
        values = _text(rows["pair"], [pair[side] for pair in PAIRS])
        whole[f"{name}_value"] = pd.Series(values).astype("string")
        whole[f"{name}_name"] = values
    said = names[rows["pair"], sides]
    whole["prioritised"] = pd.array(np.where(gone, None, said), dtype="string")
    return whole


def _text(codes: np.ndarray, labels: list[str]) -> pd.Categorical:
    if len(set(labels)) == len(labels):
        return pd.Categorical.from_codes(codes, categories=labels)
    known = sorted(set(labels))
    place = np.array([known.index(label) for label in labels])
    return pd.Categorical.from_codes(np.where(codes < 0, -1, place[codes]), categories=known)


def judges(table: pd.DataFrame) -> pd.DataFrame:
    """Two judges of every tenth open answer."""
    rng = np.random.default_rng(SEED)
    rows = table[(table["elicitation"] == "open") & (table["nudge"] == "neutral")].iloc[::10]
    parts = [
        rows.assign(
            judge=pd.array([f"lab9/judge-{name}"] * len(rows), dtype="string"),
            rubric=pd.array(["fixed"] * len(rows), dtype="string"),
            variation=pd.array([None] * len(rows), dtype="string"),
            member=True,
            lean=rows["lean"] + rng.normal(0, 0.1, len(rows)),
        )
        for name in ("a", "b")
    ]
    return pd.concat(parts, ignore_index=True)


if __name__ == "__main__":
    main()
