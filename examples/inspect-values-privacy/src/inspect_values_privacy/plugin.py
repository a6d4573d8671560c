"""The hooks that inspect-values calls: what this distribution brings.

Everything here runs whenever the catalog is built, even for a listing, so it stays light: the
pair is a folder of files, and the model API's code and its HTTP library are imported only when
such a model is asked for.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from inspect_ai.model import ModelAPI, modelapi

from inspect_values import ModelRule, hookimpl

PAIRS = Path(__file__).parent / "pairs"


@hookimpl
def value_pairs() -> Iterable[Path]:
    """Privacy / public safety: a folder brings its pairs and their situations along."""
    return [PAIRS]


@hookimpl
def models() -> Iterable[ModelRule]:
    """Every model that the little server serves comes from one lab."""
    return [ModelRule(pattern="littleserver/*", lab="Little Server", family="littleserver")]


@hookimpl
def providers() -> Iterable[Callable[..., Any]]:
    """The model API behind `--model littleserver/<name>`."""
    return [littleserver]


@modelapi(name="littleserver")
def littleserver() -> type[ModelAPI]:
    """Models of a small local HTTP server; see `api.py` for what it speaks."""
    from inspect_values_privacy.api import LittleServerAPI

    return LittleServerAPI
