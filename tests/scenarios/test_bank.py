"""The bank: built reproducibly, read in pieces, and refused in a sentence when it is damaged."""

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from inspect_values.bundled.value_pairs import FOLDER
from inspect_values.errors import DataError, ParameterError
from inspect_values.scenarios.bank import about, pieces, write_bank
from inspect_values.scenarios.bank_rows import COLUMNS, MAX_CELL, NEWER, from_row
from inspect_values.scenarios.bank_selection import select_from_bank
from inspect_values.scenarios.build import build
from inspect_values.scenarios.duplicates import near_duplicates
from inspect_values.scenarios.files import read_folder
from inspect_values.scenarios.scenario import Scenario
from inspect_values.scenarios.selection import Selection
from inspect_values.scenarios.situation import Situation
from inspect_values.values import ValuePair

ALL = Selection(nudges=("neutral", "first", "second"), scenarios=None)


@pytest.fixture(scope="module")
def asked() -> list[tuple[ValuePair, list[Situation]]]:
    pairs, situations = read_folder(FOLDER)
    return [(pair, [s for s in situations if s.pair == pair.id]) for pair in pairs]


@pytest.fixture(scope="module")
def bank(asked: list[tuple[ValuePair, list[Situation]]], tmp_path_factory: Any) -> Path:
    path = tmp_path_factory.mktemp("bank") / "bank.parquet"
    write_bank(build(asked), path, {"seed": "0"})
    return path


def read(path: Path) -> list[Scenario]:
    return [from_row(row) for piece in pieces(path) for row in piece.rows()]


def test_hardly_any_query_resembles_one_of_another_situation(bank: Path) -> None:
    found = near_duplicates((s.family, s.query) for s in read(bank))
    assert found.between <= 0.02 * found.queries
    assert found.within > 0.9 * found.queries  # variants must resemble each other, and it is said


def test_a_situation_gives_24_to_60_queries(bank: Path) -> None:
    counts = Counter(s.family for s in read(bank))
    assert min(counts.values()) >= 24
    assert max(counts.values()) <= 60


def test_the_levels_of_a_situation_are_balanced_and_independent(
    asked: list[tuple[ValuePair, list[Situation]]],
) -> None:
    """With a part of the combinations, each level and pair of levels keeps its share."""
    for queries in (30, 60):
        built: dict[str, list[dict[str, str]]] = defaultdict(list)
        for scenario in build(asked, seed=5, queries=queries, nudges=["neutral"]):
            built[scenario.family].append(scenario.factors)
        for _, situations in asked:
            for situation in situations:
                used, allowed = built[situation.family], list(situation.cells())
                assert len(used) == min(queries, len(allowed))
                for size, slack in ((1, 1.0), (2, 2.0)):
                    for names in combinations(situation.factors, size):
                        share = Counter(tuple(c[n] for n in names) for c in allowed)
                        got = Counter(tuple(c[n] for n in names) for c in used)
                        for levels, count in share.items():
                            expected = count / len(allowed) * len(used)
                            assert abs(got[levels] - expected) <= slack, situation.family


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(
    asked: list[tuple[ValuePair, list[Situation]]], tmp_path: Path
) -> None:
    paths = [tmp_path / f"{name}.parquet" for name in "abc"]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        write_bank(build(asked, seed=seed, queries=12), path, {"seed": "x"})
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[0].read_bytes() != paths[2].read_bytes()


def test_a_bank_brings_every_scenario_back_and_says_how_it_came_about(
    asked: list[tuple[ValuePair, list[Situation]]], bank: Path
) -> None:
    assert read(bank) == list(build(asked))
    assert about(bank) == {"schema": "inspect-values-bank/2", "seed": "0"}


def test_wordings_are_drawn_and_kept_for_all_nudges_of_a_cell(
    small_pair: tuple[ValuePair, list[Situation]],
) -> None:
    pair, (soup, _) = small_pair
    worded = Situation.model_validate(
        soup.model_dump()
        | {
            "text": soup.text.replace("the club", "{place}"),
            "wordings": {"place": ["the club", "the choir", "my team"]},
        }
    )
    assert worded.wording_count == 3
    one = list(build([(pair, [worded])]))
    assert len(one) == len(list(build([(pair, [soup])])))
    places = {p: [s for s in one if p in s.query] for p in ("the club", "the choir", "my team")}
    assert sum(len(found) for found in places.values()) == len(one)
    for cell in {s.cell for s in one}:
        assert len({s.wording for s in one if s.cell == cell}) == 1
    every = list(build([(pair, [worded])], wordings_each=5))
    assert len(every) == 3 * len(one)
    assert len({s.id for s in every}) == len(every)


