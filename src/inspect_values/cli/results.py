"""The work behind `signature` and `table`: read, estimate, show, write."""

from pathlib import Path

import pandas as pd
from rich.console import Console

from inspect_values.analysis.audit import audit, smallest_difference
from inspect_values.analysis.models import ModelIdentity
from inspect_values.analysis.rules import (
    REFUSAL_WORDS,
    one_rule,
    threshold_for,
    with_refusal_rule,
    with_threshold,
)
from inspect_values.analysis.settings import DEFAULT_SETTINGS, AnalysisSettings
from inspect_values.analysis.signature import signature, to_csv, to_json
from inspect_values.analysis.table import by_one_judge, load, write_table
from inspect_values.files import make_folder
from inspect_values.plugins.catalog import Catalog, default_catalog
from inspect_values.plugins.models import UNKNOWN_LAB
from inspect_values.reporting.page import write_page
from inspect_values.reporting.terminal import signature_table


class CatalogModels:
    """Which lab a model belongs to, by the catalog's rules."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def lab_of(self, model: str) -> ModelIdentity:
        """The lab, family and nature of a model; "unknown lab" where no rule speaks of it."""
        rule = self._catalog.rule_for(model)
        if rule is None:
            return ModelIdentity(UNKNOWN_LAB, "", False)
        return ModelIdentity(rule.lab, rule.family, rule.simulated)


def show_signature(
    logs: list[str],
    json_path: Path | None,
    csv_path: Path | None,
    page: Path | None,
    rates: bool,
    judge: str | None = None,
    refusals: str = "as_is",
    threshold: float | None = None,
    settings: AnalysisSettings = DEFAULT_SETTINGS,
    ranking: bool = False,
) -> None:
    """Print the signature of logs or tables, and write what was asked for.

    Raises:
        LogError: If something is no log of ours.
        DataError: If a table is damaged or a file cannot be written.
    """
    catalog = default_catalog()
    table = counted(load(logs, CatalogModels(catalog)), judge, refusals, threshold)
    estimates = signature(table, [item.value for item in catalog.statistics.values()], settings)
    console = Console()
    _say_skipped(console, table)
    for part in signature_table(estimates, table, rates=rates, ranking=ranking):
        console.print(part)
    for path, write in ((json_path, to_json), (csv_path, to_csv)):
        if path is not None:
            make_folder(path)
            write(estimates, path)
            console.print(f"Estimates: {path}", soft_wrap=True)
    if page is not None:
        make_folder(page)
        write_page(estimates, table, [item.value for item in catalog.plots.values()], page)
        console.print(f"Page: {page}", soft_wrap=True)


def counted(
    table: pd.DataFrame, judge: str | None, refusals: str, threshold: float | None
) -> pd.DataFrame:
    """The verdicts of one judge, with refusals and small differences counted as asked.

    The table's `attrs["rules"]` says how, for whoever reads the numbers.

    Raises:
        ParameterError: If the judge is unknown, or several judged and none is named.
    """
    skipped = table.attrs.get("skipped")
    audits = audit(table)
    table = by_one_judge(table, judge)
    if threshold is None:
        known = [smallest_difference(audits, name) for name in table["judge"].dropna().unique()]
        measured = [difference for difference in known if difference is not None]
        if measured:
            threshold = threshold_for(max(measured))
    rules = [f"Refusals: {REFUSAL_WORDS[refusals]}."]
    if threshold is not None:
        table = with_threshold(table, threshold)
    used = ", ".join(f"{value:g}" for value in sorted(table["threshold"].dropna().unique()))
    source = "as measured by the judge's audit" if audits and threshold else "positions"
    rules.append(f"A value counts as prioritised from a difference of {used or 2} ({source}) on.")
    table = with_refusal_rule(table, one_rule(refusals))
    table.attrs = {"skipped": skipped, "rules": rules}
    return table


def write_verdicts(logs: list[str], output: Path) -> None:
    """Write the verdict table of logs as Parquet.

    Raises:
        LogError: If something is no log of ours.
        DataError: If the file cannot be written.
    """
    table = load(logs, CatalogModels(default_catalog()))
    make_folder(output)
    write_table(table, output)
    console = Console()
    _say_skipped(console, table)
    console.print(f"{len(table)} verdicts: {output}", soft_wrap=True)


def _say_skipped(console: Console, table: pd.DataFrame) -> None:
    skipped = table.attrs.get("skipped") or 0
    count = skipped if isinstance(skipped, int) else len(skipped)
    if count:
        console.print(f"Passed over {count} logs that no inspect-values task wrote.")
