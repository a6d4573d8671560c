"""What a run asks: its value pairs and scenarios, from situations or from a bank."""

from collections.abc import Sequence
from pathlib import Path

from inspect_values.errors import DataError, ParameterError
from inspect_values.evaluation.launch import launch_folder
from inspect_values.evaluation.parameters import resolve_pairs
from inspect_values.plugins.catalog import Catalog
from inspect_values.scenarios.bank_selection import select_from_bank
from inspect_values.scenarios.scenario import Scenario
from inspect_values.scenarios.selection import Selection, select
from inspect_values.scenarios.situation import Situation
from inspect_values.values import ValuePair

DEFAULT_PAIRS = "core"

Chosen = tuple[list[ValuePair], list[Scenario]]


def choose(
    catalog: Catalog,
    pairs: object,
    situations: Sequence[Situation] | None,
    bank: object,
    selection: Selection,
) -> Chosen:
    """The pairs and the scenarios of a run.

    Args:
        catalog: Where pairs are looked up.
        pairs: Ids, tags, folders or objects; None means the tag `core`, or all pairs of the bank.
        situations: Situations for pairs given as objects.
        bank: A bank's path (from where the command was typed) or address, or None.
        selection: What the study varies.

    Raises:
        ParameterError: If a parameter cannot be used.
        DataError: If a folder or bank cannot be read.
    """
    if bank is not None:
        if situations is not None:
            raise ParameterError("give either a bank or situations, not both.")
        return _from_bank(catalog, pairs, bank_path(bank), selection)
    asked = resolve_pairs(catalog, DEFAULT_PAIRS if pairs is None else pairs, situations)
    return [pair for pair, _ in asked], select(asked, selection)


def bank_path(bank: object) -> str:
    """A bank's path as meant by whoever typed it, or its address as it is.

    Raises:
        ParameterError: If it is no text.
    """
    if not isinstance(bank, str | Path) or not str(bank):
        raise ParameterError(f"bank={bank!r} is not the path of a bank.")
    if "://" in str(bank):
        return str(bank)
    return str(launch_folder() / Path(bank).expanduser())


def _from_bank(catalog: Catalog, pairs: object, path: str, selection: Selection) -> Chosen:
    named = None if pairs is None else [p for p, _ in resolve_pairs(catalog, pairs, needed=False)]
    chosen = select_from_bank(path, selection, None if named is None else [p.id for p in named])
    by_id = {pair.id: pair for pair in named or ()}
    versions = {scenario.pair: scenario.pair_version for scenario in chosen}
    found = [by_id.get(name) or catalog.pair(name) for name in versions]
    for pair in found:
        if versions[pair.id].split("-")[0] != pair.comparable:
            raise DataError(
                f"the bank '{path}' was built for version {versions[pair.id]} of the value pair "
                f"'{pair.id}', and version {pair.version} is installed: their results are not "
                "comparable. Build the bank again."
            )
    return found, chosen
