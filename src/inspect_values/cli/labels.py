"""The commands `inspect-values labels …`."""

from pathlib import Path

import click

LOGS = click.argument("logs", nargs=-1, required=True, metavar="LOGS…")
FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def labels() -> None:
    """Let people label answers, and hold judges against them."""


@labels.command("export")
@LOGS
@click.option("-o", "--output", required=True, type=FILE, help="The sheet: a .csv file.")
@click.option("-n", "--number", type=click.IntRange(1), help="How many answers.")
@click.option(
    "--kappa-width",
    default=0.2,
    show_default=True,
    type=click.FloatRange(0.01, 2),
    help="Without -n: the wanted width of the interval of kappa.",
)
@click.option("--judge", help="Whose verdicts, where several judged the same answers.")
@click.option("--seed", default=0, show_default=True, help="Decides what is drawn.")
def export(
    logs: tuple[str, ...],
    output: Path,
    number: int | None,
    kappa_width: float,
    judge: str | None,
    seed: int,
) -> None:
    """Make a blind, shuffled labelling sheet from logs, with its key and the rubric beside it."""
    from inspect_values.cli.judges import export_labels

    export_labels(list(logs), output, number, kappa_width, judge, seed)


@labels.command("import")
@click.argument("sheet", type=FILE)
@click.option("-o", "--output", required=True, type=FILE, help="The labels: a .parquet file.")
@click.option("--labeller", required=True, help="Who filled the sheet in.")
@click.option("--key", type=FILE, help="The sheet's key, if it is not beside it.")
def import_(sheet: Path, output: Path, labeller: str, key: Path | None) -> None:
    """Read a filled-in sheet."""
    from inspect_values.cli.judges import import_labels

    import_labels(sheet, key, output, labeller)


@labels.command()
@LOGS
@click.option("--labels", "label_paths", multiple=True, type=FILE, help="Labels; may be repeated.")
@click.option("--judge", help="Whose verdicts are corrected, where several judged.")
@click.option("--csv", "csv_path", type=FILE, help="Write the corrected estimates as CSV.")
def agreement(
    logs: tuple[str, ...], label_paths: tuple[Path, ...], judge: str | None, csv_path: Path | None
) -> None:
    """How far judges agree with people and with each other; leans and rates, corrected."""
    from inspect_values.cli.judges import show_agreement

    show_agreement(list(logs), list(label_paths), judge, csv_path)
