"""The catalog: everything that plugins bring, checked, with the owner of each item.

Built-ins are plugins too: they come through the same hooks, and are loaded first.
"""

import importlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.metadata import EntryPoint, entry_points, version
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Generic, TypeVar

import pluggy

from inspect_values.errors import InspectValuesError, ParameterError, PluginError, suggest
from inspect_values.plugins import hookspecs
from inspect_values.plugins.models import ModelRule
from inspect_values.plugins.references import Reference
from inspect_values.scenarios.files import read_folder
from inspect_values.scenarios.situation import Situation
from inspect_values.values import Value, ValuePair

BUNDLED = ("value_pairs", "labs", "simulated", "statistics", "plots", "references")
"""The plugins that this package brings, as modules of `inspect_values.bundled`."""

LOAD_PLUGINS = "INSPECT_VALUES_LOAD_PLUGINS"
"""Environment variable: only the installed plugins it names (by entry point or distribution,
separated by commas) are loaded; empty means none. Built-ins always are."""

STRICT = "INSPECT_VALUES_STRICT"
"""Environment variable: `1` turns the first problem of a plugin into an error."""

EVALUATION_HOOKS = ("value_pairs", "situations", "models", "providers")

T = TypeVar("T")


@dataclass(frozen=True)
class Plugin:
    """Where items come from."""

    name: str
    distribution: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} ({self.distribution} {self.version})"


@dataclass(frozen=True)
class Item(Generic[T]):
    """Something that a plugin brought."""

    value: T
    plugin: Plugin


@dataclass(frozen=True)
class Problem:
    """Why a plugin, or a part of it, cannot be used."""

    plugin: Plugin
    message: str


@dataclass
class Catalog:
    """Everything that plugins bring, by id. Build it with `build_catalog()`."""

    plugins: list[Plugin] = field(default_factory=list[Plugin])
    problems: list[Problem] = field(default_factory=list[Problem])
    values: dict[str, Item[Value]] = field(default_factory=dict[str, Item[Value]])
    pairs: dict[str, Item[ValuePair]] = field(default_factory=dict[str, Item[ValuePair]])
    situations: dict[str, Item[Situation]] = field(default_factory=dict[str, Item[Situation]])
    rules: list[Item[ModelRule]] = field(default_factory=list[Item[ModelRule]])
    providers: dict[str, Item[Any]] = field(default_factory=dict[str, Item[Any]])
    statistics: dict[str, Item[Any]] = field(default_factory=dict[str, Item[Any]])
    plots: dict[str, Item[Any]] = field(default_factory=dict[str, Item[Any]])
    references: dict[str, Item[Reference]] = field(default_factory=dict[str, Item[Reference]])

    def pair(self, name: str) -> ValuePair:
        """The value pair with this id.

        Raises:
            ParameterError: If there is none; plugins that could not be loaded are named.
        """
        if name in self.pairs:
            return self.pairs[name].value
        raise ParameterError(
            f"value pair '{name}' is not known; {suggest(name, self.pairs)}.{self.problem_note()}"
        )

    def situations_of(self, pair: str) -> list[Situation]:
        """The situations that put a pair to the test, whoever brought them."""
        return [item.value for item in self.situations.values() if item.value.pair == pair]

    def rule_for(self, model: str) -> ModelRule | None:
        """The first rule that matches a model's full name; plugins go before built-ins."""
        return next(
            (item.value for item in reversed(self.rules) if item.value.matches(model)), None
        )

    def problem_note(self) -> str:
        """The end of a message about something not found: the plugins that did not load."""
        if not self.problems:
            return ""
        names = ", ".join(sorted({problem.plugin.name for problem in self.problems}))
        return f" These plugins have problems (see 'inspect-values list plugins'): {names}."

    def provenance(self) -> str:
        """Every plugin with its distribution and version, for the record of a run."""
        return "; ".join(str(plugin) for plugin in self.plugins)


@cache
def default_catalog() -> Catalog:
    """The catalog of this environment: built-ins and installed plugins, built once."""
    return build_catalog()


