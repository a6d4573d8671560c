"""The ranking and recorded choices, as a user types them."""

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from inspect_values.cli.main import cli
from tests.commands import ours  # pyright: ignore[reportMissingImports]

CHOICES = "model,first,second,outcome,seat\n" + "".join(
    f"lab/one,{a},{b},{'first' if (n + len(a)) % 4 else 'second'},{seat}\n"
    for n in range(4)
    for a, b in (
        ("Truth", "Care"), ("Care", "Order"), ("Truth", "Order"), ("Order", "Fun"),
        ("Fun", "Care"), ("Truth", "Fun"), ("Play", "Care"), ("Play", "Truth"), ("Fun", "Play"),
        ("Order", "Play"),
    )
    for seat in ("first", "second")
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "choices.csv").write_text(CHOICES)
    (tmp_path / "bad.csv").write_text("model,first,second,outcome\nm,A,B,won\n")
    return tmp_path


def test_signature_of_recorded_choices_shows_the_ranking_in_80_columns(folder: Path) -> None:
    shown = ours(folder, "signature", "choices.csv", "--ranking", "--json", "e.json")
    assert shown.returncode == 0, shown.stderr
    for word in ("Ranking of values", "Strength", "P(1)", "Elo", "standing first", "Truth"):
        assert word in shown.stdout
    assert "nan" not in shown.stdout.lower()
    assert max(len(line) for line in shown.stdout.splitlines()) <= 80
    estimates = json.loads((folder / "e.json").read_text())["estimates"]
    statistics = {e["statistic"] for e in estimates}
    assert {"strength", "rank", "p_first", "seat_effect", "held_out_accuracy"} <= statistics


def test_options_of_the_ranking_change_it(folder: Path) -> None:
    def strengths(*options: str) -> list[float]:
        files = [str(folder / "choices.csv"), "--csv", str(folder / "e.csv")]
        shown = CliRunner().invoke(cli, ["signature", *files, *options], catch_exceptions=False)
        assert shown.exit_code == 0, shown.output
        rows = pd.read_csv(folder / "e.csv")
        return rows.loc[rows["statistic"] == "strength", "point"].tolist()

    plain = strengths()
    assert plain == strengths("--ties", "davidson", "--ridge", "0.01")
    assert plain != strengths("--ridge", "5")
    refused = CliRunner().invoke(cli, ["signature", "choices.csv", "--ties", "lose"])
    assert refused.exit_code == 2
    assert "davidson" in refused.output


def test_elo_says_that_its_spread_is_order_noise(folder: Path) -> None:
    shown = ours(folder, "elo", "choices.csv", "--csv", "elo.csv")
    assert shown.returncode == 0, shown.stderr
    assert "order noise, not an interval" in " ".join(shown.stdout.split())
    assert "K = 4, scale 400, start 1000, mean over 100 shuffles (seed 42)" in shown.stdout
    written = pd.read_csv(folder / "elo.csv")
    assert written["elo"].mean() == pytest.approx(1000)


def test_bad_choices_are_one_sentence(folder: Path) -> None:
    shown = ours(folder, "elo", "bad.csv")
    assert shown.returncode == 2
    assert "Traceback" not in shown.stderr
    assert "outcome is 'won'" in " ".join(shown.stderr.split())


def test_recorded_choices_become_a_verdict_table(folder: Path) -> None:
    files = [str(folder / "choices.csv"), str(folder / "v.parquet")]
    shown = CliRunner().invoke(cli, ["table", files[0], "-o", files[1]], catch_exceptions=False)
    assert shown.exit_code == 0, shown.output
    one, other = (CliRunner().invoke(cli, ["elo", file]).output for file in files)
    assert one == other
