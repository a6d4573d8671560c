"""Any statistic of a signature as a table for a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from inspect_values.analysis.estimate import HEADLINE, Condition, Estimate, estimand
from inspect_values.reporting.text import interval_text, plain


def statistic_tables(
    estimates: Sequence[Estimate], names: Sequence[str]
) -> Iterator[RenderableType]:
    """One table a statistic and condition, the headline first.

    Args:
        estimates: What `signature()` gave.
        names: The statistics to show, in this order.
    """
    for name in names:
        chosen = [one for one in estimates if one.statistic == name]
        for asked in sorted({one.condition for one in chosen}, key=lambda a: (a != HEADLINE, a)):
            yield Text(f"\n{title(name)}\n{estimand(asked)}", style="bold")
            yield _table([one for one in chosen if one.condition == asked])
        if not chosen:
            yield Text(f"\n{title(name)}\nNothing in these logs gives it.", style="bold")


def title(name: str) -> str:
    """A statistic's name as a title."""
    return name.replace("_", " ").capitalize()


def _table(rows: Sequence[Estimate]) -> Table:
    shown = Table(box=None)
    shown.add_column("Lab / model", overflow="fold")
    shown.add_column("Of", overflow="fold")
    shown.add_column("Estimate [95 %]", justify="right", no_wrap=True)
    tested = any(one.p_value is not None for one in rows)
    if tested:
        corrected = any(one.p_corrected is not None for one in rows)
        shown.add_column("p Holm" if corrected else "p", justify="right")
    shown.add_column("Sit.", justify="right")
    last = ""
    for one in rows:
        subject = plain(one.subject)
        cells = [Text(subject if subject != last else ""), Text(plain(one.key))]
        cells.append(Text(interval_text(one)))
        if tested:
            p = one.p_corrected if one.p_corrected is not None else one.p_value
            cells.append(Text(p_text(p)))
        last = subject
        shown.add_row(*cells, str(one.families))
    reasons = sorted({one.withheld for one in rows if one.withheld})
    methods = sorted({_method(one) for one in rows if one.method not in ("", "none")})
    notes = [f"{'; '.join(methods)}."] if methods else []
    notes += (
        [f"– withheld: {'; '.join(reasons[:4])}{' …' if len(reasons) > 4 else ''}."]
        if reasons
        else []
    )
    shown.caption = Text("\n".join(plain(note) for note in notes))
    shown.caption_justify = "left"
    return shown


def _method(one: Estimate) -> str:
    return one.method.split("; p by Holm")[0]


def p_text(p: float | None) -> str:
    """A p-value as text."""
    if p is None:
        return "–"
    return "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def condition_text(asked: Condition) -> str:
    """A condition in a few words."""
    parts = [asked.elicitation, asked.nudge]
    parts += [f"turn {asked.turn}"] if asked.turn else []
    parts += [f"persona {asked.persona}"] if asked.persona != HEADLINE.persona else []
    return ", ".join(parts)
