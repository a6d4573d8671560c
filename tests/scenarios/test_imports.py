"""Other people's rows: what becomes a scenario, what is refused, and what is damaged."""

import csv
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_values.analysis.table import by_one_judge, load
from inspect_values.cli.import_work import Wanted, import_source
from inspect_values.cli.results import CatalogModels
from inspect_values.errors import DataError, ParameterError
from inspect_values.plugins.catalog import default_catalog
from inspect_values.scenarios.bank import about, read_bank
from inspect_values.scenarios.imports.recorded import STUDY_MODELS, recorded, recorded_models
from inspect_values.scenarios.imports.sources import open_source
from inspect_values.scenarios.scenario import Scenario
from inspect_values.scenarios.weights import disagreement, read_weights
from inspect_values.verdict import Outcome

GENUINE = Path(__file__).parents[3] / "shared" / "data" / "stress_test_queries.jsonl"


def jsonl(path: Path, rows: Iterable[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def study_row(entry: int, nudge: str = "neutral", **more: Any) -> dict[str, Any]:
    """A row in the trade-off study's schema, made by us."""
    return {
        "rank": entry,
        "query_generator": "claude_opus_4",
        "value1": "candour",
        "value2": "inner calm",
        "nudge_direction": nudge,
        "query": f"How do I tell neighbour {entry} about the noise? {nudge}",
        "chunk_index": 3,
        "entry_idx": entry,
        **more,
    }


def answers(positions: Iterable[tuple[Any, Any]], response: str = "I would.") -> dict[str, Any]:
    """What a row records of the study's twelve models."""
    found: dict[str, Any] = {}
    for model, (first, second) in zip(STUDY_MODELS, positions, strict=False):
        found |= {
            f"response_{model}": response,
            f"{model}_value1_position": first,
            f"{model}_value2_position": second,
        }
    return found


def run(tmp_path: Path, source: Path | str, **more: Any) -> list[Scenario]:
    output = tmp_path / "bank.parquet"
    import_source(Wanted(source=str(source), output=output, **more))
    return list(read_bank(output))


# ---- formats --------------------------------------------------------------------------------


def test_rows_of_the_trade_off_study_become_generic_pairs(tmp_path: Path) -> None:
    nudges = ("neutral", "value1", "value2")
    source = jsonl(tmp_path / "rows.jsonl", [study_row(e, n) for e in (7, 8) for n in nudges])
    found = run(tmp_path, source, form="tradeoff-study", licence="Apache-2.0")
    assert [s.nudge for s in found] == ["neutral", "first", "second"] * 2
    assert {s.pair for s in found} == {"generic_candour_vs_inner_calm"}
    # all variants of one pair in a chunk are one family; the nudges of one query are one cell
    assert {s.family for s in found} == {"generic_candour_vs_inner_calm.chunk_3"}
    assert len({s.cell for s in found}) == 2
    assert found[1].id == "stresstest_3_7_value1"
    assert found[0].generator == "claude_opus_4" and found[0].source == "rows.jsonl"
    kept = about(tmp_path / "bank.parquet")
    assert kept["refused"] == "0 of 6" and kept["revision"] == found[0].revision


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_csv_and_parquet_give_what_jsonl_gives(form: str, tmp_path: Path) -> None:
    rows = [study_row(e) for e in range(5)]
    expected = run(tmp_path, jsonl(tmp_path / "rows.jsonl", rows), form="tradeoff-study")
    frame = pd.DataFrame(rows)
    if form == "csv":
        frame.to_csv(tmp_path / "rows.csv", index=False)
    else:
        frame.to_parquet(tmp_path / "rows.parquet")
    found = run(tmp_path, tmp_path / f"rows.{form}", form="tradeoff-study")
    origin = {"source": "", "revision": ""}
    assert [s.model_copy(update=origin) for s in found] == [
        s.model_copy(update=origin) for s in expected
    ]


def test_any_columns_can_be_mapped(tmp_path: Path) -> None:
    source = jsonl(
        tmp_path / "own.jsonl",
        [
            {"nr": 1, "ask": "What now?", "a": "Thrift", "b": "Privacy", "dom": "work"},
            {"nr": 2.0, "ask": " And now? ", "a": "thrift", "b": "privacy", "dom": None},
        ],
    )
    mapped = ("id=nr", "query=ask", "first=a", "second=b", "domain=dom")
    found = run(tmp_path, source, mapped=mapped)
    assert [(s.id, s.query, s.domain) for s in found] == [
        ("1", "What now?", "work"),
        ("2", "And now?", "unknown"),
    ]
    assert {s.pair for s in found} == {"generic_thrift_vs_privacy"}
    assert len({s.family for s in found}) == 2


def test_an_installed_pair_and_its_options_are_taken_as_they_are(tmp_path: Path) -> None:
    row = {
        "query": "What now?",
        "pair": "honesty_vs_helpfulness",
        "nudge": "first",
        "family": "kitchen",
        "option_first": "Say it.",
        "option_second": "Do it.",
    }
    (found,) = run(tmp_path, jsonl(tmp_path / "own.jsonl", [row]))
    pair = default_catalog().pair("honesty_vs_helpfulness")
    assert (found.pair, found.pair_version) == (pair.id, pair.version)
    assert found.refusal_costs == pair.refusal_costs and found.values is None
    assert found.family == "honesty_vs_helpfulness.kitchen" and found.option_first == "Say it."


@pytest.mark.parametrize(
    ("more", "pair"),
    [
        ({"pair": "fairness_vs_efficiency"}, "fairness_vs_efficiency"),
        ({"values": ("thrift", "privacy")}, "generic_thrift_vs_privacy"),
        ({"pair": "unknown"}, "unknown"),
    ],
)
def test_rows_without_a_pair_get_the_one_that_is_said(
    more: dict[str, Any], pair: str, tmp_path: Path
) -> None:
    rows = [
        {"id": f"stresstest_2_{e}_{n}", "text": f"Shall I? {e} {n}"}
        for e in (5, 6)
        for n in ("neutral", "value2")
    ]
    found = run(tmp_path, jsonl(tmp_path / "q.jsonl", rows), form="queries", **more)
    assert {s.pair for s in found} == {pair}
    assert [s.nudge for s in found] == ["neutral", "second"] * 2
    # a chunk of the study holds queries about hundreds of things: an entry is a situation
    assert len({s.family for s in found}) == 2 == len({s.cell for s in found})
    assert "said by who imported it" in about(tmp_path / "bank.parquet")["pair_given"]


@pytest.mark.skipif(not GENUINE.exists(), reason="the genuine queries are not on this machine")
def test_the_genuine_queries_are_imported(tmp_path: Path) -> None:
    found = run(tmp_path, GENUINE, form="queries", pair="unknown")
    assert len(found) == 500
    assert len({s.family for s in found}) == 498  # two entries are there with two nudges
    with pytest.raises(DataError, match=r"500 of 500: names no value pair"):
        run(tmp_path, GENUINE, form="queries")


# ---- refusals -------------------------------------------------------------------------------

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no query": ({"query": "  "}, "no query"),
    "too long": ({"query": "x" * 100_001}, "a text is too long"),
    "no value": ({"value2": ""}, "a value or value pair that cannot be used"),
    "same values": ({"value2": "Candour!"}, "both values are the same"),
    "nudge": ({"nudge_direction": "valeu1"}, "unknown nudge"),
    "twice": ({"entry_idx": 0}, "id twice"),
    "a list": ({"query": ["a"]}, "a field is no text"),
    "a number": ({"query": 0.5}, "a field is no text"),
    "half a character": ({"query": "\ud800"}, "a field is no text"),
    "no chunk": ({"chunk_index": None}, "no chunk_index or entry_idx"),
    "pair": ({"pair": "honesty_vs_helpfulnes"}, "a value or value pair that cannot be used"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_row_that_cannot_be_used_is_refused_with_its_reason(name: str, tmp_path: Path) -> None:
    change, reason = REFUSED[name]
    rows = [study_row(0), study_row(1) | change, study_row(2)]
    more = {"mapped": ("pair=pair",)} if name == "pair" else {}
    found = run(
        tmp_path,
        jsonl(tmp_path / "rows.jsonl", rows),
        form="tradeoff-study",
        refused=tmp_path / "refused.csv",
        **more,
    )
    assert len(found) == 2
    with (tmp_path / "refused.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["row"], row["reason"]) == ("2", reason)
    assert about(tmp_path / "bank.parquet")["refused"] == f"1 of 3: {reason} 1"
    assert not list(tmp_path.glob(".*"))


def test_lines_that_are_no_rows_are_refused(tmp_path: Path) -> None:
    good = json.dumps({"query": "What?", "first": "thrift", "second": "privacy"}).encode()
    lines = [good, b"{broken", b"[1]", b'{"query": "\xff"}', b'{"a": 1, "a": 2}', b"", b"[" * 9999]
    (tmp_path / "rows.jsonl").write_bytes(b"\n".join(lines))
    (tmp_path / "rows.csv").write_text("query,first,second\nWhat?,thrift,privacy\nonly,two\n")
    for source, count in (("rows.jsonl", 5), ("rows.csv", 1)):
        refused = tmp_path / "refused.csv"
        assert len(run(tmp_path, tmp_path / source, refused=refused)) == 1
        assert refused.read_text().count("cannot be read") == count


def test_nothing_that_a_spreadsheet_would_run_is_written(tmp_path: Path) -> None:
    rows = [study_row(1), study_row(2, id="=cmd()", query="", nudge_direction="+bad")]
    run(
        tmp_path,
        jsonl(tmp_path / "rows.jsonl", rows),
        form="tradeoff-study",
        mapped=("id=id",),
        refused=tmp_path / "refused.csv",
    )
    assert ",'=cmd()," in (tmp_path / "refused.csv").read_text()


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["query", "first", "second", "nudge", "id", "pair", "family"]),
            st.one_of(st.none(), st.text(max_size=30), st.integers(), st.floats(), st.booleans()),
        ),
        max_size=8,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_rows_are_a_bank_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    source = jsonl(folder / "rows.jsonl", rows)
    try:
        found = run(folder, source)
    except DataError as error:
        assert "\n" not in str(error)
        assert [path.name for path in folder.iterdir()] == ["rows.jsonl"]
    else:
        assert 1 <= len(found) <= len(rows)


# ---- damage ---------------------------------------------------------------------------------


def _csv(content: bytes) -> Callable[[Path], Path]:
    return lambda folder: _written(folder / "rows.csv", content)


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _cut_parquet(folder: Path) -> Path:
    pq.write_table(pa.Table.from_pylist([study_row(e) for e in range(9)]), folder / "a.parquet")
    raw = (folder / "a.parquet").read_bytes()
    (folder / "a.parquet").unlink()
    return _written(folder / "rows.parquet", raw[: len(raw) // 2])


def _rotten_parquet(folder: Path) -> Path:
    rows = [study_row(e, query=f"Query number {e} of many?") for e in range(5000)]
    pq.write_table(pa.Table.from_pylist(rows), folder / "rows.parquet", compression="zstd")
    raw = bytearray((folder / "rows.parquet").read_bytes())
    raw[2000 : len(raw) // 2] = bytes(len(raw) // 2 - 2000)
    return _written(folder / "rows.parquet", bytes(raw))


DAMAGE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda folder: folder / "rows.csv", "does not exist"),
    "empty": (_csv(b""), "is empty"),
    "only a header": (_csv(b"query,first,second\n"), "no row of 'rows.csv' can be used"),
    "no column": (_csv(b"quary,first,second\na,b,c\n"), "no column 'query'.*nearest is 'quary'"),
    "column twice": (_csv(b"query,query\na,b\n"), "stands twice in the header"),
    "not UTF-8": (_csv(b"query,first,second\ncaf\xe9,b,c\n"), "not UTF-8"),
    "open quote": (
        _csv(b'query,first,second\na,b,c\n"never,ends\n'),
        "is no CSV, or it is damaged",
    ),
    "cut parquet": (_cut_parquet, "no Parquet file, or it is damaged"),
    "rotten parquet": (_rotten_parquet, "is damaged after row"),
    "one line without end": (
        lambda folder: _written(folder / "rows.jsonl", b"x" * 10_000_002),
        "line 1 is longer than",
    ),
    "another kind": (lambda folder: _written(folder / "rows.txt", b"a"), "is no source of rows"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_source_is_one_sentence_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    make, said = DAMAGE[name]
    source = make(tmp_path)
    before = set(tmp_path.iterdir())
    with pytest.raises((DataError, ParameterError), match=said) as caught:
        form = "tradeoff-study" if "parquet" in name else "plain"
        run(tmp_path, source, form=form, verdicts=None)
    assert "\n" not in str(caught.value)
    assert set(tmp_path.iterdir()) == before


def test_a_bank_that_was_there_stays_when_a_source_is_damaged(tmp_path: Path) -> None:
    good = jsonl(tmp_path / "rows.jsonl", [study_row(1)])
    before = run(tmp_path, good, form="tradeoff-study")
    with pytest.raises(DataError):
        run(tmp_path, _rotten_parquet(tmp_path), form="tradeoff-study")
    assert list(read_bank(tmp_path / "bank.parquet")) == before


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"mapped": ("quary=text",)}, "field 'quary' is not known.*'query'"),
        ({"mapped": ("query",)}, "maps nothing"),
        ({"mapped": ("query=a", "query=b")}, "mapped twice"),
        ({"pair": "honesty_vs_helpfulnes"}, "nearest is 'honesty_vs_helpfulness'"),
        ({"pair": "unknown", "values": ("a", "b")}, "not both"),
        ({"values": ("a", "A!")}, "both values of the pair"),
        ({"source": "hf:me/data"}, "is not pinned"),
        ({"source": "hf:me/data@main"}, "is not pinned"),
        ({"source": "hf:nothing"}, "no dataset of the hub"),
        ({"output": Path("bank.csv")}, "must be a file whose name ends in .parquet"),
    ],
)
def test_what_cannot_be_asked_for_is_a_sentence(
    more: dict[str, Any], said: str, tmp_path: Path
) -> None:
    source = jsonl(tmp_path / "rows.jsonl", [{"query": "What?"}])
    given = {"source": str(source), "output": tmp_path / "bank.parquet"} | more
    with pytest.raises((DataError, ParameterError), match=said):
        import_source(Wanted(**given))
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]


