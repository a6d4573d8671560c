"""The work behind `signature` and `table`: read, estimate, show, write."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import pandas as pd
from rich.console import Console

from inspect_values.analysis.audit import audit, smallest_difference
from inspect_values.analysis.bank import for_bank
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.gates import gate_settings
from inspect_values.analysis.headlines import headlines
from inspect_values.analysis.models import ModelIdentity
from inspect_values.analysis.reference_files import read_reference
from inspect_values.analysis.references import REFERENCE_DOCS, reference_estimates
from inspect_values.analysis.rules import (
    REFUSAL_WORDS,
    one_rule,
    threshold_for,
    with_refusal_rule,
    with_threshold,
)
from inspect_values.analysis.settings import DEFAULT_SETTINGS, AnalysisSettings
from inspect_values.analysis.signature import signature, to_csv, to_json, to_parquet
from inspect_values.analysis.table import by_one_judge, load, write_table
from inspect_values.cli.labs import with_labs
from inspect_values.errors import ParameterError, one_of
from inspect_values.files import make_folder
from inspect_values.plugins.catalog import Catalog, default_catalog
from inspect_values.plugins.models import UNKNOWN_LAB
from inspect_values.reporting.headlines import headline_lines
from inspect_values.reporting.page import write_page
from inspect_values.reporting.statistics import statistic_tables
from inspect_values.reporting.terminal import signature_table


@dataclass(frozen=True)
class Counting:
    """Whose verdicts count, and how."""

    judge: str | None = None
    refusals: str = "as_is"
    threshold: float | None = None


@dataclass(frozen=True)
class Shown:
    """What is shown on screen beside the leans."""

    rates: bool = False
    ranking: bool = False
    statistics: Sequence[str] = ()


@dataclass(frozen=True)
class Written:
    """The files to write; None is none."""

    json: Path | None = None
    csv: Path | None = None
    parquet: Path | None = None
    page: Path | None = None


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
    counting: Counting = Counting(),
    shown: Shown = Shown(),
    written: Written = Written(),
    *,
    settings: AnalysisSettings = DEFAULT_SETTINGS,
    references: Sequence[Path] = (),
    gates: Sequence[str] = (),
) -> None:
    """Print the signature of logs or tables, and write what was asked for.

    Raises:
        LogError: If something is no log of ours.
        DataError: If a table or reference is damaged or a file cannot be written.
        ParameterError: If a statistic or gate is unknown.
    """
    catalog = default_catalog()
    asked = gate_settings(_named_numbers(gates))
    held_against = [item.value for item in catalog.references.values()]
    held_against += [read_reference(path) for path in references]
    judged = with_labs(load(logs, CatalogModels(catalog)))
    table = counted(judged, counting)
    statistics = [item.value for item in catalog.statistics.values()]
    estimates = signature(table, statistics, settings, judged)
    compared = reference_estimates(table, held_against)
    estimates += [for_bank(one) for one in compared] if settings.target == "bank" else compared
    claims = headlines(table, estimates, asked)
    docs = {one.name: one.doc for one in statistics} | REFERENCE_DOCS
    named = _statistics(shown.statistics, estimates, docs)
    console = Console()
    _say_skipped(console, table)
    parts = (
        signature_table(estimates, table, rates=shown.rates, ranking=shown.ranking),
        statistic_tables(estimates, named),
        headline_lines(claims, table),
    )
    for part in chain(*parts):
        console.print(part)
    files = (
        (written.json, partial(to_json, headlines=claims)),
        (written.csv, to_csv),
        (written.parquet, to_parquet),
    )
    for path, write in files:
        if path is not None:
            make_folder(path)
            write(estimates, path)
            console.print(f"Estimates: {path}", soft_wrap=True)
    if written.page is not None:
        make_folder(written.page)
        plots = [item.value for item in catalog.plots.values()]
        against = [(one.name, one.description, one.source) for one in held_against]
        write_page(estimates, table, plots, written.page, claims, docs, against)
        console.print(f"Page: {written.page}", soft_wrap=True)


def _statistics(
    show: Sequence[str], estimates: Sequence[Estimate], names: Iterable[str]
) -> list[str]:
    """The statistics that are to be shown, by name; `all` means those without a table of theirs."""
    known = list(dict.fromkeys(one.statistic for one in estimates))
    if "all" in show:
        return [name for name in known if name != "lean"]
    allowed = list(dict.fromkeys([*known, *names, "all"]))
    return [one_of("statistic", name, allowed) for name in show]


def _named_numbers(given: Sequence[str]) -> dict[str, str]:
    """`coverage=0.8` and the like as a dictionary."""
    for item in given:
        if "=" not in item:
            raise ParameterError(f"gate '{item}' is not of the form name=number, as coverage=0.8.")
    return dict(item.split("=", 1) for item in given)


def counted(table: pd.DataFrame, counting: Counting) -> pd.DataFrame:
    """The verdicts of one judge, with refusals and small differences counted as asked.

    The table's `attrs["rules"]` says how, for whoever reads the numbers.

    Raises:
        ParameterError: If the judge is unknown, or several judged and none is named.
    """
    skipped = table.attrs.get("skipped")
    audits = audit(table)
    table = by_one_judge(table, counting.judge)
    threshold = counting.threshold
    if threshold is None:
        known = [smallest_difference(audits, name) for name in table["judge"].dropna().unique()]
        measured = [difference for difference in known if difference is not None]
        if measured:
            threshold = threshold_for(max(measured))
    rules = [f"Refusals: {REFUSAL_WORDS[counting.refusals]}."]
    if threshold is not None:
        table = with_threshold(table, threshold)
    used = ", ".join(f"{value:g}" for value in sorted(table["threshold"].dropna().unique()))
    source = "as measured by the judge's audit" if audits and threshold else "positions"
    rules.append(f"A value counts as prioritised from a difference of {used or 2} ({source}) on.")
    table = with_refusal_rule(table, one_rule(counting.refusals))
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
