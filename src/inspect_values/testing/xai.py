"""xAI's wire format: gRPC, as the xai-sdk speaks it (extra `inspect-values[testing]`)."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportAttributeAccessIssue=false
# pyright: reportUnknownArgumentType=false, reportMissingImports=false, reportUnknownParameterType=false
# (grpcio and the messages that xai-sdk generates bring no types)

import asyncio
from typing import Any

from inspect_values.testing.desk import Ask, Reply, chat
from inspect_values.testing.faults import Fault
from inspect_values.testing.serving import LabServer

_SERVICE = "xai_api.Chat"

_ROLES = {1: "user", 2: "assistant", 3: "system"}


class XaiServer(LabServer):
    """xAI's gRPC API on loopback."""

    variable = "XAI_BASE_URL"
    key_variable = "XAI_API_KEY"

    @property
    def url(self) -> str:
        """Where the server is, as the environment variable wants it."""
        return f"localhost:{self.port}"

    async def listen(self) -> None:
        """Begin to serve, and set the port."""
        import grpc
        from xai_sdk.proto import chat_pb2

        options = [
            # the SDK pings every thirty seconds, which a server takes for an attack by default
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.min_ping_interval_without_data_ms", 1000),
            ("grpc.http2.max_ping_strikes", 0),
        ]
        self._server = grpc.aio.server(options=options)
        handler = grpc.unary_unary_rpc_method_handler(
            self._complete,
            request_deserializer=chat_pb2.GetCompletionsRequest.FromString,
            # bytes, so that a reply can be damaged
            response_serializer=bytes,
        )
        handlers = {"GetCompletion": handler}
        generic = grpc.method_handlers_generic_handler(_SERVICE, handlers)
        self._server.add_generic_rpc_handlers((generic,))
        self.port = self._server.add_secure_port("localhost:0", grpc.local_server_credentials())
        await self._server.start()

    async def close(self) -> None:
        """Stop serving; open connections are cut."""
        await self._server.stop(None)

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
