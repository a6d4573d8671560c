"""Near-duplicates and the worth of a bank, against exact computation and published numbers."""

import random
from itertools import combinations

import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import jaccard_score

from inspect_values.scenarios.duplicates import first_of_each, near_duplicates
from inspect_values.scenarios.grams import jaccard, shingles
from inspect_values.scenarios.summary import worth


def texts(seed: int, count: int) -> list[tuple[str, str]]:
    """Random texts in families; every third is a slightly changed copy of an earlier one."""
    rng = random.Random(seed)
    words = [f"w{i}" for i in range(400)]
    made: list[tuple[str, str]] = []
    for number in range(count):
        if number % 3 == 2:
            copied = rng.choice(made)[1].split()
            for _ in range(rng.randint(0, 8)):
                copied[rng.randrange(len(copied))] = rng.choice(words)
            text = " ".join(copied)
        else:
            text = " ".join(rng.choices(words, k=60))
        made.append((f"family{number % 7}", text))
    return made


def test_jaccard_agrees_with_scikit_learn() -> None:
    made = [text for _, text in texts(1, 30)]
    grams = CountVectorizer(ngram_range=(3, 3), token_pattern=r"\w+", binary=True).fit_transform(
        made
    )
    for one, other in combinations(range(30), 2):
        expected = jaccard_score(grams[one].toarray()[0], grams[other].toarray()[0])
        assert jaccard(shingles(made[one]), shingles(made[other])) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(5))
def test_near_duplicates_are_those_that_comparing_all_finds(seed: int) -> None:
    made = texts(seed, 150)
    grams = [shingles(text) for _, text in made]
    within: set[int] = set()
    between: set[int] = set()
    for one, other in combinations(range(len(made)), 2):
        if jaccard(grams[one], grams[other]) >= 0.8:
            (within if made[one][0] == made[other][0] else between).update((one, other))
    found = near_duplicates(made)
    assert within | between
    assert (found.queries, found.within, found.between) == (150, len(within), len(between))
    assert all(jaccard(grams[a], grams[b]) >= 0.8 for a, b in found.examples)


def test_short_texts_are_compared_whole() -> None:
    found = near_duplicates([("a", "Why?"), ("b", "why"), ("c", "How so?"), ("c", "")])
    assert (found.within, found.between) == (0, 2)


def test_the_worth_of_many_queries_from_few_situations() -> None:
    # 300,000 queries from 264 situations at .3 are worth about 880 (the design's own figure)
    assert worth([300_000 / 264] * 264, 0.3).independent == pytest.approx(880, abs=3)
    # Kish: 1 + (m - 1) * icc with equal clusters
    assert worth([20] * 10, 0.05).design_effect == pytest.approx(1.95)
    assert worth([1] * 50, 0.9).independent == 50
    assert worth([10] * 5, 0).independent == 50
    assert worth([10, 0, 10], 1).independent == 2
    assert worth([], 0.3).independent == 0


@pytest.mark.parametrize("seed", range(3))
def test_the_first_of_each_is_kept_as_comparing_all_would(seed: int) -> None:
    made = [text for _, text in texts(seed, 150)]
    grams = [shingles(text) for text in made]
    kept: list[int] = []
    expected: list[int] = []
    for number in range(len(made)):
        same = [k for k in kept if jaccard(grams[k], grams[number]) >= 0.8]
        expected.append(same[0] if same else -1)
        if not same:
            kept.append(number)
    assert list(first_of_each(made)) == expected
    assert max(expected) > -1


def test_a_bank_made_to_be_slow_is_cut_short_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspect_values.scenarios.duplicates.MOST_COMPARED", 5)
    rng = random.Random(3)
    shared = " ".join(f"s{i}" for i in range(24))
    made = [("f", f"{shared} {' '.join(f'w{rng.random()}' for _ in range(9))}") for _ in range(80)]
    found = near_duplicates(made)
    assert found.within == 0
    assert found.cut > 0


def test_nothing_has_no_duplicates() -> None:
    assert near_duplicates([]).queries == 0
    assert list(first_of_each([])) == []
