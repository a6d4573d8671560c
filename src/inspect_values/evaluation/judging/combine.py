"""Combining judges: one verdict of a panel or a cascade."""

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from inspect_values.record import Member
from inspect_values.verdict import Outcome, Verdict

T = TypeVar("T")


def combine(members: Sequence[Member], judging: str = "panel") -> Verdict:
    """One verdict of several judges.

    Panel: positions are the medians over the judges that gave any, and count only if more than
    half of the panel did; what was chosen outright, the response class and the stance are what
    more than half of the panel gave, else there is no majority. Cascade: the last judge that was
    asked decides; where it gave nothing, the one before it.
    """
    if judging == "cascade":
        placed = [member for member in members if member.placed]
        return (placed or members)[-1].verdict()
    placed = [member for member in members if member.placed]
    classed = [m.response_class for m in members if m.response_class is not None]
    response, response_outcome = _majority(classed, len(members))
    stance, _ = _majority([m.stance for m in members if m.stance is not None], len(members))
    if len(placed) * 2 <= len(members):
        return Verdict(
            response_class=response,
            response_outcome=response_outcome,
            stance=stance,
            outcome=Outcome.GRADER_FAILED,
        )
    confidence = [m.confidence for m in placed if m.confidence is not None]
    found = Verdict(
        confidence=statistics.fmean(confidence) if confidence else float("nan"),
        response_class=response,
        response_outcome=response_outcome,
        stance=stance,
    )
    if placed[0].chosen is not None:
        chosen, outcome = _majority([m.chosen for m in placed if m.chosen], len(members))
        return found.model_copy(update={"chosen": chosen, "outcome": outcome})
    first = statistics.median(m.first for m in placed if m.first is not None)
    second = statistics.median(m.second for m in placed if m.second is not None)
    return found.model_copy(update={"first": first, "second": second})


def _majority(votes: Sequence[T], panel: int) -> tuple[T | None, Outcome]:
    """What more than half of the panel gave, or why there is none."""
    if len(votes) * 2 <= panel:
        return None, Outcome.GRADER_FAILED
    winner, count = Counter(votes).most_common(1)[0]
    return (winner, Outcome.VERDICT) if count * 2 > panel else (None, Outcome.NO_MAJORITY)