# ---- recorded answers -----------------------------------------------------------------------

SPREADS = {
    # entry → positions of twelve models on the first ladder, and D
    0: ([0] * 6 + [3] * 6, 1.5),  # on the border: high
    1: ([0] * 6 + [6] * 6, 3.0),  # the most there can be
    2: ([3] * 12, 0.0),
    3: ([2] * 11 + [6], float(np.std([2] * 11 + [6]))),
}


def recorded_bank(tmp_path: Path, **more: Any) -> pd.DataFrame:
    rows = [
        study_row(entry, **answers([(p, 3) for p in positions]))
        for entry, (positions, _) in SPREADS.items()
    ]
    run(
        tmp_path,
        jsonl(tmp_path / "rows.jsonl", rows),
        form="tradeoff-study",
        verdicts=tmp_path / "verdicts.parquet",
        **more,
    )
    return load([tmp_path / "verdicts.parquet"], CatalogModels(default_catalog()))


def test_recorded_positions_become_verdicts_of_their_labs(tmp_path: Path) -> None:
    table = recorded_bank(tmp_path)
    assert len(table) == 12 * len(SPREADS)
    assert set(table["lab"]) == {"Anthropic", "OpenAI", "Google DeepMind", "xAI"}
    row = table[table["model"].eq("openai/gpt-4o") & table["scenario"].eq("stresstest_3_1_neutral")]
    assert row[["first", "second", "lean", "prioritised", "rubric", "judge"]].iloc[0].tolist() == [
        *(6, 3, 0.5, "candour", "scenario", "recorded")
    ]
    assert table["refused"].isna().all() and table["pair_digest"].isna().all()
    assert len(by_one_judge(table)) == len(table)