# ---- selecting ------------------------------------------------------------------------------


def test_shards_of_a_bank_are_disjoint_together_everything_and_keep_cells_whole(
    bank: Path,
) -> None:
    everything = read(bank)
    seen: list[Scenario] = []
    cells: list[set[str]] = []
    for shard in range(7):
        part = select_from_bank(bank, ALL.model_copy(update={"shard": shard, "shards": 7}))
        seen += part
        cells.append({s.cell for s in part})
    assert sorted(s.id for s in seen) == sorted(s.id for s in everything)
    assert all(not a & b for a, b in combinations(cells, 2))


def test_a_bank_is_selected_by_pair_nudge_domain_and_factor(bank: Path) -> None:
    pair = "fairness_vs_efficiency"
    chosen = select_from_bank(
        bank,
        Selection(scenarios=None, domains=("work", "law"), factors={"liability": ("high",)}),
        [pair],
    )
    expected = [
        s
        for s in read(bank)
        if s.pair == pair
        and s.nudge == "neutral"
        and s.domain in ("work", "law")
        and s.factors.get("liability") == "high"
    ]
    assert expected and chosen == expected


def test_a_limit_draws_whole_cells_of_each_pair_by_the_seed(bank: Path) -> None:
    few = ALL.model_copy(update={"scenarios": 10})
    chosen = select_from_bank(bank, few)
    counts = Counter(s.pair for s in chosen)
    assert set(counts.values()) == {9}
    assert all(n == 3 for n in Counter(s.cell for s in chosen).values())
    again = select_from_bank(bank, few.model_copy(update={"seed": 1}))
    assert {s.id for s in again} != {s.id for s in chosen}
    assert select_from_bank(bank, few) == chosen


@pytest.mark.parametrize(
    ("selection", "pairs", "said"),
    [
        ({"domains": ("medcine",)}, None, "domain 'medcine' is not known.*'medicine'"),
        ({"factors": {"liabilty": ("high",)}}, None, "factor 'liabilty'.*'liability'"),
        ({"factors": {"liability": ("hihg",)}}, None, "'liability' 'hihg'.*'high'"),
        ({"shard": 3, "shards": 2}, None, "shard=3 of shards=2 does not exist"),
        ({"scenarios": 1, "nudges": ("neutral", "first")}, None, "scenarios=1 is too few"),
        ({}, ["candour_vs_comfort"], "value pair of the bank 'candour_vs_comfort'"),
    ],
)
def test_what_cannot_be_chosen_is_a_sentence(
    bank: Path, selection: dict[str, Any], pairs: list[str] | None, said: str
) -> None:
    with pytest.raises(ParameterError, match=said):
        select_from_bank(bank, Selection(**({"scenarios": None} | selection)), pairs)


def test_an_empty_shard_of_a_bank_is_a_sentence(bank: Path) -> None:
    few = Selection(scenarios=None, domains=("school",), shards=5000)
    said: list[str] = []
    for shard in range(40):
        try:
            select_from_bank(bank, few.model_copy(update={"shard": shard}))
        except ParameterError as error:
            said.append(str(error))
    assert said and all("is empty" in sentence for sentence in said)


# ---- damage ---------------------------------------------------------------------------------


def rewritten(bank: Path, path: Path, change: Callable[[pa.Table], pa.Table]) -> Path:
    pq.write_table(change(pq.read_table(bank)), path)
    return path


def _set(table: pa.Table, column: str, row: int, value: Any) -> pa.Table:
    values = table.column(column).to_pylist()
    values[row] = value
    number = table.schema.get_field_index(column)
    return table.set_column(number, table.schema.field(column), pa.array(values, pa.string()))


def _not_utf8(table: pa.Table) -> pa.Table:
    raw = pa.array([b"caf\xe9"] * len(table), pa.binary())
    number = table.schema.get_field_index("query")
    text = pa.StringArray.from_buffers(len(raw), raw.buffers()[1], raw.buffers()[2])
    return table.set_column(number, "query", text)


