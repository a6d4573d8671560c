"""xAI's wire format: gRPC, as the xai-sdk speaks it (extra `inspect-values[testing]`)."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportAttributeAccessIssue=false
# pyright: reportUnknownArgumentType=false, reportMissingImports=false, reportUnknownParameterType=false
# (grpcio and the messages that xai-sdk generates bring no types)

import asyncio
import threading
from typing import Any

from inspect_values.testing.desk import Ask, Desk, Reply, chat
from inspect_values.testing.faults import Fault

_SERVICE = "xai_api.Chat"

_ROLES = {1: "user", 2: "assistant", 3: "system"}


class XaiServer:
    """xAI's gRPC API on loopback."""

    variable = "XAI_BASE_URL"
    key_variable = "XAI_API_KEY"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="xai server", daemon=True)

    @property
    def url(self) -> str:
        """Where the server is, as the environment variable wants it."""
        return f"localhost:{self.port}"

    def environment(self) -> dict[str, str]:
        """The environment variables with which the lab's SDK is sent here."""
        return {self.variable: self.url, self.key_variable: self.desk.key}

    def start(self) -> None:
        """Start serving; the port is known when this returns."""
        self._thread.start()
        self._ready.wait(30)

    def stop(self) -> None:
        """Stop serving."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._listen())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(server.stop(None))
        self._loop.close()

    async def _listen(self) -> Any:
        import grpc
        from xai_sdk.proto import chat_pb2

        options = [
            # the SDK pings every thirty seconds, which a server takes for an attack by default
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.min_ping_interval_without_data_ms", 1000),
            ("grpc.http2.max_ping_strikes", 0),
        ]
        server = grpc.aio.server(options=options)
        handler = grpc.unary_unary_rpc_method_handler(
            self._complete,
            request_deserializer=chat_pb2.GetCompletionsRequest.FromString,
            # bytes, so that a reply can be damaged
            response_serializer=bytes,
        )
        handlers = {"GetCompletion": handler}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, handlers),))
        self.port = server.add_secure_port("localhost:0", grpc.local_server_credentials())
        await server.start()
        return server

    async def _complete(self, asked: Any, context: Any) -> bytes:
        sent = {str(key): str(value) for key, value in context.invocation_metadata()}
        ask = Ask(asked.model, chat([(_role(m.role), _text(m)) for m in asked.messages]))
        if sent.get("authorization", "") != f"Bearer {self.desk.key}":
            await self._fail(context, Fault.EXPIRED_KEY, ask.model)
        reply = await self.desk.reply(ask)
        await self._fail(context, reply.fault, ask.model)
        if reply.fault is Fault.SLOW:
            await asyncio.sleep(self.desk.slow)
        elif reply.fault is Fault.ENDLESS:
            await asyncio.sleep(3600)
        message = _message(reply).SerializeToString()
        if reply.fault is Fault.TRUNCATED:
            return message[: len(message) - 7]
        return b"\xff\xff not a message" if reply.fault is Fault.INVALID else message

    async def _fail(self, context: Any, fault: Fault | None, model: str) -> None:
        """End a call with the status that xAI gives a fault; nothing for all others."""
        import grpc

        codes = {
            Fault.RATE_LIMIT: ("RESOURCE_EXHAUSTED", "Too many requests"),
            Fault.RATE_LIMIT_AFTER: ("RESOURCE_EXHAUSTED", "Too many requests"),
            Fault.SERVER_ERROR: ("INTERNAL", "Internal error"),
            Fault.OVERLOADED: ("UNAVAILABLE", "Service at capacity"),
            Fault.DROPPED: ("UNAVAILABLE", "Socket closed"),
            Fault.DROPPED_MIDWAY: ("UNAVAILABLE", "Socket closed"),
            Fault.CONTENT_TYPE: ("UNKNOWN", "Received http2 header with status: 502"),
            Fault.EXPIRED_KEY: ("UNAUTHENTICATED", "Incorrect API key provided"),
            Fault.NO_MODEL: ("NOT_FOUND", f"The model {model} does not exist"),
            Fault.NO_CREDIT: ("PERMISSION_DENIED", "Your team has no credits left"),
            Fault.TOO_LONG: ("INVALID_ARGUMENT", "This model's maximum prompt length is 131072"),
            Fault.FILTERED: ("PERMISSION_DENIED", "Content violates usage: SAFETY_CHECK_TYPE_BIO"),
            Fault.REFUSED: ("PERMISSION_DENIED", "I can't help with that request."),
            Fault.PROMPT_BLOCKED: (
                "PERMISSION_DENIED",
                "Content violates usage: SAFETY_CHECK_TYPE_CYBER",
            ),
        }
        if fault is not None and fault in codes:
            code, details = codes[fault]
            metadata = (("retry-after", "1"),) if fault is Fault.RATE_LIMIT_AFTER else ()
            await context.abort(getattr(grpc.StatusCode, code), details, metadata)


def _role(number: int) -> str:
    return _ROLES.get(number, "user")


def _text(message: Any) -> str:
    return "\n".join(str(part.text) for part in message.content)


def _message(reply: Reply) -> Any:
    from xai_sdk.proto import chat_pb2, sample_pb2, usage_pb2

    cut = reply.fault in (Fault.CUT, Fault.CUT_EMPTY)
    output = chat_pb2.CompletionOutput(
        index=0,
        finish_reason=sample_pb2.REASON_MAX_LEN if cut else sample_pb2.REASON_STOP,
        message=chat_pb2.CompletionMessage(content=reply.text, role=chat_pb2.ROLE_ASSISTANT),
    )
    return chat_pb2.GetChatCompletionResponse(
        id="simulated",
        model=reply.returned,
        outputs=[output],
        usage=usage_pb2.SamplingUsage(
            prompt_tokens=reply.prompt_tokens,
            completion_tokens=reply.tokens,
            total_tokens=reply.prompt_tokens + reply.tokens,
        ),
    )
