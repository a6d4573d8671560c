"""The first HTML page: one file that needs no network."""

from collections.abc import Sequence
from pathlib import Path, PurePath

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from inspect_values.analysis.estimate import HEADLINE, Condition, Estimate, estimand
from inspect_values.analysis.headlines import Headline
from inspect_values.errors import PluginError
from inspect_values.files import write_text
from inspect_values.reporting.plots.plot import Plot, marked
from inspect_values.reporting.statistics import p_text, title
from inspect_values.reporting.text import SIMULATED_NOTE, interval_text, notes, plain, simulated

_STATISTICS = {
    "lean": "Lean",
    "prioritisation_rate": "Prioritisation rate",
    "refusal_rate": "Refusal rate",
}


def write_page(
    estimates: Sequence[Estimate],
    table: pd.DataFrame,
    plots: Sequence[Plot],
    path: Path,
    headlines: Sequence[Headline] = (),
) -> None:
    """Write the page: banner, estimand, headlines, figures, every estimate, outcomes, what was run.

    Raises:
        PluginError: If a plot fails, naming it.
        DataError: If the file cannot be written.
    """
    environment = Environment(
        loader=PackageLoader("inspect_values.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    html = environment.get_template("page.html.j2").render(
        simulated=SIMULATED_NOTE if simulated(table) else "",
        estimand=estimand(HEADLINE),
        passed=[plain(one.text) for one in headlines if one.passed],
        withheld=[plain(one.text) for one in headlines if not one.passed],
        figures=[_figure(plot, estimates, table) for plot in plots],
        plotlyjs=Markup(get_plotlyjs()),
        sections=_sections(estimates),
        outcomes=_outcomes(table),
        notes=notes(table, estimates),
        runs=_runs(table),
    )
    write_text(path, html)


def _figure(plot: Plot, estimates: Sequence[Estimate], table: pd.DataFrame) -> Markup:
    try:
        figure = plot.figure(estimates, table)
        if figure is None:
            return Markup("")
        html = marked(figure, simulated(table)).to_html(
            full_html=False,
            include_plotlyjs=False,
            div_id=f"plot-{plot.name}",
            config={"responsive": True},
        )
    except Exception as error:  # a plugin's code may raise anything
        raise PluginError(
            f"the plot '{plot.name}' failed: {type(error).__name__}: {error}."
        ) from error
    return Markup(html)


_MOST_ROWS = 6_000
"""So many estimates fit a page that still opens quickly; the files have all of them."""


def _sections(estimates: Sequence[Estimate]) -> list[dict[str, object]]:
    """One section for each estimand and statistic, the headline first, as far as they fit."""
    grouped: dict[tuple[Condition, str], list[Estimate]] = {}
    for one in estimates:
        grouped.setdefault((one.condition, one.statistic), []).append(one)
    names = list(dict.fromkeys([*_STATISTICS, *(one.statistic for one in estimates)]))
    keys = sorted(grouped, key=lambda k: (k[0] != HEADLINE, k[0], names.index(k[1])))
    room = _MOST_ROWS
    found: list[dict[str, object]] = []
    for condition, statistic in keys:
        rows = grouped[condition, statistic]
        room -= len(rows)
        found.append(
            {
                "title": _STATISTICS.get(statistic, title(statistic)),
                "estimand": estimand(condition),
                "rows": [_row(one) for one in rows] if room >= 0 else [],
                "left_out": 0 if room >= 0 else len(rows),
            }
        )
    return found


def _row(one: Estimate) -> dict[str, object]:
    tested = "" if one.p_value is None else f"; p {p_text(one.p_value)}"
    if one.p_corrected is not None:
        tested += f" (corrected {p_text(one.p_corrected)})"
    return {
        "level": one.level,
        "subject": plain(one.subject),
        "key": plain(one.key),
        "interval": interval_text(one),
        "n": one.n,
        "families": one.families,
        "missing": one.missing,
        "method": plain(one.withheld or f"{one.method}{tested}"),
    }


def _outcomes(table: pd.DataFrame) -> dict[str, object]:
    counts = pd.crosstab(table["model"].astype(str), table["outcome"].astype(str))
    return {
        "columns": [plain(name) for name in counts.columns],
        "rows": [
            (plain(model), [int(n) for n in row])
            for model, row in zip(counts.index, counts.to_numpy().tolist(), strict=True)
        ],
    }


def _runs(table: pd.DataFrame) -> list[tuple[str, str]]:
    """What was run, as label and values."""
    columns = {
        "Pairs": "pair",
        "Pair versions": "pair_version",
        "Rubric digests": "pair_digest",
        "Judges": "judge",
        "Models returned": "model_returned",
        "Temperature": "temperature",
        "Reasoning effort": "reasoning_effort",
        "Token limit": "max_tokens",
        "Plugins": "plugins",
    }
    logs = sorted({plain(PurePath(log).name) for log in table["log"].dropna()})
    runs = [("Logs", f"{len(logs)}: {', '.join(logs)}")]
    for label, column in columns.items():
        values = sorted({plain(value) for value in table[column].dropna()})
        runs.append((label, ", ".join(values) or "the provider's own"))
    return runs
