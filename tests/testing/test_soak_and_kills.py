"""Small versions of `benchmarks/soak.py` and `benchmarks/kills.py`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from inspect_ai.model import cache_path

from inspect_values.testing.kills import AT_ONCE, PERSONA, Killed, Seen, compare
from inspect_values.testing.servers import Servers, model
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
assert runs.queries >= 12 and runs.working, runs
assert runs.unaccounted == runs.repeated == 0, runs
assert runs.again == runs.unexplained == 0, runs
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


class Given:
    """A server that has given so many answers."""

    def __init__(self, answers: int) -> None:
        self.answers = answers

    def settle(self) -> None:
        pass

    def counts(self) -> dict[str, int]:
        return {"all": self.answers}


def test_answers_that_were_not_kept_or_were_kept_and_asked_again_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSPECT_CACHE_DIR", str(tmp_path))
    entries = cache_path(model("openai", PERSONA))
    entries.mkdir(parents=True)

    def keep(*names: str, whole: bool = True) -> None:
        for name in names:
            (entries / name).write_bytes(b"pickled." if whole else b"pick")

    found = Killed()
    keep("a", "b")
    keep("c", whole=False)  # cut short by the kill: it was in flight
    seen = compare(found, Seen(), Given(2 + AT_ONCE), done=False)
    assert (found.unexplained, found.again, len(seen.kept)) == (0, 0, 2)
    keep("c", "d")
    seen = compare(found, seen, Given(4 + AT_ONCE), done=True)
    assert (found.unexplained, found.again) == (0, 0)
    # nothing is in flight at the end of a run that was not killed
    compare(found, seen, Given(5 + AT_ONCE), done=True)
    assert (found.unexplained, found.again) == (1, 0)
    os.utime(entries / "a", ns=(0, 0))
    compare(found, seen, Given(4 + AT_ONCE), done=False)
    assert (found.unexplained, found.again) == (1, 1)


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
