"""Anthropic's wire format: Messages, with server-sent events, and message batches."""

import json
import secrets
import time
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from inspect_values.testing.desk import Ask, Reply, chat
from inspect_values.testing.faults import Fault
from inspect_values.testing.http import Handler, HttpLab, Json


class Part(BaseModel):
    """A part of a message; only text matters here."""

    text: str = ""


class Said(BaseModel):
    """A message."""

    role: str
    content: str | list[Part]


class MessagesRequest(BaseModel):
    """The body of `POST /v1/messages`, as far as it matters here."""

    model: str
    messages: list[Said]
    system: str | list[Part] = ""
    stream: bool = False


class BatchItem(BaseModel):
    """One request of a batch."""

    custom_id: str
    params: MessagesRequest


class BatchRequest(BaseModel):
    """The body of `POST /v1/messages/batches`."""

    requests: list[BatchItem]


_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}


class AnthropicServer(HttpLab):
    """Anthropic's API on loopback."""

    variable = "ANTHROPIC_BASE_URL"
    key_variable = "ANTHROPIC_API_KEY"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._batches: dict[str, list[Json]] = {}

    def routes(self) -> list[tuple[str, str, Handler]]:
        """Messages and batches."""
        batches = "/v1/messages/batches"
        return [
            ("GET", "/v1/models", self._models),
            ("POST", "/v1/messages", self._messages),
            ("POST", batches, self._create),
            ("GET", batches + "/{id}", self._retrieve),
            ("GET", batches + "/{id}/results", self._results),
        ]

    def key_of(self, request: web.Request) -> str:
        """From `x-api-key` or the bearer token."""
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        return request.headers.get("x-api-key") or bearer

    def error(self, fault: Fault, status: int, model: str) -> Json:
        """Anthropic's error object."""
        said = {
            Fault.EXPIRED_KEY: "invalid x-api-key",
            Fault.NO_MODEL: f"model: {model}",
            Fault.TOO_LONG: "prompt is too long: 210000 tokens > 200000 maximum",
            Fault.NO_CREDIT: "Your credit balance is too low to access the Anthropic API.",
            Fault.PROMPT_BLOCKED: "Output blocked by content filtering policy",
            Fault.OVERLOADED: "Overloaded",
        }
        message = said.get(fault, f"{fault.value}, on purpose")
        error = {"type": _ERRORS.get(status, "api_error"), "message": message}
        return {"type": "error", "error": error, "request_id": "req_simulated"}

    def body(self, reply: Reply) -> tuple[int, Json]:
        """A message, or an error."""
        if reply.fault is Fault.NO_CREDIT or reply.fault is Fault.PROMPT_BLOCKED:
            return 400, self.error(reply.fault, 400, reply.model)
        return self.faulty(reply) or (200, _message(reply))

    async def _models(self, request: web.Request) -> web.Response:
        return web.json_response({"data": [], "has_more": False})

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        asked = MessagesRequest.model_validate_json(await request.read())
        stream = _stream if asked.stream else None
        return await self.serve(request, _ask(asked), self.body, stream)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        asked = BatchRequest.model_validate_json(await request.read())
        results: list[Json] = []
        for item in asked.requests:
            status, content = self.body(await self.desk.reply(_ask(item.params)))
            result = (
                {"type": "succeeded", "message": content}
                if status == 200
                else {"type": "errored", "error": content}
            )
            results.append({"custom_id": item.custom_id, "result": result})
        self.batched += len(results)
        name = f"msgbatch_{secrets.token_hex(8)}"
        self._batches[name] = results
        return web.json_response(self._batch(name))

    async def _retrieve(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self._batch(request.match_info["id"]))

    async def _results(self, request: web.Request) -> web.StreamResponse:
        results = self._batches[request.match_info["id"]]
        lines = "".join(json.dumps(result) + "\n" for result in results)
        return web.Response(text=lines, content_type="application/x-jsonl")

    def _batch(self, name: str) -> Json:
        results = self._batches[name]
        good = sum(result["result"]["type"] == "succeeded" for result in results)
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        counts = {"succeeded": good, "errored": len(results) - good}
        return {
            "id": name,
            "type": "message_batch",
            "processing_status": "ended",
            "request_counts": {"processing": 0, "canceled": 0, "expired": 0, **counts},
            "created_at": now,
            "ended_at": now,
            "expires_at": now,
            "archived_at": None,
            "cancel_initiated_at": None,
            "results_url": f"{self.url}/v1/messages/batches/{name}/results",
        }


def _text(content: str | list[Part]) -> str:
    return content if isinstance(content, str) else "\n".join(part.text for part in content)


def _ask(asked: MessagesRequest) -> Ask:
    system = _text(asked.system)
    said = [("system", system)] if system else []
    said += [(message.role, _text(message.content)) for message in asked.messages]
    return Ask(asked.model, chat(said))


def _message(reply: Reply) -> Json:
    content: list[Json] = [{"type": "text", "text": reply.text}] if reply.text else []
    stop: Json = {"stop_reason": "end_turn", "stop_sequence": None}
    if reply.fault in (Fault.CUT, Fault.CUT_EMPTY):
        stop["stop_reason"] = "max_tokens"
    elif reply.fault in (Fault.REFUSED, Fault.FILTERED):
        stop["stop_reason"] = "refusal"
        content = []
        if reply.fault is Fault.REFUSED:
            stop["stop_details"] = {
                "type": "refusal",
                "category": "cyber",
                "explanation": "The request looks like it could cause harm.",
            }
    elif reply.fault is Fault.FALLBACK:
        fallback = {
            "type": "fallback",
            "from": {"model": reply.model},
            "to": {"model": reply.returned},
            "trigger": {"type": "refusal"},
        }
        content = [fallback, *content]
    return {
        "id": f"msg_{secrets.token_hex(8)}",
        "type": "message",
        "role": "assistant",
        "model": reply.returned,
        "content": content,
        **stop,
        "usage": {"input_tokens": reply.prompt_tokens, "output_tokens": reply.tokens},
    }


def _stream(message: Json) -> list[tuple[str, Json]]:
    """A message as the server-sent events that make it up."""
    usage = message["usage"]
    start: Json = message | {
        "content": [],
        "stop_reason": None,
        "usage": usage | {"output_tokens": 1},
    }
    start.pop("stop_details", None)
    events: list[Json] = [{"type": "message_start", "message": start}]
    for index, block in enumerate(message["content"]):
        shown = block | {"text": ""} if block["type"] == "text" else block
        events.append({"type": "content_block_start", "index": index, "content_block": shown})
        text = block.get("text", "")
        for place in range(0, len(text), 400):
            delta = {"type": "text_delta", "text": text[place : place + 400]}
            events.append({"type": "content_block_delta", "index": index, "delta": delta})
        events.append({"type": "content_block_stop", "index": index})
    delta = {
        k: message[k] for k in ("stop_reason", "stop_sequence", "stop_details") if k in message
    }
    events.append(
        {
            "type": "message_delta",
            "delta": delta,
            "usage": {"output_tokens": usage["output_tokens"]},
        }
    )
    events.append({"type": "message_stop"})
    return [(str(event["type"]), event) for event in events]
