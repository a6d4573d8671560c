"""The work behind `disagreement`: where models differ most, and what goes with it."""

import json
from pathlib import Path

import pandas as pd
from rich.console import Console

from inspect_values.analysis.disagreement import UNIT, Disagreement, disagreement
from inspect_values.analysis.predictors import by_domain, by_factor, by_pair
from inspect_values.analysis.signature import frame_to_csv
from inspect_values.analysis.table import load
from inspect_values.cli.results import CatalogModels, Counting, counted
from inspect_values.errors import LogError
from inspect_values.files import make_folder, write_text
from inspect_values.plugins.catalog import default_catalog
from inspect_values.reporting.disagreement import disagreement_lines


def show_disagreement(
    logs: list[str], top: int, judge: str | None, csv_path: Path | None, json_path: Path | None
) -> None:
    """Print where the models of logs disagree, and write every scenario if asked for.

    Raises:
        LogError: If there are fewer than two models with positions on the same scenarios.
    """
    table = counted(load(logs, CatalogModels(default_catalog())), Counting(judge))
    found = disagreement(table)
    if found.frame.empty:
        raise LogError(
            "no scenario has positions of two models; disagreement needs open answers of several "
            "models to the same scenarios."
        )
    predictors = [by_pair(found), by_domain(found), by_factor(found)]
    console = Console()
    for part in disagreement_lines(found, predictors, table, top):
        console.print(part)
    if csv_path is not None:
        make_folder(csv_path)
        frame_to_csv(scenario_frame(found), csv_path)
        console.print(f"Scenarios: {csv_path}", soft_wrap=True)
    if json_path is not None:
        make_folder(json_path)
        rows = [one.model_dump() for part in predictors for one in part]
        write_text(json_path, json.dumps(rows, indent=1, allow_nan=False) + "\n")
        console.print(f"What goes with it: {json_path}", soft_wrap=True)


def scenario_frame(found: Disagreement) -> pd.DataFrame:
    """One row a scenario, the most disputed first, with every model's two positions."""
    columns = [*UNIT, "domain", "factors", "models", "d", "sd_first", "sd_second", "bin"]
    names = [
        ", ".join(model for model, out in zip(found.models, row, strict=True) if out)
        for row in found.outlying
    ]
    frame = found.frame[columns].assign(outliers=names)
    positions = {
        f"{model}:{side}": matrix[:, number]
        for number, model in enumerate(found.models)
        for side, matrix in (("first", found.first), ("second", found.second))
    }
    both = pd.concat([frame, pd.DataFrame(positions)], axis=1)
    return both.sort_values(["d", "scenario"], ascending=[False, True], kind="stable")
