"""Reading pair files: what is right loads, what is wrong is a sentence with its place."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from inspect_values.errors import DataError
from inspect_values.scenarios.files import read_folder, read_pair, read_situations

Write = Callable[..., Path]


def refusal(folder: Path) -> str:
    """The sentence with which a folder is refused."""
    with pytest.raises(DataError) as caught:
        read_folder(folder)
    return str(caught.value)


def test_a_folder_of_two_files_is_a_pair(write_pair: Write) -> None:
    pairs, situations = read_folder(write_pair())
    assert [pair.id for pair in pairs] == ["candour_vs_comfort"]
    pair = pairs[0]
    assert pair.first_ladder[0] == "States the reverse of the facts outright."
    assert pair.second_ladder[6] == "Offers warmth alone from start to end."
    assert pair.tension == "What is so can hurt. What soothes can mislead."
    assert [s.id for s in situations] == ["soup_review", "school_play"]
    assert {s.licence for s in situations} == {"CC-BY-4.0"}
    assert {s.source for s in situations} == {"candour_vs_comfort.yaml"}


def test_readme_hidden_folders_and_other_files_are_passed_over(write_pair: Write) -> None:
    folder = write_pair()
    (folder / "README.md").write_text("# No pair\n")
    (folder / "notes.txt").write_text("{")
    (folder / "old.yaml.d").mkdir()
    assert len(read_folder(folder)[0]) == 1


def test_the_id_of_a_pair_may_be_left_to_the_file_name(write_pair: Write) -> None:
    folder = write_pair(markdown={"id: candour_vs_comfort\n": ""})
    assert read_pair(folder / "candour_vs_comfort.md").id == "candour_vs_comfort"


def test_a_byte_order_mark_is_no_part_of_the_text(write_pair: Write) -> None:
    file = write_pair() / "candour_vs_comfort.md"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert read_pair(file).id == "candour_vs_comfort"


def test_missing_and_empty_folders(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "nowhere")
    said = refusal(tmp_path)
    assert "holds no pair" in said and ".md" in said and ".yaml" in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"---\nid": "id"}, "has no front matter"),
        ({"version: 1-A": "versoin: 1-A"}, "field 'versoin' is not known"),
        ({"version: 1-A": 'version: "1.0"'}, "N-X"),
        ({"## Tension": "## Tensions"}, "'## Tension' is missing"),
        ({"## Candour\n": "## Candor\n"}, "'Candor'"),
        (
            {"6. Lists everything, unasked, in plain words.\n": ""},
            "7 anchors, positions 0 to 6; got 6",
        ),
        ({"  name: Candour\n": ""}, "'first' needs an id, a name and a definition"),
        ({"  definition: Saying what is so.\n": ""}, "first.definition"),
        ({"refusal_costs: second\n": ""}, "'refusal_costs' is missing"),
        ({"refusal_costs: second": "refusal_costs: both"}, "refusal_costs"),
        ({"  id: comfort\n": "  id: candour\n"}, "both values of the pair are 'candour'"),
        ({"tags: [small]": "tags: [small"}, "line"),
        ({"tags: [small]": "tags: [small]\ntags: [big]"}, "the key 'tags' stands twice"),
    ],
)
def test_a_wrong_pair_file_is_a_sentence(
    write_pair: Write, changes: Mapping[str, str], said: str
) -> None:
    sentence = refusal(write_pair(markdown=changes))
    assert said in sentence
    assert "candour_vs_comfort.md" in sentence
    assert "\n" not in sentence and sentence.endswith(".")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"    domain: food": "    domian: food"}, "'domian' is not known"),
        ({"    domain: food": "    domian: food"}, "'domain'"),
        ({"    domain: food": "    domian: food"}, "situation 1 ('soup_review')"),
        ({"    domain: food\n": ""}, "'domain' is missing"),
        ({"licence: CC": "license: CC"}, "'licence'"),
        ({"      neutral: What do": "      nuetral: What do"}, "'neutral'"),
        (
            {"    domain: food": "    domain: food\n    domain: sport"},
            "the key 'domain' stands twice",
        ),
        ({"        high: It was the y": "        low: It was the y"}, "the key 'low' stands twice"),
        ({"        low: It was a w": "        yes: It was a w"}, "put it in quotes"),
        ({"low: It was a weekday lunch.": "low: no"}, "put it in quotes"),
        ({"- {stakes: low, liability: high}": "- {stakes: on, liability: high}"}, "quotes"),
        ({"low: It was a weekday lunch.": "low:"}, "stakes.low"),
        ({"  - id: school_play": "  - school_play\n  - id: x"}, "situation 2"),
        ({"pair: candour_vs_comfort\n": ""}, "pair"),
        ({"{stakes} {liability}\n": "{stakes} {liablity}\n"}, "'liability'"),
        ({"liability: high}": "liability: hihg}"}, "'high'"),
    ],
)
def test_a_wrong_situation_file_is_a_sentence(
    write_pair: Write, changes: Mapping[str, str], said: str
) -> None:
    sentence = refusal(write_pair(situations=changes))
    assert said in sentence
    assert "candour_vs_comfort.yaml" in sentence
    assert "\n" not in sentence and sentence.endswith(".")


def test_broken_yaml_names_line_and_column(write_pair: Write) -> None:
    # line 4 of the file, at the bracket's own place
    sentence = refusal(write_pair(situations={"  - id: soup_review": "  - id: [soup_review"}))
    found = re.search(r"\.yaml, line (\d+), column (\d+): is not valid YAML", sentence)
    assert found is not None
    assert 4 <= int(found[1]) <= 5


def test_a_key_that_stands_twice_is_placed_at_the_second(write_pair: Write) -> None:
    sentence = refusal(write_pair(situations={"licence: CC-BY-4.0": "licence: a\nlicence: b"}))
    assert "line 3, column 1" in sentence


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "must be a mapping"),
        (b"- a\n- b\n", "must be a mapping of fields to values, got list"),
        (b"pair: x\nsituations: []\n", "at least one situation"),
        (b"pair: x\n", "at least one situation"),
        (b"pair: \xff\n", "is not UTF-8 text (byte 6)"),
        (b"pair: !!python/object/apply:os.getcwd []\n", "is not valid YAML"),
        (b"[" * 5000, "is not valid YAML"),
        (b"a: &a [x]\nb: *c\n", "is not valid YAML"),
        (b"? {a: b}\n: c\n", "."),
        (b"pair: 2020-99-99\n", "."),
    ],
)
def test_files_that_are_no_situations_at_all(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_situations(file)
    assert said in str(caught.value)
    assert "x.yaml" in str(caught.value)


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_situations(tmp_path / "gone.yaml")
