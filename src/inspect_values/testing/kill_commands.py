"""Commands that write files, killed at random moments: each file is whole, old, or not there."""

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd

from inspect_values.testing.kills import forked, later


@dataclass
class Files:
    """What kills did to files."""

    kills: int = 0
    ended: int = 0
    damaged: list[str] = field(default_factory=list[str])


def kill_commands(
    call: Callable[[list[str]], object],
    logs: Path,
    out: Path,
    kills: int,
    seed: int = 1,
) -> Files:
    """Kill commands that write, and look at their files after each.

    Args:
        call: Runs the command `inspect-values` with these arguments.
        logs: A folder of logs for them to read.
        out: Where they write.
        kills: How many kills; a command that ends before its moment is no kill.
        seed: Decides the moments.
    """
    out.mkdir(parents=True, exist_ok=True)
    found, drawn = Files(), random.Random(seed)
    commands = _commands(logs, out)
    # once each without a kill: how long they take depends on the machine
    longest = [_seconds(call, command) for command in commands]
    number = 0
    while found.kills < kills:
        turn = number % len(commands)
        number += 1
        moment = later(drawn.uniform(0.05, longest[turn]))
        if forked(partial(_call, call, commands[turn]), moment):
            found.ended += 1
            if found.ended > 10 * kills + 20:
                break  # a machine so fast that nothing is left to kill
        else:
            found.kills += 1
        found.damaged += [str(p) for p in sorted(out.iterdir()) if not _whole(p)]
    return found


def _commands(logs: Path, out: Path) -> list[list[str]]:
    return [
        ["table", str(logs), "-o", str(out / "verdicts.parquet")],
        [
            *("signature", str(logs), "--resamples", "100"),
            *("--json", str(out / "e.json"), "--csv", str(out / "e.csv")),
            *("--parquet", str(out / "e.parquet"), "--page", str(out / "page.html")),
        ],
    ]


def _call(call: Callable[[list[str]], object], arguments: list[str]) -> None:
    call(arguments)


def _seconds(call: Callable[[list[str]], object], command: list[str]) -> float:
    begin = time.monotonic()
    forked(partial(_call, call, command), None)
    return time.monotonic() - begin


def _whole(path: Path) -> bool:
    """Whether a file is what its name says; a part beside it, of a killed command, is no file."""
    check = _CHECKS.get("" if path.name.startswith(".") else path.suffix)
    if check is None:
        return True
    try:
        return check(path)
    except (ValueError, OSError):
        return False


_CHECKS: dict[str, Callable[[Path], bool]] = {
    ".json": lambda path: bool(json.loads(path.read_text())),
    ".csv": lambda path: path.read_text().endswith("\n") and len(pd.read_csv(path)) > 0,
    ".parquet": lambda path: len(pd.read_parquet(path)) > 0,
    ".html": lambda path: path.read_text().rstrip().endswith("</html>"),
}
