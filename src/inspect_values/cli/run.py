"""The command `run`: Inspect's `eval-set`, with a budget for the whole run."""

import os
import sys
from pathlib import Path

import click

from inspect_values.errors import DataError, ParameterError


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option(
    "--budget",
    help="What everything in the log folder may cost together, judges included, in the currency of "
    "the prices. The run stops before it costs more.",
)
@click.option(
    "--prices",
    type=click.Path(path_type=Path),
    help="A dated price file (YAML: date, currency, prices by model).",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="TASK… [OPTIONS]")
def run(budget: str | None, prices: Path | None, arguments: tuple[str, ...]) -> None:
    """Run 'inspect eval-set' with a budget; the same command with more goes on.

    Everything after --budget and --prices is given to 'inspect eval-set' as it stands, so that
    --log-dir is required. A run that its budget stopped ends with exit code 3.
    """
    from inspect_values.evaluation.budget import BUDGET, PRICES  # it imports Inspect
    from inspect_values.prices import read_prices

    misplaced = [a for a in arguments if a.split("=")[0] in ("--budget", "--prices")]
    if misplaced:
        raise ParameterError(f"{misplaced[0].split('=')[0]} stands before the task's name.")
    environment = dict(os.environ)
    if prices is not None:
        read_prices(prices)
        environment[PRICES] = str(prices.absolute())
    if budget is not None:
        environment[BUDGET] = budget
    command = [sys.executable, "-m", "inspect_ai", "eval-set", *arguments]
    try:
        os.execve(sys.executable, command, environment)
    except OSError as error:
        raise DataError(f"Inspect cannot be started ({error.strerror}).") from error
