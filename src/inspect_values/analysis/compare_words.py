"""A comparison in plain words."""

from collections.abc import Iterator

from inspect_values.analysis.compare import Compared, Comparison
from inspect_values.analysis.estimate import HEADLINE

ALPHA = 0.05
ALIKE = 0.1
"""Two leans (or shares) are called alike where the interval of their difference is inside ±0.1."""


def sentences(
    found: Comparison, pairs: dict[str, tuple[str, str]], alike: float = ALIKE
) -> Iterator[str]:
    """What the headline differences say, one sentence a pair, then refusals.

    A difference is told where it survives Holm's correction, so that its interval excludes 0 too.
    Those for exactly this bank say so.

    Args:
        found: The comparison.
        pairs: Pair → the names of its two values.
        alike: The margin within which two are called alike.
    """
    rows = [row for row in found.rows if row.condition == HEADLINE]
    if not rows:
        condition = min(row.condition for row in found.rows)
        rows = [row for row in found.rows if row.condition == condition]
    start = "For exactly this bank: " if found.target == "bank" else ""
    for row in rows:
        if row.statistic == "lean" and row.key in pairs:
            yield start + _lean(row, found, pairs[row.key], alike)
    for row in rows:
        if row.statistic == "refused" and row.key == "all":
            yield start + _refused(row, found, alike)


def told(row: Compared) -> bool:
    """Whether the data shows a difference."""
    excludes = row.low is not None and row.high is not None and not row.low <= 0 <= row.high
    return excludes and row.p_holm is not None and row.p_holm < ALPHA


def shown(row: Compared) -> str:
    """The difference with its interval, as text."""
    if row.difference is None:
        return "no number"
    if row.low is None or row.high is None:
        return f"{row.difference:+.2f}"
    return f"{row.difference:+.2f} [{row.low:+.2f}, {row.high:+.2f}]"


def p_text(p: float | None) -> str:
    """A p-value as text."""
    if p is None:
        return "–"
    return "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def _lean(row: Compared, found: Comparison, names: tuple[str, str], alike: float) -> str:
    first, second = names[0].lower(), names[1].lower()
    where = f"on {first} / {second}"
    if told(row):
        higher = first if (row.difference or 0) > 0 else second
        verb = "places answers nearer to" if found.kind == "judges" else "puts"
        end = "" if found.kind == "judges" else " higher"
        return (
            f"{found.one} {verb} {higher}{end} than {found.other} {where}: {shown(row)}, "
            f"Holm p {p_text(row.p_holm)}."
        )
    return f"{where.capitalize()}: {_open(row, found, alike)}"


def _refused(row: Compared, found: Comparison, alike: float) -> str:
    if told(row):
        more = "more" if (row.difference or 0) > 0 else "less"
        verb = "calls answers refusals" if found.kind == "judges" else "refuses"
        return (
            f"{found.one} {verb} {more} often than {found.other}: {shown(row)}, "
            f"Holm p {p_text(row.p_holm)}."
        )
    return f"On refusals: {_open(row, found, alike)}"


def _open(row: Compared, found: Comparison, alike: float) -> str:
    if row.withheld:
        return f"withheld, {row.withheld}."
    within = row.low is not None and row.high is not None and -alike < row.low and row.high < alike
    if within:
        return f"{found.one} and {found.other} are alike within ±{alike:g} ({shown(row)})."
    if row.low is not None and row.high is not None and not row.low <= 0 <= row.high:
        return (
            f"a difference of {shown(row)} does not survive correction for the number of "
            f"comparisons (Holm p {p_text(row.p_holm)})."
        )
    return f"no difference that this data can show ({shown(row)})."
