"""200 kills at random moments of runs and of the commands that write; prints Markdown.

`make lab` writes it to docs/kills.md; tests run a few.
"""

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from inspect_values.cli.main import cli
from inspect_values.testing.apart import server_apart
from inspect_values.testing.kill_commands import kill_commands
from inspect_values.testing.kills import AT_ONCE, PAIR, kill_runs

SEED = 20261124
QUERIES = 40


def main(kills: int = 200) -> None:
    """Print the page."""
    revision = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    with tempfile.TemporaryDirectory() as name, server_apart("openai", PAIR, delay=0.05) as server:
        folder = Path(name)
        os.environ.update(server.environment, XDG_CACHE_HOME=str(folder / "cache"))
        call = partial(cli.main, standalone_mode=False)
        runs = kill_runs(server, folder, kills * 3 // 4, QUERIES, SEED)
        files = kill_commands(call, folder / "logs-0", folder / "out", kills - runs.kills, SEED)
    print("# Kills at random moments\n")
    print(
        f"kill -9, seed {SEED}, revision {revision}. Runs of {QUERIES} queries, at most {AT_ONCE} "
        "at once, through OpenAI's SDK with Inspect's response cache, each started again until it "
        "is complete; commands that write files, each started again over its own files.\n"
    )
    print("| | |\n|---|---|")
    rows = {
        "kills of runs": runs.kills,
        "… of them in the middle of answers": runs.working,
        "runs that were completed": runs.runs,
        "queries": runs.queries,
        "queries without exactly one row in the verdict table": runs.unaccounted,
        "completed samples that were run again": runs.repeated,
        "answers given twice by the server": runs.twice,
        "… of them such as the client had in its cache": runs.again,
        "… of them such as were not in flight at a kill": runs.unexplained,
        "kills of commands that write": files.kills,
        "commands that ended": files.ended,
        "half-written files": len(runs.damaged) + len(files.damaged),
    }
    for what, number in rows.items():
        print(f"| {what} | {number:,} |")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
