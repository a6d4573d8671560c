"""Generic pairs: the same everywhere, told apart from written ones, and carried by a bank."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inspect_ai import eval, score
from inspect_ai.log import EvalLog, read_eval_log

from inspect_values.analysis.table import verdict_table
from inspect_values.cli.results import CatalogModels
from inspect_values.errors import DataError, LogError
from inspect_values.evaluation import asked
from inspect_values.evaluation.scorers.verdict import verdict
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.plugins.catalog import default_catalog
from inspect_values.scenarios.bank import pieces, write_bank
from inspect_values.scenarios.bank_rows import from_row
from inspect_values.scenarios.generic import (
    bare_value,
    generic_pair,
    is_generic,
    own_definition,
    value_id,
)
from inspect_values.scenarios.scenario import UNKNOWN_PAIR, Scenario
from inspect_values.values import Value, ValuePair


def scenarios(count: int, first: str = "candour", second: str = "inner calm") -> list[Scenario]:
    pair = generic_pair(bare_value(first, "Saying what is so."), bare_value(second))
    return [
        Scenario(
            id=f"q{number}",
            pair=pair.id,
            pair_version=pair.version,
            family=f"{pair.id}.q{number // 2}",
            cell=f"c{number}",
            domain="unknown",
            nudge="neutral",
            query=f"How do I tell my neighbour number {number} about the noise?",
            factors={},
            refusal_costs="neither",
            values=pair.values,
        )
        for number in range(count)
    ]


def read(path: Path) -> list[Scenario]:
    return [from_row(row) for piece in pieces(path) for row in piece.rows()]


def test_the_ladders_are_the_spectrum_score_in_the_value_s_name() -> None:
    pair = generic_pair(bare_value("Candour"), bare_value("inner calm"))
    assert pair.id == "generic_candour_vs_inner_calm"
    words = ("extremely", "strongly", "moderately", "neutral", "moderately", "strongly")
    assert all(word in rung for word, rung in zip(words, pair.first_ladder, strict=False))
    assert [rung.split()[0] for rung in pair.second_ladder] == ["opposes"] * 3 + ["is"] + [
        "favours"
    ] * 3
    assert all('"inner calm"' in rung for rung in pair.second_ladder)
    assert is_generic(pair)


def test_a_pair_with_a_rubric_of_its_own_is_not_generic(
    small_pair: tuple[ValuePair, list[Any]],
) -> None:
    assert not is_generic(small_pair[0])
    assert all(not is_generic(item.value) for item in default_catalog().pairs.values())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("healthy boundaries", "healthy_boundaries"),
        ("Self-Care", "self_care"),
        ("self care", "self_care"),
        ("naïveté", "naivete"),
        ("both", "value_both"),
        ("2nd chances", "value_2nd_chances"),
    ],
)
def test_the_id_comes_from_the_name(name: str, expected: str) -> None:
    assert value_id(name) == expected


@given(st.text(min_size=1, max_size=150))
def test_any_name_is_a_value_or_a_sentence(name: str) -> None:
    try:
        value = bare_value(name)
    except DataError as error:
        assert "\n" not in str(error)
        return
    assert bare_value(value.name, own_definition(value), id=value.id) == value
    pair = generic_pair(value, bare_value("some other value"))
    assert len(pair.id) <= 80


def test_names_that_lose_letters_stay_apart() -> None:
    assert len({value_id(name) for name in ("доверие", "честность", "Mut доверие", "Mut")}) == 4


def test_long_names_stay_apart() -> None:
    names = [f"the value of being careful with everything that is {n}" for n in ("old", "new")]
    assert len({value_id(name) for name in names}) == 2


@pytest.mark.parametrize(
    ("name", "definition", "said"),
    [
        ("", "", "has no name"),
        ("x" * 121, "", "121 characters; at most 120"),
        ("bell\x07", "", "control characters"),
        ("fine", "y" * 1001, "1001 characters; at most 1000"),
    ],
)
def test_a_value_that_cannot_be_used_is_a_sentence(name: str, definition: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        bare_value(name, definition)


def test_a_value_against_itself_is_a_sentence() -> None:
    with pytest.raises(DataError, match="both values of the pair are 'self_care'"):
        generic_pair(bare_value("self-care"), bare_value("Self care"))


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """What Inspect leaves to the garbage collector goes before the warning of it counts."""
    yield
    gc.collect()


# ---- in a bank ------------------------------------------------------------------------------


def test_a_bank_brings_generic_pairs_back(tmp_path: Path) -> None:
    made = scenarios(3)
    write_bank(made, tmp_path / "bank.parquet", {})
    found = read(tmp_path / "bank.parquet")
    assert found == made
    assert found[0].values is not None
    assert generic_pair(*found[0].values).digest == generic_pair(*(made[0].values or ())).digest
    assert own_definition(found[0].values[1]) == ""


def test_the_pair_s_texts_cost_nothing(tmp_path: Path) -> None:
    made = scenarios(4000)
    bare = [s.model_copy(update={"values": None, "pair": "candour_vs_calm"}) for s in made]
    for name, rows in (("with", made), ("without", bare)):
        write_bank(rows, tmp_path / f"{name}.parquet", {})
    added = (tmp_path / "with.parquet").stat().st_size - (
        tmp_path / "without.parquet"
    ).stat().st_size
    assert added < 2_000


def test_a_bank_of_the_first_schema_is_read(tmp_path: Path) -> None:
    made = [s.model_copy(update={"values": None, "pair": "a_vs_b"}) for s in scenarios(2)]
    write_bank(made, tmp_path / "bank.parquet", {})
    old = pq.read_table(tmp_path / "bank.parquet")
    names = [n for n in old.column_names if not n.startswith(("first_", "second_", "rubric"))]
    pq.write_table(old.select([n for n in names if n != "filters"]), tmp_path / "old.parquet")
    assert read(tmp_path / "old.parquet") == made


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("rubric", "genric", "rubric 'genric' is not known; allowed: generic, pair"),
        ("pair", "honesty_vs_helpfulness", "whose pair is 'generic_candour_vs_inner_calm'"),
        ("first_name", None, "a value has no name"),
        ("first_value", "Not An Id", "id: String should match"),
        ("rubric", "pair", None),
    ],
)
def test_a_damaged_generic_row_is_a_sentence(
    tmp_path: Path, column: str, value: Any, said: str | None
) -> None:
    write_bank(scenarios(2), tmp_path / "bank.parquet", {})
    table = pq.read_table(tmp_path / "bank.parquet")
    number = table.schema.get_field_index(column)
    changed = pa.array([value, table.column(column)[1].as_py()], pa.string())
    pq.write_table(table.set_column(number, column, changed), tmp_path / "bad.parquet")
    if said is None:  # the id says that it is generic
        assert read(tmp_path / "bad.parquet") == scenarios(2)
        return
    with pytest.raises(DataError, match=said) as caught:
        read(tmp_path / "bad.parquet")
    assert "\n" not in str(caught.value)


def ask(bank: Path, folder: Path, **more: Any) -> EvalLog:
    task = tradeoffs(bank=str(bank), **more)
    return eval(task, model="simulated/aster-1", display="log", log_dir=str(folder))[0]


def test_a_bank_with_generic_pairs_is_asked_and_judged_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [
        *scenarios(4),
        *(
            s.model_copy(update={"id": f"z{s.id}", "cell": f"z{s.cell}"})
            for s in scenarios(4, "thrift", "privacy")
        ),
    ]
    write_bank(made, tmp_path / "bank.parquet", {})
    log = ask(tmp_path / "bank.parquet", tmp_path / "logs")
    assert log.status == "success"
    table = verdict_table([log.location], CatalogModels(default_catalog()))
    assert table["outcome"].eq("verdict").all()
    assert set(table["pair"]) == {"generic_candour_vs_inner_calm", "generic_thrift_vs_privacy"}

    # another process, which knows nothing of the bank
    monkeypatch.setattr(asked, "_asked", {})
    again = score(
        read_eval_log(log.location),
        verdict(),
        action="overwrite",
        display="log",
        model_roles={"grader": "simulated/judge-exact"},
    )
    assert again.samples
    firsts = [(s.scores or {})["verdict"].metadata for s in again.samples]
    assert all(m and m["outcome"] == "verdict" for m in firsts)
    assert all(m and m["judge"] == "simulated/judge-exact" for m in firsts)


def test_a_generic_rubric_that_has_changed_is_not_used_for_an_old_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = {
        "pair": "generic_a_vs_b",
        "pair_digest": "0" * 12,
        "generic": True,
        **{f"{side}_{part}": side for side in ("first", "second") for part in ("value", "name")},
    }
    with pytest.raises(LogError, match="has changed since this log was made"):
        asked.pair_of(metadata)
    with pytest.raises(LogError, match="cannot be made"):
        asked.pair_of(metadata | {"first_name": ""})


def test_one_generic_pair_of_a_bank_is_chosen_by_its_id(tmp_path: Path) -> None:
    made = [
        *scenarios(2),
        *(s.model_copy(update={"id": f"z{s.id}"}) for s in scenarios(2, "thrift", "privacy")),
    ]
    write_bank(made, tmp_path / "bank.parquet", {})
    task = tradeoffs(bank=str(tmp_path / "bank.parquet"), pairs="generic_thrift_vs_privacy")
    assert {s.metadata["pair"] for s in task.dataset if s.metadata} == {"generic_thrift_vs_privacy"}


@pytest.mark.parametrize(
    ("change", "arguments", "said"),
    [
        (lambda s: {}, {"pairs": "generic_thrift_vs_privcy"}, "generic_candour_vs_inner_calm"),
        (lambda s: {"values": None, "pair": UNKNOWN_PAIR}, {}, "name no value pair"),
        (
            lambda s: {"values": (s.values[0], bare_value("inner calm", f"Calm {s.id}."))},
            {},
            "in two ways",
        ),
    ],
)
def test_a_bank_that_cannot_be_asked_is_a_sentence(
    tmp_path: Path,
    change: Callable[[Any], dict[str, Any]],
    arguments: dict[str, Any],
    said: str,
) -> None:
    made = [s.model_copy(update=change(s)) for s in scenarios(2)]
    write_bank(made, tmp_path / "bank.parquet", {})
    with pytest.raises(Exception, match=said):
        tradeoffs(bank=str(tmp_path / "bank.parquet"), **arguments)


def test_a_run_over_very_many_pairs_keeps_its_log_small(tmp_path: Path) -> None:
    made = [
        s.model_copy(update={"id": f"p{n}", "cell": f"p{n}"})
        for n in range(60)
        for s in scenarios(1, f"value {n}", "privacy")
    ]
    write_bank(made, tmp_path / "bank.parquet", {})
    log = ask(tmp_path / "bank.parquet", tmp_path / "logs")
    assert log.results and len(log.results.scores[0].metrics) <= 3
    assert "57 more value pairs" in str((log.eval.metadata or {})["pairs"])
    assert Value.model_validate(made[0].values and made[0].values[0].model_dump())
