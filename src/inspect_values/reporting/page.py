"""The first HTML page: one file that needs no network."""

from collections.abc import Sequence
from pathlib import Path, PurePath

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from inspect_values.analysis.estimate import HEADLINE, Estimate, estimand
from inspect_values.errors import PluginError
from inspect_values.files import write_text
from inspect_values.reporting.plots.plot import Plot, marked
from inspect_values.reporting.text import SIMULATED_NOTE, interval_text, notes, plain, simulated

_STATISTICS = {
    "lean": "Lean",
    "prioritisation_rate": "Prioritisation rate",
    "refusal_rate": "Refusal rate",
}


def write_page(
    estimates: Sequence[Estimate], table: pd.DataFrame, plots: Sequence[Plot], path: Path
) -> None:
    """Write the page: banner, estimand, figures, every estimate, outcomes, what was run.

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


def _sections(estimates: Sequence[Estimate]) -> list[dict[str, object]]:
    """One section for each estimand and statistic, the headline first."""
    keys = sorted(
        {(e.condition, e.statistic) for e in estimates},
        key=lambda k: (
            k[0] != HEADLINE,
            k[0],
            list(_STATISTICS).index(k[1]) if k[1] in _STATISTICS else 9,
        ),
    )
    return [
        {
            "title": _STATISTICS.get(statistic, statistic),
            "estimand": estimand(condition),
            "rows": [
                {
                    "level": e.level,
                    "subject": plain(e.subject),
                    "key": plain(e.key),
                    "interval": interval_text(e),
                    "n": e.n,
                    "families": e.families,
                    "missing": e.missing,
                    "method": e.withheld or e.method,
                }
                for e in estimates
                if (e.condition, e.statistic) == (condition, statistic)
            ],
        }
        for condition, statistic in keys
    ]


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
