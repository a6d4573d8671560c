"""Near-duplicates: queries that say almost the same in almost the same words.

Candidates are found with MinHash (Broder 1997, "On the resemblance and containment of documents")
and locality-sensitive hashing; each candidate is then compared exactly.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, cast

from datasketch import MinHash, MinHashLSH

THRESHOLD = 0.8
"""Two queries are near-duplicates when their word 3-grams have at least this Jaccard similarity."""

_PERMUTATIONS = 128
_WORD = re.compile(r"\w+(?:'\w+)?")


class Duplicates(NamedTuple):
    """How many queries have a near-duplicate."""

    queries: int
    within: int
    """Queries with a near-duplicate in their own situation."""

    between: int
    """Queries with a near-duplicate in another situation."""

    examples: tuple[tuple[int, int], ...]
    """Pairs of row numbers from different situations, at most ten."""


def shingles(text: str) -> frozenset[str]:
    """The word 3-grams of a text, in lower case; a shorter text is one gram."""
    words = _WORD.findall(text.lower())
    if len(words) < 3:
        return frozenset([" ".join(words)])
    return frozenset(" ".join(words[i : i + 3]) for i in range(len(words) - 2))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of 3-grams that two texts have in common, 0 to 1."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def candidates(
    grams: Sequence[frozenset[str]], threshold: float = THRESHOLD
) -> Iterator[tuple[int, list[int]]]:
    """For each text, the earlier texts that may be near-duplicates of it.

    The hashing is tuned to miss few at the price of candidates that are none.
    """
    index = MinHashLSH(
        threshold=max(0.1, threshold - 0.2), num_perm=_PERMUTATIONS, weights=(0.1, 0.9)
    )
    hashes = MinHash.generator(
        ([gram.encode() for gram in entry] for entry in grams), num_perm=_PERMUTATIONS
    )
    for number, hashed in enumerate(hashes):
        yield number, sorted(cast(list[int], index.query(hashed)))
        index.insert(number, hashed)


def near_duplicates(queries: Iterable[tuple[str, str]], threshold: float = THRESHOLD) -> Duplicates:
    """Count queries with near-duplicates, within and between situations.

    Args:
        queries: (family, text) of each query.
        threshold: The Jaccard similarity of word 3-grams from which two queries count.
    """
    families: list[str] = []
    grams: list[frozenset[str]] = []
    for family, text in queries:
        families.append(family)
        grams.append(shingles(text))
    within: set[int] = set()
    between: set[int] = set()
    examples: list[tuple[int, int]] = []
    for number, earlier in candidates(grams, threshold):
        for other in earlier:
            same = families[number] == families[other]
            found = within if same else between
            if number in found and other in found:
                continue
            if jaccard(grams[number], grams[other]) >= threshold:
                found.update((number, other))
                if not same and len(examples) < 10:
                    examples.append((other, number))
    return Duplicates(len(grams), len(within), len(between), tuple(examples))
