"""The work behind `compare`: two models, two runs or two judges on the same queries."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from inspect_values.analysis.compare import Comparison, Kind, compare
from inspect_values.analysis.settings import Target
from inspect_values.analysis.signature import frame_to_csv
from inspect_values.analysis.table import judge_label, load
from inspect_values.cli.results import CatalogModels, Counting, counted
from inspect_values.errors import ParameterError, one_of
from inspect_values.files import make_folder, write_text
from inspect_values.plugins.catalog import default_catalog
from inspect_values.reporting.compare import comparison_lines, comparison_sentences


def show_comparison(
    one: str,
    other: str,
    logs: list[str],
    judges: bool,
    judge: str | None,
    json_path: Path | None,
    csv_path: Path | None,
    every: bool,
    target: Target = "situations",
) -> None:
    """Compare A with B, print it, and write what was asked for.

    Raises:
        ParameterError: If A or B is neither a model, a run nor a judge of the logs, or the target
            does not fit.
        LogError: If something is no log of ours.
        DataError: If the two have nothing in common, or a file cannot be written.
    """
    if one == other:
        raise ParameterError(f"A and B are both '{one}'; name two that differ.")
    sides, kind = _sides(one, other, logs, judges, judge)
    found = compare(sides[0][1], sides[1][1], (sides[0][0], sides[1][0]), kind, target)
    table = pd.concat([part for _, part in sides], ignore_index=True)
    console = Console()
    for part in comparison_lines(found, table, every):
        console.print(part)
    if json_path is not None:
        make_folder(json_path)
        write_text(json_path, json.dumps(_content(found, table), indent=1, allow_nan=False) + "\n")
        console.print(f"Comparison: {json_path}", soft_wrap=True)
    if csv_path is not None:
        make_folder(csv_path)
        frame_to_csv(_frame(found), csv_path)
        console.print(f"Differences: {csv_path}", soft_wrap=True)


def _sides(
    one: str, other: str, logs: list[str], judges: bool, judge: str | None
) -> tuple[list[tuple[str, pd.DataFrame]], Kind]:
    """What A and B are called, with their verdicts."""
    models = CatalogModels(default_catalog())
    if judges:
        if not logs:
            raise ParameterError("two judges are compared on logs; name them after A and B.")
        table = load(logs, models)
        return [_of_judge(table, name) for name in (one, other)], "judges"
    if not logs:
        for name in (one, other):
            if not _is_path(name):
                raise ParameterError(
                    f"'{name}' is no log, folder or table; to compare two models, name the logs "
                    "that hold them after A and B."
                )
        runs = [counted(load([name], models), Counting(judge)) for name in (one, other)]
        return list(zip((one, other), runs, strict=True)), "runs"
    table = counted(load(logs, models), Counting(judge))
    return [_of_model(table, name) for name in (one, other)], "models"


def _is_path(name: str) -> bool:
    return "://" in name or Path(name).exists()


def _of_model(table: pd.DataFrame, name: str) -> tuple[str, pd.DataFrame]:
    """A model by its name, or by the end of it where only one fits."""
    known = sorted({str(model) for model in table["model"].dropna()})
    ends = [model for model in known if model.endswith(f"/{name}")]
    found = ends[0] if name not in known and len(ends) == 1 else one_of("model", name, known)
    return found, table[table["model"].eq(found).fillna(False)]


def _of_judge(table: pd.DataFrame, name: str) -> tuple[str, pd.DataFrame]:
    label = judge_label(table)
    known = sorted({str(judge) for judge in label.dropna()} - {"parser"})
    found = one_of("judge", name, known)
    rows = table[(label.eq(found).fillna(False) & table["variation"].isna()).to_numpy(dtype=bool)]
    return found, rows.drop_duplicates(["sample_uuid", "epoch", "turn"])


def _frame(found: Comparison) -> pd.DataFrame:
    rows = [row.model_dump() for row in found.rows]
    return pd.DataFrame(rows).assign(a=found.one, b=found.other, target=found.target)


def _content(found: Comparison, table: pd.DataFrame) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "target": found.target,
        "a": found.one,
        "b": found.other,
        "settings_that_differ": [one._asdict() for one in found.settings],
        "not_comparable": found.not_comparable,
        "models_left_out": found.left_out,
        "only_a": found.only_one,
        "only_b": found.only_other,
        "sentences": comparison_sentences(found, table),
        "differences": [row.model_dump() for row in found.rows],
    }
