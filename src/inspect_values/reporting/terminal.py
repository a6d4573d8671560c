"""The signature as tables for a terminal of 80 columns."""

from collections.abc import Iterator, Sequence

import pandas as pd
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from inspect_values.analysis.estimate import (
    HEADLINE,
    Condition,
    Estimate,
    estimand,
    main_condition,
    target_of,
)
from inspect_values.reporting.ranking import ranking_parts
from inspect_values.reporting.sentences import judge_sentences, lab_sentences
from inspect_values.reporting.text import (
    SIMULATED_NOTE,
    interval_text,
    key_text,
    notes,
    pair_names,
    plain,
    short_interval,
    simulated,
    subjects,
)

_RATES = {"prioritisation_rate": "Prioritisation rate", "refusal_rate": "Refusal rate"}
_PAIRS_A_TABLE = 3
_MOST_PAIRS = 18


def signature_table(
    estimates: Sequence[Estimate],
    table: pd.DataFrame,
    rates: bool = False,
    ranking: bool = False,
) -> Iterator[RenderableType]:
    """The leans of each lab and model, a table for each estimand, the ranking, then notes.

    Args:
        estimates: What `signature()` gave.
        table: The verdict table that they come from.
        rates: Whether prioritisation and refusal rates are shown too.
        ranking: Whether the ranking of values is shown with all its numbers.
    """
    if simulated(table):
        yield Text(SIMULATED_NOTE, style="bold yellow")
    names = pair_names(table)
    target = target_of(estimates)
    over = "repeats" if target == "bank" else "situations"
    for asked in _asked(estimates):
        here = [e for e in estimates if e.condition == asked]
        pairs = [pair for pair in names if any(e.key == pair for e in here)]
        if pairs:
            yield _title(f"Lean, with its 95 % interval over {over}", asked, target)
        for start in range(0, min(len(pairs), _MOST_PAIRS), _PAIRS_A_TABLE):
            yield _lean_table(here, table, pairs[start : start + _PAIRS_A_TABLE], names)
        if len(pairs) > _MOST_PAIRS:
            yield Text(f"{len(pairs) - _MOST_PAIRS} more pairs: --csv FILE has them all.")
        for statistic, title in _RATES.items() if rates else ():
            yield _title(title, asked, target)
            yield _rate_table(here, statistic)
    yield from ranking_parts(estimates, table, ranking)
    yield Text("")
    main = main_condition(estimates)
    if main is not None:
        for sentence in (*lab_sentences(estimates, main), *judge_sentences(estimates, main)):
            yield Text(sentence)
    for note in notes(table, estimates):
        yield Text(note)


def _asked(estimates: Sequence[Estimate]) -> list[Condition]:
    """Each condition, the headline first."""
    return sorted({e.condition for e in estimates}, key=lambda a: (a != HEADLINE, a))


def _title(what: str, asked: Condition, target: str) -> Text:
    return Text(f"\n{what}\n{estimand(asked, target)}", style="bold")


def _lean_table(
    estimates: Sequence[Estimate],
    table: pd.DataFrame,
    pairs: Sequence[str],
    names: dict[str, tuple[str, str]],
) -> Table:
    shown = Table(box=None)
    shown.add_column(Text("Lab / model"), no_wrap=False, overflow="fold")
    for pair in pairs:
        first, second = names[pair]
        shown.add_column(Text(f"+ {first}\n− {second}"), justify="right", overflow="fold")
    found = {(e.level, e.subject, e.key): e for e in estimates if e.statistic == "lean"}
    for level, subject, _ in subjects(table):
        cells = [found.get((level, subject, pair)) for pair in pairs]
        if not any(cells):
            continue
        label = (
            Text(plain(subject), style="bold") if level == "lab" else Text(f"  {plain(subject)}")
        )
        shown.add_row(
            label,
            *(Text(short_interval(cell) if cell else "–") for cell in cells),
        )
    return shown


def _rate_table(estimates: Sequence[Estimate], statistic: str) -> Table:
    shown = Table(box=None)
    for column in ("Lab / model", "Pair: value", "Share", "Situations"):
        shown.add_column(Text(column), overflow="fold")
    for e in estimates:
        if e.statistic == statistic:
            shown.add_row(
                Text(plain(e.subject)),
                Text(key_text(e.key)),
                Text(interval_text(e)),
                str(e.families),
            )
    return shown
