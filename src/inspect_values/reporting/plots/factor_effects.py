"""What the facts of a case change, all pairs together."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from inspect_values.analysis.estimate import Estimate, main_condition
from inspect_values.reporting.plots.grid import forest
from inspect_values.reporting.plots.plot import harmless, titled
from inspect_values.reporting.text import subjects

_MOST = 12
_OUTCOMES = {"lean": "lean", "refused": "refusals"}


class FactorEffects:
    """The effect of each factor level on lean and on refusals, against its baseline."""

    name = "factor_effects"
    section = "factors"
    doc = "effect of each factor level against its baseline, all pairs together"

    def figure(self, estimates: Sequence[Estimate], table: pd.DataFrame) -> go.Figure | None:
        """A forest plot, a panel an effect; None where no factor was varied within situations."""
        asked = main_condition(estimates)
        found: dict[str, list[Estimate]] = {}
        for e in estimates:
            pair, _, rest = e.key.partition(":")
            known = e.statistic == "factor_effect" and pair == "all" and e.point is not None
            if known and e.condition == asked:
                found.setdefault(rest, []).append(e)
        chosen = sorted(found, key=lambda key: (key.rsplit(":", 1)[1] != "refused", key))[:_MOST]
        if not chosen:
            return None
        panels = {_title(key): found[key] for key in chosen}
        order = [(level, subject) for level, subject, _ in subjects(table)]
        figure, height = forest(panels, order)
        title = "Effects of the facts of a case, all pairs together (hollow: no interval)"
        return titled(figure, title, height, found[chosen[0]][0])


def _title(key: str) -> str:
    factor, levels, outcome = key.rsplit(":", 2)
    return harmless(f"{_OUTCOMES.get(outcome, outcome)}: {factor} {levels.replace('-', ' − ')}")


FACTOR_EFFECTS = FactorEffects()
