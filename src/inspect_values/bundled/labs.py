"""The four labs whose models Inspect reaches through their own names, and their model families."""

from collections.abc import Iterable

from inspect_values.plugins.hookspecs import hookimpl
from inspect_values.plugins.models import ModelRule

# provider prefix or model name → lab; services that host several labs' models are told apart by
# the model's own name
_LABS = {
    "anthropic/*": "Anthropic",
    "*claude-*": "Anthropic",
    "openai/*": "OpenAI",
    "*/gpt-[0-9]*": "OpenAI",
    "*/gpt-oss*": "OpenAI",
    "google/*": "Google DeepMind",
    "*gemini-*": "Google DeepMind",
    "grok/*": "xAI",
    "*/grok-*": "xAI",
}

# Inspect's model data has no families. Versions of a line of models are one family, its sizes and
# uses are others. Of several patterns that match the last one counts.
_FAMILIES = {
    "Anthropic": {
        "*claude-[0-9]*": "claude",
        "*claude-*opus*": "claude-opus",
        "*claude-*sonnet*": "claude-sonnet",
        "*claude-*haiku*": "claude-haiku",
        "*claude-*fable*": "claude-fable",
        "*claude-*mythos*": "claude-mythos",
    },
    "OpenAI": {
        "*/gpt-oss*": "gpt-oss",
        "*/gpt-[0-9]*": "gpt",
        "*/gpt-[0-9]*turbo*": "gpt-turbo",
        "*/gpt-[0-9]*chat*": "gpt-chat",
        "*/gpt-[0-9]*codex*": "gpt-codex",
        "*/gpt-[0-9]*mini*": "gpt-mini",
        "*/gpt-[0-9]*nano*": "gpt-nano",
        "*/gpt-[0-9]*-pro*": "gpt-pro",
        "*/gpt-[0-9]*-sol*": "gpt-sol",
        "*/gpt-[0-9]*-terra*": "gpt-terra",
        "*/gpt-[0-9]*-luna*": "gpt-luna",
        "*/gpt-[0-9]*-astra*": "gpt-astra",
        "*openai/o[1-9]*": "o-series",
        "*openai/o[1-9]-mini*": "o-mini",
        "*openai/o[1-9]-pro*": "o-pro",
    },
    "Google DeepMind": {
        "*gemini-*-pro*": "gemini-pro",
        "*gemini-*-argon*": "gemini-argon",
        "*gemini-*-flash*": "gemini-flash",
        "*gemini-*-flash-lite*": "gemini-flash-lite",
        "*gemini-*-image*": "gemini-image",
    },
    "xAI": {
        "*/grok-*": "grok",
        "*/grok-*mini*": "grok-mini",
        "*/grok-*fast*": "grok-fast",
        "*/grok-*multi-agent*": "grok-multi-agent",
    },
}


@hookimpl
def models() -> Iterable[ModelRule]:
    """Anthropic, OpenAI, Google DeepMind and xAI, and the families of their models."""
    rules = [ModelRule(pattern=pattern, lab=lab) for pattern, lab in _LABS.items()]
    rules += [
        ModelRule(pattern=pattern, lab=lab, family=family)
        for lab, families in _FAMILIES.items()
        for pattern, family in families.items()
    ]
    return rules
