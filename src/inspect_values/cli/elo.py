"""The work behind `elo`: read, rate, show, write."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from inspect_values.analysis.elo import NOISE, EloSettings, Rating, elo_table
from inspect_values.analysis.signature import frame_to_csv
from inspect_values.analysis.table import by_one_judge, load
from inspect_values.cli.results import CatalogModels
from inspect_values.files import make_folder
from inspect_values.plugins.catalog import default_catalog
from inspect_values.reporting.text import SIMULATED_NOTE, plain, simulated


def show_elo(
    paths: list[str], settings: EloSettings, judge: str | None, csv_path: Path | None
) -> None:
    """Print Elo ratings, and write them if asked to.

    Raises:
        LogError: If something is no log of ours.
        DataError: If choices or a table cannot be used, or the file cannot be written.
        ParameterError: If the judge is unknown, or several judged and none is named.
    """
    table = by_one_judge(load(paths, CatalogModels(default_catalog())), judge)
    found = elo_table(table, settings)
    console = Console()
    if simulated(table):
        console.print(Text(SIMULATED_NOTE, style="bold yellow"))
    for (model, condition), rows in groupby(found, key=lambda r: (r.model, r.condition)):
        said = f"{condition.elicitation}, query {condition.nudge}"
        said += f", persona {plain(condition.persona)}" if condition.persona != "none" else ""
        said += f", turn {condition.turn}" if condition.turn else ""
        console.print(Text(f"\n{plain(model)}: Elo ratings ({said})", style="bold"))
        console.print(_table(list(rows)))
    missing = int(table["prioritised"].isna().sum())
    if not found:
        console.print("There is no choice to rate.")
    console.print(
        f"K = {settings.k:g}, scale {settings.scale:g}, start {settings.start:g}, mean over "
        f"{settings.shuffles} shuffles (seed {settings.seed}); a tie is half a win. "
        f"Left out as missing: {missing} of {len(table)}.",
        soft_wrap=True,
    )
    console.print(
        f"± is the standard deviation over shuffles: {NOISE}. It says nothing about how sure a "
        "rating is; inspect-values signature gives intervals.",
        soft_wrap=True,
    )
    if csv_path is not None:
        make_folder(csv_path)
        frame_to_csv(_frame(found), csv_path)
        console.print(f"Ratings: {csv_path}", soft_wrap=True)


def _table(rows: Sequence[Rating]) -> Table:
    shown = Table(box=None)
    shown.add_column(Text("Rank"), justify="right")
    shown.add_column(Text("Value"), overflow="fold")
    shown.add_column(Text("Elo"), justify="right")
    shown.add_column(Text("± order noise"), justify="right")
    shown.add_column(Text("Choices"), justify="right")
    for row in rows:
        shown.add_row(
            str(row.rank),
            Text(plain(row.name)),
            f"{row.rating:.1f}",
            f"{row.noise:.1f}",
            str(row.games),
        )
    return shown


def _frame(found: Sequence[Rating]) -> pd.DataFrame:
    rows = [
        {
            "model": row.model,
            **row.condition._asdict(),
            "rank": row.rank,
            "value": row.value,
            "name": row.name,
            "elo": row.rating,
            "order_noise_sd": row.noise,
            "choices": row.games,
        }
        for row in found
    ]
    return pd.DataFrame(rows)
