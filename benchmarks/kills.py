"""Runs killed at random moments and started again: adds its part to docs/soak.md."""

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

from inspect_values.testing.kills import PAIR, Killed, kill_runs
from inspect_values.testing.page import table
from inspect_values.testing.servers import knowledge, lab_servers


def main() -> None:
    """Run it and add to the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    started = time.monotonic()
    with (
        lab_servers(knowledge([PAIR]), delay=0.1) as servers,
        tempfile.TemporaryDirectory() as folder,
    ):
        found = kill_runs(servers, Path(folder), kills=given.kills, seed=given.seed)
    with given.output.open("a", encoding="utf-8") as page_file:
        page_file.write(page(found, given.seed, time.monotonic() - started))
    raise SystemExit(1 if found.wrong else 0)


def revision() -> str:
    """The commit that was measured."""
    asked = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def page(found: Killed, seed: int, seconds: float) -> str:
    """The result as Markdown."""
    rows = [
        ("kill -9", found.kills),
        ("runs that came through in the end", found.runs),
        ("queries, each with one verdict", found.queries),
        ("complete samples at the kills, none of them run again", found.kept),
        ("answers that were in flight at a kill and served again", found.again),
        ("the most of them for one kill, as a mean over a run", found.most_again),
        ("contradictions", len(found.wrong)),
    ]
    return f"""
# Kills

Made by `python benchmarks/kills.py` at revision {revision()}, seed {seed}, in {seconds:,.0f} s. Eval
sets with Inspect's response cache behind the SDKs of four labs, two queries at a time, killed at
random moments and started again.

{table(["", "Count"], [(name, f"{count:,}") for name, count in rows])}
{" ".join(found.wrong[:5])}
"""


if __name__ == "__main__":
    main()
