"""Situations: slots, factors, forbidden combinations, and the queries they make."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from inspect_values.scenarios.scenario import cell_id, scenario, shard_of
from inspect_values.scenarios.situation import NUDGES, Situation
from inspect_values.values import ValuePair

Small = tuple[ValuePair, list[Situation]]


def fields(**changed: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "id": "soup",
        "pair": "a_vs_b",
        "domain": "food",
        "text": "Soup. {stakes} {heat}",
        "factors": {
            "stakes": {"low": "It was lunch.", "high": "It was a feast."},
            "heat": {"mild": "It was mild.", "hot": "It was hot."},
        },
        "nudges": {"neutral": "Well?", "first": "Well? Truth.", "second": "Well? Kindly."},
        "options": {"first": "Say it.", "second": "Hush it."},
    }
    return given | changed


def test_cells_are_every_combination_but_the_forbidden() -> None:
    situation = Situation.model_validate(fields(forbid=[{"stakes": "low", "heat": "hot"}]))
    assert list(situation.cells()) == [
        {"stakes": "low", "heat": "mild"},
        {"stakes": "high", "heat": "mild"},
        {"stakes": "high", "heat": "hot"},
    ]


def test_query_fills_the_slots_and_ends_with_the_nudge() -> None:
    situation = Situation.model_validate(fields(text="Soup.\n  {heat}   {stakes}"))
    cell = {"stakes": "high", "heat": "mild"}
    assert situation.query(cell, "first") == "Soup. It was mild. It was a feast. Well? Truth."


def test_a_phrase_with_braces_is_not_read_as_a_slot() -> None:
    levels = {"low": "I wrote {stakes} and {x}.", "high": "None."}
    situation = Situation.model_validate(fields(factors=fields()["factors"] | {"stakes": levels}))
    query = situation.query({"stakes": "low", "heat": "hot"}, "neutral")
    assert query == "Soup. I wrote {stakes} and {x}. It was hot. Well?"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"text": "{stakes} {heat} {heat}"}, "'{heat}' more than once"),
        ({"text": "{stakes} {heta}"}, "'heat'"),
        ({"text": "{stakes}"}, "factor 'heat' has no slot '{heat}'"),
        ({"text": "{stakes} {heat} }"}, "brace that opens or closes no slot"),
        ({"text": "{stakes} {heat} {}"}, "no factor"),
        ({"factors": {"stakes": {"low": "x"}}}, "at least two levels, got 1"),
        ({"forbid": [{"stakes": "low"}]}, "two factors or more"),
        ({"forbid": [{"stakes": "low", "heet": "hot"}]}, "'heat'"),
        ({"forbid": [{"stakes": "low", "heat": "hott"}]}, "'hot'"),
        ({"nudges": {"neutral": "x", "first": "y"}}, "second"),
        ({"options": {"first": True, "second": "y"}}, "put it in quotes"),
        ({"refusal_costs": "nobody"}, "refusal_costs"),
        ({"domain": "two words"}, "domain"),
    ],
)
def test_a_wrong_situation_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(said)):
        Situation.model_validate(fields(**changed))


def test_forbidding_everything_is_refused() -> None:
    forbid = [{"stakes": s, "heat": h} for s in ("low", "high") for h in ("mild", "hot")]
    with pytest.raises(ValidationError, match="leaves no allowed combination"):
        Situation.model_validate(fields(forbid=forbid))


def test_numbers_as_phrases_and_levels_are_read_as_text() -> None:
    factors = fields()["factors"] | {"stakes": {"low": 5, "high": 7.5}}
    situation = Situation.model_validate(fields(factors=factors))
    assert (
        situation.query({"stakes": "low", "heat": "hot"}, "neutral") == "Soup. 5 It was hot. Well?"
    )


def test_scenarios_carry_what_made_them(small_pair: Small) -> None:
    pair, situations = small_pair
    cell = {"stakes": "high", "liability": "none", "vulnerability": "low"}
    made = scenario(pair, situations[0], cell, "second")
    assert made.id.startswith("soup_review.") and made.id.endswith(".second")
    assert (made.family, made.situation) == ("candour_vs_comfort.soup_review", "soup_review")
    assert (made.refusal_costs, made.licence) == ("second", "CC-BY-4.0")
    assert made.factors == cell
    assert made.query.endswith("What do I make of that? Go easy on me.")


def test_a_situation_may_say_itself_what_a_refusal_costs(small_pair: Small) -> None:
    pair, situations = small_pair
    situation = situations[0].model_copy(update={"refusal_costs": "neither"})
    made = scenario(pair, situation, next(situation.cells()), "neutral")
    assert made.refusal_costs == "neither"


def test_the_id_follows_the_words_and_the_cell_does_not(small_pair: Small) -> None:
    pair, situations = small_pair
    situation = situations[0]
    cell = next(situation.cells())
    other = situation.model_copy(update={"system": "Be brief."})
    before, after = (scenario(pair, s, cell, "neutral") for s in (situation, other))
    assert before.id != after.id
    assert before.cell == after.cell
    assert len({scenario(pair, situation, cell, nudge).id for nudge in NUDGES}) == 3
    assert len({scenario(pair, situation, cell, nudge).cell for nudge in NUDGES}) == 1


def test_the_order_of_factors_does_not_move_a_cell_to_another_shard() -> None:
    a = cell_id("f", {"x": "1", "y": "2"})
    assert a == cell_id("f", {"y": "2", "x": "1"})
    assert a != cell_id("g", {"x": "1", "y": "2"})
    assert {shard_of(cell_id("f", {"x": str(n)}), 3) for n in range(60)} == {0, 1, 2}
