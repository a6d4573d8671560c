"""Disagreement between models for a terminal."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from inspect_values.analysis.disagreement import BINS, FEWEST_MODELS, Disagreement
from inspect_values.analysis.estimate import HEADLINE, Condition, Estimate, estimand
from inspect_values.reporting.statistics import condition_text, p_text
from inspect_values.reporting.text import SIMULATED_NOTE, interval_text, plain, simulated

_MOST_DOMAINS = 12


def disagreement_lines(
    found: Disagreement,
    predictors: Sequence[Sequence[Estimate]],
    table: pd.DataFrame,
    top: int,
) -> Iterator[RenderableType]:
    """Bins, the most disputed scenarios, outliers, and what goes with disagreement.

    Args:
        found: What `disagreement()` gave.
        predictors: The estimates of pairs, domains and factors.
        table: The verdict table.
        top: How many scenarios to list.
    """
    if simulated(table):
        yield Text(SIMULATED_NOTE, style="bold yellow")
    yield Text(
        f"{len(found.models)} models, {len(found.frame)} scenarios. D is the larger of the two "
        "ladders' standard deviations over models, 0 to 3; noise of judges and of single answers "
        "is in it."
    )
    if found.left_out:
        yield Text(f"Left out, with positions of too few models: {found.left_out} scenarios.")
    yield _bins(found)
    if top:
        yield _top(found, top)
    yield from _outliers(found)
    condition = _condition(found)
    yield Text(f"\nMean D by pair, domain and factor\n{estimand(condition)}", style="bold")
    yield _predictors([[e for e in part if e.condition == condition] for part in predictors])


def _condition(found: Disagreement) -> Condition:
    rows = found.frame[["elicitation", "turn", "nudge", "persona"]].drop_duplicates()
    known = [Condition(str(a), int(b), str(c), str(d)) for a, b, c, d in rows.to_numpy().tolist()]
    return HEADLINE if HEADLINE in known else min(known)


def _bins(found: Disagreement) -> Table:
    table = Table(title="Scenarios by D", title_justify="left", box=None)
    columns = ("elicitation", "turn", "nudge", "persona")
    for name in ("Asked", *BINS, "Mean D"):
        table.add_column(name, justify="left" if name == "Asked" else "right")
    for key, rows in found.frame.groupby(list(columns), sort=True):
        counts = rows["bin"].value_counts()
        elicitation, turn, nudge, persona = (str(x) for x in key)
        asked = condition_text(Condition(elicitation, int(turn), nudge, persona))
        table.add_row(
            plain(asked), *(str(int(counts.get(b, 0))) for b in BINS), f"{rows['d'].mean():.2f}"
        )
    return table


def _top(found: Disagreement, top: int) -> Table:
    table = Table(title="Where models differ most", title_justify="left", box=None)
    for name in ("D", "Pair", "Scenario", "Highest", "Lowest"):
        table.add_column(name, overflow="fold")
    lean = (found.first - found.second) / 6
    order = found.frame.assign(row=np.arange(len(found.frame))).sort_values(
        ["d", "pair", "scenario"], ascending=[False, True, True], kind="stable"
    )
    for row in order.head(top).itertuples():
        own = lean[int(str(row.row))]
        high, low = int(np.nanargmax(own)), int(np.nanargmin(own))
        table.add_row(
            f"{float(str(row.d)):.2f}",
            Text(plain(row.pair)),
            Text(plain(row.scenario)),
            Text(f"{plain(found.models[high])} {own[high]:+.2f}"),
            Text(f"{plain(found.models[low])} {own[low]:+.2f}"),
        )
    table.caption = "Highest and lowest lean, towards the pair's first value."
    table.caption_justify = "left"
    return table


def _outliers(found: Disagreement) -> Iterator[RenderableType]:
    if len(found.models) < FEWEST_MODELS:
        yield Text(f"Outliers need {FEWEST_MODELS} models or more.")
        return
    counts = found.outlying.sum(axis=0)
    answered = (~np.isnan(found.first)).sum(axis=0)
    order = np.argsort(-counts, kind="stable")
    rows = [(found.models[int(i)], int(counts[i]), int(answered[i])) for i in order]
    named = [f"{plain(name)} {count} of {of}" for name, count, of in rows if count > 0]
    yield Text(
        "\nOutliers (at least 4 positions from 9 of 11 of the others): "
        + (", ".join(named) if named else "none")
        + "."
    )


def _predictors(parts: Sequence[Sequence[Estimate]]) -> Table:
    pairs, domains, factors = parts
    table = Table(box=None)
    table.add_column("", overflow="fold")
    for name in ("D [95 %]", "p Holm", "Scenarios", "Situations"):
        table.add_column(name, justify="right", no_wrap=True)
    ranked = sorted(domains, key=lambda e: -(e.point or 0))[:_MOST_DOMAINS]
    for heading, rows in (
        ("Pair", pairs),
        ("Domain (highest first)", ranked),
        ("Factor: change of D within situations", factors),
    ):
        if rows:
            table.add_row(Text(heading, style="bold"), "", "", "", "")
        for one in rows:
            name = one.key.removeprefix("domain:").removeprefix("all:").removesuffix(":d")
            text = interval_text(one) if one.point is not None else f"– ({plain(one.withheld)})"
            p = p_text(one.p_corrected) if one.p_corrected is not None else ""
            table.add_row(Text(f" {plain(name)}"), text, p, str(one.n), str(one.families))
    return table
