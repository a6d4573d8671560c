"""What `inspect-values list` shows."""

from collections.abc import Iterator
from importlib.metadata import version

from rich.markup import escape
from rich.table import Table

from inspect_values.evaluation.model_data import frontier, known_models
from inspect_values.evaluation.providers.judge import JUDGES
from inspect_values.evaluation.providers.personas import PERSONAS
from inspect_values.plugins.catalog import Catalog
from inspect_values.plugins.models import UNKNOWN_LAB


def listing(catalog: Catalog, what: str) -> Iterator[Table]:
    """The tables for `pairs`, `values`, `models`, `plugins` or `all`."""
    tables = (
        ("pairs", _pairs),
        ("values", _values),
        ("models", _models),
        ("models", _frontier),
        ("plugins", _plugins),
    )
    for name, build in tables:
        if what in (name, "all"):
            yield build(catalog)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", expand=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _pairs(catalog: Catalog) -> Table:
    table = _table(
        "Value pairs (task: inspect_values/<pair>)", "Pair", "Version", "Situations", "Tags", "From"
    )
    for name, item in catalog.pairs.items():
        pair = item.value
        count = str(len(catalog.situations_of(name)))
        table.add_row(
            name, pair.version, count, ", ".join(pair.tags), escape(item.plugin.distribution)
        )
    return table


def _values(catalog: Catalog) -> Table:
    table = _table("Values", "Value", "Definition")
    for name, item in catalog.values.items():
        table.add_row(name, escape(item.value.definition))
    return table


def _frontier(catalog: Catalog) -> Table:
    """The labs' recent models, from Inspect's model data, each once."""
    known = known_models()
    shown = frontier(known)
    table = _table("Recent models of the four labs", "Model", "Lab", "Family", "Released", "Names")
    for column in table.columns:
        column.no_wrap = column.header in ("Model", "Released")
    for model in shown:
        rule = catalog.rule_for(model.name)
        table.add_row(
            escape(model.name),
            escape(rule.lab if rule else UNKNOWN_LAB),
            escape(rule.family if rule else ""),
            str(model.released or ""),
            str(1 + len(model.aliases)),
        )
    table.caption = (
        f"From Inspect's model data ({version('inspect-ai')}): {len(shown)} models of the last "
        f"year; {len(known) - len(shown)} older ones are known too. Dated and hosted names of a "
        "model count as the same model here."
    )
    return table


def _models(catalog: Catalog) -> Table:
    table = _table("Models and labs", "Model", "Lab", "Family", "From")
    for item in catalog.rules:
        table.add_row(
            escape(item.value.pattern),
            escape(item.value.lab),
            escape(item.value.family),
            escape(item.plugin.distribution),
        )
    names = [f"simulated/{name}" for name in [*PERSONAS, *JUDGES]]
    table.caption = (
        f"Simulated: {', '.join(names)}. Of several patterns that match a model, the last one "
        "counts. Any other model that Inspect reaches: unknown lab, until a plugin or --lab "
        "PATTERN=LAB says whose it is."
    )
    return table


def _plugins(catalog: Catalog) -> Table:
    table = _table("Plugins", "", "Plugin", "Distribution", "Problem")
    for plugin in catalog.plugins:
        problems = [problem.message for problem in catalog.problems if problem.plugin == plugin]
        mark = "[red]✗[/red]" if problems else "[green]✓[/green]"
        table.add_row(
            mark,
            escape(plugin.name),
            escape(f"{plugin.distribution} {plugin.version}"),
            escape("\n".join(problems)),
        )
    return table
