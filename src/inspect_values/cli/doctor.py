"""The command `doctor`."""

import os
import sys

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

_MARKS = {"good": "[green]✓[/green]", "note": "[yellow]–[/yellow]", "bad": "[red]✗[/red]"}


@click.command()
@click.option("--log-dir", help="Where the logs are going to be. Default: INSPECT_LOG_DIR or logs.")
@click.option("--timeout", type=click.FloatRange(0.1, 60), default=5.0, show_default=True)
def doctor(log_dir: str | None, timeout: float) -> None:
    """Whether this machine is ready: versions, keys, providers, logs, disk, plugins, prices.

    No key is shown or sent, and nothing is paid for. Ends with 1 if anything stands in the way.
    """
    from inspect_values.study.doctor import examine

    found = examine(log_dir or os.environ.get("INSPECT_LOG_DIR") or "logs", timeout)
    table = Table.grid(padding=(0, 1))
    for finding in found:
        table.add_row(_MARKS[finding.state], finding.what, escape(finding.words))
    console = Console(highlight=False)
    console.print(table)
    bad = [finding.what for finding in found if finding.state == "bad"]
    keys = [finding.what for finding in found[1:5] if finding.state == "good"]
    if bad:
        console.print(f"Not ready: {', '.join(bad)}.")
        sys.exit(1)
    console.print(f"Ready for {', '.join(keys)}." if keys else "Ready for simulated models only.")
