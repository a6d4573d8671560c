"""The ranking of values under each rule of counting refusals, side by side."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from inspect_values.analysis.bradley_terry.estimates import places, strength
from inspect_values.analysis.bradley_terry.subjects import Subject, subjects
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.rules import REFUSAL_RULES, prioritised_under
from inspect_values.analysis.settings import DEFAULT_SETTINGS, AnalysisSettings
from inspect_values.analysis.shared import sharing

_TEXTS = (
    *("model", "lab", "pair", "family", "cell", "scenario", "elicitation", "nudge", "seat"),
    *("persona", "refusal_costs"),
)
_VALUES = ("first_value", "second_value", "prioritised")
"""Texts that say a value: with the same categories, so that a rule can put one for another."""

FLAG = "another value comes first"


class StrengthByRefusalRule:
    """Strengths with refusals dropped, as ties and as losses; plain strengths count them as is."""

    name = "strength_by_refusal_rule"
    doc = "strength with refusals dropped, as ties, as losses of what they give up; key value:rule"

    def estimates(
        self, table: pd.DataFrame, settings: AnalysisSettings = DEFAULT_SETTINGS
    ) -> list[Estimate]:
        """One estimate a subject, value, condition and rule, where some answer refuses.

        The rules are those of `analysis.rules`. Where another value comes first than with refusals
        counted as they are, `method` ends with `FLAG` and both values.
        """
        refused = table["refused"].eq(1) & table["elicitation"].ne("choice").fillna(False)
        asked = table["elicitation"].isin(table.loc[refused, "elicitation"].unique())
        if not refused.any():
            return []
        plain = {(s.name, s.level, s.condition): s for s in subjects(table, settings)}
        found: list[Estimate] = []
        slim = _slim(table)[asked]
        for rule in REFUSAL_RULES[1:]:
            changed = slim.assign(prioritised=prioritised_under(slim, rule))
            with sharing():  # nothing of a changed table is of use to another statistic
                for subject in subjects(changed, settings):
                    before = plain.get((subject.name, subject.level, subject.condition))
                    found += self._of(subject, before, rule, settings)
        return found

    def _of(
        self, subject: Subject, plain: Subject | None, rule: str, settings: AnalysisSettings
    ) -> Iterator[Estimate]:
        flags = _changed(plain, subject) if plain else {}
        for place in places(subject):
            one = strength(place, self.name, f"{place.name}:{rule}", settings)
            flag = flags.get(int(place.ranking.component[place.value]), "")
            yield one.model_copy(update={"method": one.method + flag})


def _slim(table: pd.DataFrame) -> pd.DataFrame:
    """What comparisons and the rules read, with every text as categories."""
    names = {str(name) for column in _VALUES for name in table[column].dropna().unique()}
    values = pd.CategoricalDtype(sorted(names | {"neither"}))
    kinds = dict.fromkeys(_TEXTS, "category") | dict.fromkeys(_VALUES, values)
    return table[[*kinds, "turn", "refused"]].astype(kinds)


def _changed(plain: Subject, subject: Subject) -> dict[int, str]:
    """Component → which value comes first instead of which, where that has changed."""
    before, after = plain.ranking, subject.ranking
    if before is None or after is None:
        return {}
    strength_of = dict(zip(before.values, before.strengths.tolist(), strict=True))
    found: dict[int, str] = {}
    for part in np.unique(after.component).tolist():
        here = [
            k for k in np.flatnonzero(after.component == part) if after.values[k] in strength_of
        ]
        if len(here) > 1:
            now = after.values[max(here, key=lambda k: after.strengths[k])]
            then = max((after.values[k] for k in here), key=lambda name: strength_of[name])
            if now != then:
                found[part] = f"; {FLAG}: {now} instead of {then}"
    return found


STRENGTH_BY_REFUSAL_RULE = StrengthByRefusalRule()
