"""The ranking of values in a terminal of 80 columns."""

from collections.abc import Iterator, Sequence

import pandas as pd
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from inspect_values.analysis.bradley_terry.estimates import elo
from inspect_values.analysis.estimate import HEADLINE, Condition, Estimate, estimand
from inspect_values.analysis.estimators.strength_by_refusal_rule import FLAG
from inspect_values.reporting.text import plain, short_interval, subjects

_EFFECTS = {
    "seat_effect": "What an option gains by standing first, in log odds",
    "nudge_susceptibility": "What a value gains from a query that leans to it, in log odds",
}
_APART = " ‖ "
_MOST_FLAGS = 6


def ranking_parts(
    estimates: Sequence[Estimate], table: pd.DataFrame, full: bool = False
) -> Iterator[RenderableType]:
    """The order of values of each lab and model, then what a reader must know about it.

    Args:
        estimates: What `signature()` gave.
        table: The verdict table that they come from.
        full: Whether every condition is shown, with strengths, Elo, P(rank 1) and effects.
    """
    asked = _asked(estimates)
    names = _value_names(table)
    for condition in asked if full else asked[:1]:
        here = [e for e in estimates if e.condition == condition]
        yield Text(f"\nRanking of values (Bradley–Terry)\n{estimand(condition)}", style="bold")
        yield from _orders(here, table, names)
        if full:
            yield _details(here, table, names)
    if full:
        yield from _effects(estimates)
    yield from (Text(note) for note in _notes(estimates, asked, names, full))


def _asked(estimates: Sequence[Estimate]) -> list[Condition]:
    ranked = {e.condition for e in estimates if e.statistic == "strength"}
    return sorted(ranked, key=lambda a: (a != HEADLINE, a.nudge != "neutral", a))


def _value_names(table: pd.DataFrame) -> dict[str, str]:
    found: dict[str, str] = {}
    for side in ("first", "second"):
        rows = table[[f"{side}_value", f"{side}_name"]].drop_duplicates().dropna()
        pairs = zip(rows.iloc[:, 0], rows.iloc[:, 1], strict=True)
        found |= {str(value): plain(name) for value, name in pairs}
    return found


_Key = tuple[str, str, str, str]


def _by_key(estimates: Sequence[Estimate]) -> dict[_Key, Estimate]:
    return {(e.statistic, e.level, e.subject, e.key): e for e in estimates}


def _orders(
    estimates: Sequence[Estimate], table: pd.DataFrame, names: dict[str, str]
) -> Iterator[RenderableType]:
    found = _by_key(estimates)
    shown = Table(box=None)
    shown.add_column(Text("Lab / model"), overflow="fold", max_width=24)
    shown.add_column(Text("Predicts\nheld-out"), justify="right")
    shown.add_column(Text("Values, strongest first, with the 95 % interval of their rank"))
    for level, subject, _ in subjects(table):
        ranked = [k[3] for k in found if k[:3] == ("strength", level, subject)]
        if not ranked:
            continue
        held = found.get(("held_out_accuracy", level, subject, "strengths"))
        order = _order(found, level, subject, ranked, names)
        shown.add_row(
            _label(level, subject),
            Text("–" if held is None or held.point is None else f"{held.point:.0%}"),
            Text(order),
        )
    yield shown
    yield Text(
        "Predicts held-out: share of decisive verdicts in situations left out of the fit whose "
        "winner the order tells (chance: 50 %)."
    )


def _order(
    found: dict[_Key, Estimate],
    level: str,
    subject: str,
    values: Sequence[str],
    names: dict[str, str],
) -> str:
    parts: dict[str, list[Estimate]] = {}
    for value in values:
        strength = found["strength", level, subject, value]
        if strength.point is not None:
            # values with a common scale name each other; together they make the same set
            parts.setdefault(_scale(strength, values), []).append(strength)
    texts: list[str] = []
    for part in parts.values():
        text, before = "", 0.0
        for e in sorted(part, key=lambda e: -(e.point or 0.0)):
            point = e.point or 0.0
            text += "" if not text else " = " if abs(point - before) < 1e-9 else " › "
            rank = found.get(("rank", level, subject, e.key))
            text, before = f"{text}{names.get(e.key, plain(e.key))} {_rank(rank)}", point
        texts.append(text)
    return _APART.join(texts) or "–"


