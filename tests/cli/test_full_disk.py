"""Where a disk is full, or the folder is gone, a command says so and the old file stays."""

import json
import resource
from collections.abc import Callable, Generator, Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

import click
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from inspect_ai import eval

from inspect_values.analysis.table import write_table
from inspect_values.cli.main import cli
from inspect_values.errors import DataError
from inspect_values.evaluation.tasks.generate_scenarios import generate_scenarios
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.files import write_texts

PAIR = "fairness_vs_efficiency"


@pytest.fixture(scope="module")
def inputs(
    tmp_path_factory: pytest.TempPathFactory,
    row: Callable[..., dict[str, Any]],
    frame: Callable[[list[dict[str, Any]]], pd.DataFrame],
) -> Path:
    """What the commands read."""
    folder = tmp_path_factory.mktemp("inputs")
    eval(
        tradeoffs(PAIR, scenarios=6),
        model=["simulated/aster-3", "simulated/birch-1"],
        display="log",
        log_dir=str(folder / "logs"),
    )
    eval(
        generate_scenarios(pairs=PAIR, n=2),
        model="simulated/writer-perfect",
        model_roles={"filter": "simulated/judge-plain"},
        display="log",
        log_dir=str(folder / "written"),
    )
    variations = ("base", "repeat1", "nameless")
    rows = [row(cell=f"c{n}", variation=v) for n in range(3) for v in variations]
    write_table(frame(rows), folder / "audit.parquet")
    asked = {"query": "My brother lied.", "value1": "candour", "value2": "kindness"}
    said = {"m_value1_position": 4, "m_value2_position": 1}
    written = [json.dumps({"id": name} | asked | said) for name in "12"]
    # rows that are refused, with more to say of them than the disk holds
    written += [json.dumps({"id": f"{n} has no query at all"}) for n in range(9)]
    (folder / "rows.jsonl").write_text("\n".join(written))
    values = pd.DataFrame({"value": [f"value {n}" for n in range(9)], "pct_convos": [1.0] * 9})
    values.to_csv(folder / "values.csv", index=False)
    with chdir(folder):
        works(f"scenarios build --pairs {PAIR} --queries 3 -o bank.parquet")
        works("labels export logs -n 4 -o sheet.csv")
        sheet = pd.read_csv("sheet.csv").assign(first=5, second=1)
        sheet.to_csv("sheet.csv", index=False)
        works("labels import sheet.csv --labeller a -o labels.parquet")
    return folder


def run(line: str, folder: Path = Path()) -> Result:
    """Run a command; what stands as `@` is the folder."""
    words = [word.replace("@", f"{folder}/") for word in line.split()]
    return CliRunner().invoke(cli, words, catch_exceptions=False)


def works(line: str, folder: Path = Path()) -> None:
    """Run a command that has all the room that it needs."""
    done = run(line, folder)
    assert done.exit_code == 0, done.output


@contextmanager
def no_room(room: int = 200) -> Generator[None]:
    """As on a full disk: no file of this process can grow beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


FEW = "--resamples 100"
IMPORT = "scenarios import @rows.jsonl --values candour kindness"
COMMANDS = {
    "table @logs -o t.parquet": "t.parquet",
    f"signature @logs {FEW} --json e.json": "e.json",
    f"signature @logs {FEW} --csv e.csv": "e.csv",
    f"signature @logs {FEW} --parquet e.parquet": "e.parquet",
    f"signature @logs {FEW} --page p.html": "p.html",
    "compare aster-3 birch-1 @logs --json c.json": "c.json",
    "compare aster-3 birch-1 @logs --csv c.csv": "c.csv",
    "disagreement @logs --json d.json": "d.json",
    "disagreement @logs --csv d.csv": "d.csv",
    "elo @logs --csv r.csv": "r.csv",
    "audit @audit.parquet --json a.json": "a.json",
    "audit @audit.parquet --csv a.csv": "a.csv",
    "labels export @logs -n 4 -o s.csv": "s.csv",
    "labels import @sheet.csv --labeller a -o l.parquet": "l.parquet",
    "labels agreement @logs --labels @labels.parquet --csv l.csv": "l.csv",
    f"scenarios build --pairs {PAIR} --queries 3 -o b.parquet": "b.parquet",
    "scenarios check @bank.parquet --json f.json": "f.json",
    "scenarios collect @written -o b.parquet": "b.parquet",
    "scenarios collect @written -o b.parquet --rejected r.csv": "r.csv",
    f"{IMPORT} -o b.parquet": "b.parquet",
    f"{IMPORT} -o b.parquet --refused r.csv": "r.csv",
    f"{IMPORT} -o b.parquet --verdicts v.parquet": "v.parquet",
    "scenarios select @bank.parquet -o b.parquet": "b.parquet",
    "scenarios select @bank.parquet -o b.parquet --order o.csv": "o.csv",
    "scenarios pairs --values @values.csv -n 3 -o p.parquet": "p.parquet",
}
"""Commands, and a file that each writes."""


@pytest.mark.parametrize("line", COMMANDS)
def test_a_full_disk_is_a_sentence_and_the_old_file_stays(
    line: str, inputs: Path, tmp_path: Path
) -> None:
    output = tmp_path / COMMANDS[line]
    output.write_text("old")
    with chdir(tmp_path), no_room():
        done = run(line, inputs)
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    assert "cannot be written" in " ".join(done.output.split())
    assert output.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == [output.name], "nothing is half-written"


def test_files_that_belong_together_are_written_together(tmp_path: Path) -> None:
    # such as a labelling sheet and its key
    small, large = tmp_path / "small.csv", tmp_path / "large.json"
    small.write_text("old")
    with no_room(), pytest.raises(DataError, match=r"large\.json' cannot be written"):
        write_texts({small: "new", large: "x" * 300})
    assert small.read_text() == "old"
    assert list(tmp_path.iterdir()) == [small]


def test_a_folder_that_cannot_be_made_is_a_sentence(inputs: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    with chdir(tmp_path):
        done = run("elo @logs --csv file/r.csv", inputs)
    assert done.exit_code == 2
    assert "the folder 'file' cannot be made" in " ".join(done.output.split())
    assert (tmp_path / "file").read_text() == "old"


def test_every_option_that_names_an_output_is_tried() -> None:
    written = {"--json", "--csv", "--page", "--parquet", "-o", "--rejected", "--refused"}
    written |= {"--verdicts", "--order"}
    missing = [
        f"{name} {option}"
        for name, options in _commands(cli, "")
        for option in sorted(options & written)
        if name != "demo"  # a run, then `signature --page`
        and not any(line.startswith(name) and f" {option} " in line for line in COMMANDS)
    ]
    assert missing == []


def _commands(group: click.Group, before: str) -> Iterator[tuple[str, set[str]]]:
    """Every command by its whole name, with its options."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", {opt for param in command.params for opt in param.opts}
