"""Panels of points with intervals, models and labs as rows: the form that most figures have."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import (
    make_subplots,  # pyright: ignore[reportUnknownVariableType] (its signature is untyped)
)

from inspect_values.analysis.estimate import Estimate
from inspect_values.reporting.plots.plot import FIRST, SECOND, harmless

COLUMNS = 3
ROW_HEIGHT = 24
_AROUND = 70
"""Pixels that a panel needs beside its rows."""

Subject = tuple[str, str]
"""Level and subject."""

_LOOKS = (
    ("model", FIRST, "circle", "model"),
    ("lab", SECOND, "diamond", "lab (its models weighted equally)"),
)


def grid(titles: Sequence[str], rows: int) -> tuple[go.Figure, int]:
    """Empty panels, three side by side, and the height they need.

    Args:
        titles: One a panel.
        rows: How many rows each panel has.
    """
    lines = -(-len(titles) // COLUMNS)
    height = lines * (_AROUND + ROW_HEIGHT * max(rows, 2))
    figure = make_subplots(
        rows=lines,
        cols=min(COLUMNS, len(titles)),
        shared_yaxes=True,
        subplot_titles=list(titles),
        vertical_spacing=_AROUND / height if lines > 1 else 0.0,
        horizontal_spacing=0.05,
    )
    return figure, height


def place(number: int) -> tuple[int, int]:
    """Row and column of a panel."""
    return 1 + number // COLUMNS, 1 + number % COLUMNS


def forest(
    panels: Mapping[str, Sequence[Estimate]],
    order: Sequence[Subject],
    ends: tuple[float, float] | None = None,
) -> tuple[go.Figure, int]:
    """A panel a title, a row a subject, a point with its interval an estimate.

    Args:
        panels: Title → estimates, one a subject.
        order: The subjects from top to bottom.
        ends: The scale's ends; None takes what the estimates need.
    """
    figure, height = grid(list(panels), len(order))
    named: set[str] = set()
    for number, estimates in enumerate(panels.values()):
        row, column = place(number)
        for level, colour, symbol, name in _LOOKS:
            points = [e for e in estimates if e.level == level and e.point is not None]
            if points:
                drawn = _trace(points, colour, symbol, name, name not in named)
                figure.add_trace(drawn, row=row, col=column)
                named.add(name)
        figure.add_shape(
            type="line",
            x0=0,
            x1=0,
            y0=0,
            y1=1,
            yref="y domain",
            line={"color": "#999", "width": 1},
            row=row,
            col=column,
        )
    if ends is not None:
        figure.update_xaxes(range=list(ends))
    figure.update_xaxes(tickformat="+.1f")
    labels = [subject_label(level, subject) for level, subject in order]
    figure.update_yaxes(
        categoryorder="array",
        categoryarray=labels[::-1],
        range=[-0.6, len(labels) - 0.4],
    )
    return figure, height


def subject_label(level: str, subject: str) -> str:
    """A lab in bold, a model plain."""
    name = harmless(subject)
    return f"<b>{name}</b>" if level == "lab" else name


def _trace(
    points: Sequence[Estimate], colour: str, symbol: str, name: str, legend: bool
) -> go.Scatter:
    middle = [e.point or 0.0 for e in points]
    both = list(zip(points, middle, strict=True))
    return go.Scatter(
        x=middle,
        y=[subject_label(e.level, e.subject) for e in points],
        mode="markers",
        name=name,
        legendgroup=name,
        showlegend=legend,
        marker={
            "color": colour,
            "symbol": [symbol if e.low is not None else f"{symbol}-open" for e in points],
            "size": 9,
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [None if e.high is None else e.high - m for e, m in both],
            "arrayminus": [None if e.low is None else m - e.low for e, m in both],
            "thickness": 1.5,
            "width": 3,
        },
        customdata=[[_said(e)] for e in points],
        hovertemplate="%{y}: %{x:+.2f} %{customdata[0]}<extra></extra>",
    )


def _said(e: Estimate) -> str:
    if e.low is None or e.high is None:
        return harmless(f"no interval: {e.withheld}")
    return f"[{e.low:+.2f}, {e.high:+.2f}], {e.families} situations"
