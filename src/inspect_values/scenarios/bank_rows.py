"""The rows of a bank: its columns, and how a scenario becomes a row and a row a scenario."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from inspect_values.errors import DataError, suggest, validation_sentence
from inspect_values.scenarios.generic import PREFIX, generic_id, own_definition, values_of
from inspect_values.scenarios.scenario import Scenario
from inspect_values.values import Value

MAX_CELL = 100_000
"""Characters that one cell of a bank may hold at most."""


class Column(NamedTuple):
    """One column of a bank."""

    name: str
    doc: str


COLUMNS = (
    Column("id", "The scenario's id, unique in the bank."),
    Column("pair", "The value pair's id."),
    Column("pair_version", "Its version, N-X."),
    Column("family", "Everything that comes from one situation: the unit of clustering."),
    Column("cell", "One factor setting of a family, with its nudges, wordings and seats."),
    Column("domain", "The part of life it comes from."),
    Column("nudge", "neutral, first or second."),
    Column("wording", "Which wording of the same query, from 0 (a whole number)."),
    Column("query", "What the model is asked."),
    Column("system", "A system prompt, or missing."),
    Column("option_first", "What the first value recommends; empty where it can't be a choice."),
    Column("option_second", "What the second value recommends."),
    Column("factors", "JSON: factor → level."),
    Column("refusal_costs", "The value that a refusal gives up: first, second or neither."),
    Column("licence", "The licence of the text."),
    Column("source", "Where the situation comes from."),
    Column("generator", "The model that wrote the query; missing where a person did."),
    Column("revision", "The version of its source."),
    Column("filters", "JSON: who said what to each filter that it passed; missing where none."),
    Column("rubric", "pair: that of the installed pair; generic: made from the two values."),
    Column("first_value", "Of a generic pair: the id of its first value."),
    Column("first_name", "Its name."),
    Column("first_definition", "What it asks of an assistant; missing where nobody said."),
    Column("second_value", "Of a generic pair: the id of its second value."),
    Column("second_name", "Its name."),
    Column("second_definition", "What it asks of an assistant; missing where nobody said."),
)
"""Every column of a bank, in order. All are texts but `wording`. Parquet stores what repeats in a
column once, so that a pair's texts cost next to nothing however many scenarios it has."""

RUBRICS = ("pair", "generic")
NEWER = tuple(column.name for column in COLUMNS[-8:])
"""Columns that banks of the schema `inspect-values-bank/1` don't have."""


def from_row(row: Mapping[str, Any]) -> Scenario:
    """A row of a bank as a scenario.

    Raises:
        DataError: If a field cannot be used.
    """
    where = f"scenario '{str(row.get('id'))[:80]}' of the bank"
    try:
        factors = json.loads(row["factors"] or "{}")
        texts = {k: v or "" for k, v in row.items() if k.startswith("option_")}
        values = _values(row)
        found = Scenario.model_validate({**row, **texts, "factors": factors, "values": values})
    except DataError as error:
        raise DataError(f"{where}: {error}") from error
    except ValidationError as error:
        raise DataError(validation_sentence(where, error, Scenario.model_fields)) from error
    except (ValueError, TypeError, RecursionError) as error:
        raise DataError(f"{where}: 'factors' is no JSON of factors and levels.") from error
    if not (found.id and found.query.strip()):
        raise DataError(f"{where}: the {'query' if found.id else 'id'} is empty.")
    return found


def _values(row: Mapping[str, Any]) -> tuple[Value, Value] | None:
    """The two values of a generic pair; None for a pair that is installed.

    Raises:
        DataError: If they cannot be used, or the row's pair is not theirs.
    """
    rubric = row.get("rubric") or RUBRICS[0]
    if rubric not in RUBRICS:
        raise DataError(f"the rubric '{str(rubric)[:80]}' is not known; {suggest('', RUBRICS)}.")
    if rubric == RUBRICS[0] and not str(row["pair"]).startswith(PREFIX):
        return None
    first, second = values_of(row)
    expected = generic_id(first.id, second.id)
    if row["pair"] != expected:
        raise DataError(
            f"the pair '{str(row['pair'])[:100]}' has the generic rubric of '{first.name}' and "
            f"'{second.name}', whose pair is '{expected}'."
        )
    return first, second


def to_row(scenario: Scenario) -> dict[str, Any]:
    """A scenario as a row of a bank.

    Raises:
        DataError: If a text is too long.
    """
    row = scenario.model_dump(exclude={"values"})
    row |= {"factors": json.dumps(scenario.factors, sort_keys=True), "rubric": RUBRICS[0]}
    for side, value in zip(("first", "second"), scenario.values or (), strict=False):
        row |= {
            "rubric": RUBRICS[1],
            f"{side}_value": value.id,
            f"{side}_name": value.name,
            f"{side}_definition": own_definition(value) or None,
        }
    check_lengths(row, f"scenario '{scenario.id}'")
    return row


def check_lengths(row: Mapping[str, Any], where: str) -> None:
    """Refuse texts that are longer than a cell may be.

    Raises:
        DataError: If one is.
    """
    for name, value in row.items():
        if isinstance(value, str) and len(value) > MAX_CELL:
            raise DataError(
                f"{where}: '{name}' has {len(value)} characters; at most {MAX_CELL} are allowed."
            )
