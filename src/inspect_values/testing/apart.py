"""Labs' servers in a process of their own, so that a test may kill the client and not the server.

`python -m inspect_values.testing.apart openai fairness_vs_efficiency` prints the environment as
JSON,
then answers each line of its input: `counts` with the number of whole answers each prompt has had,
`forget` with an empty line; it ends with its input.
"""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO
from urllib.request import urlopen

from inspect_values.testing.servers import knowledge, lab_servers


@dataclass(frozen=True)
class Apart:
    """A server in another process."""

    environment: dict[str, str]
    _input: IO[str]
    _output: IO[str]

    def counts(self) -> dict[str, int]:
        """How many whole answers each prompt has had since the last `forget`."""
        return json.loads(self._ask("counts"))

    def settle(self) -> None:
        """Wait until all requests that were sent before this are counted.

        The server takes them in their order, also those of a client that is dead by now.
        """
        address = next(v for k, v in self.environment.items() if k.endswith("_BASE_URL"))
        with urlopen(f"{address}/models", timeout=60) as reply:
            reply.read()

    def forget(self) -> None:
        """Count from zero."""
        self._ask("forget")

    def _ask(self, what: str) -> str:
        self._input.write(f"{what}\n")
        self._input.flush()
        return self._output.readline()


@contextmanager
def server_apart(lab: str, pair: str, delay: float = 0.0) -> Generator[Apart]:
    """A lab's server that knows one value pair, for the time of the context.

    Args:
        lab: A key of `servers.SERVERS`.
        pair: Id of an installed value pair.
        delay: Seconds that every answer takes.
    """
    command = [sys.executable, "-m", __name__, lab, pair, str(delay)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            yield Apart(json.loads(process.stdout.readline()), process.stdin, process.stdout)
        finally:
            process.stdin.close()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:  # a busy machine; its work is done
                process.kill()


def main(lab: str, pair: str, delay: str = "0") -> None:
    """Serve until the input ends."""
    with lab_servers(knowledge([pair]), lab, delay=float(delay)) as servers:
        print(json.dumps(servers.environment()), flush=True)
        for line in sys.stdin:
            if line.strip() == "counts":
                print(json.dumps(servers.labs[lab].desk.answers()), flush=True)
            else:
                servers.forget()
                print(flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
