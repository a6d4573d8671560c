"""Runs that are killed at random moments and started again: is anything lost, or paid for twice?"""

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from inspect_ai import eval_set  # pyright: ignore[reportUnknownVariableType] (not installed)
from inspect_ai.log import list_eval_logs, read_eval_log_sample_summaries

from inspect_values.analysis.table import verdict_table
from inspect_values.testing.matrix import Labs
from inspect_values.testing.servers import Servers, model

PAIR = "fairness_vs_efficiency"
WAYS = ("anthropic", "openai", "google", "xai")
CONNECTIONS = 2
PRELOAD = ["inspect_values.testing.kills", "inspect_values._registry", "anthropic", "openai"]


@dataclass
class Killed:
    """What became of runs that were killed."""

    kills: int = 0
    runs: int = 0
    queries: int = 0
    kept: int = 0
    """Samples that were complete when their run was killed, over all kills."""

    again: int = 0
    """Answers that were served more than once: they were in flight at a kill."""

    most_again: int = 0
    """The most of them for one kill."""

    wrong: list[str] = field(default_factory=list[str])


def kill_runs(
    servers: Servers, folder: Path, *, kills: int, scenarios: int = 12, seed: int = 0
) -> Killed:
    """Start runs behind the labs' SDKs, kill them at random moments and start them again.

    Each run is an eval set with Inspect's response cache. It is killed until it gets through, and
    then held against what was complete before and what the server has served.

    Args:
        servers: The labs' servers, with some delay, so that there is something in flight.
        folder: Where logs and caches go; it should be empty.
        kills: How many kills; the last run is let through.
        scenarios: Queries a run.
        seed: Decides the moments.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    moments = random.Random(seed)
    found = Killed()
    while found.kills < kills:
        _one_run(context, servers, folder, found, moments, kills, scenarios)
    return found


def _one_run(
    context: multiprocessing.context.ForkServerContext,
    servers: Servers,
    folder: Path,
    found: Killed,
    moments: random.Random,
    kills: int,
    scenarios: int,
) -> None:
    servers.forget()
    way = WAYS[found.runs % len(WAYS)]
    place = folder / f"run-{found.runs}"
    kept: dict[str, str] = {}
    own = 0
    while True:
        environment = servers.environment() | {"INSPECT_CACHE_DIR": str(place / "cache")}
        child = context.Process(
            target=_run, args=(way, str(place / "logs"), scenarios, environment)
        )
        before = _served(servers)
        child.start()
        if found.kills < kills and own < 6:
            _wait(child, servers, before, moments)
        else:
            child.join(300)
        if child.exitcode is not None:
            break
        if child.pid is not None:
            os.kill(child.pid, signal.SIGKILL)
        child.join(30)
        found.kills, own = found.kills + 1, own + 1
        now = _complete(place / "logs")
        lost = {name for name, uuid in kept.items() if now.get(name, uuid) != uuid}
        found.wrong += [f"{way}: the completed sample {name} was run again" for name in lost]
        kept |= now
        found.kept += len(now)
    _account(found, servers, way, place, kept, own, scenarios)


def _run(way: str, logs: str, scenarios: int, environment: dict[str, str]) -> None:
    """What the child does; it may be killed at any moment."""
    os.environ.update(environment)
    success, _ = eval_set(
        f"inspect_values/{PAIR}",
        task_args={"scenarios": scenarios},
        log_dir=logs,
        model=model(way, "aster-1"),
        model_roles={"grader": model("openai", "judge-plain")},
        cache=True,
        max_connections=CONNECTIONS,
        max_samples=CONNECTIONS,
        log_buffer=1,
        display="none",
        log_level="critical",
        score_display=False,
        ctl_server=False,
    )
    os._exit(0 if success else 1)


def _served(servers: Servers) -> int:
    return sum(len(server.desk.served) for server in servers.labs.values())


def _wait(
    child: multiprocessing.process.BaseProcess,
    servers: Servers,
    before: int,
    moments: random.Random,
) -> None:
    """Until a random moment: some seconds after the start, or after some more requests."""
    if moments.random() < 0.2:  # while it starts, reads its logs, or asks the first
        child.join(moments.uniform(0, 4))
        return
    wanted = before + moments.randint(1, 12)
    deadline = time.monotonic() + 120
    while child.exitcode is None and _served(servers) < wanted and time.monotonic() < deadline:
        child.join(0.01)
    child.join(moments.uniform(0, 0.3))


def _complete(logs: Path) -> dict[str, str]:
    """Sample → the id of the run that completed it, over all logs so far."""
    found: dict[str, str] = {}
    for log in list_eval_logs(str(logs)) if logs.exists() else []:
        for sample in read_eval_log_sample_summaries(log):
            if sample.completed and not sample.error:
                found[str(sample.id)] = str(sample.uuid)
    return found


def _account(
    found: Killed,
    servers: Servers,
    way: str,
    place: Path,
    kept: dict[str, str],
    kills: int,
    scenarios: int,
) -> None:
    table = verdict_table([place / "logs"], Labs())
    final = dict(zip(table["scenario"], table["sample_uuid"], strict=True))
    if len(table) != scenarios or len(final) != scenarios:
        found.wrong.append(f"{way}: {len(table)} verdicts of {scenarios} queries")
    if not table["outcome"].eq("verdict").all():
        found.wrong.append(f"{way}: {Counter(table['outcome']).most_common()}")
    found.wrong += [
        f"{way}: the completed sample {name} is not in the end"
        for name, uuid in kept.items()
        if final.get(name) != uuid
    ]
    unfinished = [p.name for p in place.rglob("*.part")]
    found.wrong += [f"{way}: '{name}' is half a file" for name in unfinished]
    served = Counter[str]()
    for server in servers.labs.values():
        served += server.desk.answers()
    again = sum(count - 1 for count in served.values())
    # a query in flight has one call at the model or at most two at its judge
    if again > kills * CONNECTIONS * 2:
        found.wrong.append(f"{way}: {again} answers were paid for again after {kills} kills")
    found.again += again
    if kills:
        found.most_again = max(found.most_again, -(-again // kills))
    found.queries += scenarios
    found.runs += 1
