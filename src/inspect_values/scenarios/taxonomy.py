"""Pairs of values from a taxonomy, such as that of "Values in the Wild", drawn reproducibly.

The files of *Values in the Wild* (Huang et al. 2025, arXiv 2504.15236): values with the share of
conversations that express them, and a tree of clusters over them in which the values are level 0.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from random import Random
from typing import Any, NamedTuple

from inspect_values.errors import DataError, ParameterError, suggest
from inspect_values.scenarios.generic import bare_value
from inspect_values.scenarios.imports.rows import plain_text
from inspect_values.scenarios.imports.sources import Source, open_source
from inspect_values.values import Value

VALUE_COLUMNS = ("value", "pct_convos")
TREE_COLUMNS = ("cluster_id", "name", "level", "parent_cluster_id")
MOST_LEVELS = 20


class Leaf(NamedTuple):
    """A value of a taxonomy."""

    value: Value
    clusters: tuple[str, ...]
    """The clusters that it is in, from level 1 up, by id; empty where the tree has no place."""


@dataclass(frozen=True)
class Taxonomy:
    """Values, and the tree of clusters over them."""

    leaves: tuple[Leaf, ...]
    """In the order of their ids, whatever that of the files."""

    names: Mapping[str, str]
    """Cluster id → name."""

    same: int
    """Values left out because another one has the same id."""

    revision: str
    """Which files it comes from."""

    @property
    def levels(self) -> int:
        """How many levels of clusters there are over the values."""
        return max((len(leaf.clusters) for leaf in self.leaves), default=0)


class Drawn(NamedTuple):
    """A pair of values, and the clusters that it was drawn from."""

    first: Value
    second: Value
    stratum: str


def read_taxonomy(values: str | None, tree: str | None) -> Taxonomy:
    """A taxonomy from its files.

    Args:
        values: `values_frequencies.csv`, as a path or `hf:owner/name@commit:config`; None takes
            the values from the tree.
        tree: `values_tree.csv`; None for values without a tree.

    Raises:
        ParameterError: If neither is given, or a hub address is not pinned.
        DataError: If a file is damaged, lacks a column, or the tree is none.
    """
    if values is None and tree is None:
        raise ParameterError("name the values, or the tree of a taxonomy, or both.")
    named = _Tree(tree) if tree is not None else None
    revisions = [named.revision] if named else []
    if values is not None:
        listed, revision = _names(values)
        revisions.insert(0, revision)
    else:
        assert named is not None
        listed = named.leaves()
    leaves: dict[str, Leaf] = {}
    for name in listed:
        clusters = named.clusters(name) if named else ()
        place = " < ".join(named.names[cluster] for cluster in clusters) if named else ""
        value = bare_value(name, taxonomy=place or None)
        leaves.setdefault(value.id, Leaf(value, clusters))
    return Taxonomy(
        leaves=tuple(leaves[name] for name in sorted(leaves)),
        names=named.names if named else {},
        same=len(listed) - len(leaves),
        revision="; ".join(revisions),
    )


def draw_pairs(
    taxonomy: Taxonomy, count: int, seed: int = 0, level: int | None = None
) -> list[Drawn]:
    """Draw pairs of different values, none twice; which value comes first is drawn too.

    Args:
        taxonomy: Where the values come from.
        count: How many pairs.
        seed: The same seed draws the same pairs from the same values.
        level: Spread the pairs evenly over all pairs of clusters of this level (a cluster with
            itself too), as far as each holds so many; 1 is the level next to the values. None draws
            every pair of values with the same chance.

    Raises:
        ParameterError: If there are not so many pairs, or no such level.
    """
    random = Random(seed)
    strata = _strata(taxonomy, level)
    sizes = [_size(*groups) for _, groups in strata]
    if count > sum(sizes):
        raise ParameterError(
            f"{count:,} pairs are asked for, and {len(taxonomy.leaves):,} values make only "
            f"{sum(sizes):,}."
        )
    drawn: list[Drawn] = []
    for (name, groups), quota in zip(strata, _quotas(sizes, count, random), strict=True):
        for number in _distinct(random, _size(*groups), quota):
            one, other = _pair(number, *groups)
            if random.random() < 0.5:
                one, other = other, one
            drawn.append(Drawn(one.value, other.value, name))
    return drawn


# ---- files ----------------------------------------------------------------------------------


def _names(address: str) -> tuple[list[str], str]:
    source = open_source(address)
    found = [fields["value"] for fields in _rows(source, VALUE_COLUMNS)]
    if not found:
        raise DataError(f"'{source.name}' holds no value.")
    return found, f"{source.name}@{source.revision}"


def _rows(source: Source, columns: Sequence[str]) -> Iterable[dict[str, str]]:
    """Some columns of a source as texts; every row must have them."""
    if source.columns is not None:
        for column in columns:
            if column not in source.columns:
                found = suggest(column, source.columns).replace("allowed", "found")
                raise DataError(f"'{source.name}' has no column '{column}'; {found}.")
    for row in source.rows:
        if row.problem:
            raise DataError(f"'{source.name}', row {row.number}: {row.problem}.")
        yield {column: _plain(row.fields.get(column), column, source) for column in columns}


def _plain(value: Any, column: str, source: Source) -> str:
    if isinstance(value, float) and not value.is_integer():
        return str(value)
    try:
        return plain_text(value, column)
    except Exception as error:
        raise DataError(f"'{source.name}': {error}.") from error


class _Tree:
    """The clusters over the values."""

    def __init__(self, address: str) -> None:
        source = open_source(address)
        self.revision = f"{source.name}@{source.revision}"
        self.names: dict[str, str] = {}
        self._parents: dict[str, str] = {}
        self._own: dict[str, str] = {}
        for fields in _rows(source, TREE_COLUMNS):
            if not fields["level"].isdigit():
                raise DataError(f"'{source.name}': the level '{fields['level']}' is no number.")
            if fields["level"] == "0":
                self._own[fields["name"]] = fields["parent_cluster_id"]
            else:
                self.names[fields["cluster_id"]] = fields["name"]
                self._parents[fields["cluster_id"]] = fields["parent_cluster_id"]
        if not self._own:
            raise DataError(f"'{source.name}' has no values: no row of level 0.")

    def leaves(self) -> list[str]:
        return list(self._own)

    def clusters(self, name: str) -> tuple[str, ...]:
        """The clusters of a value from level 1 up; none for a value that the tree doesn't have."""
        found: list[str] = []
        cluster = self._own.get(name, "")
        while cluster in self._parents:
            if len(found) >= MOST_LEVELS:
                raise DataError(f"the tree has no root over '{name}': its clusters go in a circle.")
            found.append(cluster)
            cluster = self._parents[cluster]
        return tuple(found)


