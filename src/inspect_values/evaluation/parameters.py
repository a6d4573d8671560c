"""Reading task parameters: what the user typed → a selection, or a sentence."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError

from inspect_values.errors import DataError, ParameterError, one_of, suggest
from inspect_values.evaluation.judging.settings import Judging
from inspect_values.evaluation.launch import launch_folder
from inspect_values.plugins.catalog import Catalog
from inspect_values.scenarios.files import read_folder
from inspect_values.scenarios.selection import Selection, parse_nudges
from inspect_values.scenarios.situation import Situation
from inspect_values.values import ValuePair

M = TypeVar("M", bound=BaseModel)

Names: TypeAlias = str | Sequence[str]
Asked: TypeAlias = list[tuple[ValuePair, list[Situation]]]


def refuse_unknown(given: Iterable[str], allowed: Sequence[str]) -> None:
    """Inspect only warns of a parameter that no task has; a misspelt one must not run.

    Raises:
        ParameterError: If a given name is not allowed, with the nearest match.
    """
    for name in given:
        if name in allowed:
            continue
        raise ParameterError(f"task parameter '{name}' is not known; {suggest(name, allowed)}.")


def settings(model: type[M], values: Mapping[str, object], **said: str) -> M:
    """A group of parameters, read into the model that describes it.

    Args:
        model: A pydantic model whose fields are choices, flags and numbers.
        values: What the user gave.
        said: Field → the name under which the user knows it, where that differs.

    Raises:
        ParameterError: If a value cannot be used, with what is allowed and the nearest match.
    """
    for name, value in values.items():
        known = said.get(name, name)
        if name not in model.model_fields:
            raise ParameterError(f"'{name}' is not known; {suggest(name, model.model_fields)}.")
        kind = model.model_fields[name].annotation
        if get_origin(kind) is Literal:
            one_of(known, str(value), map(str, get_args(kind)))
        elif kind is bool:
            flag(value, known)
        elif kind is int:
            whole_number(value, known, 0)
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        wrong = f"{said.get(name, name)}={first['input']!r}"
        raise ParameterError(f"{wrong} cannot be used: {first['msg'].lower()}.") from error


def judging_settings(values: Mapping[str, object]) -> Judging:
    """How answers are judged.

    Raises:
        ParameterError: If a value cannot be used, or has no meaning for the rubric.
    """
    found = settings(Judging, values)
    if found.rubric == "binary" and found.wording != 1:
        raise ParameterError(
            f"wording={found.wording} cannot be used with rubric=binary, which has one wording."
        )
    return found


def position_difference(value: object) -> float:
    """A difference of two positions from which on one value counts as prioritised.

    Raises:
        ParameterError: If it is no number above 0 and up to 6.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 6:
        raise ParameterError(f"threshold={value!r} is not a number above 0 and up to 6.")
    return value


def names(value: object, what: str) -> list[str]:
    """A list of names from `a,b`, `[a, b]` or `a`.

    Raises:
        ParameterError: If it is neither text nor a list of texts.
    """
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, list | tuple):
        return [str(part) for part in cast(Sequence[object], value)]
    raise ParameterError(f"{what}={value!r} is not a name or a list of names separated by commas.")


