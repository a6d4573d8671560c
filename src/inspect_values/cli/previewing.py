"""The command `inspect-values scenarios preview`, and its work."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

    from inspect_values.evaluation.generation.preview import Preview
    from inspect_values.prices import Prices


@click.command()
@click.option(
    "--pairs",
    default="core",
    show_default=True,
    help="Ids, tags, folders, or a table of pairs (.parquet).",
)
@click.option(
    "-n", "each", default=1, show_default=True, type=click.IntRange(1), help="Scenarios a pair."
)
@click.option("--writers", required=True, help="The models that share the work, with commas.")
@click.option("--filters", default="", help="The models that filter, with commas.")
@click.option(
    "--calls",
    type=click.Choice(["each", "together"]),
    default="each",
    show_default=True,
    help="A call for every question of a filter, or one for the five simple ones.",
)
@click.option("--self-filtering", is_flag=True, help="Writers may filter what they wrote.")
@click.option(
    "--prices",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="INSPECT_VALUES_PRICES",
    help="A YAML file with date, currency and prices; also INSPECT_VALUES_PRICES.",
)
def preview(
    pairs: str,
    each: int,
    writers: str,
    filters: str,
    calls: str,
    self_filtering: bool,
    prices: Path | None,
) -> None:
    """Say what writing scenarios will take, before the first call: calls, tokens, money."""
    from rich.console import Console

    from inspect_values.evaluation.generation.planning import planned
    from inspect_values.evaluation.generation.preview import preview_line
    from inspect_values.plugins.catalog import evaluation_catalog
    from inspect_values.prices import missing, read_prices

    given = None if prices is None else read_prices(prices)
    found = planned(
        evaluation_catalog(),
        pairs,
        each,
        split(writers),
        split(filters),
        calls,
        self_filtering=self_filtering,
    )
    console = Console(highlight=False)
    console.print(_table(found, given))
    console.print(preview_line(found, given), soft_wrap=True)
    if given is not None and (gone := missing(given, [load.model for load in found.loads])):
        console.print(f"Money: {gone}", soft_wrap=True)
    elif given is None:
        console.print("--prices FILE says what it costs.")


def split(names: str) -> list[str]:
    """Names with commas between them."""
    return [name.strip() for name in names.split(",") if name.strip()]


def _table(found: "Preview", prices: "Prices | None") -> "Table":
    """One row for each model in each part."""
    from rich.markup import escape
    from rich.table import Table

    money = [prices.currency] if prices else []
    columns = ("Model", "Part", "Calls", "Tokens in", "Tokens out", *money)
    table = Table(*map(escape, columns), box=None)
    for load in found.loads:
        row = [f"{load.calls:,}", f"{load.tokens_in:,.0f}", f"{load.tokens_out:,.0f}"]
        cost = load.cost(prices)
        row += ["no price" if cost is None else f"{cost:,.2f}"] if prices else []
        table.add_row(escape(load.model), load.part, *row)
    return table
