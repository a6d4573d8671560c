"""Can you tell the lab from the signature? Classification of models that were left out."""

from typing import cast

import numpy as np
from sklearn.neighbors import NearestCentroid


def accuracy(matrix: np.ndarray, codes: np.ndarray) -> float:
    """The share of units whose lab the nearest centroid of the other units tells.

    Each unit is left out in turn, all its versions with it.

    Args:
        matrix: Units × pairs.
        codes: The lab of each unit; every lab has two or more.
    """
    right = 0
    for unit in range(len(codes)):
        others = np.arange(len(codes)) != unit
        model = NearestCentroid()
        model.fit(matrix[others], codes[others])
        told = cast("list[int]", model.predict(matrix[unit : unit + 1]))
        right += int(told[0] == codes[unit])
    return right / len(codes)


def accuracies(matrix: np.ndarray, arrangements: np.ndarray) -> np.ndarray:
    """The same for many arrangements of units in labs at once, as array arithmetic.

    Args:
        matrix: Units × pairs.
        arrangements: Arrangements × units.

    Returns:
        One share an arrangement.
    """
    squares = (matrix**2).sum(axis=1)
    products = matrix @ matrix.T
    labs = np.unique(arrangements[0])
    inside = np.stack([(arrangements == lab).astype("float64") for lab in labs], axis=1)
    # for each arrangement, lab and unit left out: its distance to the mean of the lab's others
    counts = inside.sum(axis=2, keepdims=True) - inside
    to_unit = inside @ products - inside * np.diag(products)
    quadratic = np.einsum("alu,alu->al", inside @ products, inside)[:, :, None]
    quadratic = quadratic - inside * (2 * (inside @ products) - np.diag(products))
    distance = squares - 2 * to_unit / counts + quadratic / counts**2
    nearest = labs[distance.argmin(axis=1)]
    return (nearest == arrangements).mean(axis=1)
