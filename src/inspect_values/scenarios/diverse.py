"""A diverse part of a bank: exact and near-duplicates out, then farthest-first."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inspect_values.errors import DataError
from inspect_values.scenarios.bank import about, count, pieces, read_bank, write_bank
from inspect_values.scenarios.duplicates import THRESHOLD, first_of_each
from inspect_values.scenarios.embeddings.embedding import check_way, embed
from inspect_values.scenarios.farthest_first import STOP, WEIGHTED_STOP, farthest_first, rounded
from inspect_values.scenarios.scenario import Scenario
from inspect_values.scenarios.weights import weight_of
from inspect_values.values import digest

Bars: TypeAlias = Callable[[str, int | None], AbstractContextManager[Callable[[], object]]]
"""Shows how far something is: takes what and how many, and gives what to call for each."""

Unit = Literal["cell", "query"]
UNITS: tuple[Unit, ...] = ("cell", "query")


def no_bars(what: str, total: int | None) -> AbstractContextManager[Callable[[], object]]:
    """Shows nothing."""
    return nullcontext(lambda: None)


@dataclass(frozen=True)
class Diversity:
    """How a part of a bank is selected."""

    unit: Unit = "cell"
    """What is kept or dropped as a whole: a `cell` with its nudges and wordings, represented by
    its neutral query, or each `query` by itself, as in the trade-off study."""

    threshold: float = THRESHOLD
    """The Jaccard similarity of word 3-grams from which two queries are near-duplicates."""

    embeddings: str = "tfidf"
    stop: float | None = None
    """The distance below which nothing is taken; None: 0.4, or 0.8 with weights."""

    most: int | None = None
    """How many units are taken at most."""

    seed: int = 0
    """Decides with which unit the selection begins, where there are no weights."""

    def stops_at(self, weighted: bool) -> float:
        """The stop distance."""
        return self.stop if self.stop is not None else (WEIGHTED_STOP if weighted else STOP)


@dataclass(frozen=True)
class Selected:
    """What became of the units of a bank."""

    unit: Unit
    units: int
    exact: int
    near: int
    unweighted: int
    """Left out because the weights name none of their scenarios."""

    chosen: tuple[tuple[str, float], ...]
    """Id of the query that stands for the unit, and its distance when it was chosen; in order."""

    embedding: str
    stop: float
    rows: int
    """Scenarios that were written."""


@dataclass
class _Units:
    """The units of a bank, each with the query that stands for it."""

    keys: list[str] = field(default_factory=list[str])
    ids: list[str] = field(default_factory=list[str])
    texts: list[str] = field(default_factory=list[str])
    members: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Key → ids of its scenarios."""


def select_diverse(
    bank: Path | str,
    output: Path,
    how: Diversity,
    weights: Mapping[str, float] | None = None,
    bars: Bars = no_bars,
) -> Selected:
    """Write a diverse part of a bank, in the order of the bank.

    Args:
        bank: The bank.
        output: The new bank; whole or not there at all.
        how: What counts as the same, and how far apart is far enough.
        weights: Scenario → factor of its distance, such as disagreement. Units that have none are
            left out.
        bars: Shows how far it is.

    Raises:
        ParameterError: If there are no such embeddings.
        DataError: If the bank or embeddings cannot be used, or no unit has a weight.
    """
    check_way(how.embeddings)
    units = _read_units(bank, how.unit, bars)
    unique = _exact(units.texts)
    kept = unique[_near([units.texts[row] for row in unique], how.threshold, bars) < 0]
    factors, left = _weights(units, kept, weights)
    chosen, embedding = _farthest(units, left, factors, how, bars)
    keys = {units.keys[row] for row, _ in chosen}
    found = Selected(
        unit=how.unit,
        units=len(units.keys),
        exact=len(units.keys) - len(unique),
        near=len(unique) - len(kept),
        unweighted=len(kept) - len(left),
        chosen=tuple((units.ids[row], distance) for row, distance in chosen),
        embedding=embedding,
        stop=how.stops_at(factors is not None),
        rows=sum(len(units.members[key]) for key in keys),
    )
    with bars("Writing", count(bank)) as tick:
        write_bank(_kept(bank, how.unit, keys, tick), output, _about(bank, how, found, weights))
    return found


