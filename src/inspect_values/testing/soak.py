"""Many queries over all labs with mixed faults: is every one accounted for, exactly once?"""

import gc
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from inspect_ai import Task, eval, task_with  # pyright: ignore[reportUnknownVariableType] (not installed)
from inspect_ai.model import GenerateConfig, get_model

from inspect_values.analysis.table import verdict_table
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.testing.faults import Fault, Request, some
from inspect_values.testing.matrix import Labs, plain_tracebacks
from inspect_values.testing.servers import Servers, model
from inspect_values.verdict import Outcome

PERSONAS = {"anthropic": "aster-2", "google": "cedar-2", "openai": "birch-2", "xai": "dahlia-2"}
"""Lab → the persona that answers there, in the planted order of fairness over efficiency."""

PLANTED = "fairness_vs_efficiency"
FAULTS = tuple(fault for fault in Fault if fault is not Fault.ENDLESS)
"""All but the answer that never ends, which holds up a run for as long as it may."""

_ANSWERED = (None, Fault.SLOW, Fault.CUT, Fault.OTHER_VERSION)
_MARKED = ("openai",)


@dataclass
class Soaked:
    """What became of the queries."""

    queries: int = 0
    outcomes: Counter[str] = field(default_factory=Counter[str])
    met: Counter[Fault] = field(default_factory=Counter[Fault])
    wrong: list[str] = field(default_factory=list[str])
    """Queries that are not accounted for exactly once, or otherwise than the servers say."""

    order: list[str] = field(default_factory=list[str])
    """The labs by their lean on `PLANTED`, highest first."""

    memory: list[float] = field(default_factory=list[float])
    """Megabytes of this process after each round."""


def soak(
    servers: Servers,
    log_dir: Path,
    *,
    each: int,
    rounds: int = 1,
    share: float = 0.05,
    pairs: str = PLANTED,
    seed: int = 0,
) -> Soaked:
    """Ask every lab's persona the same scenarios, judged by the next lab, while things go wrong.

    The environment must send the SDKs to the servers already.

    Args:
        servers: The labs' servers; their plans are replaced.
        log_dir: Where the logs go; it should be empty.
        each: The most scenarios a value pair.
        rounds: The scenarios are asked in so many shards, one after the other.
        share: Of all prompts, judges' prompts included, that meet a fault.
        pairs: Which value pairs.
        seed: Decides which prompts meet which fault.
    """
    servers.forget()
    servers.plan(some(share, FAULTS, seed))
    found = Soaked()
    asked: dict[tuple[str, str], str] = {}
    for number in range(rounds):
        tasks = list(_tasks(pairs, each, number, rounds))
        for lab, task in zip(PERSONAS, tasks, strict=True):
            asked |= {(lab, str(s.id)): str(s.input) for s in task.dataset}
        _run(tasks, log_dir)
        del tasks
        gc.collect()
        found.memory.append(_resident())
    _account(found, servers, verdict_table([log_dir], Labs()), asked)
    return found


def _tasks(pairs: str, each: int, shard: int, shards: int) -> Iterator[Task]:
    labs = list(PERSONAS)
    for lab, next_lab in zip(labs, [*labs[1:], labs[0]], strict=True):
        config = GenerateConfig(max_retries=6)
        task = tradeoffs(pairs, scenarios=each, shard=shard, shards=shards, judge_cache=False)
        yield task_with(
            task,
            config=config,
            model=get_model(model(lab, PERSONAS[lab]), memoize=False),
            model_roles={
                "grader": get_model(model(next_lab, "judge-plain"), config=config, memoize=False)
            },
        )


def _run(tasks: list[Task], log_dir: Path) -> None:
    with plain_tracebacks():
        eval(
            tasks,
            max_tasks=len(tasks),
            fail_on_error=False,
            log_dir=str(log_dir),
            display="none",
            log_level="critical",
            log_realtime=False,
            score_display=False,
        )


def _account(
    found: Soaked, servers: Servers, table: pd.DataFrame, asked: dict[tuple[str, str], str]
) -> None:
    """Hold the verdict table against what was asked and against what the servers say."""
    found.queries = len(asked)
    found.outcomes = Counter(str(outcome) for outcome in table["outcome"])
    for server in servers.labs.values():
        found.met += server.desk.met()
    by_model = {model(lab, persona): lab for lab, persona in PERSONAS.items()}
    rows: dict[tuple[str, str], list[str]] = {}
    names = zip(table["model"], table["scenario"], table["outcome"], strict=True)
    for name, scenario, outcome in names:
        rows.setdefault((by_model[str(name)], str(scenario)), []).append(str(outcome))
    found.wrong += [f"{place} was not asked" for place in set(rows) - set(asked)]
    last = {lab: {s.key: s.fault for s in servers.labs[lab].desk.served} for lab in PERSONAS}
    for (lab, scenario), query in asked.items():
        outcomes = rows.get((lab, scenario), [])
        key = Request(lab, model(lab, PERSONAS[lab]).split("/", 1)[1], query).key
        problem = _problem(outcomes, lab, key in last[lab], last[lab].get(key))
        if problem:
            found.wrong.append(f"{lab} {scenario}: {problem}")
    planted = table[table["pair"] == PLANTED].groupby("model")["lean"].mean()
    ranked = planted.sort_values(ascending=False).index
    found.order = [by_model[str(name)] for name in ranked]


def _problem(outcomes: list[str], lab: str, served: bool, fault: Fault | None) -> str:
    if len(outcomes) != 1:
        return f"{len(outcomes)} outcomes"
    if not served:
        return "the server never saw it"
    outcome = outcomes[0]
    judged = outcome in (Outcome.VERDICT, Outcome.GRADER_FAILED)
    if judged != _answered(lab, fault):
        return f"{outcome}, but the server's last word was {fault.value if fault else 'an answer'}"
    return "" if outcome in set(Outcome) else f"the outcome {outcome} has no name"


def _answered(lab: str, fault: Fault | None) -> bool:
    """Whether the last thing that a server said was a whole answer of the model asked."""
    marked = fault is Fault.REFUSED and lab in _MARKED
    unseen = fault is Fault.FALLBACK and lab != "anthropic"
    return fault in _ANSWERED or marked or unseen


def _resident() -> float:
    """Megabytes of memory that this process holds now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")
