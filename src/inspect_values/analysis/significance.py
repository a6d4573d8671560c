"""P-values corrected for the number of tests."""

from collections.abc import Callable, Hashable, Sequence
from typing import Literal

import numpy as np
from statsmodels.stats.multitest import (
    multipletests,  # pyright: ignore[reportUnknownVariableType] (statsmodels brings no types)
)

from inspect_values.analysis.estimate import Estimate


def corrected(
    p_values: Sequence[float | None], method: Literal["holm", "fdr_bh"] = "holm"
) -> list[float | None]:
    """P-values corrected for how many there are; None stays None and is no test.

    Args:
        p_values: One a test.
        method: `holm` (Holm 1979, Scandinavian Journal of Statistics 6, 65-70) keeps the chance of
            any false alarm, `fdr_bh` (Benjamini & Hochberg 1995, JRSS B 57, 289-300) the share of
            false alarms among all alarms.
    """
    known = [p for p in p_values if p is not None]
    if not known:
        return list(p_values)
    found = np.asarray(multipletests(known, method=method)[1], dtype="float64")
    better = iter([float(p) for p in found])
    return [None if p is None else next(better) for p in p_values]


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's correction, for many small sets: statsmodels collects garbage at each call."""
    p = np.asarray(p_values, dtype="float64")
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    found = np.empty(len(p))
    found[order] = np.minimum(steps, 1.0)
    return [float(x) for x in found]


def with_holm(
    estimates: Sequence[Estimate], scope: Callable[[Estimate], Hashable], over: str
) -> list[Estimate]:
    """The estimates with `p_corrected`, Holm's correction within each scope.

    Args:
        estimates: Some of them with a `p_value`.
        scope: Estimates with the same scope are corrected together.
        over: What a scope is, for `method`.
    """
    groups: dict[Hashable, list[int]] = {}
    for number, one in enumerate(estimates):
        if one.p_value is not None:
            groups.setdefault(scope(one), []).append(number)
    found = list(estimates)
    for numbers in groups.values():
        better = holm([found[number].p_value or 0.0 for number in numbers])
        for number, p in zip(numbers, better, strict=True):
            method = f"{found[number].method}; p by Holm over {len(numbers)} {over}"
            update = {"p_corrected": p, "method": method}
            found[number] = found[number].model_copy(update=update)
    return found
