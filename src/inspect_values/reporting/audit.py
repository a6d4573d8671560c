"""An audit of judges in the terminal: each number with what it means, in plain words."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from inspect_values.analysis.audit import EFFECTS, OWN_LAB
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.rules import threshold_for
from inspect_values.reporting.text import plain

_NAMES = {
    "audit_repeatability": "repeats: standard error",
    "audit_smallest_difference": "repeats: smallest difference",
    OWN_LAB: "own lab's answers",
    "audit_refusal_rules": "refusals: rules against judge",
    **{f"audit_{name}": varied for name, varied in EFFECTS.items()},
}
_LARGE = 0.1
"""A change of the lean from which it is called large; the ends are -1 and 1."""


def audit_tables(estimates: Sequence[Estimate]) -> Iterator[RenderableType]:
    """A table a judge, then what none of this can tell."""
    for judge in sorted({one.subject for one in estimates}):
        table = Table(title=Text(plain(judge), style="bold"), title_justify="left", box=None)
        table.add_column("What", overflow="fold", ratio=3)
        table.add_column("Estimate [95 %]", justify="right", no_wrap=True)
        table.add_column("Reading", overflow="fold", ratio=4)
        for one in estimates:
            if one.subject == judge:
                table.add_row(Text(_name(one)), Text(_interval(one)), Text(reading(one)))
        yield table
    yield Text(
        "Effects are on the lean (-1 to 1), own-lab lift and repeats in positions (0 to 6). An "
        "audit shows how a judge moves where it should not, never that it is right: for that, "
        "compare it with people (inspect-values labels)."
    )


def reading(one: Estimate) -> str:
    """What an estimate of an audit means."""
    if one.point is None:
        return plain(one.withheld) or "nothing to go by"
    if one.statistic == "audit_repeatability":
        return one.withheld or "how far the same prompt gives different positions"
    if one.statistic == "audit_smallest_difference":
        return f"so a value counts as prioritised from {threshold_for(one.point):g} positions on"
    if one.statistic == "audit_refusal_rules":
        return f"share of answers that the judge calls {one.key} and the rules do not"
    if one.low is None or one.high is None:
        return plain(one.withheld)
    if one.low <= 0 <= one.high:
        bound = max(abs(one.low), abs(one.high))
        return f"no effect that this data can show; none beyond {bound:.2f}"
    side = "towards the first value" if one.point > 0 else "towards the second value"
    if one.statistic == OWN_LAB:
        side = "kinder" if one.point > 0 else "harsher"
        return f"{side} to its own lab's answers than the other judges are"
    size = "a large shift" if abs(one.point) >= _LARGE else "a shift"
    return f"{size} {side}, on the same answers"


def _name(one: Estimate) -> str:
    name = _NAMES.get(one.statistic, one.statistic)
    return f"{name} ({one.key})" if one.statistic == "audit_refusal_rules" else name


def _interval(one: Estimate) -> str:
    if one.point is None:
        return "–"
    if one.low is None or one.high is None:
        return f"{one.point:+.2f} –"
    return f"{one.point:+.2f} [{one.low:+.2f}, {one.high:+.2f}]"
