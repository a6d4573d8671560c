"""OpenAI's wire format: Chat Completions, Responses, files and batches.

xAI's API over plain HTTP is the same as Chat Completions, so it is served here too.
"""

import json
import secrets
import time
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from inspect_values.testing.desk import Ask, Reply, chat
from inspect_values.testing.faults import Fault
from inspect_values.testing.http import Handler, HttpLab, Json

PROBE = "Please say 'hello, world'"
"""Inspect asks this once to learn whether an account gets reasoning summaries."""


class Part(BaseModel):
    """A part of a message; only text matters here."""

    text: str = ""
    refusal: str = ""


class Said(BaseModel):
    """A message, or another item of a request to the Responses API."""

    role: str = ""
    content: str | list[Part] | None = None


class ChatRequest(BaseModel):
    """The body of `POST /v1/chat/completions`, as far as it matters here."""

    model: str
    messages: list[Said]


class ResponsesRequest(BaseModel):
    """The body of `POST /v1/responses`, as far as it matters here."""

    model: str
    input: str | list[Said]
    instructions: str | None = None


class BatchRequest(BaseModel):
    """The body of `POST /v1/batches`."""

    input_file_id: str
    endpoint: str


_CODES = {
    Fault.EXPIRED_KEY: ("invalid_request_error", "invalid_api_key"),
    Fault.NO_MODEL: ("invalid_request_error", "model_not_found"),
    Fault.TOO_LONG: ("invalid_request_error", "context_length_exceeded"),
    Fault.PROMPT_BLOCKED: ("invalid_request_error", "invalid_prompt"),
    Fault.NO_CREDIT: ("insufficient_quota", "insufficient_quota"),
    Fault.RATE_LIMIT: ("requests", "rate_limit_exceeded"),
    Fault.RATE_LIMIT_AFTER: ("requests", "rate_limit_exceeded"),
}
_REFUSAL = "I'm sorry, I can't help with that."


