"""A little server on the loopback interface, as the plugin's model API expects it."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, Any]
"""An HTTP status, and what is sent: a text as it is, anything else as JSON."""


class LittleServer:
    """Notes each request and answers with what `answer` makes of it."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], Answer] = lambda _: (200, reply("Hello."))
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path != "/complete":
                    return self._send(404, "no such path")
                request = json.loads(body)
                server.requests.append(request)
                self._send(*server.answer(request))

            def _send(self, status: int, content: object) -> None:
                text = content if isinstance(content, str) else json.dumps(content)
                data = text.encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


def reply(text: str, stop: str = "stop") -> dict[str, Any]:
    """A well-formed answer of the server."""
    return {"text": text, "model": "tiny-1", "stop": stop, "tokens": {"in": 11, "out": 7}}