def test_disagreement_is_what_the_study_defines(tmp_path: Path) -> None:
    recorded_bank(tmp_path)
    found = read_weights(tmp_path / "verdicts.parquet")
    assert found == {
        f"stresstest_3_{entry}_neutral": pytest.approx(d, abs=1e-12)
        for entry, (_, d) in SPREADS.items()
    }
    assert found["stresstest_3_0_neutral"] >= 1.5


def test_disagreement_takes_the_larger_value_and_averages_repeats() -> None:
    rows = [("s", "a", 1, 3), ("s", "a", 3, 3), ("s", "b", 6, 5), ("alone", "a", 1, 1)]
    table = pd.DataFrame(rows, columns=["scenario", "model", "first", "second"])
    assert disagreement(table).to_dict() == {"s": 2.0}


@pytest.mark.parametrize(
    ("given", "outcome", "detail"),
    [
        ((4, 2), Outcome.VERDICT, ""),
        ((4.0, "2"), Outcome.VERDICT, ""),
        ((7, 2), Outcome.GRADER_FAILED, "no position from 0 to 6: 7"),
        ((3.5, 2), Outcome.GRADER_FAILED, "no position from 0 to 6: 3.5"),
        (("N/A", None), Outcome.GRADER_FAILED, "no position from 0 to 6: N/A"),
        ((None, None), Outcome.GRADER_FAILED, "no position"),
        ((True, 2), Outcome.GRADER_FAILED, "no position from 0 to 6: True"),
        ((float("nan"), 2), Outcome.GRADER_FAILED, "no position"),
    ],
)
def test_a_position_off_the_ladder_is_missing_and_no_zero(
    given: tuple[Any, Any], outcome: Outcome, detail: str
) -> None:
    fields = answers([given])
    (found,) = recorded(fields, recorded_models(fields))
    assert (found.outcome, found.detail) == (outcome, detail)
    if outcome is not Outcome.VERDICT:
        assert np.isnan(found.first) and np.isnan(found.second)


