"""The labs' models as Inspect's own model data knows them, each once.

Inspect offers what it knows of a model by name (`get_model_info`), and no list of the names. They
stand in data files of its distribution, one a lab, which are found by their own names.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, files
from typing import Any, cast

import yaml
from inspect_ai.model import get_model_info

FILES = {
    "anthropic.yml": "anthropic",
    "openai.yml": "openai",
    "gdm.yml": "google",
    "grok.yml": "grok",
}
"""Data file of a lab → the provider that serves its models under their own names."""


@dataclass(frozen=True)
class KnownModel:
    """One model, under whichever of its names."""

    name: str
    """As given to `--model`."""

    title: str
    released: date | None
    context: int | None
    """Tokens of context."""

    aliases: tuple[str, ...]
    """Its other names: dated snapshots, and names at other services."""


def known_models() -> list[KnownModel]:
    """The models of the four labs, newest first within a lab; empty if Inspect has no such data."""
    found: list[KnownModel] = []
    for provider, content in _contents():
        models = [m for name, entry in _entries(content) if (m := _known(provider, name, entry))]
        found += sorted(models, key=lambda m: (m.released or date.min, m.name), reverse=True)
    return found


def _contents() -> Iterable[tuple[str, Any]]:
    try:
        listed = files("inspect-ai") or []
    except PackageNotFoundError:
        return
    for file in listed:
        if file.name in FILES:
            try:
                yield FILES[file.name], yaml.safe_load(file.read_text(encoding="utf-8"))
            except (OSError, yaml.YAMLError):
                continue


def _entries(content: Any) -> Iterable[tuple[str, dict[str, Any]]]:
    """Every (name, entry) of the organisations of a file."""
    for organisation in _dict(content).values():
        for name, entry in _dict(_dict(organisation).get("models")).items():
            yield str(name), _dict(entry)


def _known(provider: str, name: str, entry: dict[str, Any]) -> KnownModel | None:
    """The model of an entry, if Inspect itself knows it by that name."""
    full = f"{provider}/{name}"
    info = get_model_info(full)
    if info is None:
        return None
    aliases = _texts(entry.get("aliases"))
    for version, more in _dict(entry.get("versions")).items():
        # `latest` alone is a label within an entry, and no name of a model
        aliases += [] if version == "latest" else [str(version)]
        aliases += _texts(_dict(more).get("aliases"))
    others = tuple(alias for alias in dict.fromkeys(aliases) if alias != name)
    return KnownModel(full, info.model or name, info.release_date, info.context_length, others)


def _texts(value: Any) -> list[str]:
    return [str(item) for item in cast(list[Any], value)] if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def frontier(models: list[KnownModel], months: int = 12) -> list[KnownModel]:
    """The models of the last months before the newest of all.

    Args:
        models: As `known_models` returns them.
        months: How many months, of 30 days.
    """
    newest = max((m.released for m in models if m.released), default=None)
    if newest is None:
        return []
    return [m for m in models if m.released and (newest - m.released).days <= months * 30]
