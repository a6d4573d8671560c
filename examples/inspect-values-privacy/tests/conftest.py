"""The server as a fixture."""

import threading
from collections.abc import Iterator

import pytest
from little_server import LittleServer


@pytest.fixture
def server() -> Iterator[LittleServer]:
    little = LittleServer()
    thread = threading.Thread(target=little.http.serve_forever, args=(0.05,))
    thread.start()
    yield little
    little.http.shutdown()
    thread.join()
    little.http.server_close()
