"""How far judges agree, with each other and with people; intervals resample families."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from inspect_values.analysis.intervals import LEVEL

RESAMPLES = 1_000


class Agreement(NamedTuple):
    """One measure of agreement between two raters, with its interval."""

    one: str
    other: str
    measure: str
    point: float | None
    low: float | None
    high: float | None
    n: int
    families: int
    withheld: str = ""


def krippendorff_alpha(values: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Krippendorff's alpha with the interval metric.

    Source: Krippendorff (2011), "Computing Krippendorff's alpha-reliability"; observed over
    expected squared differences, units with fewer than two values left out.

    Args:
        values: Units × raters, NaN where a rater gave nothing.
        weights: One a unit; None weighs all the same.

    Returns:
        Alpha, at most 1; NaN where all values are the same or no unit has two.
    """
    counts = (~np.isnan(values)).sum(axis=1)
    kept = counts >= 2
    if not kept.any():
        return float("nan")
    shown, n = values[kept], counts[kept].astype(float)
    unit = np.ones(len(n)) if weights is None else weights[kept]
    sums, squares = np.nansum(shown, axis=1), np.nansum(shown**2, axis=1)
    # sum of squared differences of all ordered pairs within a unit: 2 (n sum x^2 - (sum x)^2)
    within = (2 * (n * squares - sums**2) / (n - 1)) * unit
    total = (n * unit).sum()
    mean = (sums * unit).sum() / total
    expected = 2 * ((squares * unit).sum() / total - mean**2)
    if total > 1 and weights is None:
        expected *= total / (total - 1)
    observed = within.sum() / total
    return float("nan") if expected <= 1e-15 else float(1 - observed / expected)


