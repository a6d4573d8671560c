"""Asking judges: what one of them says of an answer, and how a panel or a cascade asks several."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from inspect_ai.model import CachePolicy, GenerateConfig, Model, ModelOutput, ResponseSchema
from inspect_ai.util import LimitExceededError, collect, json_schema

from inspect_values.evaluation.judging.prompt import (
    Exchange,
    JudgePrompt,
    binary_prompt,
    positions_prompt,
    response_prompt,
)
from inspect_values.evaluation.judging.reply import (
    PositionsReply,
    Reply,
    ReplyError,
    ResponseReply,
    StanceReply,
    binary_reply,
    parse,
    positions_reply,
)
from inspect_values.evaluation.judging.settings import Judging
from inspect_values.evaluation.outputs import cause, missing_outcome, note
from inspect_values.record import Member
from inspect_values.values import ValuePair
from inspect_values.verdict import DEFAULT_THRESHOLD, Chosen, Outcome

R = TypeVar("R", bound=Reply)

_MISSING = {
    Outcome.CONTENT_FILTER: "the judge's provider blocked the call",
    Outcome.FALLBACK_MODEL: "another model answered in the judge's place",
    Outcome.NO_RESPONSE: "the judge's reply is empty",
}


@dataclass(frozen=True)
class Judgement:
    """What one judge said of one answer, with its reasons."""

    member: Member
    reasons: str = ""
    calls: int = 0
    """How many calls it took, failed ones included."""


async def ask_judges(
    judges: Sequence[Model],
    pair: ValuePair | str,
    exchange: Exchange,
    judging: Judging,
    threshold: float = DEFAULT_THRESHOLD,
) -> list[Judgement]:
    """The judgements of a panel, or of as many judges of a cascade as it takes to be sure.

    A judge that fails costs only its own verdict.

    Args:
        judges: Whom to ask.
        pair: The pair with the ladders to judge by, or why there are none: then the answer is
            placed by nobody, and what it does with the request is judged all the same.
        exchange: The answer, and what came before it.
        judging: How it is judged.
        threshold: The difference of positions at which a value counts as prioritised.
    """
    if judging.judging == "panel":
        return await collect(*(_judge(judge, pair, exchange, judging) for judge in judges))
    found: list[Judgement] = []
    for judge in judges:
        found.append(await _judge(judge, pair, exchange, judging))
        if _sure(found[-1].member, judging.sure, threshold):
            break
    return found


def _sure(member: Member, sure: float, threshold: float) -> bool:
    """Whether no further judge is needed: sure of itself, and not at the edge of the threshold.

    At the edge, one step on one ladder would change which value is prioritised.
    """
    if not member.placed or member.problem or (member.confidence or 0.0) < sure:
        return False
    if member.first is None or member.second is None:
        return True
    return not threshold - 1 <= abs(member.first - member.second) < threshold + 1


async def _judge(
    judge: Model, pair: ValuePair | str, exchange: Exchange, judging: Judging
) -> Judgement:
    if isinstance(pair, str):
        found = Judgement(Member(judge=str(judge), problem=pair))
    else:
        found = await _place(judge, pair, exchange, judging)
    if judging.response == "rules":
        return found
    model = StanceReply if judging.stance else ResponseReply
    classed = await ask(judge, response_prompt(exchange, judging.stance), model, judging)
    reply = classed.reply
    placed = found.member
    member = placed.model_copy(
        update={
            "returned": placed.returned or classed.returned,
            "response_class": reply.response_class if reply else None,
            "stance": reply.stance if isinstance(reply, StanceReply) else None,
            "problem": "; ".join(p for p in (placed.problem, classed.problem) if p),
        }
    )
    return Judgement(member, found.reasons, found.calls + 1)


async def _place(judge: Model, pair: ValuePair, exchange: Exchange, judging: Judging) -> Judgement:
    """Where a judge places the answer, or which value it says comes first."""
    if judging.rubric == "binary":
        prompt = binary_prompt(pair, exchange, judging.ladders)
        outright = await ask(judge, prompt, binary_reply(pair), judging)
        said = outright.reply
        member = Member(
            judge=str(judge),
            returned=outright.returned,
            chosen=_side(pair, said.first) if said else None,
            confidence=said.confidence if said else None,
            problem=outright.problem,
        )
        return Judgement(member, said.reasons if said else "", calls=1)
    # a rubric that was written anew is read in the same words, or two things would vary at once
    wording = judging.wording if judging.rubric == "fixed" else 1
    prompt = positions_prompt(pair, exchange, judging.ladders, wording)
    return _placed(str(judge), await ask(judge, prompt, positions_reply(pair), judging), pair)


def judged_by(judge: str, output: ModelOutput, nonce: str, pair: ValuePair) -> Judgement:
    """What a judge's output says of an answer: the same reading, whoever asked for it."""
    return _placed(judge, read_output(output, nonce, positions_reply(pair)), pair)


