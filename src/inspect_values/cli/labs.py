"""The option `--lab PATTERN=LAB`: whose a model is, where no plugin knows it."""

from typing import TYPE_CHECKING

import click

from inspect_values.errors import ParameterError
from inspect_values.plugins.models import ModelRule

if TYPE_CHECKING:
    import pandas as pd

_META = "inspect_values.labs"


def _given(context: click.Context, _: click.Parameter, values: tuple[str, ...]) -> None:
    context.find_root().meta[_META] = tuple(_rule(value) for value in values)


def _rule(given: str) -> ModelRule:
    pattern, equals, lab = (part.strip() for part in given.partition("="))
    if not (pattern and equals and lab):
        raise ParameterError(
            f"--lab '{given}' names no lab for a model; write PATTERN=LAB, such as "
            "--lab 'together/meta-*=Meta'."
        )
    return ModelRule(pattern=pattern, lab=lab)


LAB = click.option(
    "--lab",
    multiple=True,
    expose_value=False,
    callback=_given,
    metavar="PATTERN=LAB",
    help="The lab of every model whose name matches the pattern; repeatable, the last one counts.",
)


def with_labs(table: "pd.DataFrame") -> "pd.DataFrame":
    """The verdict table with the labs that `--lab` gives, of models and of judges."""
    context = click.get_current_context(silent=True)
    rules: tuple[ModelRule, ...] = context.find_root().meta.get(_META, ()) if context else ()
    if not rules:
        return table
    changed = table.copy()
    changed.attrs = dict(table.attrs)
    for names, labs in (("model", "lab"), ("judge", "judge_lab")):
        if names in changed and labs in changed:
            changed[labs] = _labelled(changed[names], changed[labs], rules)
    return changed


def _labelled(names: "pd.Series", labs: "pd.Series", rules: tuple[ModelRule, ...]) -> "pd.Series":
    import pandas as pd  # slow to import

    new = {
        name: rule.lab
        for name in names.dropna().unique()
        for rule in rules
        if rule.matches(str(name))
    }
    given = names.astype("object").map(new)
    return given.where(given.notna(), labs.astype("object")).astype(
        "category" if isinstance(labs.dtype, pd.CategoricalDtype) else labs.dtype
    )
