"""A lab's HTTP server on loopback."""

import asyncio
import json
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from inspect_values.testing.desk import Ask, Reply
from inspect_values.testing.faults import Fault
from inspect_values.testing.serving import LabServer

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MOST_BYTES = 64 * 1024 * 1024
RETRY_AFTER = "1"

STATUS = {
    Fault.RATE_LIMIT: 429,
    Fault.RATE_LIMIT_AFTER: 429,
    Fault.SERVER_ERROR: 500,
    Fault.OVERLOADED: 529,
    Fault.EXPIRED_KEY: 401,
    Fault.NO_MODEL: 404,
    Fault.NO_CREDIT: 429,
    Fault.TOO_LONG: 400,
}
"""The status of the faults that every lab expresses by one; a lab may know others."""


class HttpLab(LabServer):
    """A lab's HTTP server; a subclass knows the lab's wire format."""

    @abstractmethod
    def routes(self) -> list[tuple[str, str, Handler]]:
        """Method, path and handler of each endpoint."""

    @abstractmethod
    def key_of(self, request: web.Request) -> str:
        """The API key that a request carries."""

    @abstractmethod
    def error(self, fault: Fault, status: int, model: str) -> Json:
        """The body of a reply that says what is wrong."""

    @property
    def url(self) -> str:
        """Where the server is, as the environment variable wants it."""
        return f"http://127.0.0.1:{self.port}"

    async def listen(self) -> None:
        """Begin to serve, and set the port."""
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_routes([web.route(*route) for route in self.routes()])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stop serving; open connections are cut."""
        await self._runner.cleanup()

    async def serve(
        self,
        request: web.Request,
        ask: Ask,
        body: Callable[[Reply], tuple[int, Json]],
        stream: Callable[[Json], list[tuple[str, Json]]] | None = None,
    ) -> web.StreamResponse:
        """Answer one request, with whatever goes wrong with it.

        Args:
            request: The request.
            ask: What it asks.
            body: Gives a reply the lab's form, with its status.
            stream: Cuts that form into server-sent events, where the client wants them.
        """
        if self.key_of(request) != self.desk.key:
            refused = Reply("", ask.model, ask.model, Fault.EXPIRED_KEY, 0, 0)
            status, content = body(refused)
            return self._json(content, status, refused.fault)
        reply = await self.desk.reply(ask)
        fault = reply.fault
        if fault is Fault.DROPPED:
            _cut(request)
        if fault is Fault.SLOW:
            await asyncio.sleep(self.desk.slow)
        if fault is Fault.CONTENT_TYPE:
            return web.Response(
                text="<html><body>Bad gateway</body></html>", content_type="text/html"
            )
        status, content = body(reply)
        if status != 200:
            return self._json(content, status, fault)
        if fault is Fault.ENDLESS or fault is Fault.DROPPED_MIDWAY:
            return await self._half(request, content, stream, fault)
        if stream is not None:
            return await self._events(request, stream(content), fault)
        text = json.dumps(content)
        if fault is Fault.TRUNCATED:
            text = text[: len(text) // 2]
        elif fault is Fault.INVALID:
            text = text.replace(":", "=")
        return web.Response(text=text, content_type="application/json")

    def faulty(self, reply: Reply) -> tuple[int, Json] | None:
        """Status and body where the fault is told by a status; None for all others."""
        status = STATUS.get(reply.fault) if reply.fault else None
        if reply.fault is None or status is None:
            return None
        return status, self.error(reply.fault, status, reply.model)

    def _json(self, content: Json, status: int, fault: Fault | None) -> web.Response:
        headers = {"retry-after": RETRY_AFTER} if fault is Fault.RATE_LIMIT_AFTER else {}
        return web.json_response(content, status=status, headers=headers)

    async def _half(
        self,
        request: web.Request,
        content: Json,
        stream: Callable[[Json], list[tuple[str, Json]]] | None,
        fault: Fault,
    ) -> web.StreamResponse:
        """Half of an answer, then nothing more for ever, or the end of the connection."""
        response = web.StreamResponse()
        response.content_type = "application/json" if stream is None else "text/event-stream"
        await response.prepare(request)
        if stream is None:
            text = json.dumps(content)
            await response.write(text[: len(text) // 2].encode())
        else:
            events = stream(content)
            for name, event in events[: len(events) // 2]:
                await response.write(_event(name, event))
        if fault is Fault.ENDLESS:
            await asyncio.sleep(3600)
        _cut(request)
        return response

    async def _events(
        self, request: web.Request, events: list[tuple[str, Json]], fault: Fault | None
    ) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_type = "text/event-stream"
        await response.prepare(request)
        last = len(events) // 2 if fault is Fault.TRUNCATED else len(events)
        for number, (name, event) in enumerate(events[:last]):
            data = _event(name, event)
            if fault is Fault.INVALID and number == last // 2:
                data = data.replace(b'":', b'"=')
            await response.write(data)
        await response.write_eof()
        return response


def _event(name: str, data: Json) -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()


def _cut(request: web.Request) -> None:
    """End the connection without a word.

    Raises:
        ConnectionResetError: Always, so that nothing more is sent.
    """
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError("cut on purpose")
