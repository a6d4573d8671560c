"""Other people's recorded choices: read whole or refused in a sentence; Elo as published."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspect_values.analysis.choices import read_choices
from inspect_values.analysis.columns import COLUMNS
from inspect_values.analysis.elo import EloSettings, elo_table, ratings
from inspect_values.analysis.estimators.lean import LEAN
from inspect_values.analysis.models import ModelIdentity
from inspect_values.analysis.table import by_one_judge, load
from inspect_values.errors import DataError, ParameterError

HEAD = "model,first,second,outcome"
Write = Callable[[str], Path]


class Labs:
    def lab_of(self, model: str) -> ModelIdentity:
        return ModelIdentity(model.split("/")[0], "", False)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_text(text: str) -> Path:
        path = tmp_path / "choices.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write_text


def test_published_elo_tables_come_out_digit_by_digit(
    recorded: tuple[Path, pd.DataFrame],
) -> None:
    """K = 4, scale 400, start 1000, mean over 100 shuffles with numpy's seed 42."""
    path, published = recorded
    found = pd.DataFrame(elo_table(read_choices(path, Labs()), EloSettings()))
    assert found["name"].tolist() == published["value_class"].tolist()
    assert found["rank"].tolist() == published["Rank"].tolist()
    assert found["rating"].tolist() == pytest.approx(published["Elo Rating"].tolist(), abs=1e-9)
    assert found["games"].sum() == 2 * len(read_choices(path, Labs()))


def test_another_seed_or_k_is_another_table(recorded: tuple[Path, pd.DataFrame]) -> None:
    table = read_choices(recorded[0], Labs())
    base, seed, k = (
        [r.rating for r in elo_table(table, EloSettings(**more))]
        for more in ({"shuffles": 5}, {"shuffles": 5, "seed": 7}, {"shuffles": 5, "k": 8})
    )
    assert base != seed
    assert base != k


def test_elo_is_the_textbook_update() -> None:
    import numpy as np

    one = EloSettings(shuffles=1)
    found = ratings(np.array([0]), np.array([1]), np.array([1.0]), 2, one)
    assert found.tolist() == [[1002.0, 998.0]]
    tie = ratings(np.array([0]), np.array([1]), np.array([0.5]), 2, one)
    assert tie.tolist() == [[1000.0, 1000.0]]


def test_a_pair_is_one_pair_whichever_value_a_row_names_first(write: Write) -> None:
    path = write(
        f"{HEAD},seat,nudge\n"
        "lab/m,Truth,Care,first,first,first\n"
        "lab/m,Care,Truth,second,second,second\n"
    )
    table = read_choices(path, Labs())
    assert table["pair"].tolist() == ["care_vs_truth"] * 2
    assert table["prioritised"].tolist() == ["truth", "truth"]
    assert table["lean"].tolist() == [-1, -1]
    assert table["seat"].tolist() == ["second", "second"], "truth's option stood first"
    assert table["nudge"].tolist() == ["second", "second"]
    assert table["first_name"].tolist() == ["Care", "Care"]
    assert table["epoch"].tolist() == [1, 2], "the same question, twice"


def test_ties_and_missing_answers_are_told_apart(write: Write) -> None:
    table = read_choices(write(f"{HEAD}\nm,A,B,tie\nm,A,B,missing\n"), Labs())
    assert table["prioritised"].tolist()[0] == "neither"
    assert table["lean"].tolist()[0] == 0
    assert pd.isna(table["lean"][1]) and pd.isna(table["prioritised"][1])
    assert table["outcome"].tolist() == ["verdict", "missing_in_record"]


def test_every_declared_column_is_there_and_statistics_work(write: Write) -> None:
    rows = "".join(f"lab/m,A,B,{'first' if n % 3 else 'second'},f{n}\n" for n in range(9))
    table = read_choices(write(f"{HEAD},family\n{rows}"), Labs())
    assert list(table.columns) == [column.name for column in COLUMNS]
    lean = LEAN.estimates(table)[0]
    assert (lean.subject, lean.point, lean.families) == ("lab/m", pytest.approx(1 / 3), 9)


def test_family_is_the_scenario_or_else_the_two_values(write: Write) -> None:
    path = write(f"{HEAD},scenario\nm,A,B,first,s1\nm,B,A,first,\n".replace(",\n", ",s2\n"))
    assert read_choices(path, Labs())["family"].tolist() == ["s1", "s2"]
    path = write(f"{HEAD}\nm,A,B,first\nm,B,A,first\n")
    assert read_choices(path, Labs())["family"].tolist() == ["a_vs_b"] * 2


