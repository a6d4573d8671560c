"""The lean under each rule of counting refusals, side by side."""

import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.frames import family_frame, with_labs
from inspect_values.analysis.rules import REFUSAL_RULES, RefusalRule, lean_under
from inspect_values.analysis.samples import Sample, mean_of, samples
from inspect_values.analysis.tally import Tally, tally


class RefusalRules:
    """Mean lean with refusals dropped, as ties, and as losses; the plain lean counts them as is."""

    name = "lean_by_refusal_rule"
    doc = "lean with refusals dropped, as ties, and as losses of the value that a refusal gives up"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """Three estimates a subject, pair and condition, with the key `pair:rule`."""
        numbers = tally(table)
        asked = ~numbers.has("elicitation", "choice")
        costly = _costly(numbers)
        found: list[Estimate] = []
        for rule in REFUSAL_RULES[1:]:
            value = lean_under(table, rule).to_numpy(dtype="float64", na_value=float("nan"))
            for sample in samples(with_labs(family_frame(numbers, value, asked=asked))):
                found.append(self._estimate(sample, rule, sample.pair in costly))
        return found

    def _estimate(self, sample: Sample, rule: RefusalRule, applies: bool) -> Estimate:
        one = mean_of(sample, self.name, f"{sample.pair}:{rule}", -1.0, 1.0)
        if rule != "loss" or applies:
            return one
        reason = "a refusal gives up neither value"
        return one.model_copy(update={"point": None, "low": None, "high": None, "withheld": reason})


def _costly(numbers: Tally) -> set[str]:
    """The pairs in which a refusal gives up one of the values."""
    costs = numbers.has("refusal_costs", "first") | numbers.has("refusal_costs", "second")
    column = numbers.column("pair")
    codes = sorted({int(code) for code in column.codes[costs] if code >= 0})
    return {str(column.labels[code]) for code in codes}


REFUSAL_RULES_STATISTIC = RefusalRules()
