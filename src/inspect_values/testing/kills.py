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
from typing import Protocol

from inspect_ai import eval_set  # pyright: ignore[reportUnknownVariableType] (a type of a package that is not installed)
from inspect_ai.log import list_eval_logs, read_eval_log_sample_summaries
from inspect_ai.model import cache_path

from inspect_values.analysis.table import verdict_table
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.testing.apart import Apart
from inspect_values.testing.matrix import Labs
from inspect_values.testing.servers import model

PAIR = "fairness_vs_efficiency"
PERSONA = "aster-1"
AT_ONCE = 4
"""Queries in flight at most."""

Moment = Callable[[], bool]
"""Whether a moment has come."""


@dataclass
class Killed:
    """What kills did to a number of runs."""

    kills: int = 0
    working: int = 0
    """Kills of runs that had received answers since they were started."""

    runs: int = 0
    queries: int = 0
    repeated: int = 0
    """Completed samples that were run again, or are in no final log."""

    twice: int = 0
    """Answers that the server gave more than once."""

    again: int = 0
    """Answers that the client had in its cache at a kill, and received again."""

    unexplained: int = 0
    """Answers that the server gave, that the client has not kept, and that cannot have been in
    flight at the kill that followed."""

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
        longest: Seconds within which those kills come that fall into the start of a run.
    """
    found, drawn = Killed(), random.Random(seed)
    cache = Path(os.environ["XDG_CACHE_HOME"])
    while found.kills < kills:
        server.forget()
        shutil.rmtree(cache, ignore_errors=True)
        logs = folder / f"logs-{found.runs}"
        before, done, seen = set[str](), False, Seen()
        while not done:
            moment = _moment(drawn, server, queries, longest) if found.kills < kills else None
            done = forked(lambda logs=logs: _run(logs, queries), moment)
            earlier, seen = seen, compare(found, seen, server, done=done)
            if not done:
                found.kills += 1
                found.working += seen.given > earlier.given
                before |= _completed(logs)
        _account(found, server, logs, before, queries)
    return found


class Counting(Protocol):
    """A server that counts its answers."""

    def settle(self) -> None:
        """Wait until all requests that were sent before this are counted."""
        ...

    def counts(self) -> dict[str, int]:
        """How many whole answers each prompt has had."""
        ...


@dataclass(frozen=True)
class Seen:
    """What server and client hold at one moment."""

    given: int = 0
    """Answers that the server gave."""

    kept: dict[Path, int] = field(default_factory=dict[Path, int])
    """The client's whole cache entries, with the times at which they were written."""


def compare(found: Killed, before: Seen, server: Counting, *, done: bool) -> Seen:
    """Account for the answers of one stretch between kills, by what the client had of them.

    When an answer left the server says little: on a busy machine seconds pass until the client has
    read it and Inspect has put it into its cache, and so long it is in flight. But each of the few
    queries at work can have one such answer only, and what is in the cache is never asked again.

    Args:
        found: Where to note what is wrong.
        before: What there was at the kill before.
        server: Who gave the answers.
        done: Whether the run came to its end, so that nothing is in flight.
    """
    server.settle()
    now = Seen(sum(server.counts().values()), _kept())
    flying = 0 if done else AT_ONCE
    new = len(now.kept) - len(before.kept)
    found.unexplained += max(0, now.given - before.given - new - flying)
    found.again += sum(now.kept.get(path) != when for path, when in before.kept.items())
    return now


def _kept() -> dict[Path, int]:
    """Inspect's cache entries of the model; one that a kill cut short is none."""
    entries = [p for p in cache_path(model("openai", PERSONA)).rglob("*") if p.is_file()]
    # a pickle ends with a dot; Inspect writes it in place
    return {p: p.stat().st_mtime_ns for p in entries if p.read_bytes().endswith(b".")}


def _moment(drawn: random.Random, server: Apart, queries: int, longest: float) -> Moment:
    """A moment to kill a run: now and then in its first seconds, mostly in the middle of its work.

    How long a start takes depends on the machine, so most moments count answers.
    """
    if drawn.random() < 0.25:
        return later(drawn.uniform(0.1, longest))
    wanted = sum(server.counts().values()) + drawn.randint(1, max(1, queries // 4))
    pause = drawn.uniform(0, 0.1)

    def come() -> bool:
        if sum(server.counts().values()) < wanted:
            return False
        time.sleep(pause)
        return True

    return come


def later(seconds: float) -> Moment:
    """The moment after so many seconds."""
    begin = time.monotonic()
    return lambda: time.monotonic() - begin > seconds


def forked(work: Callable[[], None], moment: Moment | None) -> bool:
    """Do something in a fork; False if it was killed (-9) when the moment had come.

    Raises:
        RuntimeError: If it failed by itself.
    """
    child = os.fork()
    if child == 0:
        _child(work)
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            if status:
                raise RuntimeError(f"the fork ended with {os.waitstatus_to_exitcode(status)}")
            return True
        if moment is not None and moment():
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
        model=model("openai", PERSONA),
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


def _account(found: Killed, server: Apart, logs: Path, before: set[str], queries: int) -> None:
    table = verdict_table([logs], Labs())
    found.runs += 1
    found.queries += queries
    found.unaccounted += abs(queries - len(table)) + int(table["scenario"].duplicated().sum())
    found.repeated += len(before - set(table["sample_uuid"]))
    found.twice += sum(count - 1 for count in server.counts().values())
    found.damaged += [str(path) for path in logs.rglob("*.part")]
