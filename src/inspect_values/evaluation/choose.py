"""What a run asks: its value pairs and scenarios, from situations or from a bank."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from inspect_values.errors import DataError, ParameterError
from inspect_values.evaluation.launch import launch_folder
from inspect_values.evaluation.parameters import names, resolve_pairs
from inspect_values.plugins.catalog import Catalog
from inspect_values.scenarios.generic import PREFIX, generic_pair
from inspect_values.scenarios.scenario import UNKNOWN_PAIR, Scenario
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
    # pyarrow takes longer to import than all of ours, and most runs read no bank
    from inspect_values.scenarios.bank_selection import select_from_bank

    own = _generic_names(pairs)
    rest = None if pairs is None else [item for item in _items(pairs) if item not in own]
    named = [pair for pair, _ in resolve_pairs(catalog, rest, needed=False)] if rest else []
    wanted = None if pairs is None else [*own, *(pair.id for pair in named)]
    chosen = select_from_bank(path, selection, wanted)
    by_id = {pair.id: pair for pair in named}
    found: dict[str, ValuePair] = {}
    for scenario in chosen:
        pair = found.get(scenario.pair) or _pair_of(catalog, by_id, path, scenario)
        _check_same(path, pair, scenario)
        found[scenario.pair] = pair
    return list(found.values()), chosen


def _pair_of(
    catalog: Catalog, named: dict[str, ValuePair], path: str, scenario: Scenario
) -> ValuePair:
    """The pair of a bank's scenario: a generic one of its own, or one that is installed."""
    if scenario.values is not None:
        return generic_pair(*scenario.values)
    if scenario.pair == UNKNOWN_PAIR:
        raise DataError(
            f"scenarios of the bank '{path}' name no value pair, because their source does not say "
            "which values collide in them, so no answer to them can be judged. Import them again "
            "with --pair ID or --values FIRST SECOND, or ask the others with -T pairs=ID."
        )
    return named.get(scenario.pair) or catalog.pair(scenario.pair)


def _check_same(path: str, pair: ValuePair, scenario: Scenario) -> None:
    """Refuse a scenario that was made for other words than those of the pair."""
    if scenario.values is not None:
        if scenario.values != pair.values:
            raise DataError(
                f"the bank '{path}' describes the values of the pair '{pair.id}' in two ways "
                f"(scenario '{scenario.id}')."
            )
    elif scenario.pair_version.split("-")[0] != pair.comparable:
        raise DataError(
            f"the bank '{path}' was built for version {scenario.pair_version} of the value pair "
            f"'{pair.id}', and version {pair.version} is installed: their results are not "
            "comparable. Build the bank again."
        )


def _items(pairs: object) -> list[object]:
    if isinstance(pairs, list | tuple):
        return list(cast(Sequence[object], pairs))
    return [pairs] if isinstance(pairs, ValuePair | Path) else list(names(pairs, "pairs"))


def _generic_names(pairs: object) -> list[str]:
    """The names of generic pairs, which only the bank knows."""
    given = [] if pairs is None else _items(pairs)
    return [item for item in given if isinstance(item, str) and item.startswith(PREFIX)]
