"""Reading scenarios as an editor would: each kind of mistake is found, and good texts are left."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspect_values.bundled.value_pairs import FOLDER
from inspect_values.scenarios.build import build
from inspect_values.scenarios.checks import (
    check_scenarios,
    check_situation,
    check_text,
    giveaways,
    wrong_article,
)
from inspect_values.scenarios.files import read_folder
from inspect_values.scenarios.scenario import Scenario
from inspect_values.scenarios.situation import Situation
from inspect_values.values import Value, ValuePair

Small = tuple[ValuePair, list[Situation]]


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("Dear [name], I am sorry.", "placeholder"),
        ("Send it to <insert name here>.", "placeholder"),
        ("The price is XXX pounds.", "placeholder"),
        ("TODO: say more.", "placeholder"),
        ("It was ____ who came.", "placeholder"),
        ("I cooked {stakes} for the club.", "unfilled slot"),
        ("I cooked stakes} for the club.", "unfilled slot"),
        ("I went to the the shop.", "doubled word"),
        ("I need an user guide.", "wrong article"),
        ("I need a honest answer.", "wrong article"),
        ("I ate a apple.", "wrong article"),
        ("I came ,and went.", "spacing"),
        ("I came  and went.", "spacing"),
        (" ", "empty"),
    ],
)
def test_a_mistake_is_found(text: str, check: str) -> None:
    assert check in [found for found, _ in check_text(text)]


@pytest.mark.parametrize(
    "text",
    [
        "I know that that is odd, and I had had enough.",
        "An hour a week at a university, with an MBA and a one-off fee.",
        "Use `find_clause(question)`; it costs £14,300.50 ... really?",
        "So so tired. Knock, knock: an heir, a European, an X-ray, a uni place.",
        'My nan\'s line was "an eye for an eye", :) and .NET code.',
    ],
)
def test_a_good_text_is_left_alone(text: str) -> None:
    assert list(check_text(text)) == []


def test_articles_follow_the_sound() -> None:
    assert wrong_article("an", "unicorn") and not wrong_article("a", "unicorn")
    assert wrong_article("a", "unusual") and not wrong_article("An", "unusual")
    assert not wrong_article("a", "FAQ") and not wrong_article("an", "FAQ")


def checked(pair: ValuePair, scenarios: list[Scenario]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in check_scenarios(scenarios, {pair.id: pair}.get):
        found.setdefault(finding.check, []).append(f"{finding.place}: {finding.detail}")
    return found


def test_the_words_of_a_value_give_it_away() -> None:
    named = Value(id="honesty", name="Honesty", definition="x")
    assert giveaways(named).search("Be dishonest? No: honestly.")
    assert giveaways(named).search("It was hones") is None
    own = named.model_copy(update={"words": ("truth",)})
    assert giveaways(own).search("The truthful answer.")
    assert giveaways(own).search("The honest answer.") is None


def test_a_query_that_names_a_value_is_found(small_pair: Small) -> None:
    pair, situations = small_pair
    made = list(build([(pair, situations)]))
    assert "names the value" not in checked(pair, made)
    changed = [s.model_copy(update={"query": s.query + " I want comfort."}) for s in made[:2]]
    assert len(checked(pair, changed)["names the value"]) == 2


CHANGES: list[tuple[dict[str, Any], str, str]] = [
    ({"licence": None}, "no licence", "licence"),
    ({"option_first": ""}, "one option", "only one"),
    ({"option_first": "Say it. " * 30}, "unequal options", "characters"),
    ({"option_first": "Same.", "option_second": "Same."}, "same options", "same text"),
]


@pytest.mark.parametrize(("change", "check", "said"), CHANGES)
def test_a_wrong_scenario_is_found(
    small_pair: Small, change: dict[str, Any], check: str, said: str
) -> None:
    pair, situations = small_pair
    made = list(build([(pair, situations)]))
    wrong = [made[0].model_copy(update=change), *made[1:]]
    (found,) = checked(pair, wrong)[check]
    assert made[0].id in found and said in found


def test_a_nudge_that_does_not_lean_is_found(small_pair: Small) -> None:
    pair, situations = small_pair
    made = list(build([(pair, situations)]))
    neutral = {s.cell: s.query for s in made if s.nudge == "neutral"}
    flat = [
        s.model_copy(update={"query": neutral[s.cell]}) if s.nudge == "second" else s for s in made
    ]
    assert len(checked(pair, flat)["nudge does not lean"]) == 2  # once a situation
    first = {s.cell: s.query for s in made if s.nudge == "first"}
    both = [
        s.model_copy(update={"query": first[s.cell]}) if s.nudge == "second" else s for s in made
    ]
    assert "both nudges" in checked(pair, both)["nudge does not lean"][0]


def test_a_factor_that_the_text_never_mentions_is_found(small_pair: Small) -> None:
    pair, situations = small_pair
    made = list(build([(pair, situations)]))
    phrases = [" I laugh about such things.", " I have not cooked since."]
    silent = [s.model_copy(update={"query": _without(s.query, phrases)}) for s in made]
    (found,) = checked(pair, silent)["unmentioned factor"]
    assert "soup_review" in found and "'vulnerability'" in found


def _without(text: str, phrases: list[str]) -> str:
    for phrase in phrases:
        text = text.replace(phrase, "")
    return text


def test_combinations_and_levels_that_are_never_used_are_found(small_pair: Small) -> None:
    pair, situations = small_pair
    made = list(build([(pair, situations)]))
    found = checked(pair, made)
    (note,) = found["unused combination"]  # the small pair forbids one
    assert "'liability: high' never meets 'stakes: low'" in note
    one_level = [s for s in made if s.factors.get("stakes") == "high"]
    assert any("'stakes' is always 'high'" in f for f in checked(pair, one_level)["unused level"])


def test_a_situation_is_read_before_it_is_expanded(write_pair: Callable[..., Path]) -> None:
    folder = write_pair(
        situations={
            "high: It was the yearly banquet.": "high: It was a weekday lunch.",
            "first: What do I make of that? Don't spare me.": "first: What do I make of that?",
            "- {stakes: low, liability: high}": "- {stakes: low, liability: high}\n"
            "      - {stakes: high, liability: high}",
        }
    )
    _, (soup, play) = read_folder(folder)
    found = {f.check: f.detail for f in check_situation(soup)}
    assert "two levels of 'stakes' read the same" in found["unmentioned factor"]
    assert "'first' is the neutral request" in found["nudge does not lean"]
    assert "'liability: high' is always forbidden" in found["unused level"]
    assert list(check_situation(play)) == []


def test_what_we_ship_is_clean() -> None:
    pairs, situations = read_folder(FOLDER)
    by_id = {pair.id: pair for pair in pairs}
    asked = [(pair, [s for s in situations if s.pair == pair.id]) for pair in pairs]
    found = [f for f in check_scenarios(build(asked), by_id.get) if not f.note]
    found += [f for s in situations for f in check_situation(s)]
    assert found == []
