"""Headlines: plain sentences about what comes first, passed or withheld with the reasons."""

from collections.abc import Iterator, Sequence
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict

from inspect_values.analysis.effects import ALL
from inspect_values.analysis.estimate import HEADLINE, Condition, Estimate
from inspect_values.analysis.gates import (
    Evidence,
    GateSettings,
    conditions,
    evidence,
    problems,
)

ALPHA = 0.05
_ORDER = ("open", "choice", "pushback", "conversation")

Key = tuple[str, str, str]
"""Level, subject and pair."""


class Headline(BaseModel):
    """A claim about a model or lab, and whether the data carries it."""

    model_config = ConfigDict(frozen=True)

    subject: str
    level: Literal["model", "lab"]
    kind: Literal["first", "balanced", "open", "differs", "only_when"]
    """What is claimed: one value comes first; neither does; nothing can be; the lab differs from
    the others; refusals come only where a factor has a level."""

    key: str
    """The pair; for `only_when` `factor:level`."""

    passed: bool
    text: str
    """The claim, or what is withheld and why, as a sentence."""

    reasons: tuple[str, ...] = ()
    """Why it is withheld; empty if it passed."""

    elicitation: str
    nudge: str
    turn: int
    persona: str


def headlines(
    table: pd.DataFrame, estimates: Sequence[Estimate], settings: GateSettings | None = None
) -> list[Headline]:
    """Every headline of a signature: passed, or withheld with the reasons.

    They speak of open answers to neutral queries; where a table has none, of its first other way of
    asking. Of each model and lab and each pair one claim is looked at: that a value comes first
    (the interval of the lean excludes 0) or that the pair is balanced (it lies inside ± 0.1).

    Args:
        table: The verdicts of one judge.
        estimates: Its signature; `judge_agreement`, `lab_contrast`, `factor_effect` and `only_when`
            are used if they are there.
        settings: The thresholds of the gates.
    """
    gates = settings or GateSettings()
    condition = _condition(table)
    if condition is None:
        return []
    found = evidence(table, list(estimates), condition)
    names = _value_names(table)
    here = [one for one in estimates if one.condition == condition]
    made = [_claim(one, names, found, gates) for one in here if one.statistic == "lean"]
    made += [_differs(one, names, found, gates) for one in here if one.statistic == "lab_contrast"]
    return made + list(_only_when(here, gates))


def _condition(table: pd.DataFrame) -> Condition | None:
    """What the headlines speak of."""
    known = conditions(table)
    if HEADLINE in known:
        return HEADLINE
    plain = [c for c in known if (c.turn, c.nudge, c.persona) == HEADLINE[1:]]
    return min(
        plain or known,
        key=lambda c: (_ORDER.index(c.elicitation) if c.elicitation in _ORDER else 9, c),
        default=None,
    )


