"""The hooks of inspect-values: how a plugin adds to it without touching the core.

A plugin is a module (or any object) with functions marked `@hookimpl`, named in the
distribution's `pyproject.toml`::

    [project.entry-points.inspect_values]
    privacy = "inspect_values_privacy.plugin"

Every hook takes no argument and returns an iterable. Hooks are called once, when the catalog
is built: do no network or heavy work in them.
"""

from collections.abc import Callable, Iterable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import pluggy

from inspect_values.plugins.models import ModelRule
from inspect_values.plugins.references import Reference
from inspect_values.scenarios.situation import Situation
from inspect_values.values import ValuePair

PROJECT = "inspect_values"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function as an implementation of the hook that it is named after."""


@hookspec
def value_pairs() -> Iterable[ValuePair | Path | Traversable]:
    """Value pairs: objects, or folders of pair files (which bring their situations along)."""
    raise NotImplementedError


@hookspec
def situations() -> Iterable[Situation | Path | Traversable]:
    """Situations for pairs of this or another plugin: objects, or folders of YAML files."""
    raise NotImplementedError


@hookspec
def models() -> Iterable[ModelRule]:
    """Rules that say which lab and family a model name belongs to."""
    raise NotImplementedError


@hookspec
def providers() -> Iterable[Callable[..., Any]]:
    """Inspect model APIs: functions or classes decorated with Inspect's `@modelapi(name=…)`.

    Keep the import of an SDK inside the decorated function, so that listing plugins stays fast.
    """
    raise NotImplementedError


@hookspec
def statistics() -> Iterable[Any]:
    """Statistics of a signature: objects with `name`, `doc` and `estimates(table)`.

    The protocol is `inspect_values.analysis.statistic.Statistic`.
    """
    raise NotImplementedError


@hookspec
def plots() -> Iterable[Any]:
    """Plots of the page: objects with `name`, `doc` and `figure(estimates, table)`.

    The protocol is `inspect_values.reporting.plots.plot.Plot`.
    """
    raise NotImplementedError


@hookspec
def references() -> Iterable[Reference]:
    """Named profiles to hold signatures against: orders of values, or leans of pairs.

    Each says where it comes from. Bring only what a source states; say in `description` what is
    your own judgement.
    """
    raise NotImplementedError
