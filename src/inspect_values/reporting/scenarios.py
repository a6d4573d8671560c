"""What a bank holds and what an editor would mark in it, for a terminal of 80 columns."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from inspect_values.reporting.text import plain
from inspect_values.scenarios.checks import Finding
from inspect_values.scenarios.summary import Summary

_MOST_FINDINGS = 50
_MOST_LEVELS = 12
_MOST_PAIRS = 40
_MOST_DOMAINS = 60


def findings_table(findings: Sequence[Finding]) -> RenderableType:
    """The findings, problems before notes, a row each up to a bound."""
    if not findings:
        return Text("Nothing to mark.", style="green")
    counts = Counter(finding.check for finding in findings)
    listed = ", ".join(f"{check} {count}" for check, count in counts.most_common())
    table = Table(title=f"To mark: {listed}", title_justify="left", box=None)
    for column in ("Check", "Where", "What"):
        table.add_column(column, overflow="fold")
    for finding in sorted(findings, key=lambda f: f.note)[:_MOST_FINDINGS]:
        check = f"{finding.check} (note)" if finding.note else finding.check
        table.add_row(Text(check), Text(plain(finding.place)), Text(plain(finding.detail)))
    if len(findings) > _MOST_FINDINGS:
        table.caption = f"and {len(findings) - _MOST_FINDINGS} more (--json writes them all)"
    return table


def summary_lines(summary: Summary) -> Iterator[RenderableType]:
    """Queries by pair, domain, nudge and level; near-duplicates; what it is worth."""
    table = Table(title="Queries", title_justify="left", box=None)
    for column in ("Pair", "Situations", "Queries"):
        table.add_column(column, justify="left" if column == "Pair" else "right")
    for pair, count in sorted(summary.pairs.items())[:_MOST_PAIRS]:
        table.add_row(Text(plain(pair)), str(summary.situations[pair]), f"{count:,}")
    if len(summary.pairs) > _MOST_PAIRS:
        table.caption = f"and {len(summary.pairs) - _MOST_PAIRS:,} more value pairs"
    yield table
    yield _counts("By nudge", summary.nudges)
    yield _counts("By domain", summary.domains, _MOST_DOMAINS)
    levels = Counter({f"{name}: {level}": n for (name, level), n in summary.levels.items()})
    yield _counts("By factor level", levels, _MOST_LEVELS)
    found, worth = summary.duplicates, summary.worth
    if summary.rows > summary.queries:
        yield Text(f"{summary.rows - summary.queries:,} more wordings of these are not counted.")
    least = "at least " if found.cut else ""
    yield Text(
        "Near-duplicates (Jaccard 0.8 on word 3-grams): "
        f"{least}{_share(found.between, found.queries)} resemble a query of another situation, "
        f"{_share(found.within, found.queries)} one of their own, as variants must."
    )
    yield Text(
        f"{worth.queries:,} queries from {worth.situations:,} situations are worth about "
        f"{worth.independent:,.0f} independent ones (design effect {worth.design_effect:.1f} at an "
        f"intraclass correlation of {worth.icc:g}): the number of situations is what counts.",
        style="bold",
    )


def _counts(title: str, counts: Counter[str], most: int | None = None) -> Text:
    listed = ", ".join(f"{plain(name)} {count:,}" for name, count in counts.most_common(most))
    rest = len(counts) - most if most is not None else 0
    return Text(f"{title}: {listed}" + (f" and {rest} more" if rest > 0 else ""))


def _share(count: int, total: int) -> str:
    return f"{count:,} ({count / total:.1%})" if total else "0"
