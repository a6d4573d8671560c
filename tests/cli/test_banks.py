"""What a user can do with banks at the size of a study, from the command line."""

import os
from pathlib import Path

import pandas as pd
import pytest

from inspect_values.scenarios.bank import about, read_bank
from inspect_values.scenarios.imports.recorded import STUDY_MODELS
from tests.commands import Done, ours, typed  # pyright: ignore[reportMissingImports]

DATA = Path(os.environ.get("INSPECT_VALUES_DATA") or Path(__file__).parents[3] / "shared" / "data")
GENUINE = DATA / "stress_test_queries.jsonl"
PRICES = """date: 2026-11-20
currency: EUR
prices:
  openai/a: {input: 1.0, output: 2.0}
  openai/b: {input: 3.0, output: 4.0}
"""


def inspect_eval(cwd: Path, *arguments: str) -> Done:
    return typed(cwd, "inspect", "eval", *arguments, env={**os.environ, "COLUMNS": "200"})


def told(cwd: Path, *arguments: str, **env: str) -> str:
    done = ours(cwd, *arguments, COLUMNS="200", **env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(done: Done) -> str:
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    return " ".join((done.stdout + done.stderr).split())


@pytest.mark.skipif(not GENUINE.exists(), reason=f"the genuine queries are not at {GENUINE}")
def test_the_genuine_queries_go_through_import_check_and_selection(tmp_path: Path) -> None:
    done = told(
        *(tmp_path, "scenarios", "import", str(GENUINE), "--format", "queries"),
        *("--pair", "unknown", "--licence", "Apache-2.0", "-o", "bank.parquet"),
    )
    assert "500 rows: 500 scenarios." in done
    checked = ours(tmp_path, "scenarios", "check", "bank.parquet")
    assert "500 queries from 498 situations" in " ".join(checked.stdout.split())
    done = told(
        *(tmp_path, "scenarios", "select", "bank.parquet", "-o", "half.parquet"),
        *("--most", "250", "--order", "order.csv"),
    )
    assert "took 250 of them" in done
    order = pd.read_csv(tmp_path / "order.csv")["distance"].dropna()
    assert order.is_monotonic_decreasing and order.iloc[-1] >= 0.4
    every = {s.id: s.query for s in read_bank(tmp_path / "bank.parquet")}
    kept = {s.id: s.query for s in read_bank(tmp_path / "half.parquet")}
    assert kept.items() <= every.items()
    assert about(tmp_path / "half.parquet")["embeddings"].startswith("TF-IDF")


def study(spreads: dict[int, list[int]]) -> pd.DataFrame:
    """Rows in the trade-off study's schema, made by us: positions of its models on each entry."""
    return pd.DataFrame(
        [
            {
                "rank": entry,
                "query_generator": "claude_opus_4",
                "value1": "candour",
                "value2": "inner calm",
                "nudge_direction": "neutral",
                "query": f"How do I tell neighbour {entry} about the noise?",
                **{f"response_{m}": "I would." for m in STUDY_MODELS},
                **{
                    f"{model}_value1_position": position
                    for model, position in zip(STUDY_MODELS, positions, strict=True)
                },
                **{f"{model}_value2_position": 3 for model in STUDY_MODELS},
                "chunk_index": 3,
                "entry_idx": entry,
            }
            for entry, positions in spreads.items()
        ]
    )


def test_disagreement_of_the_studys_rows_is_that_of_its_definition(tmp_path: Path) -> None:
    """D = 1.5 exactly is high; D is the larger population SD, at most 3."""
    half = [0] * 6
    spreads = {0: half + [3] * 6, 1: half + [6] * 6, 2: [3] * 12, 3: [1] * 6 + [3] * 5 + [4]}
    study(spreads).to_parquet(tmp_path / "rows.parquet")
    told(
        *(tmp_path, "scenarios", "import", "rows.parquet", "--format", "tradeoff-study"),
        *("-o", "bank.parquet", "--verdicts", "verdicts.parquet"),
    )
    told(tmp_path, "disagreement", "verdicts.parquet", "--csv", "d.csv")
    found = pd.read_csv(tmp_path / "d.csv").set_index("scenario")
    assert found["models"].eq(12).all()
    expected = {f"stresstest_3_{e}_neutral": pd.Series(p).std(ddof=0) for e, p in spreads.items()}
    assert found["d"].to_dict() == pytest.approx(expected, abs=1e-8)
    border = found.loc["stresstest_3_0_neutral"]
    assert border["d"] == 1.5 and border["bin"] == "[1.5, 2)"
    assert found.loc["stresstest_3_1_neutral", "d"] == 3.0
    # the same number weighs the selection, so the most disputed one comes first
    told(
        *(tmp_path, "scenarios", "select", "bank.parquet", "-o", "part.parquet"),
        *("--weights", "verdicts.parquet", "--order", "order.csv", "--stop", "0.1"),
    )
    assert pd.read_csv(tmp_path / "order.csv")["scenario"].iloc[0] == "stresstest_3_1_neutral"


def test_writers_share_a_run_and_the_bank_holds_what_passed(tmp_path: Path) -> None:
    drawn = pd.DataFrame(
        {
            "value": ["thrift", "inner calm", "play", "rigour"],
            "pct_convos": [1.0, 0.5, 0.2, 0.1],
        }
    )
    drawn.to_csv(tmp_path / "values.csv", index=False)
    told(
        *(tmp_path, "scenarios", "pairs", "--values", "values.csv"),
        *("-n", "4", "-o", "pairs.parquet"),
    )
    done = inspect_eval(
        *(tmp_path, "inspect_values/generate_scenarios"),
        *("--model", "simulated/writer-good,simulated/writer-bad", "-T", "pairs=pairs.parquet"),
        *("-T", "n=8", "--log-dir", "logs", "--display", "plain"),
    )
    assert done.returncode == 0, done.stderr
    said = " ".join((done.stdout + done.stderr).split())
    assert "for 4 pairs of values: at most" in said and "as the writer" in said
    shown = told(
        *(tmp_path, "scenarios", "collect", "logs", "-o", "bank.parquet"),
        *("--rejected", "gone.csv", "--licence", "CC0-1.0"),
    )
    gone = pd.read_csv(tmp_path / "gone.csv")
    bank = list(read_bank(tmp_path / "bank.parquet"))
    assert f"32 items: {32 - len(gone)} accepted" in shown
    assert len(bank) == 3 * (32 - len(gone)) and 0 < len(gone) < 32
    assert {s.generator for s in bank} == {"simulated/writer-good", "simulated/writer-bad"}
    assert all(s.values is not None and s.filters for s in bank)
    done = inspect_eval(
        *(tmp_path, "inspect_values/tradeoffs", "--model", "simulated/aster-1"),
        *("-T", "bank=bank.parquet", "-T", "scenarios=4", "--log-dir", "asked"),
    )
    assert done.returncode == 0, done.stderr


def test_the_preview_adds_up_and_prices_what_it_can(tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text(PRICES)
    asked = ["scenarios", "preview", "-n", "100000", "--writers", "openai/a"]
    shown = told(*(tmp_path, *asked, "--filters", "openai/b,openai/c", "--prices", "prices.yaml"))
    line = next(line for line in shown.splitlines() if "items" in line)
    assert "300,000 items (900,000 messages) for 3 pairs of values: at most 4,800,000 calls" in line
    assert "EUR at the prices of 2026-11-20 without openai/c, of which it has no price" in line
    rows = [r.split() for r in shown.splitlines() if r.startswith(" openai/")]
    numbers = {r[0]: [float(n.replace(",", "")) for n in r[2:5]] for r in rows}
    a, b = numbers["openai/a"], numbers["openai/b"]
    cost = {r[0]: r[5] for r in rows}
    assert cost["openai/c"] == "no"
    assert float(cost["openai/a"].replace(",", "")) == pytest.approx(
        (a[1] * 1 + a[2] * 2) / 1e6, abs=0.01
    )
    assert float(cost["openai/b"].replace(",", "")) == pytest.approx(
        (b[1] * 3 + b[2] * 4) / 1e6, abs=0.01
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["preview", "--writers", "a/b", "--pairs", "coer"], "'coer' is no value pair"),
        (["preview", "--writers", "a/b", "--pairs", "none.parquet"], "do not exist"),
        (["preview", "--writers", "a/b", "--pairs", "junk.parquet"], "no Parquet file"),
        (["preview", "--writers", "a/b", "--prices", "junk.parquet"], "the price file"),
        (["preview", "--writers", "a/b,a/b"], "named twice"),
        (["preview", "--writers", "a/b", "--filters", "a/b"], "the only one to filter"),
        (["collect", "junk.parquet", "-o", "b.parquet"], "is not an Inspect log"),
        (["collect", "nowhere", "-o", "b.parquet"], "does not exist"),
        (["collect", ".", "-o", "b.parquet"], "no log of inspect_values/generate_scenarios"),
        (["collect", "nowhere", "-o", "b.csv"], "must be a file whose name ends in .parquet"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "junk.parquet").write_text("this is no table: [")
    assert said in refused(ours(tmp_path, "scenarios", *arguments, COLUMNS="200"))
    assert [path.name for path in tmp_path.iterdir()] == ["junk.parquet"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-T", "pairs=coer"], "'coer' is no value pair"),
        (["-T", "n=0"], "n"),
        (["-T", "domains=medicin"], "medicine"),
        (["-T", "calls=both"], "together"),
        (["-T", "shard=3", "-T", "shards=2"], "does not exist"),
        (["-T", "pair=core"], "pairs"),
        (["-T", "pairs=junk.parquet"], "no Parquet file"),
        (["-T", "writers=simulated/writer-bad"], "allowed: simulated/writer-bad"),
    ],
)
def test_a_generation_that_cannot_be_is_one_sentence(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "junk.parquet").write_text("no table")
    done = inspect_eval(
        *(tmp_path, "inspect_values/generate_scenarios"),
        *("--model", "simulated/writer-good", "--log-dir", "logs", *arguments),
    )
    assert said in refused(done)
    assert not list(tmp_path.glob("logs/*.eval"))
