"""A row of a source → a scenario, or why it is refused."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from inspect_values.errors import InspectValuesError, suggest
from inspect_values.scenarios.bank_rows import MAX_CELL
from inspect_values.scenarios.generic import GENERIC_VERSION, bare_value, generic_id
from inspect_values.scenarios.imports.formats import FIELDS, STUDY_ID, Format
from inspect_values.scenarios.imports.sources import Row
from inspect_values.scenarios.scenario import UNKNOWN_PAIR, Scenario
from inspect_values.scenarios.situation import NUDGES, Nudge
from inspect_values.values import RefusalCosts, Value, ValuePair, digest

NO_DOMAIN = "unknown"
_NUDGES: dict[str, Nudge] = {
    **{name: name for name in NUDGES},
    "": "neutral",
    "none": "neutral",
    "value1": "first",
    "value2": "second",
}


class RefusedRowError(Exception):
    """A row that becomes no scenario.

    Args:
        reason: A few words, the same for all rows of a kind.
        detail: What exactly; empty if the reason says it.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Reading:
    """How rows are read, and what is said of all of them."""

    format: Format
    pair_of: Callable[[str], ValuePair]
    """The installed pair with an id; raises an error of ours with the nearest match."""

    pair: str = ""
    """The pair of rows that name none: an id, `unknown`, or empty to refuse them."""

    values: tuple[Value, Value] | None = None
    """The two values of rows that name none."""

    licence: str = ""
    source: str = ""
    revision: str = ""


class _Pair(NamedTuple):
    id: str
    version: str
    refusal_costs: RefusalCosts
    values: tuple[Value, Value] | None = None


def scenario_of(row: Row, reading: Reading) -> Scenario:
    """The scenario of a row.

    Raises:
        RefusedRowError: If it cannot become one.
    """
    if row.problem:
        raise RefusedRowError("cannot be read", row.problem)
    found = {name: _text(row, reading.format, name) for name in FIELDS}
    _check_texts(found)
    chunk, entry, nudge = _place(row, reading.format, found)
    pair = _pair(found, reading)
    name = found["id"] or _study_id(chunk, entry, nudge) or f"row{row.number}"
    family, cell = _belonging(pair.id, name, chunk, entry, found, by_pair=bool(found["first"]))
    return Scenario(
        id=name,
        pair=pair.id,
        pair_version=pair.version,
        family=family,
        cell=cell,
        domain=found["domain"] or NO_DOMAIN,
        nudge=_nudge(nudge),
        query=found["query"],
        option_first=found["option_first"],
        option_second=found["option_second"],
        factors={},
        refusal_costs=pair.refusal_costs,
        system=found["system"] or None,
        licence=found["licence"] or reading.licence or None,
        source=found["source"] or reading.source or None,
        generator=found["generator"] or None,
        revision=found["revision"] or reading.revision or None,
        values=pair.values,
    )


def plain_text(value: object, what: str) -> str:
    """A cell as text; whole numbers are numbers of something, and anything else is none.

    Raises:
        RefusedRowError: If it is neither text nor a whole number, or holds half a character.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RefusedRowError("a field is no text", f"'{what}' holds {type(value).__name__}")
    text = str(value).strip()
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise RefusedRowError("a field is no text", f"'{what}' holds half a character") from error
    return text


def _text(row: Row, format: Format, name: str) -> str:
    column = format.columns.get(name)
    return "" if column is None else plain_text(row.fields.get(column), column)


def _check_texts(found: Mapping[str, str]) -> None:
    if not found["query"]:
        raise RefusedRowError("no query")
    for name, text in found.items():
        if len(text) > MAX_CELL:
            raise RefusedRowError("a text is too long", f"{name} has {len(text)} characters")
    if bool(found["option_first"]) != bool(found["option_second"]):
        raise RefusedRowError("one option without the other")


def _place(row: Row, format: Format, found: Mapping[str, str]) -> tuple[str, str, str]:
    """Chunk, entry and nudge, from columns or from an id of the trade-off study."""
    chunk, entry, nudge = "", "", found["nudge"]
    if format.study:
        chunk, entry = (
            plain_text(row.fields.get(column), column) for column in ("chunk_index", "entry_idx")
        )
        if match := STUDY_ID.fullmatch(found["id"]):
            chunk, entry, nudge = chunk or match[1], entry or match[2], nudge or match[3]
    if format.place and not (chunk and entry):
        raise RefusedRowError("no chunk_index or entry_idx")
    return chunk, entry, nudge


def _nudge(text: str) -> Nudge:
    if text.lower() not in _NUDGES:
        raise RefusedRowError("unknown nudge", f"'{text[:40]}'; {suggest(text, [*_NUDGES])}")
    return _NUDGES[text.lower()]


def _pair(found: Mapping[str, str], reading: Reading) -> _Pair:
    try:
        if found["pair"]:
            return _installed(found["pair"], reading)
        if found["first"] or found["second"]:
            values = (
                bare_value(found["first"], found["first_definition"]),
                bare_value(found["second"], found["second_definition"]),
            )
            return _generic(values)
        if reading.values is not None:
            return _generic(reading.values)
        if reading.pair:
            return _installed(reading.pair, reading)
    except InspectValuesError as error:
        raise RefusedRowError("a value or value pair that cannot be used", str(error)) from error
    raise RefusedRowError("names no value pair (see --pair and --values)")


def _installed(name: str, reading: Reading) -> _Pair:
    if name == UNKNOWN_PAIR:
        return _Pair(UNKNOWN_PAIR, "", "neither")
    pair = reading.pair_of(name)
    return _Pair(pair.id, pair.version, pair.refusal_costs)


def _generic(values: tuple[Value, Value]) -> _Pair:
    first, second = values
    if first.id == second.id:
        raise RefusedRowError("both values are the same", f"'{first.name}' and '{second.name}'")
    # the pair itself is made when it is asked: its ladders would cost time for each row
    return _Pair(generic_id(first.id, second.id), GENERIC_VERSION, "neither", values)


def _study_id(chunk: str, entry: str, nudge: str) -> str:
    return f"stresstest_{chunk}_{entry}_{nudge or 'neutral'}" if chunk and entry else ""


def _belonging(
    pair: str, name: str, chunk: str, entry: str, found: Mapping[str, str], *, by_pair: bool
) -> tuple[str, str]:
    """Family and cell of a row.

    In the trade-off study the nudges of one query share chunk and entry. A chunk holds hundreds of
    queries about different things, so it makes a family only together with the pair of values: all
    variants of one pair in one chunk. Where the pair is not the row's own, entry by entry.
    """
    own = found["family"]
    if not own and chunk and entry:
        own = f"chunk_{chunk}" if by_pair else f"chunk_{chunk}.entry_{entry}"
    family = f"{pair}.{own or name}"
    together = found["cell"] or (entry if chunk else "") or name
    return family, digest([family, together], 16)
