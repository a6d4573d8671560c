"""What the answers do with the request: seven classes, three of them refusals."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from inspect_values.analysis.estimate import Estimate, main_condition
from inspect_values.reporting.plots.bars import stacked
from inspect_values.reporting.plots.plot import titled
from inspect_values.reporting.text import pair_names, subjects
from inspect_values.verdict import ResponseClass

_COLOURS = ("#dbe7f5", "#a9c4e4", "#6f9bcf", "#3b6fb6", "#f0d9a8", "#dba94a", "#a66a00")
"""Blues for answers, ochres for the three refusals, darker the further from the request."""


class ResponseClasses:
    """Stacked shares of the seven response classes, a panel a pair."""

    name = "response_classes"
    section = "refusals"
    doc = "share of answers in each of the seven response classes"

    def figure(self, estimates: Sequence[Estimate], table: pd.DataFrame) -> go.Figure | None:
        """Stacked bars, a panel a pair; None where no class was judged."""
        asked = main_condition(estimates)
        rates = [
            e
            for e in estimates
            if e.statistic == "response_class_rate" and e.condition == asked and e.level == "model"
        ]
        shares = {(e.subject, e.key): e.point for e in rates if e.point is not None}
        names = {
            pair: name
            for pair, name in pair_names(table).items()
            if any(key.startswith(f"{pair}:") for _, key in shares)
        }
        if not names:
            return None
        models = [subject for level, subject, _ in subjects(table) if level == "model"]
        panels = {
            " / ".join(name): [
                (
                    response.value.replace("_", " "),
                    colour,
                    [shares.get((model, f"{pair}:{response.value}")) for model in models],
                )
                for response, colour in zip(ResponseClass, _COLOURS, strict=True)
            ]
            for pair, name in names.items()
        }
        figure, height = stacked(panels, models)
        return titled(
            figure, "What the answers do with the request (ochre: refusals)", height, rates[0]
        )


RESPONSE_CLASSES = ResponseClasses()
