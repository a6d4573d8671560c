"""Headlines for a terminal: who passed with what, and what is withheld and why."""

from collections.abc import Iterator, Sequence

import pandas as pd
from rich.console import RenderableType
from rich.text import Text

from inspect_values.analysis.estimate import Condition, estimand
from inspect_values.analysis.headlines import Headline
from inspect_values.reporting.text import pair_names, plain

_REST = ("differs", "only_when")
_NOTE = (
    "A claim is made where every gate is passed: coverage, missing answers, the interval, the seat "
    "swap, repeats, and judges, as far as there are any."
)


def headline_lines(found: Sequence[Headline], table: pd.DataFrame) -> Iterator[RenderableType]:
    """The claims of each pair, then those about labs, then what is withheld."""
    if not found:
        return
    one = found[0]
    asked = Condition(one.elicitation, one.turn, one.nudge, one.persona)
    passed = sum(headline.passed for headline in found)
    yield Text(f"\nHeadlines: {passed} of {len(found)} passed\n{estimand(asked)}", style="bold")
    names = pair_names(table)
    for pair, (first, second) in names.items():
        here = [h for h in found if h.key == pair and h.kind not in _REST]
        if here:
            yield Text(f"{first} / {second}", style="bold")
            yield from _of_pair(here, first, second)
    rest = [h for h in found if h.kind in _REST]
    for headline in rest:
        if headline.passed:
            yield Text(plain(headline.text))
    open_ = sum(not h.passed for h in rest if h.kind == "differs")
    if open_:
        yield Text(f"Whether a lab differs from the others is withheld {open_} times.")
    for headline in rest:
        if headline.kind == "only_when" and not headline.passed:
            yield Text(plain(headline.text))
    yield Text(_NOTE)


def _of_pair(here: Sequence[Headline], first: str, second: str) -> Iterator[Text]:
    groups: dict[str, list[str]] = {}
    for headline in here:
        groups.setdefault(_group(headline, first, second), []).append(_name(headline))
    order = [f"{first} first", f"{second} first", "balanced"]
    for group in order + sorted(name for name in groups if name not in order):
        if group in groups:
            yield Text(f"  {group}: {', '.join(groups[group])}")


def _group(headline: Headline, first: str, second: str) -> str:
    if not headline.passed:
        return f"withheld, {plain('; '.join(_short(why) for why in headline.reasons))}"
    if headline.kind == "balanced":
        return "balanced"
    ahead = headline.text.split(" puts ")[-1].split(" before ")[0]
    return f"{first if ahead == first.lower() else second} first"


def _short(reason: str) -> str:
    """A reason without its numbers, so that those of several subjects fit one line."""
    return reason.split(" (")[0]


def _name(headline: Headline) -> str:
    name = plain(headline.subject)
    return f"lab {name}" if headline.level == "lab" else name
