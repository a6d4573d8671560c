"""Embeddings from a file, found by the ids of the texts: never by their place alone."""
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# (pyarrow brings no types)

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from inspect_values.errors import DataError

SUFFIXES = (".parquet", ".npz", ".npy")


def read_embeddings(path: Path, ids: Sequence[str]) -> tuple[NDArray[np.floating[Any]], str]:
    """The vectors of these ids, in their order, and where they come from.

    Args:
        path: A Parquet file with the columns `id` (text) and `embedding` (a list of numbers); an
            `.npz` with the arrays `ids` and `embeddings`; or an `.npy` beside which a text file of
            the same name but `.ids.txt` has one id a line.
        ids: Which are wanted. Others in the file are passed over.

    Raises:
        DataError: If the file cannot be read, an id stands twice, or a wanted one is missing.
    """
    try:
        held, vectors = _READERS[path.suffix](path)
    except FileNotFoundError as error:
        raise DataError(f"the embeddings '{error.filename or path}' do not exist.") from error
    except (OSError, ValueError, KeyError, EOFError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"the embeddings '{path}' cannot be read ({reason}).") from error
    if len(held) != len(vectors):
        raise DataError(f"'{path}' has {len(held)} ids for {len(vectors)} embeddings.")
    places = {name: place for place, name in enumerate(held)}
    if len(places) != len(held):
        raise DataError(f"'{path}' holds an id twice.")
    missing = [name for name in ids if name not in places]
    if missing:
        raise DataError(
            f"'{path}' has no embedding of {len(missing)} of the {len(ids)} scenarios, such as "
            f"'{missing[0]}'."
        )
    return vectors[[places[name] for name in ids]], f"file {path.name}"


def _parquet(path: Path) -> tuple[list[str], NDArray[np.floating[Any]]]:
    table = pq.read_table(path, columns=["id", "embedding"])
    if table.num_columns != 2:
        raise ValueError("it needs the columns id and embedding")
    lists = table.column("embedding").combine_chunks()
    ids = [str(name) for name in table.column("id").to_pylist()]
    if not len(ids):
        return ids, np.empty((0, 1))
    if not isinstance(lists, pa.ListArray | pa.LargeListArray | pa.FixedSizeListArray):
        raise ValueError("its column embedding holds no lists of numbers")
    flat = lists.flatten().to_numpy(zero_copy_only=False)
    if lists.null_count or not (np.array(_lengths(lists)) * len(ids) == len(flat)).all():
        raise ValueError("its embeddings have different lengths")
    return ids, np.asarray(flat, dtype=np.float32).reshape(len(ids), -1)


def _lengths(lists: Any) -> list[int]:
    compute: Any = pc
    return compute.unique(compute.list_value_length(lists)).to_pylist()


def _npz(path: Path) -> tuple[list[str], NDArray[np.floating[Any]]]:
    with np.load(path, allow_pickle=False) as held:
        return [str(name) for name in held["ids"]], _matrix(held["embeddings"])


def _npy(path: Path) -> tuple[list[str], NDArray[np.floating[Any]]]:
    ids = path.with_suffix(".ids.txt").read_text(encoding="utf-8").split("\n")
    vectors = _matrix(np.load(path, mmap_mode="r", allow_pickle=False))
    return [line.strip() for line in ids if line.strip()], vectors


def _matrix(found: NDArray[Any]) -> NDArray[np.floating[Any]]:
    if found.ndim != 2 or found.dtype.kind not in "fiu":
        raise ValueError(f"it holds {found.dtype} in the shape {found.shape}, not rows of numbers")
    return found


_READERS = {".parquet": _parquet, ".npz": _npz, ".npy": _npy}