# ---- drawing --------------------------------------------------------------------------------

_Groups = tuple[Sequence[Leaf], Sequence[Leaf] | None]
"""Two groups of values to take one of each, or one group to take two of."""


def _strata(taxonomy: Taxonomy, level: int | None) -> list[tuple[str, _Groups]]:
    if level is None:
        return [("", (taxonomy.leaves, None))]
    if not 1 <= level <= taxonomy.levels:
        raise ParameterError(
            f"level={level} does not exist; allowed: "
            + (f"1 to {taxonomy.levels}." if taxonomy.levels else "none, for there is no tree.")
        )
    groups: dict[str, list[Leaf]] = {}
    for leaf in taxonomy.leaves:
        if len(leaf.clusters) >= level:
            groups.setdefault(leaf.clusters[level - 1], []).append(leaf)
    named = sorted(groups, key=lambda cluster: (taxonomy.names[cluster], cluster))
    found: list[tuple[str, _Groups]] = []
    for one, other in combinations_with_replacement(named, 2):
        name = f"{taxonomy.names[one]} / {taxonomy.names[other]}"
        found.append((name, (groups[one], None if one == other else groups[other])))
    return found


def _size(one: Sequence[Leaf], other: Sequence[Leaf] | None) -> int:
    return len(one) * (len(one) - 1) // 2 if other is None else len(one) * len(other)


def _pair(number: int, one: Sequence[Leaf], other: Sequence[Leaf] | None) -> tuple[Leaf, Leaf]:
    """The pair with a number, from 0 to `_size` - 1."""
    if other is not None:
        return one[number // len(other)], other[number % len(other)]
    # row r of the triangle starts at r (r - 1) / 2
    row = int((1 + (1 + 8 * number) ** 0.5) / 2)
    row += (row * (row + 1) // 2 <= number) - (row * (row - 1) // 2 > number)
    return one[row], one[number - row * (row - 1) // 2]


def _quotas(sizes: Sequence[int], count: int, random: Random) -> list[int]:
    """How many of each stratum: the same of all, as far as they hold so many."""
    quotas = [0] * len(sizes)
    order = sorted(range(len(sizes)), key=lambda _: random.random())
    left = count
    while left:
        open_ = [place for place in order if quotas[place] < sizes[place]]
        share = max(1, left // len(open_))
        for place in open_:
            more = min(share, sizes[place] - quotas[place], left)
            quotas[place] += more
            left -= more
    return quotas


def _distinct(random: Random, size: int, count: int) -> list[int]:
    """Different numbers below `size`, in the order in which they are drawn."""
    if count * 2 > size:
        return sorted(range(size), key=lambda _: random.random())[:count]
    seen: dict[int, None] = {}
    while len(seen) < count:
        seen[int(random.random() * size)] = None
    return list(seen)


def cluster_counts(drawn: Iterable[Drawn]) -> Counter[str]:
    """How many pairs each stratum gave."""
    return Counter(entry.stratum for entry in drawn)
