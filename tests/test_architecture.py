"""Imports go one way; the two halves never meet but in the verdict."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest

import inspect_values

PACKAGE = "inspect_values"
ROOT = Path(inspect_values.__file__).parent

RANKS = {
    "safe": -1,
    "errors": 0,
    "files": 1,
    "limits": 1,
    "yaml_text": 1,
    "values": 1,
    "verdict": 1,
    "prices": 2,
    "record": 2,
    "answers": 2,
    "scenarios": 3,
    "plugins": 4,
    "evaluation": 5,
    "analysis": 5,
    "reporting": 6,
    "study": 7,
    "cli": 8,
    "testing": 9,
}
FREE = {"bundled", "_registry"}
"""They may import everything, and nothing of ours imports them by name."""

VOCABULARY = {"errors", "values", "verdict", "scenarios", "plugins"}
"""What the package's own `__init__` may import."""


def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def part_of(file: Path) -> str:
    """The part of the package that a file belongs to; empty for the package's `__init__`."""
    first = file.relative_to(ROOT).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def imported(tree: ast.AST, file: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything of ours that is imported, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                package = [PACKAGE, *file.relative_to(ROOT).parent.parts]
                kept = package[: len(package) - node.level + 1]
                module = ".".join([*kept, module] if module else kept)
            if module == PACKAGE:
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, module


def violations(source: str, file: Path) -> list[str]:
    own = part_of(file)
    found: list[str] = []
    for line, name in imported(ast.parse(source), file):
        root, _, rest = name.partition(".")
        if root != PACKAGE:
            continue
        part = rest.split(".")[0]
        if own in FREE or part == own:
            continue
        allowed = part in VOCABULARY if own == "" else RANKS.get(part, 99) < RANKS[own]
        if not allowed:
            found.append(f"{file.relative_to(ROOT)}:{line} imports {name}")
    return found


def test_every_part_of_the_package_has_a_place_in_the_order() -> None:
    assert {part_of(file) for file in modules()} - {""} <= set(RANKS) | FREE


def test_imports_go_one_way() -> None:
    found = [v for file in modules() for v in violations(file.read_text(), file)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("evaluation/tasks/tradeoffs.py", "from inspect_values.analysis.table import read"),
        ("analysis/table.py", "def f():\n    import inspect_values.evaluation.asked"),
        ("analysis/estimators/lean.py", "from ...evaluation import asked"),
        ("analysis/table.py", "if x:\n    from inspect_values import evaluation"),
        ("values.py", "from inspect_values.verdict import Verdict"),
        ("errors.py", "from .values import Value"),
        ("plugins/catalog.py", "from inspect_values.bundled import labs"),
        ("cli/main.py", "from inspect_values import _registry"),
        ("scenarios/files.py", "from inspect_values import ValuePair"),
        ("__init__.py", "from inspect_values.analysis.table import read"),
        ("reporting/page.py", "async def f():\n    from inspect_values.study.demo import run_demo"),
    ],
)
def test_the_check_sees_an_import_against_the_order(file: str, source: str) -> None:
    assert violations(source, ROOT / file)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("verdict.py", "from inspect_values.errors import LogError"),
        ("analysis/estimators/lean.py", "from ..table import read"),
        ("evaluation/tasks/tradeoffs.py", "from ...plugins.catalog import Catalog"),
        ("bundled/plots.py", "from inspect_values.reporting.plots.lean import LEAN"),
        ("cli/main.py", "import json\nfrom inspect_values.study.demo import run_demo"),
    ],
)
def test_the_check_lets_an_import_with_the_order_pass(file: str, source: str) -> None:
    assert violations(source, ROOT / file) == []


def test_the_vocabulary_is_sorted_and_complete() -> None:
    names = inspect_values.__all__
    assert names == sorted(names)
    assert len(set(names)) == len(names)
    tree = ast.parse((ROOT / "__init__.py").read_text())
    brought = [a.name for n in tree.body if isinstance(n, ast.ImportFrom) for a in n.names]
    assert sorted(brought) == names


def test_what_the_package_imports_is_what_it_asks_pip_for() -> None:
    """A library that only the developers' environment brings would fail at a user's."""
    project = tomllib.loads((ROOT.parents[1] / "pyproject.toml").read_text())["project"]
    extras = [project["optional-dependencies"][name] for name in ("model2vec", "xai")]
    wanted = [*project["dependencies"], *chain(*extras)]
    asked = {re.split(r"[^\w.-]", name, maxsplit=1)[0] for name in wanted}
    brings = packages_distributions()
    missing = set[str]()
    for file in modules():
        if part_of(file) == "testing":  # an extra of its own
            continue
        for _, name in imported(ast.parse(file.read_text()), file):
            root = name.partition(".")[0]
            owners = {o.lower().replace("_", "-") for o in brings.get(root, [root])}
            if root in sys.stdlib_module_names or root == PACKAGE or owners & asked:
                continue
            missing.add(f"{file.relative_to(ROOT)}: {root}")
    assert not missing, "\n".join(sorted(missing))
