"""Texts from outside, made harmless for where they go: a terminal, a spreadsheet, a table."""

import os
import re

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
"""Controls (terminal escapes begin with one), characters without width or that turn the direction
of writing around, and halves of characters, which no file can hold."""

_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")

_KEY = re.compile(
    r"\b(?:sk|xai|gsk|pk|rk|hf|ghp|github_pat)[-_][A-Za-z0-9_-]{16,}|\bAIza[A-Za-z0-9_-]{20,}"
    r"|(?i:\bbearer\s+)[A-Za-z0-9._~+/-]{16,}=*"
)
"""What keys of the providers look like."""

_SECRET = re.compile(r"(?:_KEY|_TOKEN|_SECRET|_PASSWORD)$")
_SHORTEST_KEY = 12

KEY = "[key]"
"""What stands in the place of a key."""


def printable(text: str) -> str:
    """A text without the characters that would do something to a terminal; lines stay lines."""
    return _CONTROL.sub("", text)


def plain(text: object) -> str:
    """A text from outside as one line without control, zero-width and direction characters."""
    return printable(str(text).replace("\r\n", " ").replace("\n", " "))


def harmless(text: str) -> str:
    """A text for a CSV file: one that a spreadsheet would run as a formula gets an apostrophe.

    Source: OWASP, CSV Injection. Spaces and line ends before the sign do not hinder every
    spreadsheet, so they do not count.
    """
    risky = text.startswith(("\t", "\r")) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if risky else text


def without_keys(text: str) -> str:
    """A text in which every API key is replaced by `[key]`.

    What providers and proxies say of a failed call may repeat the key that was sent. A key is what
    an environment variable such as `OPENAI_API_KEY` holds, or what looks like one.
    """
    for value in _held():
        text = text.replace(value, KEY)
    return _KEY.sub(KEY, text)


def _held() -> list[str]:
    """The secrets of this process's environment, the longest first."""
    found = {
        value.strip()
        for name, value in os.environ.items()
        if _SECRET.search(name) and len(value.strip()) >= _SHORTEST_KEY
    }
    return sorted(found, key=lambda value: (-len(value), value))
