"""Small versions of `benchmarks/soak.py` and `benchmarks/kills.py`."""

import subprocess
import sys
from pathlib import Path

import pytest

from inspect_values.testing.servers import Servers
from inspect_values.testing.soak import ORDER, soak

ONCE = """
import os, sys
from functools import partial
from pathlib import Path
from inspect_values.cli.main import cli
from inspect_values.testing.apart import server_apart
from inspect_values.testing.kill_commands import kill_commands
from inspect_values.testing.kills import PAIR, kill_runs
folder = Path(sys.argv[1])
with server_apart("openai", PAIR, delay=0.05) as server:
    os.environ.update(server.environment, XDG_CACHE_HOME=str(folder / "cache"))
    runs = kill_runs(server, folder, 3, 12, seed=5)
    call = partial(cli.main, standalone_mode=False)
    files = kill_commands(call, folder / "logs-0", folder / "out", 2, seed=5)
assert runs.queries >= 12
assert runs.unaccounted == runs.repeated == 0, runs
assert runs.most_twice <= 0, "an answer was paid for twice that was not in flight at a kill"
assert not runs.damaged and not files.damaged, files
print("accounted for")
"""


def test_killed_runs_and_commands_repeat_nothing_and_leave_whole_files(tmp_path: Path) -> None:
    # in a process of its own: it forks, which one with threads must not
    done = subprocess.run(
        [sys.executable, "-c", ONCE, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert "accounted for" in done.stdout, done.stderr[-3000:]


def test_every_query_is_accounted_for_once_under_mixed_faults(
    labs: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for server in labs.labs.values():
        monkeypatch.setattr(server.desk, "slow", 0.1)
    found = soak(labs, tmp_path, 160, 160, share=0.1)
    assert found.asked == 160 == sum(found.outcomes.values())
    assert found.unaccounted == 0
    assert len(found.met) >= 5, "faults were met"
    assert found.order == ORDER
