"""What a model's output is: an answer, or the reason why there is none.

Each lab says in its own way that it gives no answer: a stop reason, a filter, a blocked prompt, an
error, nothing at all. Inspect brings most of them into one form; this reads that form, and what it
leaves to be read.
"""

import unicodedata

from inspect_ai.model import ContentText, ModelOutput
from tenacity import RetryError

from inspect_values.safe import without_keys
from inspect_values.verdict import Outcome

_PLACEHOLDER = "(no content)"
"""What Inspect puts where a provider sent no candidate at all."""

_ALWAYS_SAY_WHY = ("anthropic", "openai", "google", "grok")
"""Providers whose answers always end for a reason; other servers may leave it out."""

_MOST_CHARACTERS = 300
CUT = "the answer was cut by length"
MARKED = "the provider marks the answer as a refusal"


def missing_outcome(output: ModelOutput, provider: str = "") -> Outcome | None:
    """Why there is no answer to judge, or None if there is one.

    An answer that was cut by length is one: what it says before the cut is judged, and `note`
    says so. Where the prompt was too long, what stands in the output is the provider's error.
    Where the stream of an answer ends too early, half an answer stands in it, without a reason.

    Args:
        output: What the model gave.
        provider: Who served it, such as `anthropic`.
    """
    if output.fallback is not None:
        return Outcome.FALLBACK_MODEL
    stop = output.stop_reason if output.choices else ""
    if stop == "model_length":
        return Outcome.NO_RESPONSE
    if output.error or stop == "content_filter":
        return Outcome.CONTENT_FILTER
    if not _visible(output.completion) or output.completion.strip() == _PLACEHOLDER:
        return Outcome.NO_RESPONSE
    broken = stop == "unknown" and provider in _ALWAYS_SAY_WHY
    return Outcome.BROKEN_OFF if broken else None


def _visible(text: str) -> bool:
    """Whether a text holds anything but spaces, controls and characters without width."""
    return any(unicodedata.category(character)[0] not in "CZ" for character in text)


def marked_refusal(output: ModelOutput) -> bool:
    """Whether the provider marks the model's words as a refusal (OpenAI's `refusal`)."""
    if not output.choices:
        return False
    content = output.message.content
    if isinstance(content, str):
        return False
    return any(isinstance(part, ContentText) and bool(part.refusal) for part in content)


def note(output: ModelOutput, provider: str = "") -> str:
    """Why there is no answer, in the provider's own words, or what is special about the answer."""
    missing = missing_outcome(output, provider)
    stop = output.stop_reason if output.choices else ""
    if missing is Outcome.FALLBACK_MODEL and output.fallback is not None:
        return f"answered by {output.fallback.fallback_model}"
    if missing is Outcome.CONTENT_FILTER:
        return _reason(output)
    if stop == "model_length":
        return _short(f"longer than the model's context: {output.error or output.completion}")
    if stop == "max_tokens":
        return CUT if missing is None else f"{CUT}, before it said anything"
    if missing is Outcome.BROKEN_OFF:
        return "the answer broke off: the provider gives no reason why it ends"
    if missing is not None:
        return "the provider sent an empty answer"
    return MARKED if marked_refusal(output) else ""


def _reason(output: ModelOutput) -> str:
    """What the provider says of a block: its kind, categories and explanation."""
    details = output.choices[0].stop_details if output.choices else None
    parts: list[str] = []
    if details is not None:
        parts += [
            details.type or "",
            ", ".join(c.category for c in details.categories if c.category),
        ]
        parts.append(details.explanation or "")
    if output.error:
        parts.append(output.error)
    if not any(parts) and output.choices:
        parts.append(output.completion)
    said = ": ".join(dict.fromkeys(part for part in parts if part))
    return _short(said) or "stopped by the provider's filter, which gives no reason"


def cause(error: BaseException) -> str:
    """What went wrong with a call, shortly: the kind of error and its first words.

    Where a call was repeated in vain, the error of the last attempt counts.
    """
    if isinstance(error, RetryError):
        last = error.last_attempt.exception()
        return f"{cause(last)} (after all retries)" if last is not None else "no attempt was made"
    # Inspect puts the whole request before what a provider said
    told = error.__cause__ if str(error).startswith("\nRequest:") and error.__cause__ else error
    return _short(f"{type(told).__name__}: {told}")


def _short(text: str) -> str:
    return " ".join(without_keys(text).split())[:_MOST_CHARACTERS]