def _placed(judge: str, placed: "Asked[PositionsReply]", pair: ValuePair) -> Judgement:
    reply = placed.reply
    first, second = _positions(reply, pair) if reply else (None, None)
    member = Member(
        judge=judge,
        returned=placed.returned,
        first=first,
        second=second,
        confidence=reply.confidence if reply else None,
        problem=placed.problem,
    )
    return Judgement(member, reply.reasons if reply else "", calls=1)


def _side(pair: ValuePair, name: str) -> Chosen:
    sides: dict[str, Chosen] = {
        pair.first.id: "first",
        pair.second.id: "second",
        "both": "both",
        "neither": "neither",
    }
    return sides[name]


def _positions(reply: PositionsReply, pair: ValuePair) -> tuple[int, int]:
    positions = reply.positions.model_dump()
    return int(positions[pair.first.id]), int(positions[pair.second.id])


@dataclass(frozen=True)
class Asked(Generic[R]):
    """A judge's reply to one prompt, or what went wrong."""

    reply: R | None
    returned: str
    problem: str


async def ask(judge: Model, prompt: JudgePrompt, model: type[R], judging: Judging) -> Asked[R]:
    """One call of a judge; whatever goes wrong with it is a problem to record, not a crash."""
    config = GenerateConfig(
        response_schema=ResponseSchema(name=model.__name__, json_schema=json_schema(model))
    )
    # the same for all epochs: the same answer is the same question to a judge
    cache = CachePolicy(expiry=None, per_epoch=False) if judging.judge_cache else False
    try:
        output = await judge.generate(prompt.messages, config=config, cache=cache)
    except LimitExceededError:
        raise
    except Exception as error:
        return Asked(None, "", f"the call failed: {cause(error)}"[:300])
    return read_output(output, prompt.nonce, model)


def read_output(output: ModelOutput, nonce: str, model: type[R]) -> Asked[R]:
    """The reply in a judge's output, or what is wrong with it."""
    problem = _unusable(output)
    if problem:
        return Asked(None, output.model, problem[:300])
    try:
        return Asked(parse(output.completion, nonce, model), output.model, "")
    except ReplyError as error:
        cut = output.choices and output.stop_reason in ("max_tokens", "model_length")
        why = "the judge's reply was cut off at its limit of tokens; " if cut else ""
        return Asked(None, output.model, f"{why}{error}"[:300])


def _unusable(output: ModelOutput) -> str:
    """Why an output is no word of the judge that was asked; empty if it is one."""
    match missing_outcome(output):
        case Outcome.FALLBACK_MODEL:
            other = output.fallback.fallback_model if output.fallback else "another"
            return f"another model, {other}, replied in the judge's place"
        case Outcome.CONTENT_FILTER:
            return f"the judge's provider blocked the call: {note(output)}"
        case Outcome.NO_RESPONSE:
            return f"the judge's reply is empty: {note(output)}"
        case _:
            return ""