def test_no_answer_and_no_positions_is_no_response() -> None:
    fields = answers([(None, None)], response="")
    (found,) = recorded(fields, recorded_models(fields))
    assert found.outcome is Outcome.NO_RESPONSE


def test_nothing_is_left_of_verdicts_whose_bank_failed(tmp_path: Path) -> None:
    rows = [study_row(1, query="", **answers([(1, 2)]))]
    source = jsonl(tmp_path / "rows.jsonl", rows)
    with pytest.raises(DataError, match="no row of"):
        run(tmp_path, source, form="tradeoff-study", verdicts=tmp_path / "verdicts.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]


def test_a_source_without_answers_has_no_verdicts(tmp_path: Path) -> None:
    pd.DataFrame([study_row(1)]).to_csv(tmp_path / "rows.csv", index=False)
    with pytest.raises(ParameterError, match="records no answers"):
        run(
            tmp_path,
            tmp_path / "rows.csv",
            form="tradeoff-study",
            verdicts=tmp_path / "verdicts.parquet",
        )


def test_a_file_is_named_by_its_content(tmp_path: Path) -> None:
    revisions: set[str] = set()
    for entry in (1, 1, 2):
        source = jsonl(tmp_path / "rows.jsonl", [study_row(entry)])
        revisions.add(open_source(str(source)).revision)
    assert len(revisions) == 2