def cohen_kappa(one: np.ndarray, other: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Cohen's kappa of two raters' labels, with sampling weights.

    Source: Cohen (1960), Educational and Psychological Measurement 20, 37-46.

    Returns:
        Kappa; NaN where chance agreement is complete.
    """
    unit = np.ones(len(one)) if weights is None else weights
    labels = np.unique(np.concatenate([one, other]))
    share = unit / unit.sum()
    same = float(share[one == other].sum())
    chance = sum(float(share[one == x].sum() * share[other == x].sum()) for x in labels)
    return float("nan") if chance >= 1 - 1e-12 else (same - chance) / (1 - chance)


def labels_for_kappa(
    shares: Sequence[float], width: float, kappa: float = 0.6, level: float = LEVEL
) -> int:
    """How many independent items give Cohen's kappa an interval of a wanted width.

    With the large-sample variance of Fleiss, Cohen & Everitt (1969), Psychological Bulletin 72,
    323-327, for two raters with the same marginal shares and agreement beyond chance spread evenly.

    Args:
        shares: The expected share of each label; they add up to 1.
        width: The full width of the interval, above 0.
        kappa: The kappa that is expected.
        level: The level of the interval.
    """
    p = np.asarray([share for share in shares if share > 0], dtype=float)
    p = p / p.sum()
    if len(p) < 2:
        return 1
    joint = (1 - kappa) * np.outer(p, p) + kappa * np.diag(p)
    agree, chance = float(np.trace(joint)), float((p**2).sum())
    diagonal = (np.diag(joint) * ((1 - chance) - 2 * p * (1 - agree)) ** 2).sum()
    off = joint * (p[:, None] + p[None, :]) ** 2
    rest = (1 - agree) ** 2 * (off.sum() - np.trace(off))
    centre = (agree * chance - 2 * chance + agree) ** 2
    variance = (diagonal + rest - centre) / (1 - chance) ** 4
    quantile = float(stats.norm.ppf((1 + level) / 2))
    return int(np.ceil(variance * (2 * quantile / width) ** 2))


def family_bootstrap(
    families: pd.Series,
    statistic: Callable[[np.ndarray], float],
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> tuple[float | None, float | None]:
    """The percentile interval of a statistic of rows, whole families drawn with replacement.

    Args:
        families: The family of each row.
        statistic: Takes row positions (with repeats) and gives a number, or NaN.
        resamples: How many draws.
        seed: Decides the draws.
    """
    codes, names = pd.factorize(families, sort=True)
    groups = [np.flatnonzero(codes == code) for code in range(len(names))]
    if len(groups) < 2:
        return None, None
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, len(groups), (resamples, len(groups)))
    drawn = [np.concatenate([groups[int(i)] for i in draw]) for draw in draws]
    found = np.array([statistic(rows) for rows in drawn])
    found = found[~np.isnan(found)]
    if len(found) < resamples / 2:
        return None, None
    tail = (1 - LEVEL) / 2
    return float(np.quantile(found, tail)), float(np.quantile(found, 1 - tail))


def agreement(one: pd.DataFrame, other: pd.DataFrame, names: tuple[str, str]) -> list[Agreement]:
    """How far two raters agree on the answers that both rated.

    Args:
        one: Rows of a verdict or label table of one rater, with `sample_uuid`, `epoch`, `turn`,
            `family`, `lean`, `prioritised`, `refused` and, for labels, `weight`.
        other: The same of another rater.
        names: What to call them.

    Returns:
        Krippendorff's alpha of the lean, Cohen's kappa of what was prioritised, that of refusals,
        the share of answers on which they put the same first, and the mean difference of the lean
        (one - other).
    """
    keys = ["sample_uuid", "epoch", "turn"]
    columns = [*keys, "family", "lean", "prioritised", "refused"]
    both = one[columns].merge(other[columns], on=keys, suffixes=("_one", "_other"))
    rated = next((frame for frame in (one, other) if "weight" in frame), None)
    if rated is not None:
        both = both.merge(rated[[*keys, "weight"]], on=keys)
    else:
        both["weight"] = 1.0
    return [
        _measured(both, names, "alpha of the lean", ("lean_one", "lean_other"), _alpha),
        _measured(both, names, "kappa: what comes first", _PRIORITISED, _kappa),
        _measured(both, names, "same value first", _PRIORITISED, _same),
        _measured(both, names, "kappa: refusals", ("refused_one", "refused_other"), _kappa),
        _measured(both, names, "difference of the lean", ("lean_one", "lean_other"), _difference),
    ]


_PRIORITISED = ("prioritised_one", "prioritised_other")


def _measured(
    both: pd.DataFrame,
    names: tuple[str, str],
    measure: str,
    columns: tuple[str, str],
    statistic: Callable[[np.ndarray, np.ndarray, np.ndarray], float],
) -> Agreement:
    rows = both.dropna(subset=list(columns))
    families = rows["family_one"].nunique()
    if rows.empty:
        return Agreement(*names, measure, None, None, None, 0, 0, "no answer was rated by both")
    one, other = (rows[column].to_numpy() for column in columns)
    weight = rows["weight"].to_numpy(dtype=float)

    def of(index: np.ndarray) -> float:
        return statistic(one[index], other[index], weight[index])

    point = of(np.arange(len(rows)))
    if np.isnan(point):
        reason = "one of them never varies"
        return Agreement(*names, measure, None, None, None, len(rows), families, reason)
    low, high = family_bootstrap(rows["family_one"], of)
    withheld = "" if low is not None else "too few situations"
    return Agreement(*names, measure, point, low, high, len(rows), families, withheld)


def _alpha(one: np.ndarray, other: np.ndarray, weight: np.ndarray) -> float:
    return krippendorff_alpha(np.column_stack([one, other]).astype(float), weight)


def _kappa(one: np.ndarray, other: np.ndarray, weight: np.ndarray) -> float:
    return cohen_kappa(one.astype(str), other.astype(str), weight)


def _same(one: np.ndarray, other: np.ndarray, weight: np.ndarray) -> float:
    return float(np.average(one == other, weights=weight))


def _difference(one: np.ndarray, other: np.ndarray, weight: np.ndarray) -> float:
    return float(np.average(one.astype(float) - other.astype(float), weights=weight))
