"""What the servers of all labs have in common: a thread of their own, from start to stop."""

import asyncio
import threading
from abc import ABC, abstractmethod

from inspect_values.testing.desk import Desk

_PATIENCE = 30


class LabServer(ABC):
    """A lab's server on loopback, with an event loop in a thread of its own."""

    variable = ""
    """The environment variable with which the lab's SDK is sent here."""

    key_variable = ""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.port = 0
        self.batched = 0
        """How many requests have come in batches."""

        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"{desk.lab} server", daemon=True)

    @property
    @abstractmethod
    def url(self) -> str:
        """Where the server is, as the environment variable wants it."""

    @abstractmethod
    async def listen(self) -> None:
        """Begin to serve, and set the port."""

    @abstractmethod
    async def close(self) -> None:
        """Stop serving; open connections are cut."""

    def environment(self) -> dict[str, str]:
        """The environment variables with which the lab's SDK is sent here."""
        return {self.variable: self.url, self.key_variable: self.desk.key}

    def start(self) -> None:
        """Start serving; the port is known when this returns.

        Raises:
            RuntimeError: If the server does not start.
        """
        self._thread.start()
        if not self._ready.wait(_PATIENCE):
            raise RuntimeError(f"the server of {self.desk.lab} does not start.")

    def stop(self) -> None:
        """Stop serving."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self.listen())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self.close())
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()