def _farthest(
    units: _Units,
    left: list[int],
    factors: NDArray[np.float64] | None,
    how: Diversity,
    bars: Bars,
) -> tuple[list[tuple[int, float]], str]:
    """The units chosen with their distances, and how they were embedded; their texts are freed."""
    ids, texts = [units.ids[row] for row in left], [units.texts[row] for row in left]
    units.texts = []
    with bars("Embedding", len(texts)) as tick:
        embedding = embed(how.embeddings, ids, texts, how.seed, tick)
    del texts
    given = rounded(embedding.vectors)
    with bars("Selecting", how.most) as tick:
        chosen = farthest_first(
            given,
            stop=how.stops_at(factors is not None),
            most=how.most,
            weights=factors,
            first=None if factors is not None else _first(how.seed, len(ids)),
            tick=tick,
        )
    pairs = zip(chosen.rows.tolist(), chosen.distances.tolist(), strict=True)
    return [(left[row], distance) for row, distance in pairs], embedding.made_by


def _read_units(bank: Path | str, unit: Unit, bars: Bars) -> _Units:
    """The units of a bank in the order of the file; a neutral query stands for its cell."""
    units = _Units()
    place: dict[str, int] = {}
    neutral: set[str] = set()
    with bars("Reading", count(bank)) as tick:
        for piece in pieces(bank, ("id", "cell", "nudge", "wording", "query")):
            for row in piece.rows():
                tick()
                key = str(row["cell"] if unit == "cell" else row["id"])
                name, text = str(row["id"]), str(row["query"] or "")
                stands = row["nudge"] == "neutral" and not row["wording"]
                units.members.setdefault(key, []).append(name)
                if key not in place:
                    place[key] = len(units.keys)
                    units.keys.append(key)
                    units.ids.append(name)
                    units.texts.append(text)
                elif stands and key not in neutral:
                    units.ids[place[key]], units.texts[place[key]] = name, text
                if stands:
                    neutral.add(key)
    if not units.keys:
        raise DataError(f"the bank '{bank}' is empty.")
    return units


def _exact(texts: list[str]) -> NDArray[np.int64]:
    """The first of each text, whatever its case and spaces."""
    seen: set[bytes] = set()
    rows: list[int] = []
    for row, text in enumerate(texts):
        plain = " ".join(text.casefold().split())
        key = blake2b(plain.encode(errors="surrogatepass"), digest_size=16).digest()
        if key not in seen:
            seen.add(key)
            rows.append(row)
    return np.array(rows, dtype=np.int64)


def _near(texts: list[str], threshold: float, bars: Bars) -> NDArray[np.int64]:
    with bars("Near-duplicates", 2 * len(texts)) as tick:
        return first_of_each(texts, threshold, tick)


def _weights(
    units: _Units, kept: NDArray[np.int64], weights: Mapping[str, float] | None
) -> tuple[NDArray[np.float64] | None, list[int]]:
    """The factor of each unit that has one, and which units those are."""
    if weights is None:
        return None, [int(row) for row in kept]
    known = [(int(row), weight_of(weights, units.members[units.keys[row]])) for row in kept]
    found = [(row, weight) for row, weight in known if weight is not None]
    if not found:
        raise DataError(
            f"the weights name none of the bank's scenarios, whose ids are such as "
            f"'{units.ids[0]}'."
        )
    return np.array([weight for _, weight in found]), [row for row, _ in found]


def _first(seed: int, units: int) -> int:
    return int(digest(["farthest first", seed]), 16) % max(1, units)


def _kept(
    bank: Path | str, unit: Unit, keys: set[str], tick: Callable[[], object]
) -> Iterator[Scenario]:
    for scenario in read_bank(bank):
        tick()
        if (scenario.cell if unit == "cell" else scenario.id) in keys:
            yield scenario


def _about(
    bank: Path | str, how: Diversity, found: Selected, weights: Mapping[str, float] | None
) -> dict[str, str]:
    return {
        "selected_from": Path(str(bank)).name,
        "selected_by": "farthest-first on 1 - cosine"
        + (", weighted by disagreement" if weights is not None else ""),
        "unit": found.unit,
        "units": str(found.units),
        "exact_duplicates": str(found.exact),
        "near_duplicates": f"{found.near} at a Jaccard similarity of {how.threshold:g}",
        "without_weight": str(found.unweighted),
        "embeddings": found.embedding,
        "stop": f"{found.stop:g}",
        "most": "" if how.most is None else str(how.most),
        "seed": str(how.seed),
        "chosen": str(len(found.chosen)),
        "source": json.dumps(about(bank), sort_keys=True),
    }
