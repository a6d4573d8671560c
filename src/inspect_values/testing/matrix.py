"""Every fault at every lab, once as it passes and once as it stays: what a run makes of it."""

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from inspect_ai import Task, eval, task_with  # pyright: ignore[reportUnknownVariableType] (not installed)
from inspect_ai.log import EvalLog
from inspect_ai.model import GenerateConfig, get_model
from rich.traceback import Traceback

from inspect_values.analysis.models import ModelIdentity
from inspect_values.analysis.table import verdict_table
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.plugins.catalog import evaluation_catalog
from inspect_values.plugins.models import UNKNOWN_LAB
from inspect_values.scenarios.scenario import Scenario
from inspect_values.scenarios.selection import Selection, select
from inspect_values.testing.faults import Fault, Plan, Request
from inspect_values.testing.servers import MODELS, Servers, model

PAIR = "fairness_vs_efficiency"
PERSONA = "aster-1"
JUDGE = "judge-plain"
PATIENCE = 8
"""Seconds for an answer, where answers never end."""

PASSING = (
    Fault.RATE_LIMIT,
    Fault.RATE_LIMIT_AFTER,
    Fault.SERVER_ERROR,
    Fault.OVERLOADED,
    Fault.DROPPED,
    Fault.DROPPED_MIDWAY,
    Fault.ENDLESS,
)
"""Faults that may pass: a second request is answered."""

_LAB = {"openai-responses": "openai"}
"""Ways to a model that share a server, where the way is not the lab."""


@dataclass(frozen=True)
class Cell:
    """What became of one fault at one lab."""

    way: str
    """The way to the model, a key of `servers.MODELS`."""

    judging: bool
    """Whether the judge met it, or the model under test."""

    fault: Fault
    passes: bool
    """Whether it met only the first request."""

    outcome: str
    detail: str
    stop_reason: str
    refused: float
    lean: float
    requests: int


@dataclass(frozen=True)
class Trial:
    """One fault, given to one scenario."""

    scenario: Scenario
    fault: Fault
    passes: bool


class Labs:
    """Which lab a model belongs to, by the catalog's rules."""

    def lab_of(self, model: str) -> ModelIdentity:
        """The lab, family and nature of a model."""
        rule = evaluation_catalog().rule_for(model)
        if rule is None:
            return ModelIdentity(UNKNOWN_LAB, "", False)
        return ModelIdentity(rule.lab, rule.family, rule.simulated)


def trials() -> list[Trial]:
    """A scenario for each fault as it stays, and for each that may pass."""
    wanted = [(fault, False) for fault in Fault] + [(fault, True) for fault in PASSING]
    situations = evaluation_catalog().situations_of(PAIR)
    pair = evaluation_catalog().pair(PAIR)
    chosen = select([(pair, situations)], Selection(scenarios=len(wanted)))
    return [Trial(s, fault, passes) for s, (fault, passes) in zip(chosen, wanted, strict=True)]


def plan_of(given: Sequence[Trial]) -> Plan:
    """The plan by which each scenario meets its fault, at whichever of the two is asked."""

    def plan(request: Request) -> Fault | None:
        for trial in given:
            if trial.scenario.query in request.prompt:
                return None if trial.passes and request.attempt > 1 else trial.fault
        return None

    return plan


def run_matrix(servers: Servers, log_dir: Path, ways: Iterable[str] = tuple(MODELS)) -> list[Cell]:
    """Run the table: each way to a model as the model under test, then as the judge.

    Where a fault may pass, Inspect asks once more; where it stays, not at all. The environment must
    send the SDKs to the servers already.

    Args:
        servers: The labs' servers; their plans are replaced.
        log_dir: Where the logs go; it should be empty.
        ways: Keys of `servers.MODELS`.
    """
    given = trials()
    servers.plan(plan_of(given))
    by_id = {trial.scenario.id: trial for trial in given}
    found: list[Cell] = []
    asked = tradeoffs(PAIR, scenarios=len(given), response="rules")
    # answers that never end have runs of their own, for only they need a limit of time, and a
    # limit of time has no place where everything runs at once
    for endless in (False, True):
        part = [trial for trial in given if (trial.fault is Fault.ENDLESS) is endless]
        tasks = [task for way in ways for task in _tasks(asked, way, part, endless)]
        for log in _run(tasks, log_dir):
            found += _cells(servers, log, by_id)
    return found


def _tasks(task: Task, way: str, part: Sequence[Trial], endless: bool) -> Iterable[Task]:
    """A lab's model with a simulated judge, and a simulated model with the lab's judge."""
    for passes in (False, True):
        config = GenerateConfig(
            max_retries=int(passes), attempt_timeout=PATIENCE if endless else None
        )
        ids = [trial.scenario.id for trial in part if trial.passes is passes]
        for judging in (False, True):
            asked = f"simulated/{PERSONA}" if judging else model(way, PERSONA)
            judge = model(way, JUDGE) if judging else f"simulated/{JUDGE}"
            yield task_with(
                copy(task),
                dataset=task.dataset.filter(lambda sample, ids=ids: sample.id in ids),
                config=config,
                # never one that Inspect keeps from an earlier run, with another address and key
                model=get_model(asked, memoize=False),
                # a judge inherits the run's retries, but not its time for an answer
                model_roles={"grader": get_model(judge, config=config, memoize=False)},
                metadata={**(task.metadata or {}), "way": way, "judging": judging},
            )


def _run(tasks: list[Task], log_dir: Path) -> list[EvalLog]:
    with plain_tracebacks():
        return eval(
            tasks,
            max_tasks=len(tasks),
            fail_on_error=False,
            log_dir=str(log_dir),
            display="log",  # "none" draws a table for each refresh, and then shows nothing
            log_level="critical",
            log_realtime=False,
            score_display=False,
        )


@contextmanager
def plain_tracebacks() -> Generator[None]:
    """Leave out the coloured form of tracebacks, which Inspect makes with rich for every failure.

    In a run in which most calls fail on purpose, it takes most of the time.
    """
    drawn = Traceback.__rich_console__

    def nothing(*_: Any) -> Iterator[str]:
        yield ""

    setattr(Traceback, "__rich_console__", nothing)  # noqa: B010 (the types differ)
    try:
        yield
    finally:
        setattr(Traceback, "__rich_console__", drawn)  # noqa: B010


def _cells(servers: Servers, log: EvalLog, given: Mapping[str, Trial]) -> Iterable[Cell]:
    about = log.eval.metadata or {}
    way, judging = str(about["way"]), bool(about["judging"])
    counts = Counter(s.key for s in servers.labs[_LAB.get(way, way)].desk.served)
    for _, row in verdict_table([log.location], Labs()).iterrows():
        yield _cell(row, given[str(row["scenario"])], way, judging, counts)


def _cell(row: pd.Series, trial: Trial, way: str, judging: bool, counts: Counter[str]) -> Cell:
    name = model(way, PERSONA).split("/")[-1]
    asked = Request("", name, trial.scenario.query).key
    return Cell(
        way=way,
        judging=judging,
        fault=trial.fault,
        passes=trial.passes,
        outcome=str(row["outcome"]),
        detail=_text(row["detail"]),
        stop_reason=_text(row["stop_reason"]),
        refused=float(row["refused"]),
        lean=float(row["lean"]),
        requests=counts[asked],
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
