"""Any file from a stranger is read whole, or refused in a sentence: never anything else raised."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inspect_ai import eval

from inspect_values.analysis.parquet import read_table, write_table
from inspect_values.analysis.reference_files import read_reference
from inspect_values.analysis.table import verdict_table
from inspect_values.errors import InspectValuesError
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.prices import read_prices
from inspect_values.scenarios.bank import read_bank, write_bank
from inspect_values.scenarios.files import read_pair, read_situations
from inspect_values.scenarios.selection import Selection, select
from inspect_values.scenarios.situation import Situation
from inspect_values.testing.matrix import Labs
from inspect_values.values import ValuePair

Read = Callable[[Path], object]
EDIT = st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12))
"""Where a file is damaged, how many bytes go there, and what comes in their place."""

REFERENCE = b"value,rank,name,source\nhonesty,1,one,A book\nhelpfulness,2,one,A book\n"
PRICES = (
    b"date: 2026-11-20\ncurrency: EUR\nprices:\n  a/b: {input: 2.5, output: 12, cache_read: 0}\n"
)


def damaged(content: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    for where, gone, new in edits:
        at = int(where * len(content))
        content = content[:at] + new + content[at + gone :]
    return content


@pytest.fixture
def files(
    tmp_path: Path, write_pair: Callable[..., Path], small_pair: tuple[ValuePair, list[Situation]]
) -> Iterator[dict[str, tuple[bytes, str, Read]]]:
    """What is read → a good file's content, its name, and who reads it."""
    pair, situations = small_pair
    folder = write_pair()
    bank, table = tmp_path / "bank.parquet", tmp_path / "table.parquet"
    write_bank(select([(pair, situations)], Selection(scenarios=4)), bank, {"from": "a test"})
    logs = eval(
        tradeoffs("fairness_vs_efficiency", scenarios=3),
        model="simulated/aster-1",
        display="log",
        log_dir=str(tmp_path / "logs"),
    )
    write_table(verdict_table([logs[0].location], Labs()), table)
    markdown, situation = (folder / f"candour_vs_comfort.{end}" for end in ("md", "yaml"))
    yield {
        "pair": (markdown.read_bytes(), "candour_vs_comfort.md", read_pair),
        "situations": (situation.read_bytes(), "candour_vs_comfort.yaml", read_situations),
        "bank": (bank.read_bytes(), "b.parquet", lambda path: list(read_bank(path))),
        "table": (table.read_bytes(), "t.parquet", read_table),
        "reference": (REFERENCE, "r.csv", read_reference),
        "prices": (PRICES, "p.yaml", read_prices),
    }


def test_good_files_are_read(files: dict[str, tuple[bytes, str, Read]], tmp_path: Path) -> None:
    for content, name, read in files.values():
        (tmp_path / name).write_bytes(content)
        found = read(tmp_path / name)
        assert found is not None


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edits=st.lists(EDIT, min_size=1, max_size=3))
def test_damaged_files_are_read_or_refused(
    files: dict[str, tuple[bytes, str, Read]],
    tmp_path: Path,
    edits: list[tuple[float, int, bytes]],
) -> None:
    for content, name, read in files.values():
        path = tmp_path / name
        path.write_bytes(damaged(content, edits))
        try:
            read(path)
        except InspectValuesError as error:
            assert str(error).strip()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    readers: list[tuple[str, Read]] = [
        ("p.md", read_pair),
        ("s.yaml", read_situations),
        ("b.parquet", lambda path: list(read_bank(path))),
        ("t.parquet", read_table),
        ("r.csv", read_reference),
        ("p.yaml", read_prices),
    ]
    for name, read in readers:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InspectValuesError):
            read(tmp_path / name)


def test_yaml_that_grows_when_read_is_refused_or_small(tmp_path: Path) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    path = tmp_path / "bomb.yaml"
    path.write_text("\n".join(levels))
    for read in (read_situations, read_prices):
        with pytest.raises(InspectValuesError) as refused:
            read(path)
        assert len(str(refused.value)) < 5000
