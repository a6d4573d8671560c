"""The work behind `scenarios import`."""

from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from inspect_values.analysis.recorded import RecordedVerdicts
from inspect_values.cli.progress import progress
from inspect_values.cli.results import CatalogModels
from inspect_values.errors import ParameterError
from inspect_values.evaluation.judging.refusals import reads_as_refusal
from inspect_values.files import make_folder
from inspect_values.plugins.catalog import evaluation_catalog
from inspect_values.scenarios.generic import bare_value, generic_pair
from inspect_values.scenarios.imports.formats import FORMATS, read_mapping
from inspect_values.scenarios.imports.importing import Imported, import_bank
from inspect_values.scenarios.imports.recorded import recorded_models
from inspect_values.scenarios.imports.rows import Reading
from inspect_values.scenarios.imports.sources import Source, open_source
from inspect_values.scenarios.scenario import UNKNOWN_PAIR


@dataclass(frozen=True)
class Wanted:
    """What was typed."""

    source: str
    output: Path
    form: str = "plain"
    mapped: tuple[str, ...] = ()
    pair: str = ""
    values: tuple[str, str] | None = None
    licence: str = ""
    split: str = "train"
    refused: Path | None = None
    verdicts: Path | None = None
    judge: str = "recorded"


def import_source(wanted: Wanted) -> int:
    """Import a source, say what became of its rows, and return how many were refused.

    Raises:
        ParameterError: If something that was typed cannot be used.
        DataError: If the source is damaged, or no row of it can be used.
    """
    source, reading = _reading(wanted)
    for path in (wanted.output, wanted.refused, wanted.verdicts):
        if path is not None:
            make_folder(path)
    with ExitStack() as stack:
        table = stack.enter_context(_verdicts(wanted, source)) if wanted.verdicts else None
        with progress("Importing", source.total) as tick:
            found = import_bank(
                source,
                reading,
                wanted.output,
                _about(wanted, source),
                refused=wanted.refused,
                on_recorded=table.add if table else None,
                tick=tick,
            )
        if table:
            table.keep()
    _say(found, wanted)
    return sum(found.refused.values())


def _reading(wanted: Wanted) -> tuple[Source, Reading]:
    for path in (wanted.output, wanted.verdicts):
        if path is not None and path.suffix != ".parquet":
            raise ParameterError(f"'{path}' must be a file whose name ends in .parquet.")
    if wanted.pair and wanted.values:
        raise ParameterError("give either --pair or --values, not both.")
    if wanted.verdicts and wanted.pair == UNKNOWN_PAIR:
        raise ParameterError("verdicts need value pairs; --pair unknown has none.")
    catalog = evaluation_catalog()
    if wanted.pair and wanted.pair != UNKNOWN_PAIR:
        catalog.pair(wanted.pair)
    values = None
    if wanted.values:
        values = bare_value(wanted.values[0]), bare_value(wanted.values[1])
        generic_pair(*values)
    source = open_source(wanted.source, wanted.split)
    if wanted.verdicts and source.columns and not recorded_models(source.columns):
        raise ParameterError(
            f"'{source.name}' records no answers: it has no columns such as MODEL_value1_position."
        )
    reading = Reading(
        format=FORMATS[wanted.form].with_columns(read_mapping(wanted.mapped)),
        pair_of=catalog.pair,
        pair=wanted.pair,
        values=values,
        licence=wanted.licence,
        source=source.name,
        revision=source.revision,
    )
    return source, reading


def _verdicts(wanted: Wanted, source: Source) -> RecordedVerdicts:
    assert wanted.verdicts is not None
    catalog = evaluation_catalog()
    return RecordedVerdicts(
        wanted.verdicts,
        f"{source.name}@{source.revision}",
        wanted.judge,
        CatalogModels(catalog),
        catalog.pair,
        reads_as_refusal,
    )


def _about(wanted: Wanted, source: Source) -> dict[str, str]:
    given = " / ".join(wanted.values) if wanted.values else wanted.pair
    return {
        "imported_from": source.name,
        "revision": source.revision,
        "format": wanted.form,
        "map": ", ".join(wanted.mapped),
        "pair_given": f"{given} (said by who imported it, not by the source)" if given else "",
        "built_with": f"inspect-values {version('inspect-values')}",
    }


def _say(found: Imported, wanted: Wanted) -> None:
    console = Console(highlight=False)
    console.print(f"{found.rows:,} rows: {found.accepted:,} scenarios.", soft_wrap=True)
    if found.refused:
        table = Table("Refused", "Rows", box=None)
        for reason, count in found.refused.most_common():
            table.add_row(Text(reason), f"{count:,}")
        console.print(table)
        if wanted.refused is None:
            console.print("--refused FILE.csv names each of them.")
    if wanted.refused is not None:
        console.print(f"Refused rows: {wanted.refused}", soft_wrap=True)
    if wanted.verdicts is not None:
        console.print(f"{found.recorded:,} verdicts: {wanted.verdicts}", soft_wrap=True)
    console.print(f"Bank: {wanted.output}", soft_wrap=True)
