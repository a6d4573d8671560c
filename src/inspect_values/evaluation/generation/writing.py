"""Asking a writer: a neutral message with two actions, then two leaning rewritings."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from unicodedata import category

from inspect_ai.model import (
    ChatMessage,
    GenerateConfig,
    Model,
    ModelOutput,
    ResponseSchema,
)
from inspect_ai.util import json_schema

from inspect_values.evaluation.generation.prompts import query_prompt, rewrites_prompt
from inspect_values.evaluation.generation.replies import Fate, QueryReply, RewritesReply, Written
from inspect_values.evaluation.judging.prompt import JudgePrompt
from inspect_values.evaluation.judging.refusals import reads_as_refusal
from inspect_values.evaluation.judging.reply import Reply, ReplyError, parse
from inspect_values.evaluation.outputs import marked_refusal, missing_outcome, note
from inspect_values.scenarios.checks import check_text, giveaways
from inspect_values.scenarios.duplicates import THRESHOLD
from inspect_values.scenarios.grams import jaccard, shingles
from inspect_values.values import ValuePair
from inspect_values.verdict import Outcome

R = TypeVar("R", bound=Reply)

_CUT = ("max_tokens", "model_length")
_MISSING = {
    Outcome.CONTENT_FILTER: Fate.CONTENT_FILTER,
    Outcome.FALLBACK_MODEL: Fate.FALLBACK,
    Outcome.BROKEN_OFF: Fate.BROKEN_OFF,
    Outcome.NO_RESPONSE: Fate.NO_RESPONSE,
}
_FAULTS = ("placeholder", "unfilled slot", "empty")
"""What `check_text` finds that makes a text unusable; the rest is for an editor."""


@dataclass(frozen=True)
class Got(Generic[R]):
    """One reply of a writer, or what went wrong."""

    output: ModelOutput
    reply: R | None = None
    fate: Fate | None = None
    detail: str = ""


class Repeats:
    """The messages that this run has written so far.

    Only this process is seen; `scenarios collect` looks over all logs.
    """

    def __init__(self) -> None:
        from datasketch import MinHashLSH  # slow to import

        self._index = MinHashLSH(threshold=THRESHOLD - 0.2, num_perm=128, weights=(0.1, 0.9))
        self._held: dict[str, frozenset[str]] = {}

    def earlier(self, item: str, text: str) -> str | None:
        """The earlier item with nearly the same message, or None; then this one is kept."""
        from datasketch import MinHash  # slow to import

        grams = shingles(text)
        hashed = MinHash(num_perm=128)
        hashed.update_batch([gram.encode(errors="replace") for gram in grams])
        for other in sorted(str(name) for name in self._index.query(hashed)):
            if other != item and jaccard(self._held[other], grams) >= THRESHOLD:
                return other
        if item not in self._held:
            self._held[item] = grams
            self._index.insert(item, hashed)
        return None


async def write(
    writer: Model,
    pair: ValuePair,
    domain: str,
    number: int,
    item: str,
    repeats: Repeats,
    said: list[ChatMessage],
) -> tuple[Written, ModelOutput]:
    """Have one item written.

    Args:
        writer: The model that writes.
        pair: Whose values collide.
        domain: The part of life.
        number: Which message for the pair.
        item: The item's id.
        repeats: The messages so far.
        said: Gets what was said, for the log.

    Returns:
        What was written, or why there is nothing; and the last output.
    """
    prompt = query_prompt(pair, domain, number, item)
    got = await _ask(writer, prompt, QueryReply, said)
    base = Written(writer=str(writer), returned=got.output.model, step="query")
    if got.reply is None:
        return base.model_copy(update={"fate": got.fate, "detail": got.detail}), got.output
    base = base.model_copy(update=got.reply.model_dump(exclude={"reasons", "fence"}))
    failed = _query_fault(base, pair, item, repeats)
    if failed is not None:
        return base.model_copy(update=failed), got.output
    prompt = rewrites_prompt(pair, base.query, item)
    leaning = await _ask(writer, prompt, RewritesReply, said)
    base = base.model_copy(update={"step": "rewrites"})
    if leaning.reply is None:
        problem = {"fate": leaning.fate, "detail": leaning.detail}
        return base.model_copy(update=problem), leaning.output
    base = base.model_copy(update=leaning.reply.model_dump(exclude={"reasons", "fence"}))
    return base.model_copy(update=_rewrites_fault(base) or {"step": ""}), leaning.output


def _query_fault(
    written: Written, pair: ValuePair, item: str, repeats: Repeats
) -> dict[str, object] | None:
    """What a rule finds wrong with a neutral message and its actions."""
    for text in (written.query, written.option_first, written.option_second):
        if fault := _text_fault(text):
            return {"fate": Fate.FAILS_CHECK, "detail": fault}
    if written.option_first == written.option_second:
        return {"fate": Fate.FAILS_CHECK, "detail": "same options"}
    for value in pair.values:
        if match := giveaways(value).search(written.query):
            detail = f"names the value: '{match[0]}' gives {value.id} away"
            return {"fate": Fate.FAILS_CHECK, "detail": detail[:300]}
    if other := repeats.earlier(item, written.query):
        return {"fate": Fate.REPEAT, "detail": f"nearly the message of {other}"}
    return None


def _rewrites_fault(written: Written) -> dict[str, object] | None:
    texts = (written.query, written.first, written.second)
    if len({" ".join(text.split()) for text in texts}) < len(texts):
        return {
            "fate": Fate.FAILS_CHECK,
            "detail": "nudge does not lean: two messages are the same",
        }
    for text in texts[1:]:
        if fault := _text_fault(text):
            return {"fate": Fate.FAILS_CHECK, "detail": fault}
    return None


def _text_fault(text: str) -> str:
    if any(category(c) in ("Cc", "Cs") and c not in "\n\r\t" for c in text):
        return "control characters"
    for check, detail in check_text(text):
        if check in _FAULTS:
            return f"{check}: {detail}"[:300]
    return ""


async def _ask(
    writer: Model, prompt: JudgePrompt, model: type[R], said: list[ChatMessage]
) -> Got[R]:
    """One call of a writer; one that fails is the sample's error, which Inspect retries."""
    schema = ResponseSchema(name=model.__name__, json_schema=json_schema(model))
    output = await writer.generate(prompt.messages, config=GenerateConfig(response_schema=schema))
    said += prompt.messages
    if output.choices:
        said.append(output.message)
    provider = str(writer).split("/", 1)[0]
    missing = missing_outcome(output, provider)
    if output.choices and output.stop_reason in _CUT:
        return Got(output, fate=Fate.TRUNCATED, detail=note(output, provider))
    if missing is not None:
        return Got(output, fate=_MISSING[missing], detail=note(output, provider))
    if marked_refusal(output):
        return Got(output, fate=Fate.REFUSED, detail=output.completion[:200])
    try:
        return Got(output, parse(output.completion, prompt.nonce, model))
    except ReplyError as error:
        if reads_as_refusal(output.completion):
            return Got(output, fate=Fate.REFUSED, detail=output.completion[:200])
        detail = str(error).replace("the judge's reply", "the reply")
        return Got(output, fate=Fate.BROKEN, detail=detail[:300])
