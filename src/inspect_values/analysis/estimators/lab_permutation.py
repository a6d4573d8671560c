"""Do labs explain signatures? A permutation test."""

import numpy as np
import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.estimators.lab_variance_share import about_labs
from inspect_values.analysis.intervals import Interval
from inspect_values.analysis.labs import (
    ALPHA,
    Signatures,
    arrangement_count,
    arrangements,
    between,
    codes_of,
    model_table,
    permutation_p,
    problem,
    signatures,
    smallest_p,
)
from inspect_values.analysis.tally import tally


class LabPermutation:
    """The p-value that labs explain no more of the signatures than any other grouping would.

    The statistic is the squared distance between labs' mean signatures (as in PERMANOVA; Anderson
    2001, Austral Ecology 26, 32-46); models, or families of versions, change labs.
    """

    name = "lab_permutation"
    doc = "p-value of a permutation test that labs explain the signatures of models"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a condition: its point is the p-value, which has no interval.

        `method` has the smallest p-value that this many models can reach; where that is above .05
        the test can't find anything and is withheld.
        """
        numbers, models = tally(table), model_table(table)
        return [self._estimate(found) for found in signatures(numbers, models)]

    def _estimate(self, found: Signatures) -> Estimate:
        reason = problem(found, needed=1)
        if reason:
            return about_labs(self.name, found, None, Interval(None, None, "none", reason))
        codes = codes_of(found.labs)
        least = smallest_p(codes)
        if least > ALPHA:
            return about_labs(self.name, found, None, Interval(None, None, "none", _weak(codes)))
        others, exact = arrangements(codes)
        p = permutation_p(between(found.matrix, codes[None, :])[0], between(found.matrix, others))
        how = "all" if exact else "random"
        method = (
            f"permutation of models, {len(others)} {how} arrangements; {found.of}; "
            f"the smallest p that can be reached is {least:.2g}"
        )
        return about_labs(self.name, found, p, Interval(None, None, method, "", p))


def _weak(codes: np.ndarray) -> str:
    count = arrangement_count(codes)
    return (
        f"{len(codes)} models of {len(np.unique(codes))} labs can be arranged in {count} ways "
        f"only, so that p cannot go below {1 / count:.2f}"
    )


LAB_PERMUTATION = LabPermutation()
