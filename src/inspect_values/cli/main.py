"""The command `inspect-values`."""

import errno
import sys
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.markup import escape

from inspect_values.analysis.settings import AnalysisSettings
from inspect_values.cli.between import compare, disagreement
from inspect_values.cli.doctor import doctor
from inspect_values.cli.labels import labels
from inspect_values.cli.labs import LAB
from inspect_values.cli.ranking import analysis_options, elo
from inspect_values.cli.run import run
from inspect_values.cli.scenarios import scenarios
from inspect_values.errors import InspectValuesError

PATHS = click.argument("logs", nargs=-1, required=True, metavar="LOGS…")
JSON = click.option(
    "--json", "json_path", type=click.Path(path_type=Path), help="Write the estimates as JSON."
)
CSV = click.option(
    "--csv", "csv_path", type=click.Path(path_type=Path), help="Write the estimates as CSV."
)

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says where a disk, or one's share of it, is full."""


class SentenceGroup(click.Group):
    """A command group that shows our errors as sentences, never as a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error of ours is printed and ends with exit code 2."""
        try:
            return super().invoke(ctx)
        except InspectValuesError as error:
            _fail(str(error))
        except OSError as error:
            # also where no file of ours is written: temporary ones, caches of libraries
            if error.errno not in _FULL:
                raise
            what = f"'{error.filename}'" if error.filename else "a temporary file"
            _fail(f"{what} cannot be written ({error.strerror}).")


def _fail(sentence: str) -> NoReturn:
    Console(stderr=True, highlight=False).print(f"[bold]Error:[/bold] {escape(sentence)}")
    sys.exit(2)


@click.group(cls=SentenceGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="inspect-values")
def cli() -> None:
    """Measure which values an AI model puts first when two good values collide.

    Runs are started with Inspect itself: inspect eval inspect_values/honesty_vs_helpfulness
    --model PROVIDER/MODEL --model-role grader=PROVIDER/JUDGE
    """


cli.add_command(elo)
cli.add_command(compare)
cli.add_command(disagreement)
cli.add_command(labels)
cli.add_command(scenarios)
cli.add_command(run)
cli.add_command(doctor)


@cli.command("list")
@click.argument(
    "what", type=click.Choice(["pairs", "values", "models", "plugins", "all"]), default="all"
)
@click.option("--strict", is_flag=True, help="End with exit code 1 if any plugin has a problem.")
def list_(what: str, strict: bool) -> None:
    """Show the value pairs, values, models and plugins that this environment has."""
    from inspect_values.cli.listing import listing
    from inspect_values.plugins.catalog import build_catalog

    catalog = build_catalog(strict=False)
    console = Console()
    for table in listing(catalog, what):
        console.print(table)
    if strict and catalog.problems:
        sys.exit(1)


@cli.command()
@PATHS
@JSON
@CSV
@click.option("--page", type=click.Path(path_type=Path), help="Write a self-contained HTML page.")
@click.option("--rates", is_flag=True, help="Also show prioritisation and refusal rates.")
@click.option("--judge", help="Whose verdicts, where several judged the same answers.")
@click.option(
    "--refusals",
    type=click.Choice(["as_is", "dropped", "tie", "loss"]),
    default="as_is",
    show_default=True,
    help="How refusals count.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 6, min_open=True),
    help="From which difference of positions a value counts as prioritised. Default: the smallest "
    "that the judge's audit can tell, never under 2.",
)
@click.option("--ranking", is_flag=True, help="Show the ranking of values with all its numbers.")
@click.option("--parquet", type=click.Path(path_type=Path), help="Write the estimates as Parquet.")
@click.option("--show", multiple=True, help="Also show this statistic, or all; repeatable.")
@click.option(
    "--reference",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A CSV file to hold signatures against; repeatable.",
)
@click.option("--gate", multiple=True, help="Change a gate, such as coverage=0.8; repeatable.")
@LAB
@analysis_options
def signature(
    logs: tuple[str, ...],
    json_path: Path | None,
    csv_path: Path | None,
    page: Path | None,
    rates: bool,
    judge: str | None,
    refusals: str,
    threshold: float | None,
    ranking: bool,
    parquet: Path | None,
    show: tuple[str, ...],
    reference: tuple[Path, ...],
    gate: tuple[str, ...],
    settings: AnalysisSettings,
) -> None:
    """The value signature of each model and lab: estimates with intervals.

    LOGS… are Inspect logs, folders of them, verdict tables (.parquet), or recorded choices (.csv
    with the columns model, first, second, outcome).
    """
    from inspect_values.cli.results import Counting, Shown, Written, show_signature

    show_signature(
        list(logs),
        Counting(judge, refusals, threshold),
        Shown(rates, ranking, show),
        Written(json_path, csv_path, parquet, page),
        settings=settings,
        references=reference,
        gates=gate,
    )


@cli.command()
@PATHS
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="A .parquet file."
)
def table(logs: tuple[str, ...], output: Path) -> None:
    """The verdict table: one row a verdict, as Parquet."""
    from inspect_values.cli.results import write_verdicts

    write_verdicts(list(logs), output)


@cli.command()
@PATHS
@JSON
@CSV
def audit(logs: tuple[str, ...], json_path: Path | None, csv_path: Path | None) -> None:
    """How steady and how partial judges are, from judge_audit runs and panels.

    LOGS… are Inspect logs, folders of them, or verdict tables (.parquet).
    """
    from inspect_values.cli.judges import show_audit

    show_audit(list(logs), json_path, csv_path)


@cli.command()
@click.option("--log-dir", default="logs/demo", show_default=True, help="Where the logs go.")
@click.option(
    "--scenarios", default=24, show_default=True, help="Scenarios for each model and pair."
)
@click.option("--page", default="out/demo.html", show_default=True, type=click.Path(path_type=Path))
def demo(log_dir: str, scenarios: int, page: Path) -> None:
    """Evaluate 16 SIMULATED models on the three bundled pairs and show their signatures."""
    from inspect_values.cli.results import Written, show_signature
    from inspect_values.study.demo import run_demo

    run_demo(log_dir, scenarios)
    show_signature([log_dir], written=Written(page=page))
    Console().print(
        f"Logs: {log_dir} (open them with: inspect view --log-dir {log_dir})", soft_wrap=True
    )
