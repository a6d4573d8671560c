"""The errors of crashed samples, as Inspect writes them into a log → what a person can use."""

import re

from inspect_values.safe import without_keys

_RETRIED = re.compile(r"RetryError\W*<Future at 0x[0-9a-f]+ state=finished raised (\w+)>\W*")
_REQUEST = re.compile(r"^ModelGenerateError\(['\"]\\nRequest:.*\\n\\n", re.DOTALL)
MOST_CHARACTERS = 500


def reason(error: str) -> str:
    """The error of a sample, shortly: its kind and what the provider said.

    Inspect names only the kind of error after whose repetition it gave up, and puts the whole
    request before what a provider said of it. A key that the provider repeats is left out.
    """
    shown = _RETRIED.sub(r"\1, after all retries", _REQUEST.sub("", error))
    return " ".join(without_keys(shown).split())[:MOST_CHARACTERS]
