"""Embeddings by a provider, through its own SDK: Inspect speaks with chat models only.

Every batch of replies is kept on this machine, so that a run that breaks off, or is repeated, pays
for nothing twice.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from inspect_values.errors import DataError
from inspect_values.safe import without_keys
from inspect_values.values import digest

BATCH = 128
MOST_CHARACTERS = 20_000
"""What a provider is sent of one text at most; longer ones are cut, for embeddings only."""


def provider_embeddings(
    provider: str, model: str, texts: Sequence[str], tick: Callable[[], object]
) -> tuple[NDArray[np.float32], str]:
    """One vector a text, and which model made it.

    Args:
        provider: A key of `PROVIDERS`.
        model: The model's name at the provider.
        texts: The texts.
        tick: Called after each text.

    Raises:
        DataError: If a call fails; what was received before stays in the cache.
    """
    parts: list[NDArray[np.float32]] = []
    ask: Callable[[Sequence[str]], list[list[float]]] | None = None
    for start in range(0, len(texts), BATCH):
        batch = [text[:MOST_CHARACTERS] for text in texts[start : start + BATCH]]
        kept = _kept(provider, model, batch)
        if kept.exists():
            part = np.load(kept, allow_pickle=False)
        else:
            try:
                ask = ask or PROVIDERS[provider](model)
                part = np.array(ask(batch), dtype=np.float32)
            except Exception as error:  # each SDK has exceptions of its own
                raise _failed(provider, model, start, error) from error
            _keep(kept, part)
        if part.ndim != 2 or len(part) != len(batch):
            kept.unlink(missing_ok=True)
            raise DataError(f"{provider}/{model} returned {len(part)} vectors for {len(batch)}.")
        parts.append(part)
        for _ in batch:
            tick()
    made_by = f"{provider}/{model} ({provider} SDK {version(_PACKAGES[provider])})"
    return np.concatenate(parts) if parts else np.empty((0, 1), np.float32), made_by


def _failed(provider: str, model: str, done: int, error: Exception) -> DataError:
    reason = " ".join(without_keys(str(error)).split())[:300].rstrip(".")
    return DataError(
        f"the embeddings of {provider}/{model} failed after {done} texts: {type(error).__name__}: "
        f"{reason}. What was received is kept: the same command again goes on from there."
    )


def _openai(model: str) -> Callable[[Sequence[str]], list[list[float]]]:
    from openai import OpenAI

    client = OpenAI(max_retries=5)

    def ask(texts: Sequence[str]) -> list[list[float]]:
        reply = client.embeddings.create(model=model, input=list(texts), encoding_format="float")
        return [entry.embedding for entry in sorted(reply.data, key=lambda entry: entry.index)]

    return ask


def _google(model: str) -> Callable[[Sequence[str]], list[list[float]]]:
    from google import genai

    client = genai.Client()

    def ask(texts: Sequence[str]) -> list[list[float]]:
        contents: Any = list(texts)
        reply = client.models.embed_content(model=model, contents=contents)
        return [list(entry.values or ()) for entry in reply.embeddings or ()]

    return ask


PROVIDERS = {"openai": _openai, "google": _google}
_PACKAGES = {"openai": "openai", "google": "google-genai"}


def _kept(provider: str, model: str, batch: Sequence[str]) -> Path:
    folder = user_cache_path("inspect-values") / "embeddings"
    return folder / f"{digest([provider, model, list(batch)], 40)}.npy"


def _keep(path: Path, part: NDArray[np.float32]) -> None:
    """Keep what was paid for; where nothing can be kept, the run goes on all the same."""
    unfinished = path.with_suffix(".part.npy")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(unfinished, part, allow_pickle=False)
        unfinished.replace(path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
