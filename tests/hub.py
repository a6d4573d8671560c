"""A hub of data sets on this machine: what the library `datasets` asks of one, and no more."""

import hashlib
import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "a1b2c3d4e5" * 4


@contextmanager
def hub(files: Mapping[str, bytes]) -> Generator[str]:
    """Serve one data set, `me/data` at `COMMIT`, and yield the hub's address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def answer(self, code: int, body: bytes, **headers: str) -> None:
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            if f"/resolve/{COMMIT}/" in path:
                self._file(path.split(f"/resolve/{COMMIT}/")[1])
            elif f"/tree/{COMMIT}" in path and path.endswith(COMMIT):
                listed = [
                    {"type": "file", "path": n, "size": len(c), "oid": _oid(c)}
                    for n, c in files.items()
                ]
                self.answer(200, json.dumps(listed).encode())
            elif path.endswith(f"/revision/{COMMIT}"):
                about = {"id": "me/data", "sha": COMMIT, "siblings": [], "tags": []}
                self.answer(200, json.dumps(about).encode())
            else:
                gone = "EntryNotFound" if COMMIT in path else "RevisionNotFound"
                self.answer(404, b"{}", X_Error_Code=gone)

        do_HEAD = do_GET  # noqa: N815 (the library's name)

        def _file(self, name: str) -> None:
            if name not in files:
                self.answer(404, b"{}", X_Error_Code="EntryNotFound")
                return
            body = files[name]
            headers = {"ETag": f'"{_oid(body)}"', "X_Repo_Commit": COMMIT, "Accept_Ranges": "bytes"}
            asked = self.headers.get("range")
            if asked is None:
                self.answer(200, body, **headers)
                return
            first, last = asked.removeprefix("bytes=").split("-")
            end = int(last or len(body) - 1)
            span = f"bytes {first}-{end}/{len(body)}"
            self.answer(206, body[int(first) : end + 1], Content_Range=span, **headers)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _oid(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()
