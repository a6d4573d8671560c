"""Commands as a user types them, without the seconds that a new Python takes to start.

`ours` runs `inspect-values` in this process. `typed` runs either command in a process of its own,
forked from one that has imported inspect-ai and its libraries already, for that takes longer than
most runs; ours is not among them, and is loaded as Inspect loads it. The commands as installed are
run by `tests/test_readme.py` and `tests/cli/test_cli.py`.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import chdir
from multiprocessing.process import BaseProcess
from pathlib import Path

from click.testing import CliRunner

Done = subprocess.CompletedProcess[str]

_FORKS = multiprocessing.get_context("forkserver")
# what Inspect imports in every run, in parts when it first needs them
_FORKS.set_forkserver_preload(
    [
        *("inspect_ai.__main__", "inspect_ai.model._providers.anthropic", "openai.types.responses"),
        *("acp.agent.router", "fastapi", "uvicorn", "numpy", "pandas", "yaml"),
    ]
)


def ours(cwd: Path, *arguments: str, **env: str) -> Done:
    """Run `inspect-values` in a folder; what Python raises fails the test."""
    from inspect_values.cli.main import cli

    shown = {} if "COLUMNS" in os.environ else {"COLUMNS": "80"}
    with chdir(cwd):
        found = CliRunner().invoke(cli, arguments, env=shown | env, catch_exceptions=False)
    return Done(["inspect-values", *arguments], found.exit_code, found.stdout, found.stderr)


def typed(
    cwd: Path, *command: str, env: Mapping[str, str] | None = None, timeout: float = 200
) -> Done:
    """Run `inspect …` or `inspect-values …` in a folder.

    Args:
        cwd: The folder.
        command: The command; its first word is one of the two.
        env: The whole environment; None is that of this process.
        timeout: After so many seconds it is killed.
    """
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder) / name for name in ("stdout", "stderr")]
        process = started(cwd, *command, env=env, said=said)
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(command, timeout)
        stdout, stderr = (path.read_text(encoding="utf-8") for path in said)
    return Done(command, process.exitcode, stdout, stderr)


def started(
    cwd: Path,
    *command: str,
    env: Mapping[str, str] | None = None,
    said: Sequence[Path] = (Path(os.devnull), Path(os.devnull)),
) -> BaseProcess:
    """Start a command as `typed` does, and go on; `said` are files for what it says."""
    given = dict(os.environ if env is None else env)
    process = _FORKS.Process(target=_run, args=(command, cwd, given, said))
    process.start()
    return process


def _run(command: Sequence[str], cwd: Path, env: Mapping[str, str], said: Sequence[Path]) -> None:
    for stream, path in enumerate(said, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the tests may ignore it
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.path[:0] = [path for path in env.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.argv = list(command)
    try:
        _main(command[0])()
    except Exception as error:  # multiprocessing would print it as it is; Inspect's hook says it
        sys.excepthook(type(error), error, error.__traceback__)
        sys.exit(1)


def _main(name: str) -> Callable[[], object]:
    if name == "inspect":
        from inspect_ai.__main__ import main

        return main
    assert name == "inspect-values"
    from inspect_values.cli.main import cli

    return cli