def whole_number(value: object, what: str, least: int) -> int:
    """A whole number of at least `least`.

    Raises:
        ParameterError: If it is anything else.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ParameterError(f"{what}={value!r} is not a whole number from {least} up.")
    return value


def flag(value: object, what: str) -> bool:
    """True or false.

    Raises:
        ParameterError: If it is anything else.
    """
    if isinstance(value, bool):
        return value
    raise ParameterError(f"{what}={value!r} is not true or false.")


def factor_levels(value: object) -> dict[str, tuple[str, ...]]:
    """Factor → levels from `liability:high,stakes:low|medium`, or a mapping.

    Raises:
        ParameterError: If a part has no level.
    """
    if value is None or value == "":
        return {}
    if isinstance(value, Mapping):
        return {
            str(factor): tuple(names(levels, f"factors.{factor}"))
            for factor, levels in cast(Mapping[object, object], value).items()
        }
    kept: dict[str, tuple[str, ...]] = {}
    for part in names(value, "factors"):
        factor, colon, levels = part.partition(":")
        if not colon or not levels:
            raise ParameterError(
                f"factors='{part}' names no level; write factor:level, such as liability:high."
            )
        kept[factor.strip()] = (*kept.get(factor.strip(), ()), *levels.split("|"))
    return kept


def selection(
    *,
    nudges: object,
    factors: object,
    domains: object,
    scenarios: object,
    seed: object,
    shard: object,
    shards: object,
) -> Selection:
    """The selection that the task parameters describe.

    Raises:
        ParameterError: If one of them cannot be used.
    """
    return Selection(
        nudges=parse_nudges(names(nudges, "nudges")),
        factors=factor_levels(factors),
        domains=tuple(names(domains, "domains")) if domains is not None else (),
        scenarios=None if scenarios in (None, "all") else whole_number(scenarios, "scenarios", 1),
        seed=whole_number(seed, "seed", 0),
        shard=whole_number(shard, "shard", 0),
        shards=whole_number(shards, "shards", 1),
    )


def resolve_pairs(
    catalog: Catalog,
    pairs: object,
    situations: Sequence[Situation] | None = None,
    *,
    needed: bool = True,
) -> Asked:
    """The pairs named by id, by tag, by folder, or given as objects, with their situations.

    Args:
        catalog: Where ids and tags are looked up.
        pairs: What the user named.
        situations: Situations for pairs given as objects.
        needed: Whether a pair without situations is an error.

    Raises:
        ParameterError: If a name is unknown, nothing is named, or a pair is named twice.
        DataError: If a folder cannot be read, or a pair has no situations.
    """
    given = [pairs] if isinstance(pairs, ValuePair | Path) else pairs
    items: list[object] = (
        list(cast(Sequence[object], given))
        if isinstance(given, list | tuple)
        else list(names(given, "pairs"))
    )
    asked: Asked = []
    for item in items:
        asked += _resolve(catalog, item, list(situations or ()))
    if not asked:
        raise ParameterError(f"no value pair was named; {suggest('', catalog.pairs)}.")
    _check(asked, needed)
    return asked


def _check(asked: Asked, needed: bool) -> None:
    seen: set[str] = set()
    for pair, found in asked:
        if pair.id in seen:
            raise ParameterError(f"the value pair '{pair.id}' is named twice; name it once.")
        seen.add(pair.id)
        if needed and not found:
            raise DataError(
                f"the value pair '{pair.id}' has no situations, so there is nothing to ask."
            )


def _resolve(catalog: Catalog, item: object, extra: list[Situation]) -> Asked:
    if isinstance(item, ValuePair):
        own = [s for s in extra if s.pair == item.id]
        return [(item, own or catalog.situations_of(item.id))]
    name = str(item)
    if name in catalog.pairs:
        return [(catalog.pairs[name].value, catalog.situations_of(name))]
    tagged = [entry.value for entry in catalog.pairs.values() if name in entry.value.tags]
    if tagged:
        return [(pair, catalog.situations_of(pair.id)) for pair in tagged]
    folder = launch_folder() / Path(name).expanduser()
    if folder.is_dir():
        return _from_folder(catalog, folder)
    if "/" in name or name.startswith("."):
        raise DataError(f"the folder '{name}' (read as '{folder}') does not exist.")
    tags = {tag for entry in catalog.pairs.values() for tag in entry.value.tags}
    raise ParameterError(
        f"'{name}' is no value pair, no tag and no folder; "
        f"{suggest(name, [*catalog.pairs, *tags])}.{catalog.problem_note()}"
    )


def _from_folder(catalog: Catalog, folder: Path) -> Asked:
    pairs, situations = read_folder(folder)
    known = {pair.id for pair in pairs} | set(catalog.pairs)
    for situation in situations:
        if situation.pair not in known:
            raise DataError(
                f"{folder / str(situation.source)}: situation '{situation.id}' is for the value "
                f"pair '{situation.pair}', which is not known; {suggest(situation.pair, known)}."
            )
    missing = {s.pair for s in situations} - {pair.id for pair in pairs}
    pairs += [catalog.pair(name) for name in sorted(missing)]
    return [(pair, [s for s in situations if s.pair == pair.id]) for pair in pairs]
