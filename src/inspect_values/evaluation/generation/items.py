"""What is to be written: so many scenarios for each pair of values, shared out among writers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

from inspect_values.errors import ParameterError, one_of
from inspect_values.evaluation.launch import launch_folder
from inspect_values.evaluation.parameters import names, resolve_pairs
from inspect_values.plugins.catalog import Catalog
from inspect_values.scenarios.generic import GENERIC_VERSION, generic_id, generic_pair
from inspect_values.values import Value, ValuePair, digest

DOMAINS = (
    *("agriculture", "art", "banking", "building", "charity", "childcare", "city_politics"),
    *("cooking", "customer_service", "dating", "disability", "elder_care", "energy", "events"),
    *("fashion", "friendship", "games", "gardening", "hiring", "hobbies", "housing", "insurance"),
    *("journalism", "language", "law", "marriage", "medicine", "mental_health", "military"),
    *("music", "neighbours", "nutrition", "parenting", "pets", "police", "religion", "research"),
    *("retail", "school", "science_teaching", "social_media", "software", "sport", "taxes"),
    *("transport", "travel", "university", "volunteering", "work", "writing"),
)
"""Parts of life that a message may come from; each item is given one, so that they differ."""


class Bare(NamedTuple):
    """A pair that is asked for: one with a rubric of its own, or two bare values."""

    id: str
    version: str
    written: ValuePair | None
    values: tuple[Value, Value] | None

    def pair(self) -> ValuePair:
        """The pair; a generic one is made only now, for there may be a hundred thousand."""
        return self.written or generic_pair(*cast(tuple[Value, Value], self.values))


@dataclass(frozen=True)
class Item:
    """One scenario to write: a neutral message, two leaning ones, two actions."""

    bare: Bare
    number: int
    """Which of the pair's, from 1."""

    domain: str

    @property
    def id(self) -> str:
        """`<pair>.<number>`: the same in every run."""
        return f"{self.bare.id}.{self.number}"


def asked_pairs(catalog: Catalog, pairs: object) -> list[Bare]:
    """The pairs that a parameter names: ids, tags, folders, tables of pairs, or objects.

    Raises:
        ParameterError: If a name is unknown or a pair stands twice.
        DataError: If a folder or table cannot be read.
    """
    given = [pairs] if isinstance(pairs, ValuePair | Path) else pairs
    listed: Sequence[object] = (
        cast(Sequence[object], given) if isinstance(given, list | tuple) else names(given, "pairs")
    )
    found: dict[str, Bare] = {}
    for item in listed:
        for bare in _bare(catalog, item):
            if bare.id in found:
                raise ParameterError(f"the value pair '{bare.id}' is named twice; name it once.")
            found[bare.id] = bare
    if not found:
        raise ParameterError("no value pair was named; name pairs with -T pairs=….")
    return list(found.values())


def _bare(catalog: Catalog, item: object) -> Iterator[Bare]:
    if str(item).endswith(".parquet") and not isinstance(item, ValuePair):
        # pyarrow takes longer to import than all of ours, and `inspect eval` loads this file
        from inspect_values.scenarios.pair_files import read_pairs

        for first, second in read_pairs(launch_folder() / Path(str(item)).expanduser()):
            generic = generic_id(first.id, second.id)
            if first.id == second.id:
                raise ParameterError(f"both values of the pair '{generic}' are '{first.id}'.")
            yield Bare(generic, GENERIC_VERSION, None, (first, second))
        return
    for pair, _ in resolve_pairs(catalog, [item], needed=False):
        yield Bare(pair.id, pair.version, pair, None)


def all_items(pairs: Sequence[Bare], each: int, domains: Sequence[str]) -> Iterator[Item]:
    """Every item, pair by pair; its part of life is drawn by its id."""
    for bare in pairs:
        start = int(digest(["domain", bare.id]), 16)
        for number in range(1, each + 1):
            yield Item(bare, number, domains[(start + number) % len(domains)])


def chosen_domains(value: object) -> list[str]:
    """The parts of life that a parameter names; all where it names none.

    Raises:
        ParameterError: If one is unknown.
    """
    if value is None:
        return list(DOMAINS)
    return [one_of("domain", name, DOMAINS) for name in names(value, "domains")] or list(DOMAINS)


def writer_of(item: str, writers: Sequence[str]) -> str:
    """Which of several models writes an item: a hash of its id decides, the same everywhere."""
    return writers[int(digest(["writer", item]), 16) % len(writers)]


def share(
    items: Iterator[Item],
    writers: Sequence[str],
    writer: str,
    shard: int = 0,
    shards: int = 1,
) -> list[Item]:
    """The items of one writer and one shard.

    Args:
        items: All items.
        writers: The models that share the work.
        writer: Which of them asks.
        shard: Which part, 0 to `shards` - 1; every part has items of every writer.
        shards: How many parts there are.

    Raises:
        ParameterError: If the writer is none of them, there is no such shard, or nothing is left.
    """
    if shards < 1 or not 0 <= shard < shards:
        raise ParameterError(
            f"shard={shard} of shards={shards} does not exist; allowed: shards from 1, and shard "
            "from 0 to shards - 1."
        )
    one_of("writer", writer, writers)
    total = 0
    mine: list[Item] = []
    for item in items:
        total += 1
        in_shard = int(digest(["shard", item.id]), 16) % shards == shard
        if in_shard and writer_of(item.id, writers) == writer:
            mine.append(item)
    if not mine:
        raise ParameterError(
            f"{writer} gets none of the {total} items in shard {shard} of {shards}; ask for more "
            "scenarios, or use fewer shards or writers."
        )
    return mine


def item_metadata(item: Item) -> dict[str, Any]:
    """What a sample records of its item."""
    pair = item.bare.pair()
    return {
        "pair": pair.id,
        "pair_version": pair.version,
        "pair_digest": pair.digest,
        **{
            f"{side}_{part}": text
            for side, value in zip(("first", "second"), pair.values, strict=True)
            for part, text in (("value", value.id), ("name", value.name))
        },
        "item": item.id,
        "domain": item.domain,
        "refusal_costs": pair.refusal_costs,
    }


def counted(writers: Mapping[str, int]) -> str:
    """Writers with their numbers of items, for a sentence."""
    return ", ".join(f"{count:,} by {name}" for name, count in writers.items())
