"""The commands `inspect-values scenarios …`."""

import sys
from pathlib import Path

import click

from inspect_values.cli.importing import import_
from inspect_values.cli.pairs import pairs
from inspect_values.cli.selecting import select
from inspect_values.scenarios.build import MOST_QUERIES
from inspect_values.scenarios.summary import ICC

OUTPUT = click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The bank: a .parquet file.",
)
INTRACLASS = click.option(
    "--icc",
    default=ICC,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="How alike verdicts within one situation are assumed to be (intraclass correlation).",
)


@click.group()
def scenarios() -> None:
    """Build, import, write, check and select banks of scenarios."""


scenarios.add_command(import_)
scenarios.add_command(pairs)
scenarios.add_command(select)


@scenarios.command()
@OUTPUT
@click.option(
    "--pairs", default="all", show_default=True, help="Ids, tags or folders, or all installed."
)
@click.option("--nudges", default="all", show_default=True, help="neutral, first, second or all.")
@click.option("--seed", default=0, show_default=True, help="Decides what is drawn.")
@click.option(
    "--queries",
    default=MOST_QUERIES,
    show_default=True,
    type=click.IntRange(1),
    help="The most queries that one situation gives.",
)
@click.option(
    "--wordings",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="In how many wordings each query is written.",
)
@INTRACLASS
def build(
    output: Path, pairs: str, nudges: str, seed: int, queries: int, wordings: int, icc: float
) -> None:
    """Expand situations by their factors into a bank: a randomised factorial design."""
    from inspect_values.cli.banks import build_bank

    build_bank(output, pairs, nudges, seed, queries, wordings, icc)


@scenarios.command()
@click.argument("path")
@INTRACLASS
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write the findings.")
def check(path: str, icc: float, json_path: Path | None) -> None:
    """Read a bank or a folder of pair files as an editor would.

    Ends with exit code 1 if anything but notes was found.
    """
    from inspect_values.cli.banks import check_path

    if not check_path(path, icc, json_path):
        sys.exit(1)
