"""Accelerated traffic through all labs' SDKs with mixed faults, in rounds, each query accounted."""

import gc
import os
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pandas as pd
from inspect_ai import Task, eval, task_with  # pyright: ignore[reportUnknownVariableType] (a type of a package that is not installed)
from inspect_ai.model import get_model

from inspect_values.analysis.table import verdict_table
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.testing.faults import Fault, some
from inspect_values.testing.matrix import Labs, plain_tracebacks
from inspect_values.testing.servers import Servers, model
from inspect_values.verdict import Outcome

PAIR = "fairness_vs_efficiency"
PLANTED = {"anthropic": "aster-2", "openai": "birch-2", "google": "cedar-2", "xai": "dahlia-2"}
"""Way to a model → the persona behind it."""

ORDER = ("Aster", "Cedar", "Birch", "Dahlia")
"""The planted order: whose persona of `PLANTED` puts fairness highest first."""

MIXED = tuple(f for f in Fault if f not in (Fault.ENDLESS, Fault.FALLBACK))
"""All faults but answers that never end, which only a limit of time would end, and answers of
other models, which not every lab's wire format tells."""

UNTOLD = (Fault.SLOW, Fault.OTHER_VERSION)
"""Faults under which a whole answer is there."""


@dataclass
class Soaked:
    """What became of all queries."""

    asked: int = 0
    met: Counter[str] = field(default_factory=Counter[str])
    outcomes: Counter[str] = field(default_factory=Counter[str])
    unaccounted: int = 0
    """Queries without exactly one row, or with a verdict and no answer."""

    memory: list[float] = field(default_factory=list[float])
    """Resident megabytes of the process after each round."""

    leans: dict[str, float] = field(default_factory=dict[str, float])
    """Simulated lab → its mean lean."""

    @property
    def order(self) -> tuple[str, ...]:
        """The labs, highest lean first."""
        ranked = sorted(self.leans, key=lambda lab: self.leans[lab], reverse=True)
        return tuple(lab.split()[-1] for lab in ranked)


def soak(servers: Servers, folder: Path, queries: int, a_round: int, share: float = 0.05) -> Soaked:
    """Ask all four labs in rounds, models and judges meeting faults; each round's logs are dropped.

    The environment must send the SDKs to the servers already.

    Args:
        servers: The four labs' servers.
        folder: Where logs go.
        queries: How many queries, over all labs.
        a_round: How many queries a round, over all labs; a multiple of four.
        share: The share of all requests that meet a fault.
    """
    found, leans = Soaked(), list[pd.DataFrame]()
    for number in range(-(-queries // a_round)):
        servers.forget()
        servers.plan(some(share, MIXED, seed=number))
        logs = folder / f"round-{number}"
        epochs = a_round // len(PLANTED) // _SCENARIOS or 1
        table = _round(logs, min(_SCENARIOS, a_round // len(PLANTED)), epochs)
        _account(found, table, epochs)
        for server in servers.labs.values():
            found.met.update({fault.value: n for fault, n in server.desk.met().items()})
        leans.append(table[["lab", "lean"]].dropna())
        shutil.rmtree(logs)
        gc.collect()
        found.memory.append(_resident())
    mean = pd.concat(leans).groupby("lab", observed=True)["lean"].mean()
    found.leans = {str(lab): float(lean) for lab, lean in mean.items()}
    return found


_SCENARIOS = 62


def _round(logs: Path, scenarios: int, epochs: int) -> pd.DataFrame:
    """One round: each lab's model is judged by the next lab's judge."""
    ways = list(PLANTED)
    tasks: list[Task] = []
    for number, way in enumerate(ways):
        judge = model(ways[(number + 1) % len(ways)], "judge-plain")
        tasks.append(
            task_with(
                tradeoffs(PAIR, scenarios=scenarios, response="rules"),
                model=get_model(model(way, PLANTED[way])),
                model_roles={"grader": get_model(judge)},
            )
        )
    with plain_tracebacks():
        eval(
            tasks,
            epochs=epochs,
            max_tasks=len(tasks),
            max_samples=20,
            max_retries=2,
            fail_on_error=False,
            log_dir=str(logs),
            display="none",
            log_level="critical",
            log_realtime=False,
            score_display=False,
        )
    return verdict_table([logs], Labs())


def _account(found: Soaked, table: pd.DataFrame, epochs: int) -> None:
    asked = len(PLANTED) * table["scenario"].nunique() * epochs
    rows = table.groupby(["lab", "scenario", "epoch"], observed=True).size()
    found.asked += asked
    found.unaccounted += (asked - len(rows)) + int((rows - 1).sum())
    outcomes = cast(pd.Series, table["outcome"].astype("str"))
    found.unaccounted += int((outcomes.eq(Outcome.VERDICT.value) & table["lean"].isna()).sum())
    found.outcomes.update(Counter(cast(list[str], outcomes.tolist())))


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