def test_judged_answers_are_open_ones_and_judges_are_never_mixed(write: Write) -> None:
    path = write(f"{HEAD},judge\nm,A,B,first,j/1\nm,A,B,second,j/2\nn,A,B,first,\n")
    table = read_choices(path, Labs())
    assert table["elicitation"].tolist() == ["open", "open", "choice"]
    with pytest.raises(ParameterError, match="several judges"):
        by_one_judge(table)
    assert by_one_judge(table, "j/2")["prioritised"].tolist() == ["b", "a"]


def test_the_same_file_counts_once_and_two_files_both(tmp_path: Path) -> None:
    one, other = tmp_path / "1.csv", tmp_path / "2.csv"
    one.write_text(f"{HEAD}\nm,A,B,first\nm,A,B,first\n")
    other.write_text(f"{HEAD}\nm,A,B,first\nm,A,B,second\n")
    assert len(load([one, one], Labs())) == 2
    assert len(load([one, other], Labs())) == 4


def test_a_byte_order_mark_spaces_and_windows_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "choices.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEAD}\r\n m , Equal Treatment ,B,First\r\n".encode())
    table = read_choices(path, Labs())
    assert table["model"].tolist() == ["m"]
    assert table["second_value"].tolist() == ["equal_treatment"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (f"{HEAD}\n", "holds no choices"),
        ("model,first,second\nm,A,B\n", "no column outcome; needed: model"),
        (f"{HEAD},famly\nm,A,B,first,f\n", "'famly' that is not known.*nearest is 'family'"),
        (f"{HEAD},model\nm,A,B,first,m\n", "column 'model' twice"),
        ("model;first;second;outcome\nm;A;B;first\n", "not separated by commas"),
        (f"{HEAD}\nm,A,B,frist\n", "row 2: outcome is 'frist'.*nearest is 'first'"),
        (f"{HEAD}\nm,A,B,first\nm,A,B,\n", "row 3: outcome is ''.*allowed: first, missing"),
        (f"{HEAD},seat\nm,A,B,first,left\n", "seat is 'left'; allowed: first, second"),
        (f"{HEAD},nudge\nm,A,B,first,strong\n", "nudge is 'strong'; allowed: first, neutral"),
        (f"{HEAD},repeat\nm,A,B,first,0\n", "repeat is '0'; allowed: whole numbers"),
        (f"{HEAD},repeat\nm,A,B,first,1\nm,B,A,first,1\n", "row 3: this repeat"),
        (f"{HEAD},family\nm,A,B,first,\n", "family is ''; it must not be empty"),
        (f"{HEAD}\n,A,B,first\n", "model is ''; it must not be empty"),
        (f"{HEAD}\nm,A,a,first\n", "'A' and 'a' look like the same value"),
        (f"{HEAD}\nm,A,A,first\n", "row 2: first and second are the same value"),
        (f"{HEAD}\nm,Both,B,first\n", "'Both' cannot be the name of a value"),
        (f"{HEAD}\nm,!!,B,first\n", "'!!' cannot be the name of a value"),
        (f"{HEAD}\nm,A,B\n", "Expected 4 columns, got 3"),
        (f"{HEAD}\nm,A,B,first,more\n", "Expected 4 columns, got 5"),
        (f'{HEAD}\nm,A,"B,first\n', "cannot be read as CSV"),
        (f"{HEAD}\nm,A,{'B' * 1_000_000},first\n", "second has 1000000 characters; allowed: 500"),
        (f"{HEAD}\nm,A\0,B,first\n", "no UTF-8 text"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(text: str, said: str, write: Write) -> None:
    with pytest.raises(DataError, match=said) as error:
        read_choices(write(text), Labs())
    assert len(str(error.value)) < 600


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-le"])
def test_another_encoding_is_one_sentence(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "choices.csv"
    path.write_bytes(f"{HEAD}\nm,Café,B,first\n".encode(encoding))
    with pytest.raises(DataError, match="UTF-8"):
        read_choices(path, Labs())


def test_a_folder_or_nothing_is_one_sentence(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(DataError, match="cannot be read"):
            read_choices(path, Labs())


CELLS = st.text(st.characters(codec="utf-8"), max_size=8)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(
        st.tuples(CELLS, CELLS, CELLS, st.sampled_from(["first", "tie", "missing", "x", ""])),
        max_size=4,
    )
)
def test_whatever_the_cells_hold_it_is_a_table_or_a_sentence(
    rows: list[tuple[str, ...]], tmp_path: Path
) -> None:
    path = tmp_path / "choices.csv"
    pd.DataFrame(rows, columns=HEAD.split(",")).to_csv(path, index=False)
    try:
        table = read_choices(path, Labs())
    except DataError as error:
        assert str(path) in str(error)
    else:
        assert len(table) == len(rows)
        assert table["first_value"].ne(table["second_value"]).all()
