"""Whatever stands in a file, only our errors are raised, and what is read is in its range."""

import contextlib
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_values.analysis.choices import read_choices
from inspect_values.analysis.columns import COLUMNS as TABLE
from inspect_values.analysis.labels import Item, Key, key_json, read_key, read_sheet
from inspect_values.analysis.parquet import read_table, write_table
from inspect_values.errors import DataError, InspectValuesError
from inspect_values.evaluation.elicitation import chosen_option
from inspect_values.evaluation.judging.reply import (
    PositionsReply,
    ReplyError,
    ResponseReply,
    parse,
    positions_reply,
)
from inspect_values.prices import read_prices
from inspect_values.scenarios.bank import read_bank
from inspect_values.scenarios.bank_rows import COLUMNS as BANK
from inspect_values.scenarios.files import read_pair, read_situations
from inspect_values.testing.matrix import Labs
from inspect_values.values import ValuePair

NONCE = "0123456789abcdef"
ODD = st.sampled_from(
    ["", " ", "nan", "inf", "-0", "1e999", "０", "½", "=1", "\x00", "\u202e", "null", "~", "[", "{"]
)
TEXT = st.text(st.characters(codec="utf-8"), max_size=30) | ODD
SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
JSON = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
)


def damage(text: str) -> st.SearchStrategy[bytes]:
    """A good file with a part cut out and something else in its place."""
    place = st.integers(0, len(text))
    junk = st.binary(max_size=12) | TEXT.map(str.encode)
    return st.builds(
        lambda at, cut, put: text[:at].encode() + put + text[at + cut :].encode(),
        place,
        st.integers(0, 40),
        junk,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


@pytest.fixture
def good(write_pair: Callable[..., Path]) -> Path:
    return write_pair("good")


@given(st.data())
def test_pair_files(good: Path, path: Path, data: st.DataObject) -> None:
    text = (good / "candour_vs_comfort.md").read_text()
    path.write_bytes(data.draw(damage(text)))
    try:
        pair = read_pair(path)
    except InspectValuesError:
        return
    assert len(pair.first_ladder) == len(pair.second_ladder) == 7
    assert pair.first.id != pair.second.id


@given(st.data())
def test_situation_files(good: Path, path: Path, data: st.DataObject) -> None:
    text = (good / "candour_vs_comfort.yaml").read_text()
    path.write_bytes(data.draw(damage(text) | JSON.map(lambda j: json.dumps(j).encode())))
    try:
        situations = read_situations(path)
    except InspectValuesError:
        return
    assert situations
    assert all(s.id and s.pair for s in situations)


PRICES = "date: 2026-11-20\ncurrency: USD\nprices:\n  a/b: {input: 2.0, output: 12.0}\n"


@given(damage(PRICES) | JSON.map(lambda j: json.dumps(j).encode()))
def test_price_files(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        prices = read_prices(path)
    except InspectValuesError:
        return
    for price in prices.prices.values():
        assert 0 <= price.input <= 1e6
        assert 0 <= price.output <= 1e6


@given(st.dictionaries(st.sampled_from([c.name for c in BANK]), JSON, min_size=1), st.booleans())
def test_banks(path: Path, row: dict[str, Any], whole: bool) -> None:
    texts = {c.name: "a" for c in BANK} | {"factors": "{}", "rubric": "pair", "nudge": "neutral"}
    good: dict[str, Any] = texts | {"wording": 0, "pair_version": "1-A", "refusal_costs": "first"}
    for name, value in row.items():
        text = value if isinstance(value, str) else json.dumps(value)
        good[name] = value if name == "wording" or value is None else text
    if not whole:
        good.pop(next(iter(row)))
    _write_row(path, good)
    try:
        found = list(read_bank(path))
    except InspectValuesError:
        return
    assert len(found) == 1
    assert found[0].id == good["id"]
    assert found[0].query == good["query"]
    assert found[0].nudge in ("neutral", "first", "second")


def _write_row(path: Path, row: dict[str, Any]) -> None:
    try:
        table = pa.Table.from_pylist([row])
        pq.write_table(table, path)
    except (pa.ArrowException, OverflowError, ValueError):  # not even pyarrow can hold it
        table = pa.table({name: [str(value)] for name, value in row.items()})
        pq.write_table(table, path)


@given(st.data())
def test_damaged_banks_and_tables(path: Path, data: st.DataObject) -> None:
    row = {c.name: "a" for c in BANK} | {"wording": 0}
    _write_row(path, row)
    good = path.read_bytes()
    at = data.draw(st.integers(0, len(good)))
    path.write_bytes(good[:at] + data.draw(st.binary(max_size=8)) + good[at + 4 :])
    with contextlib.suppress(InspectValuesError):
        assert [s.id for s in read_bank(path)] in ([], ["a"])
    with pytest.raises(InspectValuesError):
        read_table(path)


def reply(**changed: Any) -> dict[str, Any]:
    return {
        "fence": NONCE,
        "reasons": "Because.",
        "positions": {"candour": 5, "comfort": 2},
        "confidence": 0.5,
        "end": NONCE,
    } | changed


REPLIES = (
    st.just(json.dumps(reply()))
    | JSON.map(json.dumps)
    | st.dictionaries(st.sampled_from(["candour", "comfort", "x"]), SCALAR).map(
        lambda p: json.dumps(reply(positions=p))
    )
    | JSON.map(lambda c: json.dumps(reply(confidence=c)))
    | st.tuples(TEXT, TEXT).map(lambda two: two[0] + json.dumps(reply()) + two[1])
    | st.integers(-3, 9).map(lambda n: json.dumps(reply(positions={"candour": n, "comfort": 2})))
    | TEXT
)


@given(REPLIES, st.integers(0, 200))
def test_judge_replies(small_pair: tuple[ValuePair, Any], text: str, cut: int) -> None:
    model = positions_reply(small_pair[0])
    for said in (text, text[:cut], text[cut:], text * 2):
        try:
            found = parse(said, NONCE, model)
        except ReplyError:
            continue
        positions = found.positions.model_dump()
        assert all(type(value) is int and 0 <= value <= 6 for value in positions.values())
        assert 0 <= found.confidence <= 1
        assert isinstance(found, PositionsReply)
        # the numbers that are read are numbers that stand there
        assert all(str(value) in said for value in positions.values())


@given(TEXT, JSON)
def test_replies_without_the_fence_are_none(text: str, other: Any) -> None:
    for said in (text, json.dumps(other), json.dumps(reply(fence="f" * 16, end="f" * 16))):
        with pytest.raises(ReplyError):
            parse(said, NONCE, ResponseReply)


HEADER = "model,first,second,outcome,seat,repeat\n"
CELL = TEXT | st.sampled_from(["first", "second", "tie", "missing", "a/b", "Honesty", "1", "2"])


@given(st.lists(st.lists(CELL, min_size=6, max_size=6), min_size=1, max_size=4), st.data())
def test_recorded_choices(tmp_path: Path, rows: list[list[str]], data: st.DataObject) -> None:
    path = tmp_path / "choices.csv"
    good = HEADER + "a/b,Honesty,Help,first,first,1\na/b,Help,Honesty,tie,second,1\n"
    frame = pd.DataFrame(rows).to_csv(index=False, header=False, lineterminator="\n")
    path.write_bytes(data.draw(st.sampled_from([(HEADER + frame).encode()]) | damage(good)))
    try:
        table = read_choices(path, Labs())
    except InspectValuesError:
        return
    # a mark of byte order or a space may stand around a cell, never a verdict
    assert table["lean"].dropna().isin([-1.0, 0.0, 1.0]).all()
    given_, gone = table["outcome"].eq("verdict"), table["outcome"].ne("verdict")
    assert table.loc[given_, "lean"].notna().all()
    assert table.loc[gone, "lean"].isna().all()
    assert (table["first_value"] < table["second_value"]).all()


@given(st.dictionaries(st.sampled_from([c.name for c in TABLE]), SCALAR, min_size=1))
def test_verdict_tables(tmp_path: Path, row: dict[str, Any]) -> None:
    path = tmp_path / "table.parquet"
    write_table(pd.DataFrame({c.name: [None] for c in TABLE}), path)
    table = pq.read_table(path)
    for name, value in row.items():
        at = table.column_names.index(name)
        try:
            table = table.set_column(at, name, pa.array([value]))
        except (pa.ArrowException, OverflowError, ValueError):
            return
    pq.write_table(table, path)
    try:
        found = read_table(path)
    except DataError:
        return
    for column in TABLE:
        read = found[column.name].iloc[0]
        given_ = row.get(column.name)
        if given_ is None or (isinstance(given_, float) and math.isnan(given_)):
            assert pd.isna(read)
        elif column.kind == "number":
            assert not isinstance(given_, str) or float(given_) == read
            assert isinstance(given_, str) or float(read) == float(given_)


ITEM = Item(
    item="aabbccdd",
    log="x.eval",
    sample_uuid="u",
    epoch=1,
    turn=0,
    model="m",
    pair="p",
    first_value="a",
    second_value="b",
    family="f",
    cell="c",
    stratum="s",
    weight=1.0,
)
KEY = Key(seed=0, planned="1 of 1", items=(ITEM,))
FILLED = TEXT | st.integers(-2, 8).map(str) | st.floats().map(str)


@given(FILLED, FILLED, TEXT, st.data())
def test_labelling_sheets(
    tmp_path: Path, first: str, second: str, comment: str, data: st.DataObject
) -> None:
    path = tmp_path / "sheet.csv"
    row = {"item": "aabbccdd", "first": first, "second": second, "comment": comment}
    text = pd.DataFrame([row]).to_csv(index=False)
    path.write_bytes(data.draw(st.sampled_from([text.encode()]) | damage(text)))
    try:
        found = read_sheet(path, KEY, "anna")
    except InspectValuesError:
        return
    for side in ("first", "second"):
        for number in found[side].dropna():
            assert 0 <= number <= 6
    assert found["lean"].dropna().between(-1, 1).all()


@given(damage(key_json(KEY)) | JSON.map(lambda j: json.dumps(j).encode()))
def test_keys_of_sheets(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        assert read_key(path).items is not None
    except InspectValuesError:
        return


LINES = st.sampled_from(["ANSWER: A", "ANSWER: B", "answer: c", "A", "B.", "**ANSWER: A**", ""])


@given(st.lists(LINES | TEXT, max_size=4), st.sampled_from(["first", "second"]), st.booleans())
def test_forced_choices(lines: list[str], seat: str, neither: bool) -> None:
    said = "\n".join(lines)
    found = chosen_option(said, seat, neither=neither)
    assert found in ("first", "second", None, *(["neither"] if neither else []))
    if found is not None:
        last = [line for line in said.strip().splitlines() if line.strip()][-1].upper()
        letter = {"neither": "C", seat: "A"}.get(found, "B")
        assert letter in last
        # the seats swapped, the same letter means the other value
        other = chosen_option(said, "second" if seat == "first" else "first", neither=neither)
        assert other == {"first": "second", "second": "first"}.get(found, found)
