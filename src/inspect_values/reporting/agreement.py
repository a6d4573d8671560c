"""Agreement of judges and people, and corrected estimates, for a terminal."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from inspect_values.analysis.agreement import Agreement
from inspect_values.analysis.estimate import Estimate, estimand
from inspect_values.reporting.text import interval_text, plain


def agreement_table(found: Sequence[Agreement]) -> Table:
    """One row a pair of raters and measure."""
    table = Table(title="Agreement", title_justify="left", box=None)
    for column in ("Between", "Measure", "Estimate [95 %]", "Answers"):
        table.add_column(column, overflow="fold")
    last = ("", "")
    for one in found:
        between = f"{plain(one.one)}, {plain(one.other)}" if (one.one, one.other) != last else ""
        last = (one.one, one.other)
        table.add_row(Text(between), Text(one.measure), Text(_shown(one)), str(one.n))
    table.caption = (
        "Intervals resample situations. Alpha and kappa are 0 where raters agree as by chance and "
        "1 where they always do; below .667 alpha carries tentative conclusions at most "
        "(Krippendorff)."
    )
    table.caption_justify = "left"
    return table


def correction_table(found: Sequence[Estimate]) -> Table:
    """Leans and refusal rates corrected by labels; what could not be corrected says why."""
    table = Table(title="Corrected for what people labelled otherwise", title_justify="left")
    for column in ("Lab / model", "Pair", "Statistic", "Estimate [95 %]", "Labelled"):
        table.add_column(column, overflow="fold")
    for one in found:
        shown = interval_text(one) if one.point is not None else plain(one.withheld)
        name = one.statistic.removesuffix("_corrected").replace("_", " ")
        table.add_row(Text(plain(one.subject)), Text(plain(one.key)), name, Text(shown), str(one.n))
    conditions = sorted({one.condition for one in found})
    table.caption = "; ".join(estimand(condition) for condition in conditions)
    table.caption_justify = "left"
    return table


def _shown(one: Agreement) -> str:
    if one.point is None:
        return f"– ({one.withheld})"
    if one.low is None or one.high is None:
        return f"{one.point:.2f} – ({one.withheld})"
    return f"{one.point:.2f} [{one.low:.2f}, {one.high:.2f}]"