DAMAGE: dict[str, tuple[Callable[[pa.Table], pa.Table], str]] = {
    "missing column": (lambda t: t.drop_columns(["cell"]), "column 'cell' is missing"),
    "wrong type": (
        lambda t: t.set_column(0, "id", pa.array(range(len(t)))),
        "column 'id' holds int64",
    ),
    "mixed encodings": (_not_utf8, "not UTF-8"),
    "a million characters": (
        lambda t: _set(t, "query", 5, "x" * 1_000_000),
        f"1000000 characters; at most {MAX_CELL}",
    ),
    "duplicate id": (
        lambda t: _set(t, "id", 7, t.column("id")[8].as_py()),
        r"holds the id '.+' twice",
    ),
    "unknown nudge": (lambda t: _set(t, "nudge", 3, "nuetral"), "'nuetral'.*'neutral'"),
    "factors": (lambda t: _set(t, "factors", 3, "{broken"), "no JSON"),
    "empty query": (lambda t: _set(t, "query", 3, " "), "query is empty"),
    "no id": (lambda t: _set(t, "id", 3, None), "id"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_bank_is_one_sentence(name: str, bank: Path, tmp_path: Path) -> None:
    change, said = DAMAGE[name]
    damaged = rewritten(bank, tmp_path / "damaged.parquet", change)
    with pytest.raises(DataError, match=said) as caught:
        select_from_bank(damaged, ALL)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "content", [lambda raw: raw[:-2000], lambda raw: raw[: len(raw) // 2], lambda raw: b"", bytes]
)
def test_a_truncated_or_foreign_file_is_one_sentence(
    content: Callable[[bytes], bytes], bank: Path, tmp_path: Path
) -> None:
    path = tmp_path / "cut.parquet"
    raw = content(bank.read_bytes())
    path.write_bytes(raw if len(raw) < bank.stat().st_size else b"PAR1" + raw[::-1])
    with pytest.raises(DataError, match="no Parquet file, or it is damaged"):
        select_from_bank(path, ALL)


def test_damage_inside_the_file_is_one_sentence(bank: Path, tmp_path: Path) -> None:
    raw = bytearray(bank.read_bytes())
    for position in range(100, len(raw) - 20_000, 50):
        raw[position] ^= 0xFF
    path = tmp_path / "rotten.parquet"
    path.write_bytes(raw)
    with pytest.raises(DataError, match=r"damaged|not UTF-8|no JSON|cannot|twice|is empty|nudge"):
        read(path)


def test_nothing_is_left_of_a_bank_that_cannot_be_built(
    asked: list[tuple[ValuePair, list[Situation]]], tmp_path: Path
) -> None:
    some = list(build(asked))[:1500]
    with pytest.raises(DataError, match="two scenarios have the id"):
        write_bank([*some, some[0]], tmp_path / "bank.parquet", {})
    long = some[0].model_copy(update={"query": "x" * 200_000})
    with pytest.raises(DataError, match="200000 characters"):
        write_bank([*some[1:], long], tmp_path / "bank.parquet", {})
    assert list(tmp_path.iterdir()) == []


# ---- size -----------------------------------------------------------------------------------

ONE_SHARD = """
import resource, sys
from inspect_ai import eval
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
task = tradeoffs(bank=sys.argv[1], shard=0, shards=int(sys.argv[2]))
model, logs = "simulated/aster-1", sys.argv[3]
log = eval(task, model=model, score=False, display="log", log_dir=logs)[0]
assert log.status == "success"
print(len(task.dataset), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def large_bank(bank: Path, path: Path, copies: int) -> Path:
    """The neutral queries of a bank again and again, as other families."""
    table = pq.read_table(bank).filter(pc.field("nudge") == "neutral").slice(0, 500)
    with pq.ParquetWriter(path, table.schema) as writer:
        for copy in range(copies):
            changed = table
            for column in ("id", "family", "cell"):
                number = table.schema.get_field_index(column)
                values = pc.binary_join_element_wise(table.column(column), str(copy), "")
                changed = changed.set_column(number, table.schema.field(column), values)
            writer.write_table(changed)
    return path


def test_a_shard_of_a_huge_bank_takes_hardly_more_memory_than_one_of_a_small_bank(
    bank: Path, tmp_path: Path
) -> None:
    peaks: list[float] = []
    for copies, shards in ((6, 20), (600, 2000)):
        path = large_bank(bank, tmp_path / f"{copies}.parquet", copies)
        done = subprocess.run(
            [sys.executable, "-c", ONE_SHARD, str(path), str(shards), str(tmp_path / "logs")],
            capture_output=True,
            text=True,
            check=True,
        )
        samples, peak = map(int, done.stdout.splitlines()[-1].split())
        assert 100 <= samples <= 220
        peaks.append(peak / 1024)
    assert pq.read_metadata(tmp_path / "600.parquet").num_rows == 300_000
    assert peaks[1] - peaks[0] < 50, peaks


def test_the_columns_are_the_fields_of_a_scenario() -> None:
    own = set(NEWER) - {"filters"}
    assert {column.name for column in COLUMNS} - own == set(Scenario.model_fields) - {"values"}
    assert all(column.doc.endswith(".") for column in COLUMNS)
