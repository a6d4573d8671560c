"""Texts as hashed word 3-grams, and which of them may be near-duplicates.

A set of strings for each text would take gigabytes at 300,000 texts; here each 3-gram is a 64-bit
hash in one flat array. Candidates are found with MinHash (Broder 1997, "On the resemblance and
containment of documents") and locality-sensitive hashing.
"""

import hashlib
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import numpy as np
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.int64]
"""Numbers of texts, from 0."""

_PERMUTATIONS = 128
_WORD = re.compile(r"\w+(?:'\w+)?")
_LOW = np.uint64(0xFFFFFFFF)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_CHUNK = 64


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


def _hash(gram: str) -> int:
    """64 bits; the lower 32 are those that MinHash itself would take."""
    found = hashlib.sha1(gram.encode(errors="surrogatepass"), usedforsecurity=False)
    return int.from_bytes(found.digest()[:8], "little")


class Grams:
    """The hashed 3-grams of many texts.

    Args:
        texts: Read once.
        tick: Called after each text.
    """

    def __init__(self, texts: Iterable[str], tick: Callable[[], object] = lambda: None) -> None:
        flat, starts = array("Q"), array("q", [0])
        for text in texts:
            grams = {_hash(gram) for gram in shingles(text)}
            flat.extend(sorted(grams))
            starts.append(len(flat))
            tick()
        self._flat: NDArray[np.uint64] = np.frombuffer(flat, dtype=np.uint64)
        self._starts: NDArray[np.int64] = np.frombuffer(starts, dtype=np.int64)
        self._sizes = np.diff(self._starts)

    def __len__(self) -> int:
        return len(self._sizes)

    def of(self, row: int) -> NDArray[np.uint64]:
        """The hashes of one text, in ascending order."""
        return self._flat[self._starts[row] : self._starts[row + 1]]

    def similar(self, row: int, others: Rows, threshold: float) -> Iterator[Rows]:
        """Those of `others` whose Jaccard similarity to a text is at least `threshold`.

        They come a few at a time, so that whoever needs only one can stop early.
        """
        own = self.of(row)
        for start in range(0, len(others), _CHUNK):
            some = others[start : start + _CHUNK]
            sizes = self._sizes[some]
            hashes = np.concatenate([self.of(int(other)) for other in some])
            places = np.minimum(np.searchsorted(own, hashes), len(own) - 1)
            hits = np.concatenate([[0], np.cumsum(own[places] == hashes)])
            ends = np.cumsum(sizes)
            shared = hits[ends] - hits[ends - sizes]
            close = some[shared / (len(own) + sizes - shared) >= threshold]
            if len(close):
                yield close

    def signatures(self, tick: Callable[[], object] = lambda: None) -> NDArray[np.uint32]:
        """The MinHash of each text: an array of texts × 128."""
        found = np.empty((len(self), _PERMUTATIONS), dtype=np.uint32)
        hashed = MinHash.generator(
            ((self.of(row) & _LOW).tolist() for row in range(len(self))),
            num_perm=_PERMUTATIONS,
            hashfunc=int,
        )
        for row, entry in enumerate(hashed):
            found[row] = entry.hashvalues
            tick()
        return found


def bands(
    signatures: NDArray[np.uint32], threshold: float
) -> Iterator[tuple[Rows, NDArray[np.int64]]]:
    """Texts that may be near-duplicates, once for each band of the locality-sensitive hashing.

    The hashing is tuned to miss few at the price of candidates that are none: of two texts with a
    similarity of .8 it finds 99.995 % (at the default threshold).

    Yields:
        Rows sorted so that candidates stand together, each group in ascending order, and where
        each group starts, with the end as its last entry. Texts that stand alone are left out.
    """
    tuned = MinHashLSH(
        threshold=max(0.1, threshold - 0.2), num_perm=_PERMUTATIONS, weights=(0.1, 0.9)
    )
    for band in range(tuned.b):
        keys = np.zeros(len(signatures), dtype=np.uint64)
        for column in range(band * tuned.r, (band + 1) * tuned.r):
            keys = (keys ^ signatures[:, column]) * _MIX
            keys ^= keys >> np.uint64(32)
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        new = np.concatenate([[True], ordered[1:] != ordered[:-1], [True]])
        alone = new[:-1] & new[1:]
        yield order[~alone], np.append(np.flatnonzero(new[:-1][~alone]), np.count_nonzero(~alone))
