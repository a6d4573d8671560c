"""The ranking of values: each value's place, with P(rank 1) as the colour."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from inspect_values.analysis.estimate import Estimate, main_condition
from inspect_values.reporting.plots.grid import ROW_HEIGHT, subject_label
from inspect_values.reporting.plots.plot import harmless, titled
from inspect_values.reporting.ranking import rank_text, value_names
from inspect_values.reporting.text import subjects


class ValueRanks:
    """Subjects × values: the rank, its interval, and how often the value comes first."""

    name = "value_ranks"
    section = "ranking"
    doc = "rank of each value with its interval; the colour is P(rank 1)"

    def figure(self, estimates: Sequence[Estimate], table: pd.DataFrame) -> go.Figure | None:
        """A table in colours; None where nothing was ranked."""
        asked = main_condition(estimates)
        here = [e for e in estimates if e.condition == asked]
        ranks = {
            (e.level, e.subject, e.key): e
            for e in here
            if e.statistic == "rank" and e.point is not None
        }
        if not ranks:
            return None
        first = {(e.level, e.subject, e.key): e.point for e in here if e.statistic == "p_first"}
        names = value_names(table)
        values = sorted({key[2] for key in ranks}, key=lambda v: (_usual(v, ranks), v))
        order = [(lv, s) for lv, s, _ in subjects(table) if any(k[:2] == (lv, s) for k in ranks)]
        cells = [[(level, subject, value) for value in values] for level, subject in order]
        figure = go.Figure(
            go.Heatmap(
                x=[harmless(names.get(value, value)) for value in values],
                y=[subject_label(level, subject) for level, subject in order],
                z=[[first.get(cell) for cell in row] for row in cells],
                text=[[_shown(ranks.get(cell)) for cell in row] for row in cells],
                texttemplate="%{text}",
                zmin=0,
                zmax=1,
                colorscale=[[0, "#f7f7f7"], [1, "#6f9bcf"]],
                colorbar={"title": "P(rank 1)", "tickformat": ".0%", "thickness": 12},
                hovertemplate="%{y}: %{x}, rank %{text}, P(rank 1) %{z:.2f}<extra></extra>",
                xgap=2,
                ygap=2,
            )
        )
        figure.update_yaxes(autorange="reversed")
        figure.update_xaxes(side="top")
        title = "Rank of each value, with its 95 % interval (colour: P(rank 1))"
        height = 60 + ROW_HEIGHT * len(order)
        return titled(figure, title, height, next(iter(ranks.values())))


def _usual(value: str, ranks: dict[tuple[str, str, str], Estimate]) -> float:
    """A value's mean rank, by which columns are ordered."""
    points = [e.point or 0.0 for key, e in ranks.items() if key[2] == value]
    return sum(points) / len(points)


def _shown(rank: Estimate | None) -> str:
    if rank is None or rank.point is None:
        return "–"
    return f"{rank.point:g} {rank_text(rank)}"


VALUE_RANKS = ValueRanks()
