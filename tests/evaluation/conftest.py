"""Judges with names of their own, and runs with any roles."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import Task, eval
from inspect_ai.log import EvalLog
from inspect_ai.model import ChatMessage, GenerateConfig, Model, ModelOutput, ModelUsage, get_model

Reply = Callable[[list[ChatMessage]], ModelOutput | str]


@pytest.fixture
def named() -> Callable[..., Model]:
    """Inspect's mock model under a name of its own, with a function that says what it answers."""

    def make(name: str, reply: Reply, config: GenerateConfig | None = None) -> Model:
        async def respond(messages: list[ChatMessage], *_: Any) -> ModelOutput:
            said: Any = reply(messages)
            if hasattr(said, "__await__"):
                said = await said
            output = said
            if isinstance(said, str):
                output = ModelOutput.from_content(f"mockllm/{name}", said)
            # without a usage of its own the mock model downloads a tokenizer
            output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
            return output

        return get_model(
            f"mockllm/{name}",
            custom_outputs=respond,
            memoize=False,
            config=config or GenerateConfig(),
        )

    return make


@pytest.fixture
def run_roles(tmp_path: Path) -> Callable[..., EvalLog]:
    """Run one task with models bound to roles, a list being a panel, and return its log."""

    def run(
        task: Task,
        model: str | Model,
        roles: Mapping[str, str | Model | list[str | Model]],
        **args: Any,
    ) -> EvalLog:
        given: Any = dict(roles)
        return eval(
            task,
            model=model,
            model_roles=given,
            log_dir=str(tmp_path / "logs"),
            display="log",
            log_level="error",
            log_realtime=False,
            score_display=False,
            **args,
        )[0]

    return run
