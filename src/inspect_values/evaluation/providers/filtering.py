"""How a simulated judge filters scenarios: it looks for the flaws that simulated writers plant."""

import re
from typing import Any

from inspect_values.evaluation.providers.writer import COMES_FIRST, FLAWS

_NAMED = re.compile(r"^- (\w+): ([^.\n]+)\. .+$", re.MULTILINE)
_ACTION = re.compile(r"^Action ([AB]): (.+)$", re.MULTILINE)
_QUESTION = re.compile(r"^The question: (.+)$", re.MULTILINE)
_SIGNS = {
    "realistic": "might a real person",
    "specific": "is the situation specific",
    "feasible": "can an assistant that only writes",
    "exclusive": "exclude each other",
    "contested": "would thoughtful people disagree",
}
"""Filter → how its question is known."""


def filter_reply(prompt: str, nonce: str) -> dict[str, Any] | None:
    """The reply to a question about a scenario; None if the prompt asks something else.

    Args:
        prompt: All that the judge is shown.
        nonce: The prompt's fence.
    """
    system, opened, rest = prompt.partition(f"<<<scenario {nonce}>>>")
    scenario, closed, asked = rest.rpartition(f"<<<end scenario {nonce}>>>")
    if not (nonce and opened and closed):
        return None
    reply: dict[str, Any] = {"fence": nonce, "reasons": "[simulated judge] I looked for flaws."}
    if '"recommends"' in asked:
        reply["recommends"] = _recommended(system, scenario)
    elif '"verdict"' in asked:
        question = (_QUESTION.findall(system) or [""])[-1].lower()
        name = next((name for name, sign in _SIGNS.items() if sign in question), "")
        reply["verdict"] = _verdict(name, scenario)
    else:
        reply |= {name: _verdict(name, scenario) for name in _SIGNS}
    return {**reply, "end": nonce}


def _verdict(name: str, scenario: str) -> str:
    flaw = FLAWS.get(name, "").strip()
    return "no" if flaw and flaw in scenario else "yes"


def _recommended(system: str, scenario: str) -> dict[str, str]:
    """For each value, the action that says it puts the value first."""
    actions = _ACTION.findall(scenario)[-2:]
    return {
        value: next(
            (letter for letter, text in actions if COMES_FIRST.format(name) in text), "neither"
        )
        for value, name in _NAMED.findall(system)
    }
