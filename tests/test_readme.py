"""Every command and the Python of the README, run as they stand, in a fresh copy."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
# there are no keys here: simulated models stand in for the names in capitals, on a few scenarios
STAND_INS = {
    "anthropic/MODEL": "simulated/aster-1",
    "openai/JUDGE": "simulated/judge-plain -T scenarios=4 --display plain",
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The tracked files, with an environment of their own that borrows the installed libraries."""
    folder = tmp_path_factory.mktemp("clone") / "inspect-values"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    environment = folder / ".venv"
    venv.create(environment, with_pip=True, symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    borrowed = environment / "lib" / version / "site-packages" / "borrowed.pth"
    borrowed.write_text(sysconfig.get_path("purelib") + "\n")
    script = environment / "bin" / "inspect"
    script.write_text(f'#!/bin/sh\nexec "{environment}/bin/python" -m inspect_ai "$@"\n')
    script.chmod(0o755)
    (environment / ".installed").touch()
    yield folder
    shutil.rmtree(folder)


def run(command: str | list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{folder}/.venv/bin{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "80"}
    shell = isinstance(command, str)
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        shell=shell,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.timeout(900)  # it runs the demonstration
def test_the_readme_works_as_it_stands(clone: Path) -> None:
    commands = [line for block in blocks("bash") for line in block.splitlines() if line.strip()]
    # what the others need comes first: a user would have installed before trying
    commands.sort(key=lambda command: command != "pip install .")
    assert len(commands) >= 10
    for command in commands:
        for name, stand_in in STAND_INS.items():
            command = command.replace(name, stand_in)
        done = run(command, clone)
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        if command == "make demo":
            assert done.stdout.count("SIMULATED") >= 2
            assert "simulated/dahlia-4" in done.stdout
    assert (clone / "out" / "demo.html").exists()
    assert (clone / "out" / "verdicts.parquet").exists()
    assert list((clone / "logs" / "privacy").glob("*.eval"))


def test_the_python_of_the_readme_works(clone: Path) -> None:
    _, script = blocks("python")  # the first is a piece of a plugin
    done = run([f"{clone}/.venv/bin/python", "-c", script], clone)
    assert done.returncode == 0, done.stderr[-3000:]
