"""A bank at the size of the study: rows in, checked, duplicates out, selected, previewed.

Makes rows in the schema of the trade-off study and takes them through the commands that a user
types, each in a process of its own, and prints a Markdown table with time and peak memory. Run it
with `python benchmarks/bank_scale.py` (Linux or macOS).
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

SEED = 20261125
VALUES = 3_307
NUDGES = ("neutral", "value1", "value2")
TWIN = 0.02
"""The share of entries that are nearly a copy of an earlier one."""

_WORDS = 6_000
_CLI = "from inspect_values.cli.main import cli; cli()"


def rows(path: Path, count: int, models: int) -> None:
    """Write `count` rows: three nudges an entry, with recorded positions of some models."""
    rng = random.Random(SEED)
    # made-up words, as rare as words are: few are common and most are not
    letters = "abcdefghilmnoprstuvz"
    words = ["".join(rng.choices(letters, k=rng.randint(2, 9))) for _ in range(_WORDS)]
    weights = [1 / (rank + 10) for rank in range(_WORDS)]
    earlier: list[str] = []
    with path.open("w", encoding="utf-8") as file:
        for entry in range(count // 3):
            if earlier and rng.random() < TWIN:
                text = f"{rng.choice(earlier)} Thanks."
            else:
                text = " ".join(rng.choices(words, weights, k=rng.randint(50, 90))) + "?"
                if len(earlier) < 20_000:
                    earlier.append(text)
            one, two = rng.sample(range(VALUES), 2)
            for nudge in NUDGES:
                lean = "" if nudge == "neutral" else f" I hope that it is {nudge} {entry}."
                row: dict[str, object] = {
                    "rank": entry,
                    "query_generator": "made_up",
                    "value1": f"value {one}",
                    "value2": f"value {two}",
                    "nudge_direction": nudge,
                    "query": text + lean,
                    "chunk_index": entry // 100,
                    "entry_idx": entry,
                }
                for number in range(models):
                    row |= {
                        f"response_m{number}": "An answer.",
                        f"m{number}_value1_position": rng.randint(0, 6),
                        f"m{number}_value2_position": rng.randint(0, 6),
                    }
                file.write(json.dumps(row) + "\n")


def run(name: str, arguments: Sequence[str], codes: Sequence[int] = (0,)) -> str:
    """Run `inspect-values …`, print its row of the table, and return what it said."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", _CLI, *arguments],
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - start
        said.seek(0)
        text = said.read()
    unit = 2**30 if sys.platform == "darwin" else 2**20
    code = os.waitstatus_to_exitcode(status)
    if code not in codes:
        raise SystemExit(f"{name} ended with {code}:\n{text[-2000:]}")
    cpu = usage.ru_utime + usage.ru_stime
    print(
        f"| {name} | {took:,.0f} s | {cpu:,.0f} s | {usage.ru_maxrss / unit:.2f} GB |", flush=True
    )
    return text


def revision() -> str:
    """The commit that was measured."""
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--models", type=int, default=2, help="Of which answers are recorded.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        source, bank, part = place / "rows.jsonl", place / "bank.parquet", place / "part.parquet"
        rows(source, asked.rows, asked.models)
        print(
            f"{asked.rows:,} rows in the trade-off study's schema with recorded positions of "
            f"{asked.models} models ({source.stat().st_size / 2**20:,.0f} MB of JSONL), made up "
            f"with seed {SEED}; revision {revision()}; {os.cpu_count()} cores.\n"
        )
        print("| command | time | CPU time | peak memory |\n| --- | ---: | ---: | ---: |")
        shown = ["scenarios", "import", str(source), "--format", "tradeoff-study"]
        said = run("`scenarios import`", [*shown, "-o", str(bank), "--licence", "CC0-1.0"])
        verdicts = ["--verdicts", str(place / "verdicts.parquet")]
        run(
            "`scenarios import … --verdicts`",
            [*shown, "-o", str(place / "again.parquet"), *verdicts],
        )
        # what an editor would mark is found, and ends with 1
        checked = run("`scenarios check`", ["scenarios", "check", str(bank)], (0, 1))
        chosen = run("`scenarios select`", ["scenarios", "select", str(bank), "-o", str(part)])
        models = ["--writers", "a/x,b/y,c/z", "--filters", "a/x,b/y,c/z"]
        each = str(max(1, asked.rows // 9))
        planned = run(
            f"`scenarios preview` of {3 * int(each):,} items",
            ["scenarios", "preview", "-n", each, *models],
        )
    print("\nWhat they said:\n\n```text")
    near = [line for line in checked.splitlines() if line.startswith(("Near-dup", "another"))]
    for text in (said, "\n".join(near), chosen, planned.splitlines()[-2]):
        print("\n".join(line for line in text.strip().splitlines() if folder not in line))
    print("```")


if __name__ == "__main__":
    main()
