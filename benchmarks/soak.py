"""Ten thousand queries over four labs with 5 % mixed faults: writes docs/soak.md.

The servers run in threads of the same process, so the memory measured is that of both.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from inspect_values.evaluation.parameters import resolve_pairs
from inspect_values.plugins.catalog import evaluation_catalog
from inspect_values.testing.page import table
from inspect_values.testing.servers import knowledge, lab_servers
from inspect_values.testing.soak import PLANTED, Soaked, soak

PAIRS = "six_values"


def revision() -> str:
    """The commit that was measured."""
    asked = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def main() -> None:
    """Run it and print the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    pairs = [pair.id for pair, _ in resolve_pairs(evaluation_catalog(), PAIRS)]
    each = -(-given.queries // (4 * len(pairs)))
    started = time.monotonic()
    with lab_servers(knowledge(pairs), slow=0.5) as servers, tempfile.TemporaryDirectory() as logs:
        os.environ.update(servers.environment())
        found = soak(
            servers, Path(logs), each=each, rounds=given.rounds, pairs=PAIRS, seed=given.seed
        )
    given.output.write_text(page(found, given.seed, time.monotonic() - started), encoding="utf-8")
    sys.exit(1 if found.wrong else 0)


def page(found: Soaked, seed: int, seconds: float) -> str:
    """The result as Markdown."""
    met = sum(found.met.values())
    memory = ", ".join(f"{size:.0f}" for size in found.memory)
    faults = [(fault.value, f"{count:,}") for fault, count in found.met.most_common()]
    outcomes = [(name, f"{count:,}") for name, count in found.outcomes.most_common()]
    return f"""# Soak

Made by `python benchmarks/soak.py` at revision {revision()}, seed {seed}, in {seconds:,.0f} s.
Simulated personas answer through the real SDKs of four labs; nothing here is about a real model.

{found.queries:,} queries, judged by the next lab; {met:,} requests met a fault (5 % of all prompts,
those of judges included; an answer that never ends is left out, see docs/faults.md).

Not accounted for exactly once, or otherwise than the servers say: **{len(found.wrong)}**.
{" ".join(found.wrong[:5])}
Order of the labs on {PLANTED}, planted as anthropic, google, openai, xai: {", ".join(found.order)}.
Memory of the process (servers and what they remember included) after each round, MB: {memory}.

{table(["Outcome", "Queries"], outcomes)}
{table(["Fault", "Requests"], faults)}"""


if __name__ == "__main__":
    main()
