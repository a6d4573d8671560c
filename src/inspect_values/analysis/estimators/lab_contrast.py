"""How a lab differs from the others: its models' lean minus that of the other labs' models."""

from collections.abc import Iterator

import pandas as pd

from inspect_values.analysis.estimate import Condition, Estimate
from inspect_values.analysis.frames import family_by_model, family_frame
from inspect_values.analysis.intervals import Interval, difference_interval
from inspect_values.analysis.labs import UNKNOWN_LAB
from inspect_values.analysis.samples import NO_VERDICT, NOT_SHARED
from inspect_values.analysis.significance import with_holm
from inspect_values.analysis.tally import CONDITION, tally


class LabContrast:
    """Lean of a lab's models minus that of the other labs' models, on the same situations."""

    name = "lab_contrast"
    doc = "lean of a lab's models minus that of the other labs' models, p corrected (Holm)"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a lab, pair and condition, for exactly these models.

        A lab's models weigh the same, and so do the other labs; situations count that every model
        has a verdict of.
        """
        numbers = tally(table)
        frame = family_frame(numbers, numbers.number("lean"))
        frame = frame[frame["lab"].notna() & frame["lab"].ne(UNKNOWN_LAB)]
        found: list[Estimate] = []
        for key, rows in frame.groupby(["pair", *CONDITION], sort=True, observed=True):
            if rows["lab"].nunique() > 1:
                found += self._contrasts(tuple(str(name) for name in key), rows)
        return with_holm(found, lambda one: one.condition, "contrasts of labs")

    def _contrasts(self, key: tuple[str, ...], rows: pd.DataFrame) -> Iterator[Estimate]:
        pair, elicitation, turn, nudge, persona = key
        columns = (
            rows[["lab", "model"]].drop_duplicates().astype("object").sort_values(["lab", "model"])
        )
        wide = family_by_model(rows).reindex(columns=columns["model"])
        whole = wide.dropna()
        of = columns.set_index("model")["lab"]
        labs = whole.T.groupby(of).mean().T
        for lab in labs.columns:
            mine, others = labs[lab], labs.drop(columns=lab).mean(axis=1)
            if len(whole):
                found = difference_interval(mine.to_numpy(), others.to_numpy(), -1.0, 1.0)
            else:
                reason = NO_VERDICT if wide.isna().all(axis=None) else NOT_SHARED
                found = Interval(None, None, "none", reason)
            yield Estimate(
                subject=str(lab),
                level="lab",
                statistic=self.name,
                key=pair,
                **Condition(elicitation, int(turn), nudge, persona)._asdict(),
                point=float((mine - others).mean()) if len(whole) else None,
                low=found.low,
                high=found.high,
                n=int(rows.loc[rows["family"].isin(whole.index), "n"].sum()),
                families=len(whole),
                missing=int((rows["size"] - rows["n"]).sum()),
                method=found.method,
                withheld=found.withheld,
                p_value=found.p,
            )


LAB_CONTRAST = LabContrast()
