"""Whether this machine is ready for a run, in about ten lines; nothing is paid for."""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from inspect_values.errors import InspectValuesError
from inspect_values.evaluation.budget import BUDGET, PRICES, prices
from inspect_values.plugins.catalog import build_catalog

State = Literal["good", "note", "bad"]
PATIENCE = 5.0
"""Seconds that a provider has to answer."""

LITTLE = 1_000_000_000
"""Bytes free on the disk of the logs below which a long run may fill it."""


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it is, and whether that stands in the way."""

    what: str
    state: State
    words: str


@dataclass(frozen=True)
class Provider:
    """A lab's API: where it is, and what its key and address are called."""

    name: str
    prefix: str
    package: str
    keys: tuple[str, ...]
    addresses: tuple[str, ...]
    url: str


PROVIDERS = (
    Provider(
        "Anthropic",
        "anthropic",
        "anthropic",
        ("ANTHROPIC_API_KEY",),
        ("ANTHROPIC_BASE_URL",),
        "https://api.anthropic.com",
    ),
    Provider(
        "OpenAI",
        "openai",
        "openai",
        ("OPENAI_API_KEY",),
        ("OPENAI_BASE_URL",),
        "https://api.openai.com/v1",
    ),
    Provider(
        "Google",
        "google",
        "google-genai",
        ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
        ("GOOGLE_BASE_URL",),
        "https://generativelanguage.googleapis.com",
    ),
    Provider(
        "xAI",
        "grok",
        "xai-sdk",
        ("XAI_API_KEY", "GROK_API_KEY"),
        ("XAI_BASE_URL", "GROK_BASE_URL"),
        "api.x.ai:443",
    ),
)
"""The four labs, as Inspect's own providers of these names reach them."""


def examine(log_dir: str, patience: float = PATIENCE) -> list[Finding]:
    """Look at everything.

    Args:
        log_dir: Where the logs are going to be.
        patience: Seconds that a provider has to answer.
    """
    with ThreadPoolExecutor(len(PROVIDERS)) as pool:
        reached = list(pool.map(partial(_provider, patience=patience), PROVIDERS))
    return [_versions(), *reached, *_folder(log_dir), _plugins(), _prices()]


def _versions() -> Finding:
    found = ", ".join(f"{name} {_version(name)}" for name in ("inspect-values", "inspect-ai"))
    python = ".".join(map(str, sys.version_info[:3]))
    return Finding("Versions", "good", f"{found}, Python {python}")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _provider(provider: Provider, patience: float) -> Finding:
    """Key, SDK and whether the address answers; the key itself is neither shown nor sent."""
    key = next((name for name in provider.keys if os.environ.get(name)), "")
    named = next((name for name in provider.addresses if os.environ.get(name)), "")
    url = os.environ[named] if named else provider.url
    sdk = _version(provider.package)
    problem = _unreachable(url, patience)
    address = _shown(url) + (f" ({named})" if named else "")
    words = [
        f"{key} is set" if key else f"no key ({' or '.join(provider.keys)})",
        f"{provider.package} {sdk}" if sdk else _without(provider),
        f"{address} {'answers' if not problem else f'cannot be reached: {problem}'}",
    ]
    usable = bool(key) and not problem and bool(sdk)
    state: State = "good" if usable else "bad" if key and problem else "note"
    return Finding(provider.name, state, "; ".join(words))


def _without(provider: Provider) -> str:
    if provider.package == "xai-sdk":
        return "no xai-sdk (pip install 'inspect-values[xai]', or --model openai-api/xai/MODEL)"
    return f"no {provider.package}"


def _shown(url: str) -> str:
    """An address without what may be secret in it: user, password, query."""
    if "://" not in url:
        return url.split("@")[-1].split("?")[0]
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.split('@')[-1]}{parts.path}"


def _unreachable(url: str, patience: float) -> str:
    """Why an address does not answer; empty if it does. Any HTTP answer is one: no key is sent."""
    try:
        if url.startswith(("http://", "https://")):
            with urlopen(Request(url, method="HEAD"), timeout=patience):
                return ""
        host, _, port = url.split("://")[-1].split("/")[0].partition(":")
        with socket.create_connection((host, int(port or 443)), timeout=patience):
            return ""
    except HTTPError:
        return ""
    except URLError as error:
        return _reason(error.reason)
    except (OSError, ValueError) as error:
        return _reason(error)


def _reason(error: object) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return getattr(error, "strerror", None) or type(error).__name__


def _folder(log_dir: str) -> Iterable[Finding]:
    """Whether logs can be written, and how much room there is."""
    if "://" in log_dir:
        yield Finding("Logs", "note", f"{_shown(log_dir)} is not on this machine: not tried")
        return
    folder = Path(log_dir).expanduser()
    nearest = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=nearest) as file:
            file.write(b"x" * 4096)
            file.flush()
        there = "can be written" if nearest == folder.absolute() else "can be made"
        yield Finding("Logs", "good", f"{folder} {there}")
    except OSError as error:
        yield Finding("Logs", "bad", f"{folder} cannot be written ({error.strerror})")
    free = shutil.disk_usage(nearest).free
    enough = free >= LITTLE
    words = f"{free / 1e9:,.1f} GB free" + ("" if enough else ": a long run may fill it")
    yield Finding("Disk", "good" if enough else "bad", words)


def _plugins() -> Finding:
    catalog = build_catalog(strict=False)
    if catalog.problems:
        words = f"{len(catalog.problems)} problems: see 'inspect-values list plugins'"
        return Finding("Plugins", "bad", words)
    words = f"{len(catalog.plugins)} healthy, {len(catalog.pairs)} value pairs"
    return Finding("Plugins", "good", words)


def _prices() -> Finding:
    try:
        known = prices()
    except InspectValuesError as error:
        return Finding("Prices", "bad", str(error))
    if known is None:
        needed: State = "bad" if os.environ.get(BUDGET) else "note"
        return Finding("Prices", needed, f"no price file ({PRICES}): no budgets of money")
    return Finding("Prices", "good", f"{known.label} for {len(known.prices)} models")
