"""Farthest-first: exactly the plain method's order, and its guarantee."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics.pairwise import cosine_distances

from inspect_values.errors import DataError
from inspect_values.scenarios import farthest_first as module
from inspect_values.scenarios.farthest_first import Chosen, Rounded, farthest_first, rounded


def plain(
    given: Rounded, stop: float, weights: NDArray[np.float64] | None = None, first: int = 0
) -> Chosen:
    """The method as it stands in a textbook: one product with all vectors for each choice."""
    vectors, scale = given
    nearest = np.full(len(vectors), -2.0, dtype=np.float32)
    taken = np.zeros(len(vectors), dtype=bool)
    row, distance = first, np.inf
    rows: list[int] = []
    distances: list[float] = []
    while distance >= stop and distance > 0:
        rows.append(row)
        distances.append(distance)
        taken[row] = True
        nearest = np.maximum(nearest, vectors @ vectors[row])
        scores = 1 - nearest.astype(np.float64) / scale
        if weights is not None:
            scores *= weights
        scores[taken] = -np.inf
        row = int(np.argmax(scores))
        distance = float(scores[row])
    return Chosen(np.array(rows), np.array(distances))


def clustered(seed: int, rows: int, dimensions: int, clusters: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((clusters, dimensions))
    return centres[rng.integers(clusters, size=rows)] + 0.7 * rng.standard_normal(
        (rows, dimensions)
    )


def same(one: Chosen, other: Chosen) -> None:
    assert list(one.rows) == list(other.rows)
    assert list(one.distances) == list(other.distances)


@pytest.mark.parametrize("pool", [1, 7, 64, 1024])
@pytest.mark.parametrize("seed", range(3))
def test_the_order_is_exactly_the_plain_one(
    seed: int, pool: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_POOL", pool)
    monkeypatch.setattr(module, "_BLOCK", 100)
    monkeypatch.setattr(module, "_CENTRES", 9)
    given = rounded(clustered(seed, 900, 24, 40))
    same(farthest_first(given, stop=0.3), plain(given, 0.3))
    weights = np.random.default_rng(seed).integers(0, 4, size=900) / 2
    heaviest = int(np.argmax(weights))
    same(
        farthest_first(given, stop=0.8, weights=weights),
        plain(given, 0.8, weights, heaviest),
    )


@given(st.integers(0, 10_000), st.integers(2, 60), st.sampled_from([1, 2, 5]))
@settings(max_examples=60, deadline=None)
def test_ties_and_repeats_do_not_change_it(seed: int, rows: int, dimensions: int) -> None:
    """Few dimensions and whole numbers: vectors repeat, many distances are equal, some are zero."""
    vectors = np.random.default_rng(seed).integers(-1, 2, size=(rows, dimensions)).astype(float)
    given = rounded(vectors)
    same(farthest_first(given, stop=0.0), plain(given, 0.0))


def test_the_rounding_hardly_moves_a_distance() -> None:
    vectors = clustered(5, 300, 384, 20)
    given = rounded(vectors)
    products = given.vectors @ given.vectors.T
    exact = cosine_distances(vectors)
    off = ~np.eye(300, dtype=bool)
    error = np.abs(1 - products.astype(float) / given.scale - exact)[off]
    assert error.max() < 1e-3
    # whole numbers of 1/4096², and no more of them than single precision holds exactly
    assert (products * 4096**2 == np.rint(products * 4096**2)).all()
    assert np.linalg.norm(given.vectors.astype(float), axis=1).max() <= 1
    whole = given.vectors.astype(np.float64) @ given.vectors.T.astype(np.float64)
    assert (whole == products).all()


def test_it_covers_at_most_twice_as_far_as_the_best_choice() -> None:
    vectors = clustered(2, 14, 3, 4)
    distances = np.sqrt(cosine_distances(vectors) * 2)  # a metric: the chord
    best = min(
        distances[:, list(chosen)].min(axis=1).max() for chosen in combinations(range(14), 4)
    )
    chosen = farthest_first(rounded(vectors), stop=0.0, most=4).rows
    assert distances[:, chosen].min(axis=1).max() <= 2 * best + 1e-3


def test_no_two_chosen_are_nearer_than_the_stop_and_all_others_are() -> None:
    vectors = clustered(9, 400, 10, 12)
    chosen = farthest_first(rounded(vectors), stop=0.35)
    distances = cosine_distances(vectors)
    among = distances[np.ix_(chosen.rows, chosen.rows)] + 9 * np.eye(len(chosen.rows))
    assert among.min() >= 0.35 - 1e-3
    assert distances[:, chosen.rows].min(axis=1).max() < 0.35 + 1e-3
    assert (np.diff(chosen.distances[1:]) <= 0).all()


def test_vectors_without_any_direction_are_far_from_everything() -> None:
    vectors = np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 0.001]])
    assert list(farthest_first(rounded(vectors), stop=0.4).rows) == [0, 1]


def test_the_number_can_be_limited_and_nothing_is_nothing() -> None:
    given = rounded(clustered(1, 50, 4, 9))
    assert len(farthest_first(given, stop=0.0, most=7).rows) == 7
    assert len(farthest_first(given, stop=0.0, most=0).rows) == 0
    assert len(farthest_first(rounded(np.empty((0, 4))), stop=0.1).rows) == 0
    assert list(farthest_first(given, stop=0.0, most=1, first=3).rows) == [3]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_number_that_is_not_finite_is_a_sentence(bad: float) -> None:
    vectors = np.ones((4, 2))
    vectors[2, 1] = bad
    with pytest.raises(DataError, match="embedding in row 2 holds a number that is not finite"):
        rounded(vectors)
