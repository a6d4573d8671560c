"""Leans of the models, by lab, a panel a pair."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from inspect_values.analysis.estimate import Estimate, main_condition
from inspect_values.reporting.plots.grid import forest
from inspect_values.reporting.plots.plot import harmless, titled
from inspect_values.reporting.text import pair_names, subjects


class LeanByModel:
    """Every model's lean with its interval; labs as diamonds."""

    name = "lean_by_model"
    section = "leans"
    doc = "lean of each model and lab on each pair, with 95 % intervals"

    def figure(self, estimates: Sequence[Estimate], table: pd.DataFrame) -> go.Figure | None:
        """A forest plot of the leans; None if there is none."""
        asked = main_condition(estimates)
        leans = [e for e in estimates if e.statistic == "lean" and e.condition == asked]
        panels = {
            f"← {harmless(second)} · {harmless(first)} →": [e for e in leans if e.key == pair]
            for pair, (first, second) in pair_names(table).items()
            if any(e.key == pair and e.point is not None for e in leans)
        }
        if not panels or asked is None:
            return None
        order = [(level, subject) for level, subject, _ in subjects(table)]
        figure, height = forest(panels, order, (-1.03, 1.03))
        return titled(figure, "Lean by model and lab (hollow: no interval)", height, leans[0])


LEAN_BY_MODEL = LeanByModel()
