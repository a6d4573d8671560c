"""Every fault at every lab, seen in a run: prints `docs/faults.md`."""

import os
import sys
import tempfile
from pathlib import Path

from inspect_values.testing.matrix import PAIR, run_matrix
from inspect_values.testing.page import page
from inspect_values.testing.servers import SERVERS, knowledge, lab_servers


def main() -> None:
    """Start the servers, run the table, print the page."""
    with lab_servers(knowledge([PAIR]), *SERVERS) as servers, tempfile.TemporaryDirectory() as logs:
        os.environ.update(servers.environment())
        sys.stdout.write(page(run_matrix(servers, Path(logs))))


if __name__ == "__main__":
    main()
