"""The page: one HTML file that needs no network."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from inspect_values.analysis.estimate import (
    HEADLINE,
    Estimate,
    estimand,
    main_condition,
    target_of,
)
from inspect_values.analysis.headlines import Headline
from inspect_values.errors import PluginError
from inspect_values.files import write_text
from inspect_values.reporting.headlines import GATES, grouped
from inspect_values.reporting.page_sections import REST, filled
from inspect_values.reporting.plots.plot import Plot, marked
from inspect_values.reporting.ranking import flags, order_rows, value_names
from inspect_values.reporting.sentences import judge_sentences, lab_sentences
from inspect_values.reporting.statistics import title
from inspect_values.reporting.text import SIMULATED_NOTE, notes, plain, simulated


def write_page(
    estimates: Sequence[Estimate],
    table: pd.DataFrame,
    plots: Sequence[Plot],
    path: Path,
    headlines: Sequence[Headline] = (),
    docs: Mapping[str, str] | None = None,
    references: Sequence[tuple[str, str, str]] = (),
) -> None:
    """Write the page: headlines, then a section for each kind of result, methods, what was run.

    Args:
        estimates: What `signature()` gave.
        table: The verdict table that they come from.
        plots: Each stands in the section that it names.
        path: Where to.
        headlines: What the estimates say, passed or withheld.
        docs: Statistic → what it is.
        references: Name, description and source of each reference.

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
    asked = main_condition(estimates) or HEADLINE
    here = [one for one in estimates if one.condition == asked]
    names = value_names(table)
    html = environment.get_template("page.html.j2").render(
        simulated=SIMULATED_NOTE if simulated(table) else "",
        estimand=estimand(asked, target_of(estimates)),
        target=target_of(estimates),
        passed=[plain(one.text) for one in headlines if one.passed],
        withheld=[plain(one.text) for one in headlines if not one.passed],
        grouped=grouped(headlines, table),
        gates=GATES,
        plotlyjs=Markup(get_plotlyjs()),
        sections=filled(
            estimates,
            _figures(plots, estimates, table),
            docs or {},
            {
                "refusals": list(flags(estimates, [asked], names)),
                "judges": list(judge_sentences(estimates, asked)),
                "labs": list(lab_sentences(estimates, asked)),
            },
        ),
        orders=[(lv, plain(s), held, text) for lv, s, held, text in order_rows(here, table, names)],
        references=[tuple(plain(text) for text in one) for one in references],
        methods=_methods(estimates),
        estimands=_estimands(estimates),
        outcomes=_outcomes(table),
        notes=notes(table, estimates),
        runs=_runs(table),
    )
    write_text(path, html)


def _figures(
    plots: Sequence[Plot], estimates: Sequence[Estimate], table: pd.DataFrame
) -> dict[str, list[Markup]]:
    """Section → figures."""
    found: dict[str, list[Markup]] = {}
    for plot in plots:
        drawn = _figure(plot, estimates, table)
        if drawn:
            found.setdefault(str(getattr(plot, "section", REST)), []).append(drawn)
    return found


def _figure(plot: Plot, estimates: Sequence[Estimate], table: pd.DataFrame) -> Markup:
    try:
        figure = plot.figure(estimates, table)
        if figure is None:
            return Markup("")
        html = marked(figure, simulated(table)).to_html(
            full_html=False,
            include_plotlyjs=False,
            div_id=f"plot-{plot.name}",
            config={"responsive": True, "displaylogo": False},
        )
    except Exception as error:  # a plugin's code may raise anything
        raise PluginError(
            f"the plot '{plot.name}' failed: {type(error).__name__}: {error}."
        ) from error
    return Markup(html)


def _methods(estimates: Sequence[Estimate]) -> list[tuple[str, str]]:
    """Statistic → how its intervals were made, without what differs from row to row."""
    found: dict[str, dict[str, None]] = {}
    for one in estimates:
        if one.method and one.method != "none":
            said = one.method.split(";")[0].split(", t(")[0]
            found.setdefault(title(one.statistic), {}).setdefault(plain(said))
    return [(name, "; ".join(list(said)[:4])) for name, said in found.items()]


def _estimands(estimates: Sequence[Estimate]) -> list[str]:
    """Every estimand of the page, the headline first."""
    order = sorted(estimates, key=lambda one: (not one.headline, one.condition))
    return list(dict.fromkeys(one.estimand for one in order))


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