@cache
def evaluation_catalog() -> Catalog:
    """What a run needs of it: no statistics and no plots, whose libraries are slow to load."""
    return build_catalog(hooks=EVALUATION_HOOKS)


def build_catalog(
    *,
    installed: bool = True,
    extra: Sequence[tuple[str, object]] = (),
    strict: bool | None = None,
    hooks: Sequence[str] | None = None,
) -> Catalog:
    """Load plugins and collect what they bring.

    A plugin that cannot be loaded, or an item that cannot be used, becomes a `Problem`; the
    rest of the plugin and all other plugins work. Where two plugins bring the same id, the one
    loaded first keeps it and the problem names both owners.

    Args:
        installed: Whether to load installed plugins (entry points), beside the built-ins.
        extra: Further plugins as (name, module or object).
        strict: Whether the first problem is raised; None reads `INSPECT_VALUES_STRICT`.
        hooks: The hooks to call; None calls every one.

    Raises:
        PluginError: In strict mode, if any plugin has a problem.
    """
    catalog = Catalog()
    called = tuple(_ADDERS) if hooks is None else tuple(hooks)
    own = version("inspect-values")
    for name in BUNDLED:
        plugin = Plugin(name, "inspect-values", own)
        module = f"inspect_values.bundled.{name}"
        _load(catalog, plugin, partial(importlib.import_module, module), called)
    for entry in _installed() if installed else ():
        distribution = entry.dist
        plugin = Plugin(
            entry.name,
            distribution.name if distribution else "unknown distribution",
            distribution.version if distribution else "?",
        )
        _load(catalog, plugin, entry.load, called)
    for name, module in extra:
        _load(catalog, Plugin(name, "given in Python", "-"), lambda m=module: m, called)
    _check_owners(catalog)
    if strict if strict is not None else os.environ.get(STRICT, "") not in ("", "0"):
        for problem in catalog.problems:
            raise PluginError(f"plugin {problem.plugin}: {problem.message}")
    return catalog


def _installed() -> list[EntryPoint]:
    entries = sorted(
        entry_points(group=hookspecs.PROJECT),
        key=lambda e: (e.dist.name if e.dist else "", e.name),
    )
    wanted = os.environ.get(LOAD_PLUGINS)
    if wanted is None:
        return entries
    names = {name.strip() for name in wanted.split(",")}
    return [e for e in entries if e.name in names or (e.dist is not None and e.dist.name in names)]


def _load(
    catalog: Catalog, plugin: Plugin, load: Callable[[], object], hooks: Sequence[str]
) -> None:
    """Import one plugin and add what each of its hooks returns."""
    catalog.plugins.append(plugin)
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(load(), name=plugin.name)
        manager.check_pending()
    except Exception as error:  # a stranger's code may raise anything
        catalog.problems.append(Problem(plugin, _reason("cannot be loaded", error)))
        return
    for name in hooks:
        for implementation in getattr(manager.hook, name).get_hookimpls():
            _collect(catalog, plugin, name, implementation.function)


def _collect(
    catalog: Catalog, plugin: Plugin, hook: str, implementation: Callable[[], Iterable[Any]]
) -> None:
    try:
        items = list(implementation())
    except Exception as error:
        catalog.problems.append(Problem(plugin, _reason(f"hook {hook} failed", error)))
        return
    for item in items:
        try:
            _ADDERS[hook](catalog, plugin, item)
        except Exception as error:
            catalog.problems.append(Problem(plugin, _reason(f"hook {hook}", error)))


def _reason(what: str, error: Exception) -> str:
    text = " ".join(str(error).split())
    kind = "" if isinstance(error, InspectValuesError) else f"{type(error).__name__}: "
    return f"{what}: {kind}{text}"


def _keep(items: dict[str, Item[T]], kind: str, key: str, value: T, plugin: Plugin) -> None:
    if key in items:
        raise PluginError(
            f"{kind} '{key}' is brought by {items[key].plugin} and again by {plugin}; "
            "the first one is used."
        )
    items[key] = Item(value, plugin)