def _scale(strength: Estimate, values: Sequence[str]) -> str:
    _, _, others = strength.method.partition("only comparable with: ")
    return "" if not others else ", ".join(sorted({strength.key, *others.split(", ")}))


def _rank(rank: Estimate | None) -> str:
    if rank is None or rank.low is None or rank.high is None:
        return "(?)"
    return f"({rank.low:g})" if rank.low == rank.high else f"({rank.low:g}–{rank.high:g})"


def _label(level: str, subject: str) -> Text:
    return Text(plain(subject), style="bold") if level == "lab" else Text(f"  {plain(subject)}")


def _details(
    estimates: Sequence[Estimate], table: pd.DataFrame, names: dict[str, str]
) -> RenderableType:
    found = _by_key(estimates)
    shown = Table(box=None)
    for column in ("Lab / model", "Value"):
        shown.add_column(Text(column), overflow="fold", max_width=22)
    for column in ("Strength", "Elo", "P(1)", "Sit."):
        shown.add_column(Text(column), justify="right", no_wrap=True)
    for level, subject, _ in subjects(table):
        label: Text = _label(level, subject)
        ranked = [e for k, e in found.items() if k[:3] == ("strength", level, subject)]
        for e in sorted(ranked, key=lambda e: -(e.point or 0.0)):
            first = found.get(("p_first", level, subject, e.key))
            shown.add_row(
                label,
                Text(names.get(e.key, plain(e.key))),
                Text(short_interval(e)),
                Text("–" if e.point is None else f"{elo(e.point):.0f}"),
                Text("–" if first is None or first.point is None else _share(first.point)),
                str(e.families),
            )
            label = Text("")
    return shown


def _share(share: float) -> str:
    if share <= 0.001:
        return "<.01"
    return ">.99" if share >= 0.999 else f"{share:.2f}".replace("0.", ".")


def _effects(estimates: Sequence[Estimate]) -> Iterator[RenderableType]:
    for statistic, title in _EFFECTS.items():
        here = [e for e in estimates if e.statistic == statistic]
        for condition in sorted({e.condition for e in here}):
            yield Text(f"\n{title}\n{estimand(condition)}", style="bold")
            shown = Table(box=None)
            shown.add_column(Text("Lab / model"), overflow="fold")
            shown.add_column(Text("Effect"), justify="right")
            for e in here:
                if e.condition == condition:
                    shown.add_row(_label(e.level, e.subject), Text(short_interval(e)))
            yield shown


def _notes(
    estimates: Sequence[Estimate], asked: Sequence[Condition], names: dict[str, str], full: bool
) -> Iterator[str]:
    if not asked:
        return
    shown = asked if full else asked[:1]
    ranks = [e for e in estimates if e.statistic in ("strength", "rank") and e.condition in shown]
    if any(" only comparable with: " in e.method for e in ranks):
        yield f"{_APART.strip()} no comparison connects these values, so they have no common scale."
    reasons = sorted({plain(e.withheld) for e in ranks if e.withheld})
    if reasons:
        more = f" and {len(reasons) - 4} more reasons" if len(reasons) > 4 else ""
        yield f"(?) or – no interval: {'; '.join(reasons[:4])}{more}."
    yield from _flags(estimates, shown, names)
    if not full:
        more = f", and {len(asked) - 1} more conditions" if len(asked) > 1 else ""
        yield f"--ranking shows strengths, Elo, P(rank 1), effects of seat and nudge{more}."


def _flags(
    estimates: Sequence[Estimate], shown: Sequence[Condition], names: dict[str, str]
) -> Iterator[str]:
    """Where the rule of counting refusals decides which value comes first."""
    found: dict[str, None] = {}
    for e in estimates:
        if e.statistic == "strength_by_refusal_rule" and e.condition in shown:
            _, _, said = e.method.partition(f"{FLAG}: ")
            if said:
                now, _, then = said.partition(" instead of ")
                rule = e.key.rsplit(":", 1)[-1]
                text = f"{names.get(now, now)} instead of {names.get(then, then)} ({rule})"
                found.setdefault(f"{plain(e.subject)}: {text}")
    if found:
        listed = list(found)[:_MOST_FLAGS]
        more = f" and {len(found) - len(listed)} more" if len(found) > len(listed) else ""
        yield (
            "FLAG: counting refusals in another way puts another value first: "
            f"{'; '.join(listed)}{more}."
        )
