"""What labs explain and how far judges agree, as sentences for the terminal and the page."""

from collections.abc import Iterator, Sequence

from inspect_values.analysis.estimate import Condition, Estimate
from inspect_values.reporting.statistics import p_text
from inspect_values.reporting.text import interval_text, key_text, plain


def lab_sentences(estimates: Sequence[Estimate], asked: Condition) -> Iterator[str]:
    """Whether labs explain the signatures of exactly these models; nothing with one lab.

    Args:
        estimates: What `signature()` gave.
        asked: The condition to speak of.
    """
    found = {e.statistic: e for e in estimates if e.condition == asked and e.level == "all"}
    share, test = found.get("lab_variance_share"), found.get("lab_permutation")
    if share is not None and share.point is not None:
        chance = _said(share, "labs at random would have ")
        yield (
            f"Labs explain {interval_text(share)} of the variance of signatures"
            f"{f' (labs at random: {chance})' if chance else ''}."
        )
    if test is not None:
        least = _said(test, "the smallest p that can be reached is ")
        if test.point is not None:
            yield (
                f"Permutation test that labs explain them: p {test.point:.2g}"
                f"{f' (the smallest that so many models can reach: {least})' if least else ''}."
            )
        elif test.withheld:
            yield f"Whether labs explain signatures is withheld: {plain(test.withheld)}."
    told = found.get("lab_classification")
    if told is not None and told.point is not None:
        chance = _said(told, "labs dealt out at random reach ")
        tested = "" if told.p_value is None else f", p {p_text(told.p_value)}"
        yield (
            f"The lab of {told.point:.0%} of left-out models is told from their signature"
            f" (chance: {chance or 'unknown'}{tested})."
        )


def judge_sentences(estimates: Sequence[Estimate], asked: Condition) -> Iterator[str]:
    """How far judges of the same answers agree, pair by pair.

    Args:
        estimates: What `signature()` gave.
        asked: The condition to speak of.
    """
    found = [
        f"{key_text(e.key.removesuffix(':lean'))} {interval_text(e)}"
        for e in estimates
        if e.statistic == "judge_agreement"
        and e.condition == asked
        and e.key.endswith(":lean")
        and e.point is not None
    ]
    if found:
        yield f"Judges agree on the lean (alpha; 0 is chance, 1 always): {'; '.join(found)}."


def _said(one: Estimate, words: str) -> str:
    """The number that a method names after some words."""
    _, _, rest = one.method.partition(words)
    return rest.split(";")[0].split(",")[0].strip()
