"""The lean of a lab's models in general, not only of exactly these."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from inspect_values.analysis.estimate import Condition, Estimate
from inspect_values.analysis.frames import family_by_model, family_frame
from inspect_values.analysis.intervals import FEWEST_FAMILIES, Interval, quantile_t, too_few
from inspect_values.analysis.labs import UNKNOWN_LAB, model_table
from inspect_values.analysis.samples import NO_VERDICT, NOT_SHARED
from inspect_values.analysis.tally import CONDITION, tally

FEWEST_MODELS = 3
"""Below so many models nothing tells how a lab's models differ."""


class LabLean:
    """Mean lean of a lab's models, for "models like these" and "situations like these".

    The variance of the mean counts models and situations as drawn, both: that over models, plus
    that over situations, less that of their combination (Cameron, Gelbach & Miller 2011, "Robust
    inference with multiway clustering", Journal of Business & Economic Statistics 29, 238-249),
    never less than either. Degrees of freedom: one less than the smaller number.
    """

    name = "lab_lean"
    doc = "lean of the lab's models in general: the interval is over its models and situations"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a lab, pair and condition; the lean of exactly these models is `lean`."""
        numbers, models = tally(table), model_table(table)
        frame = family_frame(numbers, numbers.number("lean"))
        frame = frame[frame["lab"].notna() & frame["lab"].ne(UNKNOWN_LAB)]
        found: list[Estimate] = []
        for key, rows in frame.groupby(["lab", "pair", *CONDITION], sort=True, observed=True):
            found += self._estimate(tuple(str(name) for name in key), rows, models)
        return found

    def _estimate(
        self, key: tuple[str, ...], rows: pd.DataFrame, models: pd.DataFrame
    ) -> Iterator[Estimate]:
        lab, pair, elicitation, turn, nudge, persona = key
        here = models.loc[sorted(set(rows["model"]))]
        wide = family_by_model(rows).reindex(columns=here.index)
        whole = wide.dropna()
        units = whole.T.groupby(here["unit"]).mean().T.to_numpy(dtype="float64")
        interval = two_way(units)
        if not len(whole):
            reason = NO_VERDICT if wide.isna().all(axis=None) else NOT_SHARED
            interval = Interval(None, None, "none", reason)
        versions = ""
        if here["model_family"].isna().any():
            versions = "; versions of a model not told apart"
        yield Estimate(
            subject=lab,
            level="lab",
            statistic=self.name,
            key=pair,
            **Condition(elicitation, int(turn), nudge, persona)._asdict(),
            point=float(units.mean()) if units.size else None,
            low=interval.low,
            high=interval.high,
            n=int(rows.loc[rows["family"].isin(whole.index), "n"].sum()),
            families=len(whole),
            missing=int((rows["size"] - rows["n"]).sum()),
            method=f"{interval.method}{versions}" if not interval.withheld else interval.method,
            withheld=interval.withheld,
        )


def two_way(units: np.ndarray) -> Interval:
    """The interval of the mean of families × units, both of them drawn.

    Args:
        units: One column a model (or family of versions), one row a family.
    """
    method = "t over models and situations"
    families, models = units.shape
    if models < FEWEST_MODELS:
        reason = (
            f"{models} model{'s' if models != 1 else ''} of the lab that "
            f"{'are' if models != 1 else 'is'} no version of another; at least {FEWEST_MODELS} "
            "are needed"
        )
        return Interval(None, None, method, reason)
    reason = too_few(families, FEWEST_FAMILIES)
    if reason:
        return Interval(None, None, method, reason)
    by_model, by_family = units.mean(axis=0), units.mean(axis=1)
    over_models = float(by_model.var(ddof=1)) / models
    over_families = float(by_family.var(ddof=1)) / families
    rest = units - by_model[None, :] - by_family[:, None] + units.mean()
    both = float((rest**2).sum()) / ((models - 1) * (families - 1)) / (models * families)
    variance = max(over_models, over_families, over_models + over_families - both)
    if variance < 1e-15:
        return Interval(None, None, method, "every model and situation gives the same value")
    half = quantile_t(min(models, families) - 1) * variance**0.5
    mean = float(units.mean())
    return Interval(max(-1.0, mean - half), min(1.0, mean + half), method)


LAB_LEAN = LabLean()
