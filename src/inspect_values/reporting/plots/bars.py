"""Panels of stacked shares, models as rows."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from inspect_values.reporting.plots.grid import grid, place
from inspect_values.reporting.plots.plot import harmless

Part = tuple[str, str, Sequence[float | None]]
"""What a share is of, its colour, and one share a model."""


def stacked(panels: Mapping[str, Sequence[Part]], models: Sequence[str]) -> tuple[go.Figure, int]:
    """A panel a title, a bar a model, and the height that they need.

    Args:
        panels: Title → parts of the bars, the same everywhere.
        models: From top to bottom.
    """
    figure, height = grid([harmless(title) for title in panels], len(models))
    for number, parts in enumerate(panels.values()):
        for label, colour, shares in parts:
            figure.add_trace(
                go.Bar(
                    x=list(shares),
                    y=[harmless(model) for model in models],
                    orientation="h",
                    name=label,
                    legendgroup=label,
                    marker_color=colour,
                    showlegend=number == 0,
                    hovertemplate=f"%{{y}}: {label} %{{x:.0%}}<extra></extra>",
                ),
                row=place(number)[0],
                col=place(number)[1],
            )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    figure.update_yaxes(autorange="reversed")
    return figure, height
