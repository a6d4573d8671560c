"""How far the way of asking moves a model."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from inspect_values.analysis.estimate import Estimate
from inspect_values.reporting.plots.grid import forest
from inspect_values.reporting.plots.plot import harmless, titled
from inspect_values.reporting.text import pair_names, subjects

_MOST = 18
_WORDS = {
    "elicitation_gap": "lean",
    "steerability": "lean",
    "give_way": "moved to the pressed value, push",
}


class WaysOfAsking:
    """Differences of lean between elicitations, under pushes and under personas."""

    name = "ways_of_asking"
    section = "asking"
    doc = "differences of lean between ways of asking, on the same queries"

    def figure(self, estimates: Sequence[Estimate], table: pd.DataFrame) -> go.Figure | None:
        """A forest plot, a panel a difference and pair; None where one way was used only."""
        found: dict[tuple[str, str], list[Estimate]] = {}
        for e in estimates:
            if e.statistic in _WORDS and e.point is not None:
                found.setdefault((e.statistic, e.key), []).append(e)
        if not found:
            return None
        names = pair_names(table)
        chosen = list(found)[:_MOST]
        panels = {_title(*key, names): found[key] for key in chosen}
        order = [(level, subject) for level, subject, _ in subjects(table)]
        figure, height = forest(panels, order)
        more = f"; {len(found) - _MOST} more in the tables" if len(found) > _MOST else ""
        title = f"What the way of asking changes (hollow: no interval{more})"
        return titled(figure, title, height, None)


def _title(statistic: str, key: str, names: dict[str, tuple[str, str]]) -> str:
    pair, _, rest = key.partition(":")
    title = " / ".join(names.get(pair, (pair,)))
    return harmless(f"{_WORDS[statistic]} {rest.replace('-', ' − ').replace('_', ' ')}") + (
        f"<br>{harmless(title)}"
    )


WAYS_OF_ASKING = WaysOfAsking()
