"""No key in anything that is written or said, and strangers' text is harmless wherever it goes."""

import csv
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from inspect_ai import eval, task_with
from inspect_ai.model import get_model

from inspect_values.cli.main import cli
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.testing.faults import Fault, after, some
from inspect_values.testing.matrix import PAIR
from inspect_values.testing.servers import Servers, model


def everything(folder: Path) -> str:
    """All that stands in the files of a folder, packed files unpacked."""
    found: list[str] = []
    for path in sorted(folder.rglob("*")):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                found += [
                    packed.read(name).decode("utf-8", "replace") for name in packed.namelist()
                ]
        elif path.is_file():
            found.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(found)


def test_no_key_is_in_logs_tables_pages_or_words(labs: Servers, tmp_path: Path) -> None:
    labs.plan(some(0.3, [Fault.SERVER_ERROR, Fault.FILTERED, Fault.NO_MODEL], times=9))
    labs.plan(after(6, Fault.EXPIRED_KEY), "openai")
    tasks = [
        task_with(
            tradeoffs(PAIR, scenarios=8, response="rules"),
            model=get_model(model(way, "aster-1"), memoize=False),
            model_roles={"grader": get_model(model("openai", "judge-plain"), memoize=False)},
        )
        for way in ("anthropic", "openai", "google", "xai")
    ]
    eval(
        tasks,
        max_tasks=4,
        max_retries=0,
        fail_on_error=False,
        log_dir=str(tmp_path / "logs"),
        display="none",
        log_level="info",
        log_model_api=True,
    )
    runner, said = CliRunner(), ""
    for arguments in (
        ["table", str(tmp_path / "logs"), "-o", str(tmp_path / "t.parquet")],
        [
            *("signature", str(tmp_path / "logs"), "--json", str(tmp_path / "e.json")),
            *("--csv", str(tmp_path / "e.csv"), "--page", str(tmp_path / "p.html")),
        ],
    ):
        shown = runner.invoke(cli, arguments)
        assert shown.exit_code == 0, shown.output
        said += shown.output
    written = everything(tmp_path) + said
    assert "fairness" in written, "the search looks into the logs"
    assert "key" in written.lower(), "the failures are told"
    keys = labs.keys()
    assert len(keys) == 4
    assert not any(key in written for key in keys)


HOSTILE = '=HYPERLINK("http://x") <script>alert(1)</script> \x1b[31mred\x1b[0m \x1b]0;title\x07'


def choices(path: Path, name: str) -> Path:
    rows = [[name, "honesty", "kindness", "first"]] * 8 + [[name, "kindness", "honesty", "tie"]] * 8
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["model", "first", "second", "outcome"], *rows])
    return path


def test_a_strangers_model_name_is_harmless_everywhere(tmp_path: Path) -> None:
    table = choices(tmp_path / "choices.csv", HOSTILE)
    names = ["e.json", "e.csv", "p.html"]
    out = [str(tmp_path / name) for name in names]
    shown = CliRunner().invoke(
        cli,
        [
            *("signature", str(table), "--json", out[0], "--csv", out[1], "--page", out[2]),
            *("--resamples", "100"),
        ],
    )
    assert shown.exit_code in (0, 2), shown.output
    assert "Traceback" not in shown.output
    assert "\x1b" not in shown.output
    assert "\x07" not in shown.output
    if shown.exit_code == 2:
        return  # refused in a sentence is harmless too
    assert "<script>alert(1)" not in Path(out[2]).read_text()
    with Path(out[1]).open(newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not any(cell.startswith("=") for cell in cells)
    assert json.loads(Path(out[0]).read_text())


@pytest.mark.parametrize("name", ["prices.yaml", "situations.yaml"])
def test_yaml_from_strangers_runs_no_code(tmp_path: Path, name: str) -> None:
    from inspect_values.errors import InspectValuesError
    from inspect_values.prices import read_prices
    from inspect_values.scenarios.files import read_folder

    done = tmp_path / "done"
    code = f"!!python/object/apply:os.system ['touch {done}']"
    (tmp_path / name).write_text(f"situations: {code}\nprices: {code}\n")
    with pytest.raises(InspectValuesError):
        read_prices(tmp_path / name) if name == "prices.yaml" else read_folder(tmp_path)
    assert not done.exists()
