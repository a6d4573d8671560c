"""What each model prioritised, as shares, a panel a pair."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from inspect_values.analysis.estimate import Estimate, main_condition
from inspect_values.reporting.plots.bars import stacked
from inspect_values.reporting.plots.plot import (
    BOTH,
    FIRST,
    NEITHER,
    SECOND,
    titled,
)
from inspect_values.reporting.text import pair_names, subjects


class Prioritisation:
    """Stacked shares of the verdicts: first value, both, neither, second value."""

    name = "prioritisation"
    section = "leans"
    doc = "share of answers that put each value, both or neither first"

    def figure(self, estimates: Sequence[Estimate], table: pd.DataFrame) -> go.Figure | None:
        """Stacked bars, a panel a pair; None if there is nothing to show."""
        asked = main_condition(estimates)
        rates = [
            e
            for e in estimates
            if e.statistic == "prioritisation_rate" and e.condition == asked and e.level == "model"
        ]
        shares = {(e.subject, e.key): e.point for e in rates}
        names = {
            p: n
            for p, n in pair_names(table).items()
            if any(k.startswith(f"{p}:") and v is not None for (_, k), v in shares.items())
        }
        if not names:
            return None
        models = [subject for level, subject, _ in subjects(table) if level == "model"]
        panels: dict[str, list[tuple[str, str, list[float | None]]]] = {}
        for pair, (first, second) in names.items():
            row = table[table["pair"] == pair].iloc[0]
            parts = (
                ("first value", str(row["first_value"]), FIRST),
                ("both", "both", BOTH),
                ("neither", "neither", NEITHER),
                ("second value", str(row["second_value"]), SECOND),
            )
            panels[f"{first} / {second}"] = [
                (label, colour, [shares.get((model, f"{pair}:{value}")) for model in models])
                for label, value, colour in parts
            ]
        figure, height = stacked(panels, models)
        return titled(figure, "What the answers put first", height, rates[0])


PRIORITISATION = Prioritisation()
