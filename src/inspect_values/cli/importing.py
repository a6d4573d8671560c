"""The command `inspect-values scenarios import`."""

from pathlib import Path

import click

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("import")
@click.argument("source")
@click.option("-o", "--output", required=True, type=_FILE, help="The bank: a .parquet file.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["plain", "tradeoff-study", "queries"]),
    default="plain",
    show_default=True,
    help="plain: columns named as a scenario's fields; tradeoff-study: the public rows of the "
    "trade-off study; queries: ids and texts.",
)
@click.option(
    "--map", "mapped", multiple=True, metavar="FIELD=COLUMN", help="Such as query=text; several."
)
@click.option(
    "--pair",
    default="",
    help="The value pair of rows that name none: an installed one's id, of which the source's "
    "value1 is then the first value; or unknown.",
)
@click.option(
    "--values",
    nargs=2,
    metavar="FIRST SECOND",
    help="The names of the two values of rows that name none, as a generic pair.",
)
@click.option("--licence", default="", help="The licence of texts whose row names none.")
@click.option("--split", default="train", show_default=True, help="Of a dataset of the hub.")
@click.option("--refused", type=_FILE, help="Write the refused rows with their reasons as CSV.")
@click.option("--strict", is_flag=True, help="End with exit code 1 if any row was refused.")
@click.option(
    "--verdicts",
    type=_FILE,
    help="Write recorded answers and positions (response_MODEL, MODEL_value1_position, "
    "MODEL_value2_position) as a verdict table (.parquet).",
)
@click.option(
    "--judge", default="recorded", show_default=True, help="Who gave the recorded positions."
)
def import_(
    source: str,
    output: Path,
    form: str,
    mapped: tuple[str, ...],
    pair: str,
    values: tuple[str, str] | None,
    licence: str,
    split: str,
    refused: Path | None,
    strict: bool,
    verdicts: Path | None,
    judge: str,
) -> None:
    """Bring other people's queries into a bank, each row checked.

    SOURCE is a .jsonl, .csv or .parquet file, or hf:owner/name@COMMIT.
    """
    import sys

    from inspect_values.cli.import_work import Wanted, import_source

    wanted = Wanted(
        source=source,
        output=output,
        form=form,
        mapped=mapped,
        pair=pair,
        values=values,
        licence=licence,
        split=split,
        refused=refused,
        verdicts=verdicts,
        judge=judge,
    )
    if import_source(wanted) and strict:
        sys.exit(1)
