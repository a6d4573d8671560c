"""Runs that are killed at random moments, again and again, until they are complete.

Each run is a fork of a process that has everything imported, so that a kill costs no start-up, and
falls into the run. The lab's server is another process, which counts what it has answered.
"""

import contextlib
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from inspect_ai import eval_set  # pyright: ignore[reportUnknownVariableType] (a type of a package that is not installed)
from inspect_ai.log import list_eval_logs, read_eval_log_sample_summaries

from inspect_values.analysis.table import verdict_table
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.testing.apart import Apart
from inspect_values.testing.matrix import Labs
from inspect_values.testing.servers import model

PAIR = "fairness_vs_efficiency"
AT_ONCE = 4
"""Queries in flight at most."""


@dataclass
class Killed:
    """What kills did to a number of runs."""

    kills: int = 0
    runs: int = 0
    queries: int = 0
    repeated: int = 0
    """Completed samples that were run again, or are in no final log."""

    twice: int = 0
    """Answers that the server gave more than once: in flight at a kill, or paid for twice."""

    most_twice: int = 0
    """The most of them that a single run had, above what was in flight at its kills."""

    unaccounted: int = 0
    """Queries without exactly one row in the verdict table."""

    damaged: list[str] = field(default_factory=list[str])
    """Files that were half-written."""


def kill_runs(
    server: Apart, folder: Path, kills: int, queries: int, seed: int = 1, longest: float = 3.0
) -> Killed:
    """Kill runs through a lab's real SDK, with Inspect's response cache on.

    The environment must send the SDK to the server already.

    Args:
        server: OpenAI's server in a process of its own.
        folder: Where logs and the response cache go.
        kills: After how many kills to stop; the last run is then completed.
        queries: Scenarios of each run.
        seed: Decides the moments.
        longest: Seconds after which a run is killed at the latest.
    """
    found, drawn = Killed(), random.Random(seed)
    cache = Path(os.environ["XDG_CACHE_HOME"])
    while found.kills < kills:
        server.forget()
        shutil.rmtree(cache, ignore_errors=True)
        logs = folder / f"logs-{found.runs}"
        before, flying, done = set[str](), 0, False
        while not done:
            left = drawn.uniform(0.1, longest) if found.kills < kills else None
            done = forked(lambda logs=logs: _run(logs, queries), left)
            if not done:
                found.kills += 1
                flying += AT_ONCE
                before |= _completed(logs)
        _account(found, server, logs, before, flying, queries)
    return found


def forked(work: Callable[[], None], seconds: float | None) -> bool:
    """Do something in a fork; False if it was killed (-9) after so many seconds.

    Raises:
        RuntimeError: If it failed by itself.
    """
    child = os.fork()
    if child == 0:
        _child(work)
    started = time.monotonic()
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            if status:
                raise RuntimeError(f"the fork ended with {os.waitstatus_to_exitcode(status)}")
            return True
        if seconds is not None and time.monotonic() - started > seconds:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return False
        time.sleep(0.01)


def _child(work: Callable[[], None]) -> None:
    code = 1
    try:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (until the process ends)
        work()
        code = 0
    finally:
        os._exit(code)


def _run(logs: Path, queries: int) -> None:
    success, _ = eval_set(
        tradeoffs(PAIR, scenarios=queries, response="rules"),
        log_dir=str(logs),
        model=model("openai", "aster-1"),
        model_roles={"grader": "simulated/judge-plain"},
        max_samples=AT_ONCE,
        cache=True,
        log_buffer=1,
        display="none",
        log_level="critical",
        score_display=False,
        ctl_server=False,
    )
    if not success:
        raise RuntimeError("the run did not finish")


def _completed(logs: Path) -> set[str]:
    """The samples that are complete in the logs on disk."""
    found: set[str] = set()
    for log in list_eval_logs(str(logs)) if logs.exists() else []:
        with contextlib.suppress(Exception):  # a log without its first samples yet
            summaries = read_eval_log_sample_summaries(log)
            found |= {str(s.uuid) for s in summaries if s.completed and not s.error}
    return found


def _account(
    found: Killed, server: Apart, logs: Path, before: set[str], flying: int, queries: int
) -> None:
    table = verdict_table([logs], Labs())
    found.runs += 1
    found.queries += queries
    found.unaccounted += abs(queries - len(table)) + int(table["scenario"].duplicated().sum())
    found.repeated += len(before - set(table["sample_uuid"]))
    twice = sum(count - 1 for count in server.counts().values())
    found.twice += twice
    found.most_twice = max(found.most_twice, twice - flying)
    found.damaged += [str(path) for path in logs.rglob("*.part")]
