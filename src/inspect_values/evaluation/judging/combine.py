"""Combining judges: one verdict of a panel or a cascade."""

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from inspect_values.record import Member
from inspect_values.verdict import NAN, Outcome, Verdict

T = TypeVar("T")


def combine(members: Sequence[Member], judging: str = "panel") -> Verdict:
    """One verdict of several judges.

    Panel: positions are the medians over the judges that gave any, and count only if more than
    half of the panel did; what was chosen outright, the response class and the stance are what
    more than half of the panel gave, else there is no majority. Cascade: the last judge that was
    asked decides; what it failed to say is taken from the one before it.
    """
    return _cascade(members) if judging == "cascade" else _panel(members)


def _cascade(members: Sequence[Member]) -> Verdict:
    """Positions and classes come from calls of their own, so each has its own last judge."""
    placed = next((m for m in reversed(members) if m.placed), members[-1])
    classed = next((m for m in reversed(members) if m.response_class), members[-1])
    stanced = next((m for m in reversed(members) if m.stance), members[-1])
    response = classed.verdict()
    return placed.verdict().model_copy(
        update={
            "response_class": response.response_class,
            "response_outcome": response.response_outcome,
            "stance": stanced.stance,
        }
    )


def _panel(members: Sequence[Member]) -> Verdict:
    size = len(members)
    classed = [m.response_class for m in members if m.response_class is not None]
    response, response_outcome = _majority(classed, size)
    stance, _ = _majority([m.stance for m in members if m.stance is not None], size)
    found = Verdict(
        response_class=response,
        response_outcome=response_outcome,
        stance=stance,
        outcome=Outcome.GRADER_FAILED,
    )
    placed = [member for member in members if member.placed]
    if len(placed) * 2 <= size:
        return found
    votes = [m.chosen for m in placed if m.chosen is not None]
    if votes:
        chosen, outcome = _majority(votes, size)
        sure = _confidence(placed) if chosen is not None else NAN
        return found.model_copy(update={"chosen": chosen, "outcome": outcome, "confidence": sure})
    firsts = [m.first for m in placed if m.first is not None]
    seconds = [m.second for m in placed if m.second is not None]
    return found.model_copy(
        update={
            "first": float(statistics.median(firsts)),
            "second": float(statistics.median(seconds)),
            "confidence": _confidence(placed),
            "outcome": Outcome.VERDICT,
        }
    )


def _confidence(members: Sequence[Member]) -> float:
    found = [member.confidence for member in members if member.confidence is not None]
    return statistics.fmean(found) if found else NAN


def _majority(votes: Sequence[T], panel: int) -> tuple[T | None, Outcome]:
    """What more than half of the panel gave, or why there is none."""
    if len(votes) * 2 <= panel:
        return None, Outcome.GRADER_FAILED
    winner, count = Counter(votes).most_common(1)[0]
    return (winner, Outcome.VERDICT) if count * 2 > panel else (None, Outcome.NO_MAJORITY)
