"""Which column of a source is which field of a scenario."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from inspect_values.errors import DataError, ParameterError, one_of, suggest

FIELDS = {
    "id": "the scenario's id, unique in the source; missing: the number of its row",
    "query": "what the model is asked",
    "pair": "the id of an installed value pair",
    "first": "the name of the first value, for a generic pair",
    "second": "the name of the second value",
    "first_definition": "what the first value asks of an assistant",
    "second_definition": "what the second value asks of an assistant",
    "nudge": "neutral, first (value1) or second (value2); missing: neutral",
    "family": "what all variants of one situation share; missing: each row is its own",
    "cell": "what the nudges of one query share; missing: each row is its own",
    "domain": "the part of life; missing: unknown",
    "option_first": "what the first value recommends",
    "option_second": "what the second value recommends",
    "system": "a system prompt",
    "licence": "the licence of the text",
    "source": "where it comes from; missing: the source's name",
    "generator": "the model that wrote it",
    "revision": "the version of its source",
}
"""Field → what it is. Any of them may be mapped to a column."""

STUDY_ID = re.compile(r"stresstest_(\d+)_(\d+)_(neutral|value1|value2)")
"""How the trade-off study's queries are numbered: chunk, entry, nudge."""


@dataclass(frozen=True)
class Format:
    """How the rows of a source are read."""

    name: str
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    """Field → column."""

    study: bool = False
    """Whether chunk and entry, from columns or from the id, say which rows belong together."""

    needed: tuple[str, ...] = ("query",)
    """Fields without whose column it is another format."""

    place: tuple[str, ...] = ()
    """Columns that every row must fill so that it can be told what belongs together."""

    def with_columns(self, given: Mapping[str, str]) -> "Format":
        """The same format, with other columns for some fields; they must be there."""
        needed = tuple(dict.fromkeys([*self.needed, *given]))
        return replace(self, columns={**self.columns, **given}, needed=needed)

    def check(self, columns: Iterable[str] | None, where: str) -> None:
        """Refuse a source that lacks a column.

        Raises:
            DataError: If a needed or mapped column is missing, with the nearest match.
        """
        if columns is None:
            return
        held = list(columns)
        for column in (*(self.columns[name] for name in self.needed), *self.place):
            if column not in held:
                found = suggest(column, held).replace("allowed", "found")
                raise DataError(f"'{where}' has no column '{column}'; {found}.")


PLAIN = Format("plain", {name: name for name in FIELDS})
TRADEOFF_STUDY = Format(
    "tradeoff-study",
    {
        "query": "query",
        "first": "value1",
        "second": "value2",
        "nudge": "nudge_direction",
        "generator": "query_generator",
    },
    study=True,
    needed=("query", "first", "second", "nudge"),
    place=("chunk_index", "entry_idx"),
)
QUERIES = Format("queries", {"id": "id", "query": "text"}, study=True, needed=("id", "query"))
FORMATS = {entry.name: entry for entry in (PLAIN, TRADEOFF_STUDY, QUERIES)}


def read_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """Field → column, from `field=column`.

    Raises:
        ParameterError: If it is no such pair, or the field is unknown or given twice.
    """
    found: dict[str, str] = {}
    for text in pairs:
        name, equals, column = text.partition("=")
        if not equals or not column:
            raise ParameterError(f"'{text}' maps nothing; write FIELD=COLUMN, such as query=text.")
        one_of("field", name, FIELDS)
        if name in found:
            raise ParameterError(f"the field '{name}' is mapped twice.")
        found[name] = column
    return found
