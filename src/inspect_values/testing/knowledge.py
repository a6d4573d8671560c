"""What the servers know: which scenario a query belongs to.

A real server sees only the prompt. So that the simulated personas can answer through it, the
servers are given a look-up in advance: the text of a query, and what a forced choice or a push
make of it, back to the scenario that it was written from.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inspect_ai.model import ChatMessage

from inspect_values.evaluation.asked import Question
from inspect_values.evaluation.dataset import dataset
from inspect_values.evaluation.elicit import Elicitation
from inspect_values.evaluation.elicitation import NEITHER, choice_prompt
from inspect_values.evaluation.personas import NONE, STATED, SystemPersona
from inspect_values.evaluation.pressure import fixed_push
from inspect_values.scenarios.scenario import Scenario
from inspect_values.values import ValuePair, digest

_CHOICE = choice_prompt("", "a", "b", "first").split("two")[0]
"""The words with which a forced choice sets its options apart from the query."""


@dataclass(frozen=True)
class _Known:
    pair: ValuePair
    scenario: Scenario


class Knowledge:
    """Query text → scenario, for as many value pairs as are added."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def __len__(self) -> int:
        return len(self._known)

    def add(self, pairs: Sequence[ValuePair], scenarios: Iterable[Scenario]) -> None:
        """Add the scenarios that a study is going to ask.

        Of two scenarios with the same text the first one is kept.
        """
        by_id = {pair.id: pair for pair in pairs}
        for scenario in scenarios:
            self._known.setdefault(
                digest(scenario.query.strip()), _Known(by_id[scenario.pair], scenario)
            )

    def question(self, messages: Sequence[ChatMessage], epoch: int = 1) -> Question | None:
        """What a conversation asks, or None if its query is not known.

        The elicitation is told from the text alone, so a pushback or a conversation is told from
        an open question only after its first turn.

        Args:
            messages: All that the server was sent.
            epoch: Which repetition of the question it is.
        """
        said = [m for m in messages if m.role in ("user", "assistant")]
        if not said or said[0].role != "user":
            return None
        query, choice, _ = said[0].text.partition(_CHOICE)
        known = self._known.get(digest(query.strip()))
        if known is None:
            return None
        pressed = _pressed(known.scenario, [m.text for m in said[1:] if m.role == "user"])
        kind = "choice" if choice else _kind(len(said), pressed)
        persona = _persona(known.pair, messages)
        asked = Elicitation.model_validate({"kind": kind, "neither": NEITHER in said[-1].text})
        samples = dataset([known.scenario], [known.pair], asked, [persona])
        seat = _seat(said[-1].text, known.scenario) if choice else ""
        metadata = {**(samples[0].metadata or {}), "seat": seat, "pressed": pressed}
        return Question(known.pair, metadata, epoch)


def _kind(said: int, pressed: str) -> str:
    if said == 1:
        return "open"
    return "pushback" if pressed else "conversation"


def _pressed(scenario: Scenario, messages: Sequence[str]) -> str:
    """The value that fixed pushes press for; empty if nobody presses."""
    for side, option in (("first", scenario.option_first), ("second", scenario.option_second)):
        if option and messages and messages[0] == fixed_push(1, option):
            return side
    return ""


def _seat(asked: str, scenario: Scenario) -> str:
    first, second = asked.find(scenario.option_first), asked.find(scenario.option_second)
    return "first" if first < second else "second"


def _persona(pair: ValuePair, messages: Sequence[ChatMessage]) -> SystemPersona:
    """The stated persona that the system prompt starts with, if one does."""
    system = "\n\n".join(m.text for m in messages if m.role == "system")
    stated = (SystemPersona(name) for name in STATED)
    return next((p for p in stated if system.startswith(p.prompt(pair))), SystemPersona(NONE))
