"""Can you tell the lab from the signature? The share of left-out models whose lab is told."""

import numpy as np
import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.estimators.lab_variance_share import about_labs
from inspect_values.analysis.intervals import Interval
from inspect_values.analysis.lab_classes import accuracies, accuracy
from inspect_values.analysis.labs import (
    ALPHA,
    Signatures,
    arrangements,
    codes_of,
    model_table,
    permutation_p,
    problem,
    signatures,
    smallest_p,
)
from inspect_values.analysis.tally import tally


class LabClassification:
    """Accuracy of the nearest centroid on models that were left out, against chance."""

    name = "lab_classification"
    doc = "share of left-out models whose lab their signature tells, with a permutation p-value"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a condition.

        Labs with one model are left out: a model has nobody to be told by. Left-out models share
        the rest, so there is no interval, but a p-value; `method` has the accuracy that the same
        models reach when labs are dealt out at random.
        """
        numbers, models = tally(table), model_table(table)
        return [self._estimate(found) for found in signatures(numbers, models)]

    def _estimate(self, found: Signatures) -> Estimate:
        reason = problem(found)
        if reason:
            return about_labs(self.name, found, None, Interval(None, None, "none", reason))
        counts = pd.Series(found.labs).value_counts()
        kept = [i for i, lab in enumerate(found.labs) if counts[lab] > 1]
        codes = codes_of([found.labs[i] for i in kept])
        least = smallest_p(codes)
        if least > ALPHA:
            reason = f"{len(codes)} models are too few: p cannot go below {least:.2f}"
            return about_labs(self.name, found, None, Interval(None, None, "none", reason))
        matrix = found.matrix[kept]
        if float(np.ptp(matrix, axis=0).max()) < 1e-12:
            reason = "every model has the same signature"
            return about_labs(self.name, found, None, Interval(None, None, "none", reason))
        others, _ = arrangements(codes)
        dealt = accuracies(matrix, others)
        share = accuracy(matrix, codes)
        single = len(found.labs) - len(kept)
        alone = f" ({single} labs with one model left out)" if single else ""
        method = (
            f"nearest centroid, each model left out in turn; {found.of}{alone}; "
            f"labs dealt out at random reach {dealt.mean():.2f}"
        )
        p = permutation_p(share, dealt)
        return about_labs(self.name, found, share, Interval(None, None, method, "", p))


LAB_CLASSIFICATION = LabClassification()
