"""The verdict's card: a few lines of Markdown for the log viewer."""

import re
import textwrap

from inspect_values.evaluation.judging.judge import Judgement
from inspect_values.record import Member, Record
from inspect_values.values import ValuePair
from inspect_values.verdict import Outcome, Verdict

_WIDTH = 96


def card(pair: ValuePair, verdict: Verdict, record: Record, said: list[Judgement]) -> str:
    """What was concluded and why; a model's own words stand in a fence, as plain text."""
    lines = [_headline(pair, verdict, record)]
    if said:
        lines.append(_table(pair, [judgement.member for judgement in said]))
    for judgement in said:
        if judgement.reasons:
            judge = _plain(judgement.member.judge)
            lines.append(f"Reasons given by `{judge}`:\n\n{fenced(judgement.reasons)}")
    if record.detail:
        lines.append(f"What went wrong:\n\n{fenced(record.detail)}")
    return "\n\n".join(lines)


def prioritised_name(pair: ValuePair, side: str | None) -> str:
    """The value's name for `first` and `second`; `both` and `neither` as they are."""
    return {"first": pair.first.name, "second": pair.second.name}.get(side or "", side or "missing")


def fenced(text: str) -> str:
    """A text as a code block that it cannot break out of."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    wrapped = "\n".join(textwrap.fill(line, _WIDTH) for line in text.splitlines())
    return f"{fence}text\n{wrapped}\n{fence}"


def _headline(pair: ValuePair, verdict: Verdict, record: Record) -> str:
    if verdict.outcome is not Outcome.VERDICT:
        reason = verdict.outcome.value.replace("_", " ")
        return f"**No verdict: {reason}.** It counts as missing, for neither value."
    name = prioritised_name(pair, verdict.prioritised(record.threshold))
    refused = " The answer is a refusal." if verdict.refused == 1 else ""
    after = f" after {record.turn} more turns of the user" if record.turn else ""
    if record.judge == "parser":
        return f"**Chose the option that puts {name} first.**"
    if verdict.chosen is not None:
        return f"**Prioritised{after}: {name}.**{refused}"
    return f"**Prioritised{after}: {name}** (lean {verdict.lean:+.2f}).{refused}"


def _table(pair: ValuePair, members: list[Member]) -> str:
    outright = any(member.chosen is not None for member in members)
    columns = ["Puts first"] if outright else [pair.first.name, pair.second.name]
    header = ["Judge", *columns, "Response"]
    rows = [f"| {' | '.join(header)} |", f"|{' --- |' * len(header)}"]
    for member in members:
        placed = (
            [prioritised_name(pair, member.chosen) if member.chosen else "–"]
            if outright
            else [_position(member.first), _position(member.second)]
        )
        response = member.response_class.value.replace("_", " ") if member.response_class else "–"
        cells = [f"`{_plain(member.judge)}`", *placed, response]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _position(position: float | None) -> str:
    return "–" if position is None else f"{position:g} of 6"


def _plain(name: str) -> str:
    return name.replace("`", "").replace("|", "/")
