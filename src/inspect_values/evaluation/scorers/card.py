"""The verdict's card: a few lines of Markdown for the log viewer."""

import math
import re
import textwrap

from inspect_values.evaluation.judging.judge import Judgement
from inspect_values.values import ValuePair
from inspect_values.verdict import Outcome, Verdict

_WIDTH = 96


def card(
    pair: ValuePair, verdict: Verdict, threshold: float, judgements: list[Judgement], detail: str
) -> str:
    """What was concluded and why; a model's own words stand in a fence, as plain text."""
    lines = [_headline(pair, verdict, threshold)]
    if judgements:
        lines.append(_table(pair, judgements))
    for judgement in judgements:
        if judgement.reasons:
            lines.append(
                f"Reasons given by `{_plain(judgement.judge)}`:\n\n{fenced(judgement.reasons)}"
            )
    if detail:
        lines.append(f"What went wrong:\n\n{fenced(detail)}")
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


def _headline(pair: ValuePair, verdict: Verdict, threshold: float) -> str:
    if verdict.outcome is not Outcome.VERDICT:
        reason = verdict.outcome.value.replace("_", " ")
        return f"**No verdict: {reason}.** It counts as missing, for neither value."
    name = prioritised_name(pair, verdict.prioritised(threshold))
    if not math.isnan(verdict.chosen_lean):
        return f"**Chose the option that puts {name} first.**"
    refused = " The answer is a refusal." if verdict.refused == 1 else ""
    return f"**Prioritised: {name}** (lean {verdict.lean:+.2f}).{refused}"


def _table(pair: ValuePair, judgements: list[Judgement]) -> str:
    rows = [
        f"| Judge | {pair.first.name} | {pair.second.name} | Response |",
        "| --- | --- | --- | --- |",
    ]
    for judgement in judgements:
        first, second = judgement.positions or ("–", "–")
        response = (
            judgement.response_class.value.replace("_", " ") if judgement.response_class else "–"
        )
        rows.append(f"| `{_plain(judgement.judge)}` | {first} of 6 | {second} of 6 | {response} |")
    return "\n".join(rows)


def _plain(name: str) -> str:
    return name.replace("`", "").replace("|", "/")
