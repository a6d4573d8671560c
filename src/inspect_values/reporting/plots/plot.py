"""What a plot is, for built-in ones and those of a plugin alike."""

from collections.abc import Sequence
from typing import Protocol, cast

import pandas as pd
import plotly.graph_objects as go

from inspect_values.analysis.estimate import Estimate
from inspect_values.reporting.text import plain

FIRST, SECOND, BOTH, NEITHER = "#3b6fb6", "#c98a1b", "#6b6b6b", "#c8c8c8"
"""Blue and ochre for the two sides: a red and a green would call one value bad."""

_TOP, _BOTTOM = 90, 70
"""Pixels for the title, and for the ticks and the legend."""


class Plot(Protocol):
    """A plot of the page.

    With an attribute `section` (`leans`, `ranking`, `refusals`, `factors`, `asking`, `judges`,
    `labs`, `references`) it stands there, without one at the end of the figures.
    """

    name: str
    doc: str

    def figure(self, estimates: Sequence[Estimate], table: pd.DataFrame) -> go.Figure | None:
        """The figure, or None where there is nothing to show."""
        ...


def titled(figure: go.Figure, title: str, height: int, of: Estimate | None) -> go.Figure:
    """The figure with the page's look.

    Args:
        figure: It is changed.
        title: Its first line.
        height: Pixels that the panels need, without title and legend.
        of: An estimate whose estimand is the second line; None where the panels differ.
    """
    second = of.estimand if of is not None else "differences within the same queries"
    figure.update_layout(
        title={
            "text": f"{title}<br><span style='font-size:12px'>{second}</span>",
            "font": {"size": 15},
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 12},
        },
        template="plotly_white",
        height=height + _TOP + _BOTTOM,
        margin={"l": 10, "r": 20, "t": _TOP, "b": _BOTTOM},
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"},
        font={"family": "system-ui, sans-serif", "size": 13},
    )
    figure.update_annotations(font_size=13)
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
