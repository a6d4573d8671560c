"""What a plot is, for built-in ones and those of a plugin alike."""

from collections.abc import Sequence
from typing import Protocol

import pandas as pd
import plotly.graph_objects as go

from inspect_values.analysis.estimate import Estimate

FIRST, SECOND, BOTH, NEITHER = "#3b6fb6", "#c98a1b", "#6b6b6b", "#c8c8c8"
"""Blue and ochre for the two sides: a red and a green would call one value bad."""


class Plot(Protocol):
    """A plot of the page."""

    name: str
    doc: str

    def figure(self, estimates: Sequence[Estimate], table: pd.DataFrame) -> go.Figure | None:
        """The figure, or None where there is nothing to show."""
        ...


def titled(figure: go.Figure, title: str, is_simulated: bool, height: int) -> go.Figure:
    """The figure with the page's look; a simulation is named in the title."""
    figure.update_layout(
        title={
            "text": f"{'SIMULATED models: ' if is_simulated else ''}{title}",
            "font": {"size": 15},
        },
        template="plotly_white",
        height=height,
        margin={"l": 10, "r": 20, "t": 60, "b": 40},
        legend={"orientation": "h", "y": -0.08},
        font={"family": "system-ui, sans-serif", "size": 13},
    )
    figure.update_yaxes(automargin=True)
    return figure
