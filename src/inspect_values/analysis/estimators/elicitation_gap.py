"""The gap between ways of asking: what a model says outright against how it answers freely."""

import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.frames import family_frame, with_labs
from inspect_values.analysis.samples import difference_of, samples
from inspect_values.analysis.tally import tally

AGAINST = "open"


class ElicitationGap:
    """Lean under another elicitation minus lean of open answers, on the same situations."""

    name = "elicitation_gap"
    doc = "lean in a forced choice, pushback or conversation minus that of the open answer"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a subject, pair, nudge, persona and other elicitation.

        The key is `pair:choice-open` and the like; the condition is the other elicitation's. A
        pushback or conversation counts with its first answer, before the user says more, so that a
        gap there tells of the difference between runs and not of pressure.
        """
        numbers = tally(table)
        frame = family_frame(numbers, numbers.number("lean"))
        frame = frame[frame["turn"].eq(0)]
        plain = frame[frame["elicitation"].eq(AGAINST)].drop(columns=["elicitation", "turn"])
        others = frame[frame["elicitation"].ne(AGAINST)]
        on = ["lab", "model", "pair", "nudge", "persona", "family"]
        both = others.merge(plain, on=on, suffixes=("", "_open")).rename(
            columns={"value_open": "other"}
        )
        gone = both["value"].isna() | both["other"].isna()
        both["size"] += both["size_open"]
        both["n"] = (both["n"] + both["n_open"]).where(~gone, 0)
        found: list[Estimate] = []
        for sample in samples(with_labs(both, ("value", "other")), ("value", "other")):
            key = f"{sample.pair}:{sample.condition.elicitation}-{AGAINST}"
            found.append(difference_of(sample, self.name, key, -1.0, 1.0))
        return found


ELICITATION_GAP = ElicitationGap()
