"""Labelling sheets: blind, weighted, and read back with every mistake named."""

import json
from pathlib import Path

import pandas as pd
import pytest
from inspect_ai import eval

from inspect_values.analysis.labels import (
    TO_FILL,
    Key,
    draw,
    key_json,
    plan,
    read_key,
    read_labels,
    read_sheet,
    sheet,
    value_names,
    write_labels,
)
from inspect_values.analysis.table import by_one_judge, load
from inspect_values.cli.results import CatalogModels
from inspect_values.errors import DataError, LogError
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.plugins.catalog import default_catalog


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("logs")
    eval(
        tradeoffs(scenarios=20),
        model=["simulated/aster-2", "simulated/dahlia-2"],
        display="log",
        log_dir=str(folder),
    )
    return by_one_judge(load([folder], CatalogModels(default_catalog())))


def test_the_sample_is_stratified_and_its_weights_add_up(table: pd.DataFrame) -> None:
    key = draw(table, 40, seed=3)
    assert len({item.item for item in key.items}) == len(key.items)
    by_stratum: dict[str, list[float]] = {}
    for item in key.items:
        by_stratum.setdefault(item.stratum, []).append(item.weight)
    sizes = (table["pair"].astype(str) + " " + table["prioritised"].astype(str)).value_counts()
    assert set(by_stratum) == set(sizes.index)
    for stratum, weights in by_stratum.items():
        assert sum(weights) == pytest.approx(sizes[stratum])
    assert sum(item.weight for item in key.items) == pytest.approx(len(table))
    assert draw(table, 40, seed=3) == key
    assert draw(table, 40, seed=4) != key


def test_families_take_turns_within_a_stratum(table: pd.DataFrame) -> None:
    key = draw(table, 30)
    for stratum in {item.stratum for item in key.items}:
        families = [item.family for item in key.items if item.stratum == stratum]
        available = table[
            (table["pair"].astype(str) + " " + table["prioritised"].astype(str)).eq(stratum)
        ]["family"].nunique()
        assert len(set(families)) == min(len(families), available)


def test_the_sheet_is_blind_and_holds_query_and_answer(table: pd.DataFrame) -> None:
    key = draw(table, 25)
    shown = sheet(key, value_names(table))
    assert list(shown.columns[-4:]) == list(TO_FILL)
    assert (shown[list(TO_FILL)] == "").all().all()
    text = shown.to_csv(index=False)
    for secret in (
        "simulated/aster",
        "judge-plain",
        "prioritised",
        *(i.sample_uuid for i in key.items),
    ):
        assert secret not in text
    assert shown["answer"].str.contains("simulated model").all()
    assert shown["query"].str.len().min() > 50
    assert set(shown["first_value"]) <= {"Honesty", "Fairness", "Harm avoidance"}
    models = [item.model for item in key.items]
    assert models != sorted(models), "the order must not tell who answered"


@pytest.fixture
def filled(table: pd.DataFrame, tmp_path: Path) -> tuple[Path, Key, pd.DataFrame]:
    """A sheet on disk, filled in with the judge's own positions but for two empty rows."""
    key = draw(table, 25)
    shown = sheet(key, value_names(table))
    judged = table.set_index("sample_uuid")
    for number, item in enumerate(key.items):
        if number >= 2:
            shown.loc[number, "first"] = f"{judged.loc[item.sample_uuid, 'first']:g}"
            shown.loc[number, "second"] = f"{judged.loc[item.sample_uuid, 'second']:g}"
    path = tmp_path / "sheet.csv"
    shown.to_csv(path, index=False)
    path.with_suffix(".key.json").write_text(key_json(key))
    return path, key, shown


def test_what_was_filled_in_comes_back(
    filled: tuple[Path, Key, pd.DataFrame], table: pd.DataFrame, tmp_path: Path
) -> None:
    path, key, _ = filled
    assert read_key(path.with_suffix(".key.json")) == key
    labels = read_sheet(path, key, "ann")
    assert len(labels) == len(key.items) - 2
    judged = table.set_index("sample_uuid").loc[labels["sample_uuid"]]
    assert labels["lean"].to_numpy() == pytest.approx(judged["lean"].to_numpy())
    assert labels["prioritised"].tolist() == judged["prioritised"].tolist()
    write_labels(labels, tmp_path / "l.parquet")
    again = read_labels([tmp_path / "l.parquet", tmp_path / "l.parquet"])
    assert len(again) == len(labels)


@pytest.mark.parametrize(
    ("row", "column", "value", "said"),
    [
        (3, "first", "7", "row 5: first is '7'"),
        (3, "second", "many", "second is 'many'"),
        (3, "first", "nan", "first is 'nan'"),
        (3, "response_class", "full_complience", "nearest is 'full_compliance'"),
        (3, "item", "zzz", "the item 'zzz' is not in the key"),
    ],
)
def test_a_wrong_entry_is_a_sentence_with_its_row(
    filled: tuple[Path, Key, pd.DataFrame], row: int, column: str, value: str, said: str
) -> None:
    path, key, shown = filled
    shown.loc[row, column] = value
    shown.to_csv(path, index=False)
    with pytest.raises(DataError) as caught:
        read_sheet(path, key, "ann")
    assert said in str(caught.value)


def test_a_sheet_that_is_none_is_a_sentence(
    filled: tuple[Path, Key, pd.DataFrame], tmp_path: Path
) -> None:
    path, key, shown = filled
    shown.rename(columns={"first": "frist"}).to_csv(path, index=False)
    with pytest.raises(DataError, match=r"no column 'first'.*'frist'"):
        read_sheet(path, key, "ann")
    pd.concat([shown, shown.iloc[[4]]]).to_csv(path, index=False)
    with pytest.raises(DataError, match="stands twice"):
        read_sheet(path, key, "ann")
    shown.assign(first="", second="").to_csv(path, index=False)
    with pytest.raises(DataError, match="no row that is filled in"):
        read_sheet(path, key, "ann")
    path.write_bytes(b"\xff\xfe\x00\x00")
    with pytest.raises(DataError, match="cannot be read"):
        read_sheet(path, key, "ann")
    with pytest.raises(DataError, match="cannot be read"):
        read_key(tmp_path / "nowhere.json")
    (tmp_path / "k.json").write_text(json.dumps({"seed": 1}))
    with pytest.raises(DataError, match="is missing"):
        read_key(tmp_path / "k.json")
    (tmp_path / "l.parquet").write_text("x")
    with pytest.raises(DataError, match="no label table"):
        read_labels([tmp_path / "l.parquet"])


def test_decimals_may_be_written_with_a_comma(filled: tuple[Path, Key, pd.DataFrame]) -> None:
    path, key, shown = filled
    shown.loc[5, "first"] = "2,5"
    shown.to_csv(path, index=False)
    labels = read_sheet(path, key, "ann").set_index("item")
    assert labels.loc[shown.loc[5, "item"], "first"] == 2.5


def test_a_log_that_is_gone_is_a_sentence(table: pd.DataFrame) -> None:
    key = draw(table.assign(log="nowhere.eval"), 5)
    with pytest.raises(LogError, match=r"'nowhere.eval' cannot be read"):
        sheet(key, {})
    with pytest.raises(LogError, match="no open answer"):
        draw(table.assign(elicitation="choice"), 5)


def test_the_plan_follows_the_wanted_width(table: pd.DataFrame) -> None:
    assert plan(table, 0.1) > 3.5 * plan(table, 0.2) > 3.5 * plan(table, 0.4)
