"""The lean under each rule of counting refusals, side by side."""

import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.intervals import t_interval
from inspect_values.analysis.partition import groups
from inspect_values.analysis.rules import REFUSAL_RULES, with_refusal_rule
from inspect_values.analysis.statistic import estimate


class RefusalRules:
    """Mean lean with refusals dropped, as ties, and as losses; the plain lean counts them as is."""

    name = "lean_by_refusal_rule"
    doc = "lean with refusals dropped, as ties, and as losses of the value that a refusal gives up"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """Three estimates a subject, pair and condition, with the key `pair:rule`."""
        found: list[Estimate] = []
        for rule in REFUSAL_RULES[1:]:
            for group in groups(with_refusal_rule(table, rule)):
                if group.condition.elicitation == "choice":
                    continue
                key = f"{group.pair}:{rule}"
                one = estimate(
                    group,
                    self.name,
                    key,
                    group.rows["lean"],
                    lambda means, n: t_interval(means, -1.0, 1.0),
                )
                if rule == "loss" and not _applies(group.rows):
                    reason = "a refusal gives up neither value"
                    one = one.model_copy(
                        update={"point": None, "low": None, "high": None, "withheld": reason}
                    )
                found.append(one)
        return found


def _applies(rows: pd.DataFrame) -> bool:
    return bool(rows["refusal_costs"].isin(["first", "second"]).fillna(False).any())


REFUSAL_RULES_STATISTIC = RefusalRules()
