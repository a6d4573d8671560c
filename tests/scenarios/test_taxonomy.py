"""Pairs of values from a taxonomy: drawn reproducibly, evenly, and from files that are whole."""

import os
from collections import Counter
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import chisquare

from inspect_values.errors import DataError, ParameterError
from inspect_values.scenarios.files import read_folder
from inspect_values.scenarios.generic import generic_pair, is_generic
from inspect_values.scenarios.pair_files import read_pairs, write_pairs
from inspect_values.scenarios.taxonomy import Drawn, Taxonomy, draw_pairs, read_taxonomy
from tests.commands import Done, typed  # pyright: ignore[reportMissingImports]
from tests.hub import COMMIT, hub  # pyright: ignore[reportMissingImports]

TOPS = ("Practical", "Social", "Personal")


def tables(count: int = 60) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A taxonomy in the form of Values in the Wild, made by us: three levels over its values."""
    names = [f"value number {n}" for n in range(count)]
    rows: list[tuple[str, str | None, str, int, str, float]] = []
    for top, name in enumerate(TOPS):
        rows.append((f"ai_values:l3:{top}", "All of it.", f"{name} values", 3, "ROOT", 30.0))
        for middle in range(2):
            place = f"{top}{middle}"
            rows.append((f"ai_values:l2:{place}", "", f"Two {place}", 2, f"ai_values:l3:{top}", 9))
            for low in range(2):
                rows.append(
                    (
                        f"ai_values:l1:{place}{low}",
                        "",
                        f"One {place}{low}",
                        1,
                        f"ai_values:l2:{place}",
                        4,
                    )
                )
    low = [row[0] for row in rows if row[3] == 1]
    # the first cluster holds three values only, the others share the rest
    places = [low[0]] * 3 + [low[1 + n % (len(low) - 1)] for n in range(count - 3)]
    rows += [(n, None, n, 0, place, 0.1) for n, place in zip(names, places, strict=True)]
    tree = pd.DataFrame(
        rows,
        columns=[
            *("cluster_id", "description", "name", "level"),
            *("parent_cluster_id", "pct_total_occurrences"),
        ],
    )
    values = pd.DataFrame(
        {"value": names, "pct_convos": [round(20 / (n + 1), 3) for n in range(count)]}
    )
    return values, tree


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    values, tree = tables()
    values.to_csv(tmp_path / "values_frequencies.csv", index=False)
    tree.to_csv(tmp_path / "values_tree.csv", index=False)
    return tmp_path / "values_frequencies.csv", tmp_path / "values_tree.csv"


@pytest.fixture
def taxonomy(files: tuple[Path, Path]) -> Taxonomy:
    return read_taxonomy(str(files[0]), str(files[1]))


def unordered(drawn: list[Drawn]) -> set[frozenset[str]]:
    return {frozenset((entry.first.id, entry.second.id)) for entry in drawn}


def test_the_files_are_read(taxonomy: Taxonomy, files: tuple[Path, Path]) -> None:
    assert len(taxonomy.leaves) == 60 and taxonomy.levels == 3 and taxonomy.same == 0
    leaf = next(leaf for leaf in taxonomy.leaves if leaf.value.name == "value number 0")
    assert leaf.value.taxonomy == "One 000 < Two 00 < Practical values"
    only_tree = read_taxonomy(None, str(files[1]))
    assert [leaf.value.id for leaf in only_tree.leaves] == [
        leaf.value.id for leaf in taxonomy.leaves
    ]
    only_values = read_taxonomy(str(files[0]), None)
    assert only_values.levels == 0 and len(only_values.leaves) == 60


def test_pairs_are_distinct_and_the_seed_decides(taxonomy: Taxonomy) -> None:
    drawn = draw_pairs(taxonomy, 500, seed=4)
    assert len(unordered(drawn)) == 500
    assert all(len(pair) == 2 for pair in unordered(drawn))
    assert draw_pairs(taxonomy, 500, seed=4) == drawn
    assert draw_pairs(taxonomy, 500, seed=5) != drawn


def test_the_order_of_the_files_does_not_matter(
    taxonomy: Taxonomy, files: tuple[Path, Path]
) -> None:
    for file in files:
        frame = pd.read_csv(file)
        frame.iloc[::-1].to_csv(file, index=False)
    again = read_taxonomy(str(files[0]), str(files[1]))
    for level in (None, 2):
        assert draw_pairs(again, 100, level=level) == draw_pairs(taxonomy, 100, level=level)


def test_every_pair_can_be_drawn_and_all_are(taxonomy: Taxonomy) -> None:
    total = 60 * 59 // 2
    every = {frozenset((a.value.id, b.value.id)) for a, b in combinations(taxonomy.leaves, 2)}
    assert unordered(draw_pairs(taxonomy, total)) == every
    assert unordered(draw_pairs(taxonomy, total, level=1)) == every
    with pytest.raises(ParameterError, match=f"make only {total:,}"):
        draw_pairs(taxonomy, total + 1)


def test_every_value_and_seat_has_the_same_chance(taxonomy: Taxonomy) -> None:
    seats: Counter[str] = Counter()
    values: Counter[str] = Counter()
    for seed in range(60):
        for entry in draw_pairs(taxonomy, 60, seed=seed):
            values.update((entry.first.id, entry.second.id))
            seats["first" if entry.first.id < entry.second.id else "second"] += 1
    assert chisquare(list(values.values())).pvalue > 0.001 and len(values) == 60
    assert chisquare(list(seats.values())).pvalue > 0.001


@pytest.mark.parametrize(("level", "strata"), [(3, 6), (2, 21)])
def test_a_stratified_draw_is_even_over_pairs_of_clusters(
    taxonomy: Taxonomy, level: int, strata: int
) -> None:
    counts = Counter(entry.stratum for entry in draw_pairs(taxonomy, 105, level=level))
    assert len(counts) == strata
    assert max(counts.values()) - min(counts.values()) <= 1
    cluster = {leaf.value.id: leaf.clusters[level - 1] for leaf in taxonomy.leaves}
    for entry in draw_pairs(taxonomy, 105, level=level):
        names = {taxonomy.names[cluster[v.id]] for v in (entry.first, entry.second)}
        assert names == set(entry.stratum.split(" / "))


def test_a_small_stratum_gives_what_it_has_and_the_others_the_rest(taxonomy: Taxonomy) -> None:
    drawn = draw_pairs(taxonomy, 78 * 6, level=1)
    counts = Counter(entry.stratum for entry in drawn)
    assert counts["One 000 / One 000"] == 3  # three values make three pairs
    assert sum(counts.values()) == 78 * 6
    full = [
        n
        for s, n in counts.items()
        if "One 000" not in s and s.split(" / ")[0] != s.split(" / ")[1]
    ]
    assert max(full) - min(full) <= 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"count": 5, "level": 4}, "level=4 does not exist; allowed: 1 to 3"),
        ({"count": 99_999}, "60 values make only 1,770"),
    ],
)
def test_what_cannot_be_drawn_is_a_sentence(
    taxonomy: Taxonomy, arguments: dict[str, int], said: str
) -> None:
    with pytest.raises(ParameterError, match=said):
        draw_pairs(taxonomy, **arguments)


def test_without_a_tree_nothing_is_stratified(files: tuple[Path, Path]) -> None:
    with pytest.raises(ParameterError, match="there is no tree"):
        draw_pairs(read_taxonomy(str(files[0]), None), 5, level=1)
    with pytest.raises(ParameterError, match="name the values, or the tree"):
        read_taxonomy(None, None)


DAMAGE: dict[str, tuple[Callable[[str], str], str]] = {
    "no column": (lambda text: text.replace("parent_cluster_id", "parent", 1), "no column 'parent"),
    "no level": (lambda text: text.replace(",3,ROOT", ",top,ROOT"), "level 'top' is no number"),
    "a circle": (lambda text: text.replace(",3,ROOT", ",3,ai_values:l1:000"), "in a circle"),
    "no values": (lambda text: text.split("value number 0")[0], "no row of level 0"),
    "a short row": (lambda text: text + "x,y\n", "2 fields where the header has 6"),
    "a bad name": (lambda text: text.replace("value number 7,", f"{'x' * 200},"), "200 characters"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_tree_is_a_sentence(name: str, files: tuple[Path, Path]) -> None:
    change, said = DAMAGE[name]
    files[1].write_text(change(files[1].read_text()))
    with pytest.raises(DataError, match=said) as caught:
        read_taxonomy(None, str(files[1]))
    assert "\n" not in str(caught.value)


def test_names_that_are_the_same_value_are_counted(files: tuple[Path, Path]) -> None:
    files[0].write_text(files[0].read_text() + "Value-Number 7,0.1\nvalue number 7,0.1\n")
    assert read_taxonomy(str(files[0]), None).same == 2


def test_the_whole_taxonomy_s_size_is_no_matter(tmp_path: Path) -> None:
    values, tree = tables(3307)
    values.to_csv(tmp_path / "v.csv", index=False)
    tree.to_csv(tmp_path / "t.csv", index=False)
    taxonomy = read_taxonomy(str(tmp_path / "v.csv"), str(tmp_path / "t.csv"))
    for level in (None, 3):
        assert len(unordered(draw_pairs(taxonomy, 150_000, level=level))) == 150_000


# ---- files of pairs -------------------------------------------------------------------------


def test_a_table_brings_pairs_back(taxonomy: Taxonomy, tmp_path: Path) -> None:
    drawn = draw_pairs(taxonomy, 20, level=3)
    write_pairs(tmp_path / "pairs.parquet", drawn, {"seed": "0"})
    found = list(read_pairs(tmp_path / "pairs.parquet"))
    assert [generic_pair(*pair).digest for pair in found] == [
        generic_pair(entry.first, entry.second).digest for entry in drawn
    ]


def test_a_folder_holds_pair_files_to_edit(taxonomy: Taxonomy, tmp_path: Path) -> None:
    drawn = draw_pairs(taxonomy, 5)
    write_pairs(tmp_path / "pairs", drawn, {})
    pairs, situations = read_folder(tmp_path / "pairs")
    assert not situations
    made = {generic_pair(entry.first, entry.second).first_ladder for entry in drawn}
    assert {pair.first_ladder for pair in pairs} == made
    assert not any(is_generic(pair) for pair in pairs)  # they can be edited, so they are their own
    with pytest.raises(ParameterError, match="is there already"):
        write_pairs(tmp_path / "pairs", drawn, {})
    with pytest.raises(ParameterError, match="too many for a folder"):
        write_pairs(tmp_path / "many", drawn * 500, {})


def test_a_table_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    pd.DataFrame({"first_name": ["a"]}).to_parquet(tmp_path / "a.parquet")
    pd.DataFrame({"first_name": ["a"], "second_name": [""]}).to_parquet(tmp_path / "b.parquet")
    (tmp_path / "c.parquet").write_bytes(b"PAR1")
    said = {
        "a": "no column 'second_name'",
        "b": "pair 1: a value has no name",
        "c": "is no Parquet",
    }
    for name, sentence in {**said, "d": "do not exist"}.items():
        with pytest.raises(DataError, match=sentence):
            list(read_pairs(tmp_path / f"{name}.parquet"))


# ---- the command ----------------------------------------------------------------------------


def draw(cwd: Path, *arguments: str, **env: str) -> Done:
    given = ("inspect-values", "scenarios", "pairs", *arguments)
    return typed(cwd, *given, env={**os.environ, **env})


def test_pairs_are_drawn_on_the_command_line(files: tuple[Path, Path], tmp_path: Path) -> None:
    given = ("--values", files[0].name, "--tree", files[1].name)
    done = draw(tmp_path, *given, "-n", "30", "--level", "3", "-o", "deep/pairs.parquet")
    assert done.returncode == 0, done.stderr
    assert "30 pairs of 60 values." in done.stdout
    assert "5 to 5 from each of 6 pairs of clusters." in done.stdout
    assert len(list(read_pairs(tmp_path / "deep" / "pairs.parquet"))) == 30
    done = draw(tmp_path, *given, "-n", "30", "--level", "9", "-o", "more.parquet")
    assert done.returncode == 2 and "level=9 does not exist" in done.stderr
    assert not (tmp_path / "more.parquet").exists()


def test_the_hub_s_files_are_read_at_a_commit(tmp_path: Path) -> None:
    values, tree = tables()
    card = (
        "---\nconfigs:\n- config_name: values_frequencies\n  data_files: values_frequencies.csv\n"
        "- config_name: values_tree\n  data_files: values_tree.csv\n---\n"
    )
    held = {
        "README.md": card.encode(),
        "values_frequencies.csv": values.to_csv(index=False).encode(),
        "values_tree.csv": tree.to_csv(index=False).encode(),
    }
    with hub(held) as url:
        done = draw(
            *(tmp_path, "-n", "12", "--level", "2", "-o", "pairs.parquet"),
            *("--values", f"hf:me/data@{COMMIT}:values_frequencies"),
            *("--tree", f"hf:me/data@{COMMIT}:values_tree"),
            HF_ENDPOINT=url,
            HF_HOME=str(tmp_path / "hf"),
            HF_HUB_OFFLINE="0",
        )
    assert done.returncode == 0, done.stderr
    assert "12 pairs of 60 values." in done.stdout
