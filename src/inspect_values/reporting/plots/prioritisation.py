"""What each model prioritised, as shares, a panel a pair."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import (
    make_subplots,  # pyright: ignore[reportUnknownVariableType] (its signature is untyped)
)

from inspect_values.analysis.estimate import Estimate
from inspect_values.reporting.plots.plot import BOTH, FIRST, NEITHER, OF, SECOND, harmless, titled
from inspect_values.reporting.text import pair_names, subjects


class Prioritisation:
    """Stacked shares of the headline verdicts: first value, both, neither, second value."""

    name = "prioritisation"
    doc = "share of answers that put each value, both or neither first"

    def figure(self, estimates: Sequence[Estimate], table: pd.DataFrame) -> go.Figure | None:
        """Stacked bars, a panel a pair; None if there is nothing to show."""
        shares = {
            (e.subject, e.key): e.point
            for e in estimates
            if e.statistic == "prioritisation_rate" and e.headline and e.level == "model"
        }
        names = {
            p: n
            for p, n in pair_names(table).items()
            if any(k.startswith(f"{p}:") for _, k in shares)
        }
        if not names:
            return None
        titles = [f"{first} / {second}" for first, second in names.values()]
        figure = make_subplots(rows=1, cols=len(names), shared_yaxes=True, subplot_titles=titles)
        models = [subject for level, subject, _ in subjects(table) if level == "model"]
        for column, pair in enumerate(names, start=1):
            row = table[table["pair"] == pair].iloc[0]
            parts = (
                ("first value", str(row["first_value"]), FIRST),
                ("both", "both", BOTH),
                ("neither", "neither", NEITHER),
                ("second value", str(row["second_value"]), SECOND),
            )
            for label, value, colour in parts:
                figure.add_trace(
                    go.Bar(
                        x=[shares.get((model, f"{pair}:{value}")) for model in models],
                        y=[harmless(model) for model in models],
                        orientation="h",
                        name=label,
                        marker_color=colour,
                        showlegend=column == 1,
                    ),
                    row=1,
                    col=column,
                )
        figure.update_layout(barmode="stack")
        figure.update_xaxes(range=[0, 1], tickformat=".0%")
        figure.update_yaxes(autorange="reversed")
        return titled(figure, f"What the answers put first<br>{OF}", 140 + 26 * len(models))


PRIORITISATION = Prioritisation()
