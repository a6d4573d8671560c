"""What a plot is, for built-in ones and those of a plugin alike."""

from collections.abc import Sequence
from typing import Protocol, cast

import pandas as pd
import plotly.graph_objects as go

from inspect_values.analysis.estimate import HEADLINE, Estimate, estimand
from inspect_values.reporting.text import plain

FIRST, SECOND, BOTH, NEITHER = "#3b6fb6", "#c98a1b", "#6b6b6b", "#c8c8c8"
"""Blue and ochre for the two sides: a red and a green would call one value bad."""

OF = f"<sup>{estimand(HEADLINE)}</sup>"
"""What the headline numbers speak of, as a second line of a title."""


class Plot(Protocol):
    """A plot of the page."""

    name: str
    doc: str

    def figure(self, estimates: Sequence[Estimate], table: pd.DataFrame) -> go.Figure | None:
        """The figure, or None where there is nothing to show."""
        ...


def titled(figure: go.Figure, title: str, height: int) -> go.Figure:
    """The figure with the page's look."""
    figure.update_layout(
        title={"text": title, "font": {"size": 15}},
        template="plotly_white",
        height=height,
        margin={"l": 10, "r": 20, "t": 80, "b": 40},
        legend={"orientation": "h", "y": -0.08},
        font={"family": "system-ui, sans-serif", "size": 13},
    )
    figure.update_yaxes(automargin=True)
    return figure


def marked(figure: go.Figure, is_simulated: bool) -> go.Figure:
    """The figure, with a title that says so where the models are simulated, whoever drew it."""
    title = cast(str | None, figure.layout.title.text) or ""
    if is_simulated and "SIMULATED" not in title:
        figure.update_layout(title={"text": f"SIMULATED models: {title}".removesuffix(": ")})
    return figure


def harmless(text: str) -> str:
    """A text in which plotly finds no markup of its own."""
    return plain(text).replace("<", "‹").replace(">", "›")
