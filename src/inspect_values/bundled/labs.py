"""The four labs whose models Inspect reaches through their own names."""

from collections.abc import Iterable

from inspect_values.plugins.hookspecs import hookimpl
from inspect_values.plugins.models import ModelRule

# provider prefix or model name → lab; services that host several labs' models are told apart by
# the model's own name
_RULES = {
    "anthropic/*": "Anthropic",
    "*claude-*": "Anthropic",
    "openai/*": "OpenAI",
    "*/gpt-*": "OpenAI",
    "google/*": "Google DeepMind",
    "*gemini-*": "Google DeepMind",
    "grok/*": "xAI",
    "*/grok-*": "xAI",
}


@hookimpl
def models() -> Iterable[ModelRule]:
    """Anthropic, OpenAI, Google DeepMind and xAI."""
    return [ModelRule(pattern=pattern, lab=lab) for pattern, lab in _RULES.items()]
