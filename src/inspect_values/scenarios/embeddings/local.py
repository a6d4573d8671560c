"""Embeddings by a model on this machine; nothing is downloaded."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inspect_values.errors import DataError, ParameterError


def local_embeddings(folder: Path, texts: Sequence[str]) -> tuple[NDArray[np.float32], str]:
    """One vector a text by a static model of model2vec, and which model it was.

    Args:
        folder: Where the model was saved (`config.json`, `model.safetensors`, `tokenizer.json`).
        texts: The texts.

    Raises:
        ParameterError: If model2vec is not installed.
        DataError: If the folder holds no model.
    """
    try:
        from model2vec import StaticModel
    except ImportError as error:
        raise ParameterError(
            "model2vec is not installed; install it with: pip install 'inspect-values[model2vec]'."
        ) from error
    if not folder.is_dir():
        raise DataError(f"the model folder '{folder}' does not exist.")
    try:
        model: Any = StaticModel.from_pretrained(str(folder))
    except Exception as error:  # a damaged model may break the reader in any way
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"'{folder}' holds no model of model2vec ({reason}).") from error
    found = np.asarray(model.encode(list(texts), show_progress_bar=False), dtype=np.float32)
    return found, f"model2vec {version('model2vec')} with {folder.name}"
