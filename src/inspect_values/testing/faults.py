"""What can go wrong at a lab's server, and when.

A plan says which fault a request meets, if any. It is asked once a request, and knows how often
the same prompt has been asked before, so that a fault may pass (a retry succeeds) or stay.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from inspect_values.values import digest


class Fault(StrEnum):
    """One thing that goes wrong, in each lab's own form."""

    RATE_LIMIT = "429"
    RATE_LIMIT_AFTER = "429 with retry-after"
    SERVER_ERROR = "500"
    OVERLOADED = "529"
    DROPPED = "connection dropped"
    DROPPED_MIDWAY = "connection dropped midway"
    SLOW = "slow answer"
    ENDLESS = "answer that never ends"
    TRUNCATED = "truncated JSON"
    INVALID = "invalid JSON"
    CONTENT_TYPE = "wrong content type"
    CUT = "cut by length"
    CUT_EMPTY = "cut by length before any text"
    EMPTY = "empty answer"
    FILTERED = "answer filtered"
    REFUSED = "refusal marked as such"
    PROMPT_BLOCKED = "prompt blocked"
    TOO_LONG = "prompt too long"
    EXPIRED_KEY = "key expired"
    NO_MODEL = "no such model"
    NO_CREDIT = "no credit left"
    FALLBACK = "another model answers"
    OTHER_VERSION = "model id changes"


TRANSIENT = (
    Fault.RATE_LIMIT,
    Fault.RATE_LIMIT_AFTER,
    Fault.SERVER_ERROR,
    Fault.OVERLOADED,
    Fault.DROPPED,
)
"""What a client may well try again."""


@dataclass(frozen=True)
class Request:
    """What a plan knows of a request."""

    lab: str
    model: str
    prompt: str
    """All that was sent, as text."""

    attempt: int = 1
    """How often this model has been sent this prompt, from 1."""

    number: int = 1
    """How many requests the server has had, from 1."""

    judging: bool = False
    """Whether a judge is asked."""

    @property
    def key(self) -> str:
        """A digest of model and prompt."""
        return digest([self.model, self.prompt])

    def at(self, attempt: int, number: int) -> "Request":
        """The same request at its place in the order of requests."""
        return replace(self, attempt=attempt, number=number)


Plan = Callable[[Request], Fault | None]


def never(request: Request) -> Fault | None:
    """Nothing goes wrong."""
    return None


def always(fault: Fault, *, judging: bool | None = None) -> Plan:
    """Every request meets the fault; with `judging`, only those of judges, or all others."""
    return lambda r: fault if judging is None or r.judging == judging else None


def at_first(fault: Fault, times: int = 1, *, judging: bool | None = None) -> Plan:
    """Each prompt's first requests meet the fault, and the next one is answered."""
    plan = always(fault, judging=judging)
    return lambda r: plan(r) if r.attempt <= times else None


def after(number: int, fault: Fault, *, judging: bool | None = None) -> Plan:
    """From the middle of a run on: every request after the first `number` meets the fault."""
    plan = always(fault, judging=judging)
    return lambda r: plan(r) if r.number > number else None


def holding(faults: Mapping[str, Fault]) -> Plan:
    """Requests whose prompt holds one of the texts meet its fault, judges' requests never."""
    return lambda r: next(
        (fault for text, fault in faults.items() if not r.judging and text in r.prompt), None
    )


def some(share: float, faults: Sequence[Fault], seed: int = 0) -> Plan:
    """A share of all requests meet one of the faults.

    Which, is drawn by a hash of the prompt and of how often it was asked before, so that repeats
    and retries of a prompt are drawn anew, and the same traffic meets the same faults.

    Args:
        share: How many of them, 0 to 1.
        faults: Which; each is as likely as any other.
        seed: Decides which requests.
    """

    def plan(request: Request) -> Fault | None:
        drawn = int(digest([seed, request.key, request.attempt]), 16)
        if drawn % 10_000 >= share * 10_000:
            return None
        return faults[drawn // 10_000 % len(faults)]

    return plan
