"""`--model simulated/<persona>`: simulated models and judges behind an Inspect model API."""

from collections import Counter
from typing import Any

from inspect_ai.model import (
    ChatMessage,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    modelapi,
)
from inspect_ai.tool import ToolChoice, ToolInfo
from pydantic import BaseModel, ValidationError

from inspect_values.errors import ParameterError, suggest, validation_sentence
from inspect_values.evaluation.asked import CURRENT
from inspect_values.evaluation.launch import sentences
from inspect_values.evaluation.providers.answers import simulated_answer
from inspect_values.evaluation.providers.judge import JUDGES, SimulatedJudge
from inspect_values.evaluation.providers.personas import PERSONAS, Persona
from inspect_values.evaluation.providers.user import simulated_user_says

USER = "user-plain"


@modelapi(name="simulated")
def simulated() -> type[ModelAPI]:
    """Simulated models (`aster-1` … `dahlia-4`, `custom-…`), judges (`judge-plain` …), a user."""
    return SimulatedAPI


class SimulatedAPI(ModelAPI):
    """A simulated model or judge; deterministic given its seed, and it needs no network.

    Args (with `-M`): the fields of `Persona` for a model, of `SimulatedJudge` for a judge. A
    name that starts with `custom-` has no presets.
    """

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig = GenerateConfig(),  # noqa: B008 (Inspect's signature)
        **model_args: Any,
    ) -> None:
        super().__init__(model_name, base_url, api_key, [], config)
        self.persona: Persona | None = None
        self.judge: SimulatedJudge | None = None
        self.calls: Counter[str] = Counter()
        with sentences():
            if model_name.startswith("judge-") or model_name in JUDGES:
                self.judge = _with_arguments(_preset(model_name, JUDGES), model_args)
            elif model_name != USER:
                presets = {"custom-": Persona(), **PERSONAS}
                name = "custom-" if model_name.startswith("custom-") else model_name
                self.persona = _with_arguments(_preset(name, presets), model_args)

    async def generate(
        self,
        input: list[ChatMessage],
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput:
        """Answer as the persona would; judge, or play the user, from the prompt alone."""
        prompt = "\n\n".join(message.text for message in input)
        if self.judge is not None:
            text = self.judge.reply(prompt, self.calls[prompt])
            if self.judge.jitter:
                self.calls[prompt] += 1
        elif self.persona is not None:
            text = simulated_answer(self.model_name, self.persona, CURRENT.get(), input)
        else:
            text = simulated_user_says(prompt)
        output = ModelOutput.from_content(f"simulated/{self.model_name}", text)
        output.usage = _usage(prompt, text)
        return output

    async def count_text_tokens(self, text: str) -> int:
        """A rough count, so that nothing is downloaded for it."""
        return _tokens(text)

    def max_connections(self) -> int:
        """As many as Inspect likes: there is no server."""
        return 200


def _preset(name: str, presets: dict[str, Any]) -> Any:
    if name not in presets:
        allowed = [*presets, "judge-plain", USER]
        raise ParameterError(f"simulated model '{name}' is not known; {suggest(name, allowed)}.")
    return presets[name]


def _with_arguments(preset: BaseModel, arguments: dict[str, Any]) -> Any:
    kind = type(preset)
    try:
        return kind.model_validate(preset.model_dump() | arguments)
    except ValidationError as error:
        raise ParameterError(
            validation_sentence("simulated model (-M)", error, kind.model_fields)
        ) from error


def _tokens(text: str) -> int:
    return max(1, len(text) // 4)


def _usage(prompt: str, text: str) -> ModelUsage:
    given, made = _tokens(prompt), _tokens(text)
    return ModelUsage(input_tokens=given, output_tokens=made, total_tokens=given + made)
