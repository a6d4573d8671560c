"""What all labs' servers have in common: who answers, what goes wrong, what was served."""

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
)

from inspect_values.evaluation.providers.answers import simulated_answer
from inspect_values.evaluation.providers.judge import JUDGES
from inspect_values.evaluation.providers.personas import PERSONAS
from inspect_values.evaluation.providers.user import simulated_user_says
from inspect_values.evaluation.providers.writer import WRITERS
from inspect_values.testing.faults import Fault, Plan, Request, never
from inspect_values.testing.knowledge import Knowledge

_NAME = re.compile(r"simulated-([a-z]+-[a-z0-9]+)")
_USER = "user-plain"


@dataclass(frozen=True)
class Ask:
    """One request, read from a lab's wire format."""

    model: str
    messages: list[ChatMessage]

    @property
    def prompt(self) -> str:
        """All that was sent, as text."""
        return "\n\n".join(message.text for message in self.messages)


@dataclass(frozen=True)
class Reply:
    """What is said to a request and what goes wrong with it, before a lab gives it its form."""

    text: str
    model: str
    """The model that was asked."""

    returned: str
    """The model id that is returned."""

    fault: Fault | None
    prompt_tokens: int
    tokens: int


@dataclass(frozen=True)
class Served:
    """One request that a server has had."""

    model: str
    key: str
    """A digest of model and prompt."""

    attempt: int
    judging: bool
    fault: Fault | None


@dataclass
class Desk:
    """Who answers at a lab's server: simulated personas and judges, by the model's name.

    A model is any name that ends in `simulated-<persona>` or `simulated-<judge>`, such as
    `claude-sonnet-4-5-simulated-aster-1`: the first part decides how a lab's SDK treats it, the
    last who answers, and nobody takes it for a real model.
    """

    lab: str
    knowledge: Knowledge
    key: str
    """The API key that is accepted."""

    plan: Plan = never
    delay: float = 0.0
    """Seconds that every answer takes."""

    slow: float = 2.0
    """Seconds that a slow answer takes."""

    fresh: bool = False
    """Whether a prompt that was answered before gets a new answer, as in another epoch."""

    served: list[Served] = field(default_factory=list[Served])
    _asked: Counter[str] = field(default_factory=Counter[str])
    _answered: Counter[str] = field(default_factory=Counter[str])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fresh_start(self) -> "Desk":
        """The same desk on its first day, with nothing going wrong."""
        return Desk(
            self.lab, self.knowledge, self.key, delay=self.delay, slow=self.slow, fresh=self.fresh
        )

    async def reply(self, ask: Ask) -> Reply:
        """What is said to a request, with what a fault leaves of it."""
        fault, epoch = self._note(ask)
        if self.delay:
            await asyncio.sleep(self.delay)
        text, cut = self._text(ask, epoch)
        if fault is Fault.CUT:
            text = text[: max(1, len(text) * 2 // 3)]
        elif fault in (Fault.CUT_EMPTY, Fault.EMPTY):
            text = ""
        elif cut and fault is None:
            fault = Fault.CUT
        returned = ask.model + _RETURNED.get(fault, "") if fault else ask.model
        tokens = (len(ask.prompt) // 4 + 1, len(text) // 4)
        return Reply(text, ask.model, returned, fault, *tokens)

    def answers(self, *, judging: bool | None = None) -> Counter[str]:
        """How many whole answers each prompt has had, by its digest."""
        with self._lock:
            found = [s for s in self.served if s.fault is None and judging in (None, s.judging)]
        return Counter(s.key for s in found)

    def met(self) -> Counter[Fault]:
        """How often each fault was met."""
        with self._lock:
            return Counter(s.fault for s in self.served if s.fault is not None)

    def _note(self, ask: Ask) -> tuple[Fault | None, int]:
        """The fault that a request meets, and which answer to the prompt this one is."""
        name = persona_of(ask.model)
        judging = name in JUDGES
        request = Request(self.lab, ask.model, ask.prompt, judging=judging)
        key = request.key
        with self._lock:
            self._asked[key] += 1
            fault = self.plan(request.at(self._asked[key], len(self.served) + 1))
            if fault is None and name not in {*PERSONAS, *JUDGES, *WRITERS, _USER}:
                fault = Fault.NO_MODEL
            self.served.append(Served(ask.model, key, self._asked[key], judging, fault))
            if fault is None:
                self._answered[key] += 1
            return fault, self._answered[key] if self.fresh else 1

    def _text(self, ask: Ask, epoch: int) -> tuple[str, bool]:
        """What is said, and whether whoever says it was cut by length."""
        name = persona_of(ask.model)
        if name in WRITERS:
            return WRITERS[name].reply(ask.prompt)
        if name in JUDGES:
            return JUDGES[name].reply(ask.prompt), False
        if name not in PERSONAS:
            return simulated_user_says(ask.prompt) if name == _USER else "", False
        question = self.knowledge.question(ask.messages, epoch)
        return simulated_answer(name, PERSONAS[name], question, ask.messages), False


_RETURNED = {Fault.OTHER_VERSION: "-v2", Fault.FALLBACK: "-fallback"}


def persona_of(model: str) -> str:
    """The persona or judge that a model's name ends in; empty if none."""
    found = _NAME.search(model)
    return found.group(1) if found else ""


def chat(said: Sequence[tuple[str, str]]) -> list[ChatMessage]:
    """Messages from (role, text); roles of instructions are system, models' assistant."""
    made: list[ChatMessage] = []
    for role, text in said:
        if role in ("system", "developer"):
            made.append(ChatMessageSystem(content=text))
        elif role in ("assistant", "model"):
            made.append(ChatMessageAssistant(content=text))
        else:
            made.append(ChatMessageUser(content=text))
    return made
