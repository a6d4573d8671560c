"""Every command of the pages in docs/, run as it stands, after the README's first own run."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.commands import ours, typed  # pyright: ignore[reportMissingImports]

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs").glob("*.md"))


def commands(page: Path) -> list[str]:
    found = re.findall(r"^```bash\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
    return [line for block in found for line in block.splitlines() if line.strip()]


def run(command: str, folder: Path) -> str:
    """Run a command, which must succeed; what it said."""
    words = shlex.split(command)
    if words[0] == "inspect":
        done = typed(folder, *words)
    elif words[0] == "inspect-values":
        done = ours(folder, *words[1:])
    else:
        done = subprocess.run(
            command, cwd=folder, shell=True, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the README's commands have left `logs/try`."""
    made = tmp_path_factory.mktemp("pages")
    (made / "out").mkdir()
    (first,) = [
        line for line in commands(ROOT / "README.md") if line.endswith("--log-dir logs/try")
    ]
    run(first, made)
    return made


@pytest.mark.parametrize("page", [p for p in PAGES if commands(p)], ids=lambda page: page.stem)
def test_the_commands_of_a_page_work_as_they_stand(page: Path, folder: Path) -> None:
    for command in commands(page):
        assert "nan" not in run(command, folder).lower().split(), command
