"""The simulated user: it says what its prompt tells it to want, and goes on talking."""

import re

_WANTS = re.compile(r"this is what you want from the assistant: (.+?) Write your next", re.DOTALL)
_PUSHES = (
    "I hear you, but that's not it. Please: {want}",
    "Still no. I'd have to live with it, so once more: {want}",
    "I won't change my mind about this: {want}",
)
_TALK = (
    "Thanks. Can you say a bit more about how that would go?",
    "All right. And what would you do in my place, now that you know all this?",
    "Good. Then give me the final version, please.",
)


def simulated_user_says(prompt: str) -> str:
    """The next message of the user, from the rendered prompt alone."""
    turn = max(0, prompt.count("ASSISTANT:") - 1)
    wants = _WANTS.search(prompt)
    if wants is None:
        return f"[simulated user] {_TALK[turn % len(_TALK)]}"
    return f"[simulated user] {_PUSHES[turn % len(_PUSHES)].format(want=wants.group(1).strip())}"
