"""Leans of the models, by lab, a panel a pair."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import (
    make_subplots,  # pyright: ignore[reportUnknownVariableType] (its signature is untyped)
)

from inspect_values.analysis.estimate import Estimate
from inspect_values.reporting.plots.plot import FIRST, OF, SECOND, harmless, titled
from inspect_values.reporting.text import pair_names, subjects


class LeanByModel:
    """Every model's headline lean with its interval; labs as diamonds."""

    name = "lean_by_model"
    doc = "lean of each model and lab on each pair, with 95 % intervals over situations"

    def figure(self, estimates: Sequence[Estimate], table: pd.DataFrame) -> go.Figure | None:
        """A forest plot of the headline leans; None if there is none."""
        shown = {
            (e.level, e.subject, e.key): e
            for e in estimates
            if e.statistic == "lean" and e.headline and e.point is not None
        }
        names = {p: n for p, n in pair_names(table).items() if any(key[2] == p for key in shown)}
        if not names:
            return None
        titles = [f"← {second} · {first} →" for first, second in names.values()]
        figure = make_subplots(rows=1, cols=len(names), shared_yaxes=True, subplot_titles=titles)
        order = [(level, subject) for level, subject, _ in subjects(table)]
        for column, pair in enumerate(names, start=1):
            for level, colour, symbol in (("model", FIRST, "circle"), ("lab", SECOND, "diamond")):
                points = [
                    shown[(lev, s, pair)]
                    for lev, s in order
                    if lev == level and (lev, s, pair) in shown
                ]
                figure.add_trace(
                    _trace(points, level, colour, symbol, column == 1), row=1, col=column
                )
            figure.add_shape(
                type="line",
                x0=0,
                x1=0,
                y0=0,
                y1=1,
                yref=f"y{'' if column == 1 else column} domain",
                xref=f"x{'' if column == 1 else column}",
                line={"color": "#999", "width": 1},
            )
        figure.update_xaxes(range=[-1.02, 1.02], tickformat="+.1f")
        labels = [_label(level, subject) for level, subject in order]
        figure.update_yaxes(categoryorder="array", categoryarray=labels[::-1])
        title = f"Lean by model and lab (hollow: no interval)<br>{OF}"
        return titled(figure, title, 140 + 26 * len(order))


def _label(level: str, subject: str) -> str:
    name = harmless(subject)
    return f"<b>{name}</b>" if level == "lab" else name


def _trace(
    points: Sequence[Estimate], level: str, colour: str, symbol: str, legend: bool
) -> go.Scatter:
    middle = [e.point or 0.0 for e in points]
    return go.Scatter(
        x=middle,
        y=[_label(level, e.subject) for e in points],
        mode="markers",
        name="lab (its models weighted equally)" if level == "lab" else "model",
        showlegend=legend,
        marker={
            "color": colour,
            "symbol": [symbol if e.low is not None else f"{symbol}-open" for e in points],
            "size": 9,
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [
                (e.high if e.high is not None else m) - m
                for e, m in zip(points, middle, strict=True)
            ],
            "arrayminus": [
                m - (e.low if e.low is not None else m) for e, m in zip(points, middle, strict=True)
            ],
            "thickness": 1.5,
            "width": 3,
        },
    )


LEAN_BY_MODEL = LeanByModel()