def _value_names(table: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Pair → its values as they read in a sentence."""
    rows = table.drop_duplicates("pair")
    columns = ("first_name", "first_value", "second_name", "second_value")
    found: dict[str, tuple[str, str]] = {}
    for pair, *values in rows[["pair", *columns]].itertuples(index=False, name=None):
        texts = ["" if pd.isna(value) else str(value) for value in values]
        found[str(pair)] = ((texts[0] or texts[1]).lower(), (texts[2] or texts[3]).lower())
    return found


def _claim(
    lean: Estimate, names: dict[str, tuple[str, str]], found: Evidence, gates: GateSettings
) -> Headline:
    first, second = names[lean.key]
    about = f"{lean.subject} on {first} / {second}"
    if lean.point is None or lean.low is None or lean.high is None:
        return _withheld(lean, "open", about, [lean.withheld or "there is no interval"])
    span = f"lean {lean.point:+.2f} [{lean.low:+.2f}, {lean.high:+.2f}]"
    key: Key = (lean.level, lean.subject, lean.key)
    if -gates.balanced < lean.low and lean.high < gates.balanced:
        text = (
            f"{lean.subject} is balanced between {first} and {second}, within "
            f"±{gates.balanced:g}: {span}."
        )
        reasons = problems("balanced", key, found, gates)
        return _made(lean, "balanced", about, text, reasons)
    side = "first" if lean.point > 0 else "second"
    reasons = problems(side, key, found, gates)
    if lean.low <= 0 <= lean.high:
        reasons = [f"the interval leaves the sign open ({span})", *reasons]
        return _withheld(lean, "open", about, reasons)
    before, after = (first, second) if side == "first" else (second, first)
    return _made(
        lean, "first", about, f"{lean.subject} puts {before} before {after}: {span}.", reasons
    )


def _differs(
    gap: Estimate, names: dict[str, tuple[str, str]], found: Evidence, gates: GateSettings
) -> Headline:
    """A lab against the others, for exactly these models."""
    first, second = names[gap.key]
    about = f"whether {gap.subject} differs from the other labs on {first} / {second}"
    if gap.point is None or gap.low is None or gap.high is None:
        return _withheld(gap, "differs", about, [gap.withheld or "there is no interval"])
    span = f"{gap.point:+.2f} [{gap.low:+.2f}, {gap.high:+.2f}]"
    reasons: list[str] = []
    if gap.low <= 0 <= gap.high or (gap.p_corrected or 0.0) >= ALPHA:
        p = gap.p_corrected if gap.p_corrected is not None else 1.0
        reasons.append(f"no difference that this data can show ({span}, Holm p {p:.2g})")
    for key in sorted(found.coverage):
        if key[0] == "lab" and key[2] == gap.key:
            reasons += [f"{key[1]}: {why}" for why in problems("balanced", key, found, gates)]
    higher = first if gap.point > 0 else second
    text = (
        f"The models of {gap.subject} put {higher} higher than those of the other labs do, on "
        f"{first} / {second}: {span} (exactly these models)."
    )
    return _made(gap, "differs", about, text, reasons)


def _only_when(here: Sequence[Estimate], gates: GateSettings) -> Iterator[Headline]:
    """Refusals that come only where a factor has a level, over all pairs."""
    absent = {
        (one.level, one.subject, one.key): one for one in here if one.statistic == "only_when"
    }
    for effect in here:
        pair, _, rest = effect.key.partition(":")
        if effect.statistic != "factor_effect" or pair != ALL or not rest.endswith(":refused"):
            continue
        factor, levels = rest.removesuffix(":refused").split(":", 1)
        raised = effect.low is not None and effect.low > 0
        if not raised or effect.p_corrected is None or effect.p_corrected >= ALPHA:
            continue  # without an effect there is nothing to claim
        level, there = _absent(absent, effect, factor, levels)
        about = f"whether {effect.subject} refuses only where {factor} is {level}"
        text = (
            f"{effect.subject} refuses only where {factor} is {level}: refusals rise by "
            f"{effect.point or 0:+.2f} [{effect.low:+.2f}, {effect.high or 0:+.2f}], and where it "
            "is not they are next to none."
        )
        reasons: list[str] = []
        if there is None or there.p_value is None:
            reasons.append("nothing tells the refusals where it is not")
        elif there.p_value >= ALPHA:
            share = f"{there.point:.2f}" if there.point is not None else "unknown"
            reasons.append(
                f"where it is not, refusals ({share}) are not shown to be next to none "
                f"(equivalence test p {there.p_value:.2g})"
            )
        made = _made(effect, "only_when", about, text, reasons)
        yield made.model_copy(update={"key": f"{factor}:{level}"})


def _absent(
    absent: dict[tuple[str, str, str], Estimate], effect: Estimate, factor: str, levels: str
) -> tuple[str, Estimate | None]:
    """The level of a contrast (`level-baseline`), and the estimate of where it is absent."""
    start, end = f"{ALL}:{factor}:", ":refused"
    for (kind, subject, key), one in absent.items():
        level = key.removeprefix(start).removesuffix(end)
        same = (kind, subject) == (effect.level, effect.subject) and key == f"{start}{level}{end}"
        if same and levels.startswith(f"{level}-"):
            return level, one
    return levels.rsplit("-", 1)[0], None


def _made(one: Estimate, kind: str, about: str, text: str, reasons: Sequence[str]) -> Headline:
    if reasons:
        return _withheld(one, kind, about, reasons)
    return _headline(one, kind, True, text, ())


def _withheld(one: Estimate, kind: str, about: str, reasons: Sequence[str]) -> Headline:
    text = f"{about[0].upper() + about[1:] if about.startswith('whether') else about}: withheld"
    return _headline(one, kind, False, f"{text}, {'; '.join(reasons)}.", tuple(reasons))


def _headline(
    one: Estimate, kind: str, passed: bool, text: str, reasons: tuple[str, ...]
) -> Headline:
    return Headline.model_validate(
        {
            "subject": one.subject,
            "level": one.level,
            "kind": kind,
            "key": one.key,
            "passed": passed,
            "text": text,
            "reasons": reasons,
            **one.condition._asdict(),
        }
    )