def _add_pair(catalog: Catalog, plugin: Plugin, item: object) -> None:
    if isinstance(item, ValuePair):
        for value in item.values:
            known = catalog.values.get(value.id)
            if known is not None and known.value != value:
                raise PluginError(
                    f"value pair '{item.id}' describes the value '{value.id}' in other words than "
                    f"{known.plugin} does; use the same name and definition, or another id."
                )
        _keep(catalog.pairs, "value pair", item.id, item, plugin)
        for value in item.values:
            catalog.values.setdefault(value.id, Item(value, plugin))
        return
    pairs, found = read_folder(_folder("value_pairs", item))
    for pair in pairs:
        _add_pair(catalog, plugin, pair)
    for situation in found:
        _add_situation(catalog, plugin, situation)


def _add_situation(catalog: Catalog, plugin: Plugin, item: object) -> None:
    if isinstance(item, Situation):
        _keep(catalog.situations, "situation", item.family, item, plugin)
        return
    for situation in read_folder(_folder("situations", item))[1]:
        _add_situation(catalog, plugin, situation)


def _folder(hook: str, item: object) -> Path | Traversable:
    if isinstance(item, Path | Traversable):
        return item
    raise PluginError(
        f"{hook} returned {type(item).__name__}; allowed: a folder (Path), or the object itself."
    )


def _add_rule(catalog: Catalog, plugin: Plugin, item: object) -> None:
    if not isinstance(item, ModelRule):
        raise PluginError(f"returned {type(item).__name__}; allowed: ModelRule.")
    catalog.rules.append(Item(item, plugin))


def _add_provider(catalog: Catalog, plugin: Plugin, item: object) -> None:
    info = getattr(item, "__registry_info__", None)
    if info is None or info.type != "modelapi":
        raise PluginError(
            f"returned {item!r}, which is no Inspect model API; decorate it with @modelapi(name=…)."
        )
    _keep(catalog.providers, "provider", str(info.name).split("/")[-1], item, plugin)


def _add_statistic(catalog: Catalog, plugin: Plugin, item: object) -> None:
    _add_named(catalog.statistics, "statistic", "estimates", plugin, item)


def _add_plot(catalog: Catalog, plugin: Plugin, item: object) -> None:
    _add_named(catalog.plots, "plot", "figure", plugin, item)


def _add_reference(catalog: Catalog, plugin: Plugin, item: object) -> None:
    if not isinstance(item, Reference):
        raise PluginError(f"returned {type(item).__name__}; allowed: Reference.")
    _keep(catalog.references, "reference", item.name, item, plugin)


def _add_named(
    items: dict[str, Item[Any]], kind: str, method: str, plugin: Plugin, item: object
) -> None:
    name = getattr(item, "name", None)
    if not isinstance(name, str) or not callable(getattr(item, method, None)):
        raise PluginError(f"returned {item!r}; a {kind} has a name, a doc and {method}().")
    _keep(items, kind, name, item, plugin)


def _check_owners(catalog: Catalog) -> None:
    """Situations of a pair that nobody brings, and pairs without situations, are problems."""
    for item in list(catalog.situations.values()):
        if item.value.pair not in catalog.pairs:
            message = (
                f"situation '{item.value.id}' is for the value pair '{item.value.pair}', which no "
                f"plugin brings; {suggest(item.value.pair, catalog.pairs)}."
            )
            catalog.problems.append(Problem(item.plugin, message))
            del catalog.situations[item.value.family]
    for pair_id, item in list(catalog.pairs.items()):
        if not catalog.situations_of(pair_id):
            message = f"value pair '{pair_id}' has no situations, so there is nothing to ask."
            catalog.problems.append(Problem(item.plugin, message))


_ADDERS: dict[str, Callable[[Catalog, Plugin, Any], None]] = {
    "value_pairs": _add_pair,
    "situations": _add_situation,
    "models": _add_rule,
    "providers": _add_provider,
    "statistics": _add_statistic,
    "plots": _add_plot,
    "references": _add_reference,
}
