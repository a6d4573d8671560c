"""10,000 queries with 5 % mixed faults over four labs; prints Markdown.

`make lab` writes it to docs/soak.md; tests run a few queries.
"""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stdout
from pathlib import Path

from inspect_values.testing.servers import knowledge, lab_servers
from inspect_values.testing.soak import ORDER, PAIR, soak

A_ROUND = 992


def main(queries: int = 10_000, a_round: int = A_ROUND) -> None:
    """Print the page."""
    revision = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    started = time.monotonic()
    with lab_servers(knowledge([PAIR]), slow=0.5) as servers, tempfile.TemporaryDirectory() as logs:
        os.environ.update(servers.environment())
        with redirect_stdout(sys.stderr):  # where Inspect says which hooks there are
            found = soak(servers, Path(logs), queries, a_round)
    took = time.monotonic() - started
    print("# Soak\n")
    print(
        f"{found.asked:,} queries in rounds of {a_round} over four labs through their SDKs, each "
        "lab judged by the next one; 5 % of all requests, of models and of judges, meet a fault, "
        f"retries as well (two a request). Revision {revision}; {took:,.0f} s, the servers in the "
        "same process.\n"
    )
    print("| | |\n|---|---|")
    print(f"| queries without exactly one outcome | {found.unaccounted} |")
    for outcome, count in found.outcomes.most_common():
        print(f"| outcome `{outcome}` | {count:,} |")
    print(f"| faults met | {sum(found.met.values()):,} of {len(found.met)} kinds |")
    print(f"| planted order intact | {'yes' if found.order == ORDER else 'NO'} |")
    leans = ", ".join(f"{lab} {lean:+.2f}" for lab, lean in found.leans.items())
    print(f"| mean lean | {leans} |")
    memory = ", ".join(f"{megabytes:,.0f}" for megabytes in found.memory)
    print(f"| resident MB after each round | {memory} |")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
