"""Values, pairs and the digest that says when their text changed."""

from typing import Any

import pytest
from pydantic import ValidationError

from inspect_values.values import Value, ValuePair, digest

LADDER = tuple(f"Does thing {n}." for n in range(7))


def fields(**changed: Any) -> dict[str, Any]:
    value = {"name": "A", "definition": "Being a."}
    given: dict[str, Any] = {
        "id": "a_vs_b",
        "first": value | {"id": "a"},
        "second": value | {"id": "b", "name": "B"},
        "tension": "They collide. Often.",
        "first_ladder": LADDER,
        "second_ladder": LADDER,
        "refusal_costs": "neither",
    }
    return given | changed


def test_pair_gives_its_title_values_and_comparable_version() -> None:
    pair = ValuePair.model_validate(fields(version="12-C"))
    assert pair.title == "A / B"
    assert [value.id for value in pair.values] == ["a", "b"]
    assert pair.comparable == "12"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"version": "1.0"}, "N-X"),
        ({"version": "0-A"}, "N-X"),
        ({"first_ladder": LADDER[:6]}, "got 6"),
        ({"second_ladder": (*LADDER[:6], LADDER[0])}, "same text"),
        ({"second": fields()["first"]}, "both values of the pair are 'a'"),
        ({"refusal_costs": "both"}, "refusal_costs"),
        ({"id": "A vs B"}, "id"),
        ({"tension": "  "}, "tension"),
        ({"tention": "x"}, "tention"),
    ],
)
def test_a_wrong_pair_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ValuePair.model_validate(fields(**changed))


@pytest.mark.parametrize("name", ["both", "neither", "reasons", "confidence"])
def test_a_value_cannot_take_a_word_that_replies_use(name: str) -> None:
    with pytest.raises(ValidationError, match="reserved"):
        Value(id=name, name="X", definition="Y.")


def test_pairs_cannot_be_changed_in_place() -> None:
    pair = ValuePair.model_validate(fields())
    with pytest.raises(ValidationError, match="frozen"):
        pair.tension = "Other."


def test_the_digest_follows_what_a_judge_reads_and_nothing_else() -> None:
    base = ValuePair.model_validate(fields()).digest
    for changed in ({"tags": ("x",)}, {"licence": "MIT"}, {"canary": "tweet"}):
        assert ValuePair.model_validate(fields(**changed)).digest == base, changed
    words = (*LADDER[:6], "Does another thing.")
    for changed in ({"tension": "Else."}, {"first_ladder": words}, {"second_ladder": words}):
        assert ValuePair.model_validate(fields(**changed)).digest != base, changed


def test_digest_is_the_same_everywhere() -> None:
    # a fixed value: a different one would give every scenario another id
    assert (
        digest({"b": [1, "ä"], "a": None}) == "3d6f860d37ce" == digest({"a": None, "b": [1, "ä"]})
    )
    assert len(digest("x", 10)) == 10