class OpenAIServer(HttpLab):
    """OpenAI's API on loopback."""

    variable = "OPENAI_BASE_URL"
    key_variable = "OPENAI_API_KEY"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._files: dict[str, bytes] = {}
        self._batches: dict[str, Json] = {}

    @property
    def url(self) -> str:
        """OpenAI's base URL includes the version."""
        return f"{super().url}/v1"

    def routes(self) -> list[tuple[str, str, Handler]]:
        """Chat completions, responses, files and batches."""
        return [
            ("GET", "/v1/models", self._models),
            ("POST", "/v1/chat/completions", self._completions),
            ("POST", "/v1/responses", self._responses),
            ("POST", "/v1/files", self._upload),
            ("GET", "/v1/files/{id}/content", self._download),
            ("POST", "/v1/batches", self._create),
            ("GET", "/v1/batches/{id}", self._retrieve),
        ]

    def key_of(self, request: web.Request) -> str:
        """The bearer token."""
        return request.headers.get("authorization", "").removeprefix("Bearer ")

    def error(self, fault: Fault, status: int, model: str) -> Json:
        """OpenAI's error object."""
        said = {
            Fault.EXPIRED_KEY: "Incorrect API key provided.",
            Fault.NO_MODEL: f"The model `{model}` does not exist or you do not have access to it.",
            Fault.TOO_LONG: "This model's maximum context length is 128000 tokens.",
            Fault.PROMPT_BLOCKED: "Invalid prompt: your prompt was flagged as potentially "
            "violating our usage policy.",
            Fault.NO_CREDIT: "You exceeded your current quota, please check your plan.",
        }
        kind, code = _CODES.get(fault, ("server_error", None))
        message = said.get(fault, f"{fault.value}, on purpose")
        return {"error": {"message": message, "type": kind, "param": None, "code": code}}

    def completion(self, reply: Reply) -> tuple[int, Json]:
        """A chat completion, or an error."""
        return self._blocked(reply) or self.faulty(reply) or (200, _completion(reply))

    def response(self, reply: Reply) -> tuple[int, Json]:
        """A response, or an error."""
        return self._blocked(reply) or self.faulty(reply) or (200, _response(reply))

    def _blocked(self, reply: Reply) -> tuple[int, Json] | None:
        if reply.fault is not Fault.PROMPT_BLOCKED:
            return None
        return 400, self.error(reply.fault, 400, reply.model)

    async def _models(self, request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": []})

    async def _completions(self, request: web.Request) -> web.StreamResponse:
        asked = ChatRequest.model_validate_json(await request.read())
        return await self.serve(request, _of_chat(asked), self.completion)

    async def _responses(self, request: web.Request) -> web.StreamResponse:
        asked = ResponsesRequest.model_validate_json(await request.read())
        if asked.input == PROBE:
            hello = Reply("hello, world", asked.model, asked.model, None, 5, 3)
            return web.json_response(_response(hello))
        return await self.serve(request, _of_responses(asked), self.response)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        return web.json_response(self._file(file.file.read()))

    async def _download(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=self._files[request.match_info["id"]])

    async def _create(self, request: web.Request) -> web.StreamResponse:
        asked = BatchRequest.model_validate_json(await request.read())
        lines = self._files[asked.input_file_id].splitlines()
        good: list[Json] = []
        bad: list[Json] = []
        for line in lines:
            item = json.loads(line)
            status, content = await self._one(asked.endpoint, item["body"])
            # what is wrong with a request stands in its response, not under `error`
            result = {
                "id": f"batch_req_{secrets.token_hex(4)}",
                "custom_id": item["custom_id"],
                "response": {"status_code": status, "request_id": "req", "body": content},
                "error": None,
            }
            (good if status == 200 else bad).append(result)
        self.batched += len(lines)
        return web.json_response(self._batch(asked, good, bad))

    async def _retrieve(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self._batches[request.match_info["id"]])

    async def _one(self, endpoint: str, body: Json) -> tuple[int, Json]:
        if endpoint.endswith("/responses"):
            ask = _of_responses(ResponsesRequest.model_validate(body))
            return self.response(await self.desk.reply(ask))
        return self.completion(await self.desk.reply(_of_chat(ChatRequest.model_validate(body))))

    def _file(self, content: bytes) -> Json:
        name = f"file-{secrets.token_hex(8)}"
        self._files[name] = content
        return {
            "id": name,
            "object": "file",
            "bytes": len(content),
            "created_at": int(time.time()),
            "filename": "batch.jsonl",
            "purpose": "batch",
            "status": "processed",
        }

    def _batch(self, asked: BatchRequest, good: list[Json], bad: list[Json]) -> Json:
        def kept(results: list[Json]) -> str | None:
            lines = "".join(json.dumps(result) + "\n" for result in results).encode()
            return self._file(lines)["id"] if results else None

        name = f"batch_{secrets.token_hex(8)}"
        self._batches[name] = {
            "id": name,
            "object": "batch",
            "endpoint": asked.endpoint,
            "input_file_id": asked.input_file_id,
            "completion_window": "24h",
            "status": "completed",
            "output_file_id": kept(good),
            "error_file_id": kept(bad),
            "created_at": int(time.time()),
            "request_counts": {
                "total": len(good) + len(bad),
                "completed": len(good),
                "failed": len(bad),
            },
        }
        return self._batches[name]


class XaiHttpServer(OpenAIServer):
    """xAI's API over plain HTTP on loopback.

    Users say `openai-api/xai/<model>`. Here the service is called `xai-http`, for the names of its
    variables follow from it, and `XAI_BASE_URL` is where the gRPC server is.
    """

    variable = "XAI_HTTP_BASE_URL"
    key_variable = "XAI_HTTP_API_KEY"


def _text(content: str | list[Part] | None) -> str:
    if isinstance(content, list):
        return "\n".join(part.text or part.refusal for part in content)
    return content or ""


def _of_chat(asked: ChatRequest) -> Ask:
    return Ask(asked.model, chat([(m.role, _text(m.content)) for m in asked.messages]))


def _of_responses(asked: ResponsesRequest) -> Ask:
    said = [("system", asked.instructions)] if asked.instructions else []
    items = (
        [Said(role="user", content=asked.input)] if isinstance(asked.input, str) else asked.input
    )
    said += [(item.role, _text(item.content)) for item in items if item.role]
    return Ask(asked.model, chat(said))


def _completion(reply: Reply) -> Json:
    message: Json = {"role": "assistant", "content": reply.text, "refusal": None}
    finish = "stop"
    if reply.fault in (Fault.CUT, Fault.CUT_EMPTY):
        finish = "length"
    elif reply.fault is Fault.FILTERED:
        finish, message["content"] = "content_filter", None
    elif reply.fault is Fault.REFUSED:
        message |= {"content": None, "refusal": _REFUSAL}
    total = reply.prompt_tokens + reply.tokens
    return {
        "id": f"chatcmpl-{secrets.token_hex(8)}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": reply.returned,
        "choices": [{"index": 0, "finish_reason": finish, "message": message, "logprobs": None}],
        "usage": {
            "prompt_tokens": reply.prompt_tokens,
            "completion_tokens": reply.tokens,
            "total_tokens": total,
        },
    }


def _response(reply: Reply) -> Json:
    content: list[Json] = [{"type": "output_text", "text": reply.text, "annotations": []}]
    incomplete: Json | None = None
    if reply.fault in (Fault.CUT, Fault.CUT_EMPTY):
        incomplete = {"reason": "max_output_tokens"}
    elif reply.fault is Fault.FILTERED:
        incomplete, content = {"reason": "content_filter"}, []
    elif reply.fault is Fault.REFUSED:
        content = [{"type": "refusal", "refusal": _REFUSAL}]
    if reply.fault in (Fault.CUT_EMPTY, Fault.EMPTY):
        content = []
    status = "incomplete" if incomplete else "completed"
    message = {
        "type": "message",
        "id": f"msg_{secrets.token_hex(8)}",
        "role": "assistant",
        "status": status,
        "content": content,
    }
    return {
        "id": f"resp_{secrets.token_hex(8)}",
        "object": "response",
        "created_at": int(time.time()),
        "model": reply.returned,
        "status": status,
        "incomplete_details": incomplete,
        "error": None,
        "tools": [],
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "output": [message] if content else [],
        "usage": {
            "input_tokens": reply.prompt_tokens,
            "output_tokens": reply.tokens,
            "total_tokens": reply.prompt_tokens + reply.tokens,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
    }
