"""What embeddings are, and where to get them: `embed`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inspect_values.errors import DataError, ParameterError
from inspect_values.scenarios.embeddings.files import SUFFIXES, read_embeddings
from inspect_values.scenarios.embeddings.local import local_embeddings
from inspect_values.scenarios.embeddings.providers import PROVIDERS, provider_embeddings
from inspect_values.scenarios.embeddings.tfidf import DIMENSIONS, tfidf_embeddings

LOCAL = "model2vec"


@dataclass(frozen=True)
class Embedding:
    """One vector a text, and how they came about."""

    vectors: NDArray[Any]
    """Texts × dimensions; any floating type, not scaled."""

    made_by: str
    """Which way, with version and dimensions: recorded with a bank that is selected by it."""


def embed(
    how: str,
    ids: Sequence[str],
    texts: Sequence[str],
    seed: int = 0,
    tick: Callable[[], object] = lambda: None,
) -> Embedding:
    """Embed texts.

    Args:
        how: `tfidf` (made here, from the texts themselves; `tfidf:100` for 100 dimensions), a file
            (`.parquet`, `.npz`, `.npy`), `model2vec:FOLDER` (a local model), or `openai/MODEL`,
            `google/MODEL` (paid calls, cached on this machine).
        ids: The texts' ids: a file is looked up by them.
        texts: The texts.
        seed: Decides what is drawn (tfidf only).
        tick: Called after each text, where it takes long.

    Raises:
        ParameterError: If there is no such way.
        DataError: If embeddings cannot be had, or have the wrong shape.
    """
    vectors, made_by = _embed(how, ids, texts, seed, tick)
    if vectors.ndim != 2 or len(vectors) != len(texts) or not vectors.shape[1]:
        raise DataError(
            f"the embeddings of '{how}' have the shape {vectors.shape}; expected: {len(texts)} "
            "rows of numbers."
        )
    return Embedding(vectors, f"{made_by}, {vectors.shape[1]} dimensions")


def _embed(
    how: str, ids: Sequence[str], texts: Sequence[str], seed: int, tick: Callable[[], object]
) -> tuple[NDArray[np.floating[Any]], str]:
    check_way(how)
    name, _, rest = how.partition(":")
    if name == "tfidf":
        return tfidf_embeddings(texts, int(rest or DIMENSIONS), seed)
    if name == LOCAL:
        return local_embeddings(Path(rest).expanduser(), texts)
    if how.endswith(SUFFIXES):
        return read_embeddings(Path(how).expanduser(), ids)
    provider, _, model = how.partition("/")
    return provider_embeddings(provider, model, texts, tick)


def check_way(how: str) -> None:
    """Refuse a way that does not exist, before any work is done.

    Raises:
        ParameterError: If `embed` knows no such way.
    """
    name, _, rest = how.partition(":")
    provider, _, model = how.partition("/")
    if (
        (name == "tfidf" and (not rest or (rest.isdigit() and int(rest) > 0)))
        or (name == LOCAL and rest)
        or how.endswith(SUFFIXES)
        or (provider in PROVIDERS and model)
    ):
        return
    raise ParameterError(
        f"embeddings '{how}' are not known; allowed: tfidf, tfidf:DIMENSIONS, a file "
        f"({', '.join(SUFFIXES)}), {LOCAL}:FOLDER, "
        f"{', '.join(f'{name}/MODEL' for name in PROVIDERS)}."
    )
