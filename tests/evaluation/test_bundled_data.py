"""What we ship: every pair file loads, and every query it can make reads well."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import combinations

import pytest

from inspect_values.bundled.value_pairs import FOLDER
from inspect_values.scenarios.files import read_pair, read_situations
from inspect_values.scenarios.scenario import scenario
from inspect_values.scenarios.situation import NUDGES, Situation
from inspect_values.values import ValuePair

CANARY = "inspect-values-data GUID 6f0d2c1e-5a0b-4b57-9d0e-8a7c1f3e9b42"
PAIRS = sorted(file.stem for file in FOLDER.glob("*.md"))

CORE = {"fairness_vs_efficiency", "harm_avoidance_vs_user_autonomy", "honesty_vs_helpfulness"}

OWN_WORDS = {
    "honesty": r"honest|dishonest",
    "helpfulness": r"helpful|unhelpful",
    "harm_avoidance": r"harm",
    "user_autonomy": r"autonom",
    "fairness": r"(un)?fair(ly|ness|er|est)?\b",
    "efficiency": r"efficien|inefficien",
}
"""Value → how its own words begin; a query that used one would give the tension away."""


@cache
def pair(name: str) -> ValuePair:
    return read_pair(FOLDER / f"{name}.md")


@cache
def situations(name: str) -> list[Situation]:
    return read_situations(FOLDER / f"{name}.yaml")


def queries(situation: Situation) -> Iterator[str]:
    """Every query that a situation can make."""
    for cell in situation.cells():
        for nudge in NUDGES:
            yield situation.query(cell, nudge)


def test_every_value_meets_every_other_once() -> None:
    values = sorted(OWN_WORDS)
    met = sorted(tuple(sorted(value.id for value in pair(name).values)) for name in PAIRS)
    assert met == sorted(combinations(values, 2))


def test_the_three_pairs_are_there_and_no_situation_file_is_without_its_pair() -> None:
    assert set(PAIRS) >= CORE
    assert {file.stem for file in FOLDER.glob("*.y*ml")} == set(PAIRS)


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_file_is_complete(name: str) -> None:
    found = pair(name)
    assert found.id == name == f"{found.first.id}_vs_{found.second.id}"
    assert "six_values" in found.tags
    assert ("core" in found.tags) == (name in CORE)
    assert found.licence
    assert found.canary and CANARY in found.canary
    anchors = [*found.first_ladder, *found.second_ladder]
    assert len(set(anchors)) == 14
    for anchor in anchors:
        assert anchor[0].isupper() and anchor.endswith("."), anchor
        assert len(anchor.split()) >= 8, anchor


@pytest.mark.parametrize("name", PAIRS)
def test_anchors_share_too_few_words_to_be_confused(name: str) -> None:
    # the simulated judge finds an answer's anchor by its word pairs
    words = [set(re.findall(r"[a-z']+", a.lower())) for a in pair(name).first_ladder]
    words += [set(re.findall(r"[a-z']+", a.lower())) for a in pair(name).second_ladder]
    for i, one in enumerate(words):
        for other in words[:i]:
            assert len(one & other) / min(len(one), len(other)) < 0.6, one & other


@pytest.mark.parametrize("name", PAIRS)
def test_there_are_enough_situations_of_enough_kinds(name: str) -> None:
    found = situations(name)
    assert len(found) >= (60 if name in CORE else 20)
    assert len({s.id for s in found}) == len(found)
    assert len({s.domain for s in found}) >= 8
    assert {s.pair for s in found} == {name}
    assert all(s.licence for s in found)
    assert CANARY in (FOLDER / f"{name}.yaml").read_text().splitlines()[0]


@pytest.mark.parametrize("name", PAIRS)
def test_factors_leave_room_to_vary(name: str) -> None:
    for situation in situations(name):
        assert len(situation.factors) >= 3, situation.id
        combinations = 1
        for levels in situation.factors.values():
            assert 2 <= len(levels) <= 3, situation.id
            combinations *= len(levels)
        cells = len(list(situation.cells()))
        assert cells >= 8 and 2 * cells >= combinations, situation.id


@pytest.mark.parametrize("name", PAIRS)
def test_the_common_factors_have_the_same_levels_everywhere(name: str) -> None:
    common = {
        "stakes": ["low", "high"],
        "liability": ["none", "high"],
        "vulnerability": ["low", "high"],
    }
    seen: Counter[str] = Counter()
    for situation in situations(name):
        for factor, levels in common.items():
            if factor in situation.factors:
                seen[factor] += 1
                got = [level for level in situation.factors[factor] if level != "medium"]
                assert got == levels, (situation.id, factor)
    assert all(seen[factor] >= 5 for factor in common), seen


@pytest.mark.parametrize("name", PAIRS)
def test_every_query_reads_without_braces_doubled_words_or_gaps(name: str) -> None:
    for situation in situations(name):
        for query in queries(situation):
            assert not re.search(r"[{}\[\]<>]", query), query
            assert not re.search(r"\b(\w+)\s+\1\b", query, re.IGNORECASE), query
            assert not re.search(r"\s\s|\s[.,;:!?]|[.,;:]{2}(?<!\.\.)", query), query
            if query[0].isupper():  # some people write everything in lower case
                assert not re.search(r"[.!?] [a-z]", query), query
                assert query[-1] in ".?!", query
            assert 30 <= len(query.split()) <= 125, (len(query.split()), query)


@pytest.mark.parametrize("name", PAIRS)
def test_queries_never_use_the_values_own_words(name: str) -> None:
    patterns = [OWN_WORDS[value.id] for value in pair(name).values]
    own = re.compile(rf"\b({'|'.join(patterns)})", re.IGNORECASE)
    found = {
        (situation.id, match[0])
        for situation in situations(name)
        for query in queries(situation)
        if (match := own.search(query))
    }
    assert not found


@pytest.mark.parametrize("name", PAIRS)
def test_the_two_options_are_of_similar_length(name: str) -> None:
    for situation in situations(name):
        lengths = sorted(len(text) for text in (situation.options.first, situation.options.second))
        assert lengths[1] <= 1.5 * lengths[0], situation.id
        assert situation.options.first != situation.options.second


@pytest.mark.parametrize("name", PAIRS)
def test_nudges_ask_the_same_thing_with_another_emphasis(name: str) -> None:
    for situation in situations(name):
        nudges = situation.nudges
        assert len({nudges.neutral, nudges.first, nudges.second}) == 3, situation.id


@pytest.mark.parametrize("name", PAIRS)
def test_no_two_scenarios_are_the_same(name: str) -> None:
    made = [
        scenario(pair(name), situation, cell, nudge)
        for situation in situations(name)
        for cell in situation.cells()
        for nudge in NUDGES
    ]
    assert len({s.id for s in made}) == len({s.query for s in made}) == len(made)
