"""What a whole generation will take: all writers, each with those who filter what it writes."""

from collections.abc import Sequence

from inspect_values.errors import ParameterError
from inspect_values.evaluation.generation.items import (
    DOMAINS,
    Item,
    all_items,
    asked_pairs,
    writer_of,
)
from inspect_values.evaluation.generation.preview import SAMPLED, Preview, preview, together
from inspect_values.plugins.catalog import Catalog


def planned(
    catalog: Catalog,
    pairs: object,
    each: int,
    writers: Sequence[str],
    filters: Sequence[str],
    calls: str,
    *,
    self_filtering: bool = False,
) -> Preview:
    """The load of all writers and filters together; no model is asked and none is needed.

    Args:
        catalog: Where pairs are looked up.
        pairs: What `-T pairs=…` would be.
        each: How many scenarios a pair.
        writers: The models that share the work.
        filters: The models that filter; a writer never filters its own.
        calls: `each` or `together`.
        self_filtering: Whether it may.

    Raises:
        ParameterError: If a name is unknown or stands twice, or nobody would filter a writer's.
        DataError: If pairs cannot be read.
    """
    for what, names in (("writer", writers), ("filter", filters)):
        if len(set(names)) != len(names):
            raise ParameterError(f"a {what} is named twice; name each once.")
    if not writers:
        raise ParameterError("no writer is named.")
    asked = asked_pairs(catalog, pairs)
    samples: dict[str, list[Item]] = {name: [] for name in writers}
    totals = dict.fromkeys(writers, 0)
    for item in all_items(asked, each, DOMAINS):
        writer = writer_of(item.id, writers)
        totals[writer] += 1
        if len(samples[writer]) < SAMPLED:
            samples[writer].append(item)
    found: list[Preview] = []
    for writer in writers:
        judges = [name for name in filters if self_filtering or name != writer]
        if filters and not judges:
            raise ParameterError(
                f"{writer} would be the only one to filter what it writes itself: name another "
                "filter, or ask for it with --self-filtering."
            )
        if totals[writer]:
            found.append(preview(samples[writer], totals[writer], writer, judges, calls))
    total = together(found)
    total.pairs = len(asked)
    return total
