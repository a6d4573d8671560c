"""The command `inspect-values scenarios collect`, and its work."""

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

    from inspect_values.evaluation.generation.collecting import Collected

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("logs", nargs=-1, required=True)
@click.option("-o", "--output", required=True, type=_FILE, help="The bank: a .parquet file.")
@click.option("--licence", default="", help="The licence of the texts.")
@click.option("--rejected", type=_FILE, help="Write what was not accepted, and why, as CSV.")
@click.option(
    "--duplicates",
    default=0.8,
    show_default=True,
    type=click.FloatRange(0.2, 1),
    help="The Jaccard similarity of word 3-grams from which two messages are near-duplicates.",
)
def collect(
    logs: tuple[str, ...], output: Path, licence: str, rejected: Path | None, duplicates: float
) -> None:
    """Turn what models wrote and filters accepted into a bank.

    LOGS are logs of inspect_values/generate_scenarios, or folders of them. Only what passed every
    filter is in the bank; the rest is counted by reason and by writer.
    """
    from rich.console import Console

    from inspect_values.cli.progress import progress
    from inspect_values.errors import ParameterError
    from inspect_values.evaluation.generation.collecting import collect_bank
    from inspect_values.evaluation.generation.logs import open_logs
    from inspect_values.files import make_folder

    if output.suffix != ".parquet":
        raise ParameterError(f"the bank '{output}' must be a file whose name ends in .parquet.")
    opened = open_logs(logs)
    for path in (output, rejected):
        if path is not None:
            make_folder(path)
    about = {
        "collected_from": f"{len(opened.headers)} logs",
        "built_with": f"inspect-values {version('inspect-values')}",
    }
    with progress("Collecting", 3 * opened.planned) as tick:
        found = collect_bank(
            opened,
            output,
            about,
            licence=licence,
            rejected=rejected,
            threshold=duplicates,
            tick=tick,
        )
    console = Console(highlight=False)
    console.print(_table(found))
    for line in _lines(found, opened.skipped, rejected):
        console.print(line, soft_wrap=True)
    console.print(f"Bank: {output}", soft_wrap=True)


def _table(found: "Collected") -> "Table":
    """What became of the items, by reason and by writer."""
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    writers = sorted({writer for _, writer in found.fates})
    every = ["all"] if len(writers) > 1 else []
    table = Table("Items", *map(escape, writers), *every, box=None)
    for reason in ["accepted", *found.by_reason()]:
        counts = [found.fates[(reason, writer)] for writer in writers]
        counts += [sum(counts)] if every else []
        table.add_row(Text(reason), *(f"{count:,}" for count in counts))
    return table


def _lines(found: "Collected", skipped: int, rejected: Path | None) -> list[str]:
    lines = [
        f"{found.items:,} items: {found.accepted:,} accepted, which are {found.scenarios:,} "
        "scenarios (neutral, and leaning to each side)."
    ]
    if found.unwritten:
        lines.append(f"{found.unwritten:,} more are planned in these logs and not written yet.")
    if skipped:
        lines.append(f"{skipped} logs of other tasks were passed over.")
    if rejected is not None:
        lines.append(f"Not accepted: {rejected}")
    return lines
