"""Files from strangers: they run no code, fill no memory, and write nowhere."""

import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import inspect_values
from inspect_values.analysis.parquet import read_table
from inspect_values.analysis.table import verdict_table
from inspect_values.cli.main import cli
from inspect_values.errors import DataError, InspectValuesError
from inspect_values.limits import check_archive, read_parquet
from inspect_values.scenarios.bank import read_bank
from inspect_values.scenarios.bank_rows import COLUMNS
from inspect_values.scenarios.files import MAX_FILE_BYTES, read_pair, read_situations
from inspect_values.scenarios.imports.sources import open_source
from inspect_values.scenarios.pair_files import read_pairs
from inspect_values.testing.matrix import Labs
from inspect_values.values import Value
from inspect_values.yaml_text import read_yaml


def nested(entry: str, levels: str = "bcdefghij") -> str:
    """Nine of nine of nine …: a few lines that stand for hundreds of millions of things."""
    before = ["a", *levels[:-1]]
    return "".join(
        f"{name}: &{name} {entry.format(', '.join([f'*{old}'] * 9))}\n"
        for old, name in zip(before, levels, strict=True)
    )


BOMBS = {
    "aliases": "a: &a [x]\n" + nested("[{}]"),
    "merged mappings": "a: &a {x: 1}\n" + nested("{{<<: [{}]}}"),
    "brackets": "a: " + "[" * 100_000,
    "braces": "a: " + "{a: " * 20_000,
    "indents": "\n".join(" " * n + "a:" for n in range(2_000)),
    "dashes": "- " * 20_000 + "a",
    "keys": "? " * 20_000 + "a",
}
TAGS = (
    "!!python/object/apply:os.system ['touch {0}']",
    "!!python/object/new:os.system ['touch {0}']",
    "!!python/name:os.system",
    "!!python/module:os",
    "!!python/object/apply:subprocess.check_output [[touch, '{0}']]",
)


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_small_yaml_file_fills_no_memory_and_breaks_no_parser(bomb: str) -> None:
    # in a process of its own: the parser written in C dies of deep nesting
    code = (
        "import sys; from inspect_values.yaml_text import read_yaml\n"
        "from inspect_values.errors import DataError\n"
        "try: read_yaml(sys.stdin.read(), 'x.yaml')\n"
        "except DataError as error: print(error)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        input=BOMBS[bomb],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30)),
    )
    assert found.returncode == 0, found.stderr[-500:]
    assert found.stdout.startswith("x.yaml, line ")


@pytest.mark.parametrize("tag", TAGS)
def test_yaml_makes_no_objects_and_runs_nothing(
    tag: str, tmp_path: Path, write_pair: Callable[..., Path]
) -> None:
    mark = tmp_path / "mark"
    loaded = tag.format(mark)
    with pytest.raises(DataError, match="not valid YAML"):
        read_yaml(f"a: {loaded}", "x.yaml")
    folder = write_pair("p", {"version: 1-A": f"version: {loaded}"}, {"soup_review": loaded})
    with pytest.raises(DataError, match="not valid YAML"):
        read_pair(folder / "candour_vs_comfort.md")
    with pytest.raises(DataError, match="not valid YAML"):
        read_situations(folder / "candour_vs_comfort.yaml")
    assert not mark.exists()


def test_of_a_file_that_is_too_large_only_a_part_is_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(500 * MAX_FILE_BYTES)  # it takes no room on the disk, and ten gigabytes here
    with pytest.raises(DataError, match="is larger than 20 MB"):
        read_situations(huge)


def bank_of(path: Path, rows: int, **texts: str) -> Path:
    """A bank of the same row over and over, stored once."""
    row = {c.name: "a" for c in COLUMNS} | {"factors": "{}", "rubric": "pair"} | texts
    columns: dict[str, object] = {}
    for name, text in row.items():
        indices = pa.array([0] * rows, pa.int32())
        columns[name] = pa.DictionaryArray.from_arrays(indices, pa.array([text]))
    columns["wording"] = pa.array([0] * rows, pa.int32())
    table = pa.table(columns)
    pq.write_table(table, path, compression="zstd", store_schema=False)
    return path


def test_a_bank_of_a_few_kilobytes_does_not_unfold_to_gigabytes(tmp_path: Path) -> None:
    path = bank_of(tmp_path / "bank.parquet", 100_000, query="q" * 2_000_000)
    assert path.stat().st_size < 200_000
    with pytest.raises(DataError, match=r"would take .* GB of memory"):
        next(read_bank(path))
    with pytest.raises(DataError, match=r"would take .* GB of memory"):
        next(open_source(str(path)).rows)


def test_a_table_of_a_few_kilobytes_does_not_unfold_to_gigabytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspect_values.limits.memory", lambda: 50_000_000)
    path = bank_of(tmp_path / "table.parquet", 100_000, first_name="q" * 2_000, query="q" * 2_000)
    for read in (read_table, read_parquet, lambda p: list(read_pairs(p))):
        with pytest.raises(DataError, match=r"would take .* GB of memory"):
            read(path)
    empty = pa.table({"model": pa.nulls(10_000_000, pa.string())})
    pq.write_table(empty, tmp_path / "rows.parquet")
    with pytest.raises(DataError, match=r"would take 0\.1 GB"):
        read_table(tmp_path / "rows.parquet")


def test_a_log_of_a_few_kilobytes_does_not_unfold_to_gigabytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspect_values.limits.memory", lambda: 80_000_000)
    log = tmp_path / "bomb.eval"
    with zipfile.ZipFile(log, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", b" " * 20_000_000)
    assert log.stat().st_size < 100_000
    with pytest.raises(InspectValuesError, match=r"'header\.json' in .* would take 0\.0 GB"):
        verdict_table([log], Labs())
    check_archive(tmp_path / "no such file")  # whoever reads it says so


def test_names_from_a_table_write_nothing_outside_the_folder(tmp_path: Path) -> None:
    evil = ("../../outside", "/etc/outside", "..", "a/../../b", "C:\\outside", "~root", "plain")
    listed = tmp_path / "values.csv"
    pd.DataFrame({"value": evil, "pct_convos": [1.0] * len(evil)}).to_csv(listed, index=False)
    folder = tmp_path / "deep" / "pairs"
    before = set(tmp_path.rglob("*"))
    found = CliRunner().invoke(
        cli, ["scenarios", "pairs", "--values", str(listed), "-n", "6", "-o", str(folder)]
    )
    assert found.exit_code == 0, found.output
    made = set(tmp_path.rglob("*")) - before - {tmp_path / "deep", folder}
    assert len(made) == 6, made
    assert all(path.parent == folder and path.suffix == ".md" for path in made)
    assert any("outside" in path.name for path in made), "it was not just left out"
    with pytest.raises(ValueError, match="id"):
        Value(id="../outside", name="x", definition="y")


def test_no_pickle_and_no_unsafe_yaml_in_our_code() -> None:
    source = Path(inspect_values.__file__).parent.rglob("*.py")
    text = "\n".join(file.read_text() for file in source)
    for call in ("pickle.load", "allow_pickle=True", "yaml.unsafe", "yaml.full_load"):
        assert call not in text, call
