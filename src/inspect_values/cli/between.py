"""The commands `compare` and `disagreement`: what differs between models."""

from pathlib import Path
from typing import Any

import click

from inspect_values.cli.ranking import TARGET

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("a")
@click.argument("b")
@click.argument("logs", nargs=-1, metavar="[LOGS…]")
@click.option("--judges", is_flag=True, help="A and B are judges of the same answers.")
@click.option("--judge", help="Whose verdicts, where several judged the same answers.")
@TARGET
@click.option("--all", "every", is_flag=True, help="Show every condition, not the headline only.")
@click.option("--json", "json_path", type=FILE, help="Write all as JSON.")
@click.option("--csv", "csv_path", type=FILE, help="Write differences as CSV.")
def compare(
    a: str,
    b: str,
    logs: tuple[str, ...],
    judges: bool,
    judge: str | None,
    every: bool,
    target: Any,
    json_path: Path | None,
    csv_path: Path | None,
) -> None:
    """Compare two models, two runs or two judges on the same queries.

    A and B are models in LOGS…, two runs (logs, folders or tables, without LOGS…), or with --judges
    two judges of the same answers in LOGS….
    """
    from inspect_values.cli.compare import show_comparison

    show_comparison(a, b, list(logs), judges, judge, json_path, csv_path, every, target)


@click.command()
@click.argument("logs", nargs=-1, required=True, metavar="LOGS…")
@click.option("--top", default=20, show_default=True, type=click.IntRange(0), help="How many.")
@click.option("--judge", help="Whose verdicts, where several judged the same answers.")
@click.option("--csv", "csv_path", type=FILE, help="Write every scenario.")
@click.option("--json", "json_path", type=FILE, help="Write what goes with it.")
def disagreement(
    logs: tuple[str, ...],
    top: int,
    judge: str | None,
    csv_path: Path | None,
    json_path: Path | None,
) -> None:
    """Where the models of LOGS… disagree most, who is an outlier, and what goes with it."""
    from inspect_values.cli.disagreement import show_disagreement

    show_disagreement(list(logs), top, judge, csv_path, json_path)
