"""The demonstration: sixteen simulated models on the bundled pairs, through real Inspect evals."""

import io
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import redirect_stdout
from pathlib import Path

from inspect_ai import eval_set  # pyright: ignore[reportUnknownVariableType] (a type of a package that is not installed)
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from inspect_values.errors import DataError, ParameterError
from inspect_values.evaluation.judging.settings import Judging
from inspect_values.evaluation.launch import Options, starting
from inspect_values.evaluation.providers.personas import PERSONAS
from inspect_values.evaluation.roles import SIMULATED_JUDGE

PAIRS = ("honesty_vs_helpfulness", "harm_avoidance_vs_user_autonomy", "fairness_vs_efficiency")


def run_demo(log_dir: str, scenarios: int) -> None:
    """Evaluate the sixteen personas on the three bundled pairs; what is complete is not repeated.

    Args:
        log_dir: The folder of the logs, one folder a model; it should hold nothing else.
        scenarios: How many scenarios each model is asked for each pair.

    Raises:
        ParameterError: If `scenarios` is no positive number.
        DataError: If the log folder cannot be made, or a run did not finish.
    """
    if scenarios < 1:
        raise ParameterError(f"scenarios={scenarios} is not a whole number from 1 up.")
    try:
        Path(log_dir).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"the log folder '{log_dir}' cannot be made ({error.strerror}).") from error
    calls = len(PERSONAS) * len(PAIRS) * scenarios * (1 + Judging().calls(1))
    console = Console()
    console.print(
        f"[bold]SIMULATED models only[/bold]: {len(PERSONAS)} models × {len(PAIRS)} value pairs × "
        f"{scenarios} scenarios, judged by {SIMULATED_JUDGE}: at most {calls} calls. "
        "Nothing here is a finding about a real model."
    )
    _run_all(console, log_dir, scenarios)


def evaluate(persona: str, log_dir: str, scenarios: int) -> bool:
    """Run one persona's evals; True if every one is complete."""
    # the display "none" draws tables out of sight, which takes as long as the run
    with redirect_stdout(io.StringIO()), starting(Options(starting=True, announce=False)):
        success, _ = eval_set(
            [f"inspect_values/{pair}" for pair in PAIRS],
            task_args={"scenarios": scenarios},
            log_dir=str(Path(log_dir) / persona),
            model=f"simulated/{persona}",
            model_roles={"grader": SIMULATED_JUDGE},
            max_tasks=len(PAIRS),
            display="log",
            score_display=False,
            log_realtime=False,
            ctl_server=False,
            log_level="error",
        )
    return success


def _run_all(console: Console, log_dir: str, scenarios: int) -> None:
    """One process a core: an Inspect process is one event loop."""
    columns = (
        TextColumn("SIMULATED models"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    context = multiprocessing.get_context("spawn")
    failed: list[str] = []
    with (
        ProcessPoolExecutor(min(4, os.cpu_count() or 1), mp_context=context) as pool,
        Progress(*columns, console=console) as progress,
    ):
        bar = progress.add_task("models", total=len(PERSONAS))
        jobs = {pool.submit(evaluate, name, log_dir, scenarios): name for name in PERSONAS}
        for job in as_completed(jobs):
            try:
                if not job.result():
                    failed.append(jobs[job])
            except BrokenProcessPool:
                failed.append(jobs[job])
            progress.advance(bar)
    if failed:
        raise DataError(
            f"these runs did not finish: {', '.join(sorted(failed))}; the same command again "
            f"completes them in {log_dir}."
        )
