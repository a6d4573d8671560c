"""A comparison of two models, runs or judges for a terminal of 80 columns."""

from collections.abc import Iterator, Sequence

import pandas as pd
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from inspect_values.analysis.compare import Compared, Comparison
from inspect_values.analysis.compare_words import p_text, sentences, shown, told
from inspect_values.analysis.estimate import HEADLINE, estimand
from inspect_values.reporting.text import SIMULATED_NOTE, pair_names, plain, simulated

_STATISTICS = {"lean": "Lean", "prioritised": "Put first", "refused": "Refused"}


def comparison_lines(
    found: Comparison, table: pd.DataFrame, every: bool = False
) -> Iterator[RenderableType]:
    """Settings that differ, the differences, what that says.

    Args:
        found: The comparison.
        table: The verdicts of both sides.
        every: Whether to show every condition.
    """
    if simulated(table):
        yield Text(SIMULATED_NOTE, style="bold yellow")
    yield Text(f"A: {plain(found.one)}\nB: {plain(found.other)}", style="bold")
    yield from _settings(found)
    conditions = sorted({row.condition for row in found.rows}, key=lambda c: (c != HEADLINE, c))
    over = "repeats" if found.target == "bank" else "situations"
    for condition in conditions if every else conditions[:1]:
        said = estimand(condition, found.target)
        yield Text(f"\nDifferences A - B, [95 % over {over}]\n{said}", style="bold")
        yield _table([r for r in found.rows if r.condition == condition], pair_names(table))
    yield from _others(found, conditions[1:], every)
    tests = sum(row.p_value is not None for row in found.rows)
    yield Text(
        f"p corrected over all {tests} differences of this comparison: Holm, and Benjamini and "
        "Hochberg (BH). A lean over all pairs is towards their first values."
    )
    yield Text("\nIn words", style="bold")
    for sentence in comparison_sentences(found, table):
        yield Text(sentence)


def comparison_sentences(found: Comparison, table: pd.DataFrame) -> list[str]:
    """What the comparison says, in plain words."""
    return [plain(sentence) for sentence in sentences(found, pair_names(table))]


def _settings(found: Comparison) -> Iterator[RenderableType]:
    if found.settings:
        yield Text("\nSettings that differ", style="bold")
        shown_ = Table(box=None)
        for column in ("", "A", "B"):
            shown_.add_column(column, overflow="fold")
        for one in found.settings:
            shown_.add_row(Text(plain(one.setting)), Text(plain(one.one)), Text(plain(one.other)))
        yield shown_
    else:
        yield Text("No recorded setting differs.")
    for pair, why in found.not_comparable.items():
        yield Text(f"Left out: {plain(pair)}, {plain(why)}.")
    if found.left_out:
        yield Text(f"Left out, in one run only: {', '.join(plain(m) for m in found.left_out)}.")
    if found.only_one or found.only_other:
        yield Text(
            f"Asked of one side only, and left out: {found.only_one} queries of A, "
            f"{found.only_other} of B."
        )


def _table(rows: Sequence[Compared], names: dict[str, tuple[str, str]]) -> Table:
    shown_ = Table(box=None)
    shown_.add_column("", overflow="fold")
    for column in ("A", "B", "A - B [95 %]", "Holm", "BH", "Sit."):
        shown_.add_column(column, justify="right", no_wrap=True)
    last = ""
    kinds = list(_STATISTICS)
    for row in sorted(rows, key=lambda r: (kinds.index(r.statistic), _place(r.key))):
        kind = _STATISTICS[row.statistic]
        if kind != last:
            shown_.add_row(Text(kind, style="bold"), "", "", "", "", "", "")
            last = kind
        style = "bold" if told(row) else ""
        shown_.add_row(
            Text(f" {_name(row.key, names)}"),
            _number(row.one),
            _number(row.other),
            Text(shown(row), style=style),
            p_text(row.p_holm),
            p_text(row.p_bh),
            str(row.families),
        )
    return shown_


def _place(key: str) -> tuple[bool, bool, str]:
    """Pairs first, then values, then all pairs."""
    return (key == "all", key.startswith("value:"), key)


def _name(key: str, names: dict[str, tuple[str, str]]) -> str:
    if key == "all":
        return "all pairs"
    if key.startswith("value:"):
        return f"all pairs: {plain(key.removeprefix('value:'))}"
    pair, _, value = key.partition(":")
    title = " / ".join(names.get(pair, (plain(pair),)))
    return f"{title}: {plain(value)}" if value else title


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _others(
    found: Comparison, conditions: Sequence[tuple[object, ...]], every: bool
) -> Iterator[RenderableType]:
    """What is established in conditions that are not shown."""
    if every or not conditions:
        return
    rows = [row for row in found.rows if row.condition in conditions]
    count = sum(told(row) for row in rows)
    yield Text(
        f"{len(conditions)} more conditions (--all, --csv): {count} of {len(rows)} differences "
        "survive Holm's correction there."
    )
