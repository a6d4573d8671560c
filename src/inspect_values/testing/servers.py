"""All labs' servers together, and the models that they offer."""

import secrets
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from inspect_values.errors import one_of
from inspect_values.plugins.catalog import evaluation_catalog
from inspect_values.scenarios.scenario import Scenario
from inspect_values.scenarios.selection import Selection, select
from inspect_values.testing.anthropic import AnthropicServer
from inspect_values.testing.desk import Desk
from inspect_values.testing.faults import Plan, never
from inspect_values.testing.google import GoogleServer
from inspect_values.testing.knowledge import Knowledge
from inspect_values.testing.openai import OpenAIServer, XaiHttpServer
from inspect_values.testing.serving import LabServer
from inspect_values.testing.xai import XaiServer
from inspect_values.values import ValuePair

SERVERS: dict[str, type[LabServer]] = {
    "anthropic": AnthropicServer,
    "openai": OpenAIServer,
    "google": GoogleServer,
    "xai": XaiServer,
    "xai-http": XaiHttpServer,
}
"""Lab → its server. `xai` speaks gRPC and needs grpcio and xai-sdk; `xai-http` needs neither."""

MODELS = {
    "anthropic": "anthropic/claude-sonnet-4-5-simulated-{}",
    "openai": "openai/gpt-4o-simulated-{}",
    "openai-responses": "openai/gpt-5-simulated-{}",
    "google": "google/gemini-2.5-flash-simulated-{}",
    "xai": "grok/grok-4-simulated-{}",
    "xai-http": "openai-api/xai-http/grok-4-simulated-{}",
}
"""Way to a model → its full name, given a persona or a judge."""


@dataclass(frozen=True)
class Servers:
    """Running servers, by lab."""

    labs: dict[str, LabServer]

    def environment(self) -> dict[str, str]:
        """The environment variables with which all labs' SDKs are sent here, keys included."""
        found: dict[str, str] = {}
        for server in self.labs.values():
            found |= server.environment()
        return found

    def keys(self) -> list[str]:
        """The API keys in use, to search for where they must not be."""
        return sorted({server.desk.key for server in self.labs.values()})

    def plan(self, plan: Plan, *labs: str) -> None:
        """Let things go wrong from now on, at the named labs or at all."""
        for name in labs or self.labs:
            self.labs[one_of("lab", name, self.labs)].desk.plan = plan

    def forget(self) -> None:
        """Forget what was served so far, and let nothing go wrong from now on."""
        for server in self.labs.values():
            server.desk = server.desk.fresh_start()


def model(way: str, persona: str) -> str:
    """The full name of the model that answers as a persona or judge.

    Args:
        way: A key of `MODELS`.
        persona: Such as `aster-1` or `judge-plain`.

    Raises:
        ParameterError: If there is no such way.
    """
    return MODELS[one_of("way to a model", way, MODELS)].format(persona)


def knowledge(
    pairs: Sequence[str] = (),
    *,
    selection: Selection | None = None,
    scenarios: Iterable[tuple[Sequence[ValuePair], Sequence[Scenario]]] = (),
) -> Knowledge:
    """What the servers know: the scenarios of installed pairs, and any others.

    Args:
        pairs: Ids of installed pairs; empty means all.
        selection: What is asked of them; by default every scenario with every nudge.
        scenarios: Further pairs, each with scenarios for them.
    """
    catalog = evaluation_catalog()
    chosen = selection or Selection(nudges=("neutral", "first", "second"), scenarios=None)
    found = Knowledge()
    for name in pairs or [n for n in catalog.pairs if catalog.situations_of(n)]:
        pair = catalog.pair(name)
        found.add([pair], select([(pair, catalog.situations_of(name))], chosen))
    for own, asked in scenarios:
        found.add(own, asked)
    return found


@contextmanager
def lab_servers(
    known: Knowledge, *labs: str, plan: Plan = never, delay: float = 0.0, slow: float = 2.0
) -> Generator[Servers]:
    """Labs' servers on loopback for the time of the context.

    Args:
        known: What they know.
        labs: Which; none means the four labs (xAI by gRPC).
        plan: What goes wrong.
        delay: Seconds that every answer takes.
        slow: Seconds that a slow answer takes.
    """
    names = labs or ("anthropic", "openai", "google", "xai")
    running: dict[str, LabServer] = {}
    try:
        for name in names:
            key = f"sk-simulated-{secrets.token_hex(16)}"
            desk = Desk(name, known, key, plan=plan, delay=delay, slow=slow)
            server = SERVERS[one_of("lab", name, SERVERS)](desk)
            server.start()
            running[name] = server
        yield Servers(running)
    finally:
        for server in running.values():
            server.stop()
