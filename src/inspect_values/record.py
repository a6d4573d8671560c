"""What a log holds beside a verdict's numbers: written by evaluation, read back by analysis.

Every field is a short text or a number, so that the summaries of a log keep it.
"""

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from inspect_values.verdict import (
    DEFAULT_THRESHOLD,
    NAN,
    SCHEMA,
    VERDICT_KEYS,
    Chosen,
    Outcome,
    ResponseClass,
    Stance,
    Verdict,
)

_MEMBER = "member_"
_MOST_IDS = 6
_MOST = 1000
"""Characters of a text that the summaries of a log keep whole (Inspect shortens beyond 1,024)."""


class Member(BaseModel):
    """What one judge of a panel or cascade concluded of one answer."""

    model_config = ConfigDict(frozen=True)

    judge: str
    returned: str = ""
    """The model id that the judge's provider returned."""

    first: float | None = None
    second: float | None = None
    confidence: float | None = None
    chosen: Chosen | None = None
    response_class: ResponseClass | None = None
    stance: Stance | None = None
    problem: str = ""
    """What went wrong, shortly; empty if nothing did."""

    @property
    def placed(self) -> bool:
        """Whether it says what the answer puts first."""
        return self.chosen is not None or (self.first is not None and self.second is not None)

    def verdict(self) -> Verdict:
        """The verdict of this judge alone, as far as it was asked for one."""
        failed = Outcome.GRADER_FAILED
        return Verdict(
            first=_nan(self.first),
            second=_nan(self.second),
            confidence=_nan(self.confidence),
            chosen=self.chosen,
            response_class=self.response_class,
            response_outcome=Outcome.VERDICT if self.response_class else failed,
            stance=self.stance,
            outcome=Outcome.VERDICT if self.placed else failed,
        )

    def text(self) -> str:
        """As JSON that the summaries of a log keep whole: a long problem is cut."""
        short = self
        while len(text := short.model_dump_json(exclude_defaults=True)) > _MOST and short.problem:
            # escaped, a character may take six
            problem = short.problem[: len(short.problem) * 3 // 4]
            short = short.model_copy(update={"problem": problem})
        return text


class Record(BaseModel):
    """What stands beside a verdict's numbers: by whom, of what, and what is missing."""

    model_config = ConfigDict(frozen=True)

    judge: str
    """The judge, `panel(a, b)`, `cascade(a, b)` or `parser`."""

    judge_returned: str = ""
    self_graded: bool = False
    outcome: Outcome = Outcome.VERDICT
    response_class: ResponseClass | None = None
    response_outcome: Outcome = Outcome.VERDICT
    stance: Stance | None = None
    chosen: Chosen | None = None
    refused_rule: bool | None = None
    """Whether the rules of `refusals.py` take the answer for a refusal."""

    refusal_marked: bool = False
    """Whether the provider marks the answer as a refusal."""

    rubric: str = "fixed"
    """`fixed`, `fixed-2`, `fixed-3` (other wordings), `scenario` or `binary`."""

    ladders: str = ""
    """Whose ladder the judge was shown first: `first` or `second`."""

    turn: int = 0
    """Which answer of the model, from 0; in a pushback the number of pushes before it."""

    calls: int = 0
    """How many calls of judges it took."""

    words: int | None = None
    """How many words the answer has."""

    detail: str = ""
    model_returned: str = ""
    fallback_model: str = ""
    stop_reason: str = ""
    threshold: float = DEFAULT_THRESHOLD
    members: tuple[Member, ...] = ()
    """The judges of a panel or cascade, each with its own verdict."""

    def metadata(self) -> dict[str, Any]:
        """As the metadata of an Inspect score; each member is a text of its own."""
        fields = self.model_dump(mode="json", exclude={"members"})
        members = {
            f"{_MEMBER}{number}": member.text()
            for number, member in enumerate(self.members, start=1)
        }
        return {"schema": SCHEMA, "kind": "verdict", **fields, **members}

    def verdict(self, numbers: Mapping[str, float]) -> Verdict:
        """The verdict that this record and a score's numbers describe.

        Without a verdict there are no positions; whether the model refused may be known all the
        same.
        """
        found: Mapping[str, float] = numbers if self.outcome is Outcome.VERDICT else {}
        return Verdict(
            first=found.get("first", NAN),
            second=found.get("second", NAN),
            confidence=found.get("confidence", NAN),
            chosen=self.chosen,
            response_class=self.response_class,
            response_outcome=self.response_outcome,
            rule=self.refused_rule if self.response_outcome is Outcome.NOT_SCORED else None,
            stance=self.stance,
            marked=self.refusal_marked,
            blocked=self.outcome is Outcome.CONTENT_FILTER,
            outcome=self.outcome,
        )

    def member_verdict(self, member: Member) -> Verdict:
        """The verdict of one judge; where rules tell refusals, it was not asked for a class."""
        found = member.verdict()
        if self.response_outcome is not Outcome.NOT_SCORED:
            return found
        rule = {"response_outcome": Outcome.NOT_SCORED, "rule": self.refused_rule}
        return found.model_copy(update=rule)


def read_record(metadata: Mapping[str, Any] | None) -> Record | None:
    """The record that the metadata of a score holds; None if the score is none of ours."""
    if not metadata or metadata.get("schema") != SCHEMA or metadata.get("kind") != "verdict":
        return None
    members = [
        _member(str(text))
        for number in range(1, 1 + len(metadata))
        if (text := metadata.get(f"{_MEMBER}{number}")) is not None
    ]
    fields = {name: value for name, value in metadata.items() if name in Record.model_fields}
    try:
        return Record.model_validate({**fields, "members": members})
    except ValidationError:
        return None


def _member(text: str) -> Member:
    """One judge's part; a part that cannot be read is no reason to lose the verdict."""
    try:
        return Member.model_validate_json(text)
    except ValidationError:
        return Member(judge="unknown", problem="this judge's part of the log cannot be read")


def changed_ids(model: str, ids: Counter[str]) -> str:
    """The sentence that a provider answered for a model under several ids.

    Args:
        model: The model, or judge, as it was asked for.
        ids: The ids that were returned, with how many answers bore each.
    """
    shown = ", ".join(f"{name} ({count})" for name, count in ids.most_common(_MOST_IDS))
    return (
        f"{model} answered under {len(ids)} model ids: {shown}. They may be different models: "
        "the columns model_returned and judge_returned of the verdict table tell them apart."
    )


def numbers(value: object) -> dict[str, float]:
    """The numbers of a score's value; what is missing or no finite number is NaN."""
    given = cast(dict[str, object], value) if isinstance(value, dict) else {}
    return {key: _nan(_float(given.get(key))) for key in VERDICT_KEYS}


def _float(number: object) -> float | None:
    return float(number) if isinstance(number, int | float) else None


def _nan(number: float | None) -> float:
    return NAN if number is None or not math.isfinite(number) else number
