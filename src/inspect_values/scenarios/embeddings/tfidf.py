"""Embeddings without any model: TF-IDF and a truncated singular value decomposition.

Latent semantic analysis (Deerwester et al. 1990, "Indexing by latent semantic analysis", Journal of
the American Society for Information Science 41, 391-407): queries are near when they use the same
words, or words that go together in these texts. It knows nothing of what words mean elsewhere.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from inspect_values.errors import DataError

DIMENSIONS = 256
MOST_WORDS = 50_000
FITTED = 30_000
"""How many texts the decomposition is fitted to at most, drawn at random; all are mapped by it."""

_BLOCK = 20_000
_FEW = 200


def tfidf_embeddings(
    texts: Sequence[str], dimensions: int = DIMENSIONS, seed: int = 0
) -> tuple[NDArray[np.float32], str]:
    """One vector a text, and how they were made.

    Args:
        texts: The texts; words that stand in more than half of them, or in one only, are left out.
        dimensions: How many dimensions; so many texts or fewer keep one dimension a word.
        seed: Decides which texts the decomposition is fitted to, and its random start.

    Raises:
        DataError: If the texts share no words to tell them apart.
    """
    # of a few texts no word may be left out, or nothing may be left
    rare, common = (2, 0.5) if len(texts) >= _FEW else (1, 1.0)
    single: Any = np.float32
    vectoriser: Any = TfidfVectorizer(
        sublinear_tf=True, min_df=rare, max_df=common, max_features=MOST_WORDS, dtype=single
    )
    try:
        weighted: Any = vectoriser.fit_transform(texts)
    except ValueError as error:
        raise DataError(f"no TF-IDF can be made of these texts ({error}).") from error
    made_by = f"TF-IDF of {weighted.shape[1]} words (scikit-learn {sklearn.__version__})"
    if (
        min(weighted.shape) <= dimensions
    ):  # nothing to gain, and few texts would be pressed together
        return weighted.toarray(), made_by
    decomposition: Any = TruncatedSVD(dimensions, n_iter=4, random_state=seed)
    drawn = np.random.default_rng(seed).permutation(len(texts))[:FITTED]
    decomposition.fit(weighted[np.sort(drawn)])
    found = np.empty((len(texts), dimensions), dtype=np.float32)
    for start in range(0, len(texts), _BLOCK):
        found[start : start + _BLOCK] = decomposition.transform(weighted[start : start + _BLOCK])
    share = float(np.sum(decomposition.explained_variance_ratio_))
    return found, f"{made_by}, truncated SVD keeping {share:.0%} of the variance, seed {seed}"
