"""An Inspect model API for a small HTTP server of one's own.

The server gets `POST {base_url}/complete` with

    {"model": "tiny", "messages": [{"role": "user", "content": "…"}], "max_tokens": 2048}

and answers

    {"text": "…", "model": "tiny", "stop": "stop", "tokens": {"in": 12, "out": 34}}

where `stop` is `stop`, `length` (cut off at `max_tokens`) or `filter` (the server blocked the
prompt or the answer).
"""

import os
from typing import Any, Literal

import httpx
from inspect_ai.model import (
    ChatMessage,
    GenerateConfig,
    ModelAPI,
    ModelCall,
    ModelOutput,
    ModelUsage,
    RetryDecision,
    StopReason,
)
from inspect_ai.tool import ToolChoice, ToolInfo
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from inspect_values import InspectValuesError

BASE_URL = "LITTLESERVER_BASE_URL"
"""Environment variable: where the server is, if `--model-base-url` doesn't say."""

DEFAULT_BASE_URL = "http://127.0.0.1:8090"

_STOP: dict[str, StopReason] = {
    "stop": "stop",
    "length": "max_tokens",
    "filter": "content_filter",
}


class LittleServerError(InspectValuesError):
    """The server cannot be reached, or its answer cannot be used."""


class BusyError(LittleServerError):
    """The server may well answer a little later."""

    def __init__(self, message: str, *, rate_limited: bool) -> None:
        super().__init__(message)
        self.rate_limited = rate_limited


class Tokens(BaseModel):
    """What the server counted."""

    model_config = ConfigDict(strict=True)

    given: int = Field(alias="in", ge=0)
    made: int = Field(alias="out", ge=0)


class Reply(BaseModel):
    """What the server answers."""

    model_config = ConfigDict(strict=True)

    text: str
    model: str
    stop: Literal["stop", "length", "filter"]
    tokens: Tokens


class LittleServerAPI(ModelAPI):
    """Asks one model of the server. The server knows no sampling options and no tools."""

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig = GenerateConfig(),  # noqa: B008 (Inspect's signature)
    ) -> None:
        address = base_url or os.environ.get(BASE_URL) or DEFAULT_BASE_URL
        super().__init__(model_name, address, api_key, [], config)
        self._url = f"{address.rstrip('/')}/complete"
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(600, connect=10),
            # Inspect may use this object in more than one event loop, and a connection that was
            # kept from a loop that is closed cannot be used
            limits=httpx.Limits(max_keepalive_connections=0),
            trust_env=False,  # a server of one's own is not behind the machine's proxy
        )

    async def aclose(self) -> None:
        """Close what is still open."""
        await self._client.aclose()

    def max_tokens(self) -> int:
        """How long an answer may be where `--max-tokens` says nothing."""
        return 2048

    def connection_key(self) -> str:
        """Every model of one server shares its connections."""
        return self._url

    def should_retry(self, ex: Exception) -> RetryDecision:
        """Leave waiting and trying again to Inspect (`--max-retries`, `--timeout`)."""
        if not isinstance(ex, BusyError):
            return RetryDecision.no()
        return RetryDecision.rate_limit() if ex.rate_limited else RetryDecision.transient()

    async def generate(
        self,
        input: list[ChatMessage],
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> tuple[ModelOutput, ModelCall]:
        """Ask once; the request and the answer stand in the log.

        Raises:
            LittleServerError: If the server cannot be reached or its answer cannot be used.
        """
        if tools:
            raise LittleServerError("the little server's models cannot use tools.")
        request: dict[str, Any] = {
            "model": self.model_name,
            "messages": [{"role": message.role, "content": message.text} for message in input],
            "max_tokens": config.max_tokens,
        }
        reply = self._read(await self._post(request))
        answer = reply.model_dump(mode="json", by_alias=True)
        return _output(reply), ModelCall.create(request, answer)

    async def _post(self, request: dict[str, Any]) -> httpx.Response:
        try:
            response = await self._client.post(self._url, json=request)
        except httpx.ConnectError as error:
            raise LittleServerError(
                f"the little server cannot be reached at {self._url}; start it, or say where it "
                f"is with --model-base-url or the environment variable {BASE_URL}."
            ) from error
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise BusyError(
                f"the little server at {self._url} broke off before it answered ({reason}).",
                rate_limited=False,
            ) from error
        except (httpx.InvalidURL, ValueError) as error:
            raise LittleServerError(f"'{self._url}' is no web address ({error}).") from error
        self._check_status(response)
        return response

    def _check_status(self, response: httpx.Response) -> None:
        status = response.status_code
        sentence = f"the little server at {self._url} answered with HTTP status {status}: "
        sentence += f"{_short(response.text)}."
        if status == 429 or status >= 500:
            raise BusyError(sentence, rate_limited=status == 429)
        if status != 200:
            raise LittleServerError(sentence)

    def _read(self, response: httpx.Response) -> Reply:
        try:
            return Reply.model_validate_json(response.content)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "the answer"
            raise LittleServerError(
                f"the little server at {self._url} answered with what it should not, at "
                f"'{place}': {first['msg']}; got: {_short(response.text)}."
            ) from error


def _output(reply: Reply) -> ModelOutput:
    output = ModelOutput.from_content(reply.model, reply.text, stop_reason=_STOP[reply.stop])
    given, made = reply.tokens.given, reply.tokens.made
    output.usage = ModelUsage(input_tokens=given, output_tokens=made, total_tokens=given + made)
    return output


def _short(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return f"{line[:200]} …" if len(line) > 200 else line or "nothing"
