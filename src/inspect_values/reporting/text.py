"""Words and numbers as they stand in the terminal and on the page."""

import re
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.labs import UNKNOWN_LAB
from inspect_values.analysis.table import judge_label
from inspect_values.record import changed_ids
from inspect_values.safe import plain as plain
from inspect_values.verdict import Outcome

SIMULATED_NOTE = (
    "SIMULATED models: their values were planted to test this tool. "
    "Nothing here is a finding about a real model."
)


_ANSWERED = (
    Outcome.VERDICT,
    Outcome.GRADER_FAILED,
    Outcome.NO_MAJORITY,
    Outcome.INVALID_RESPONSE,
)
"""Outcomes of answers that were given by the model that was asked."""


def key_text(key: str) -> str:
    """What an estimate is about, so that it wraps between words: `honesty / helpfulness: 1`."""
    return plain(key).replace("_vs_", " / ").replace("_", " ").replace(":", ": ")


SIGNED = frozenset(
    {
        "lean",
        "lab_lean",
        "lab_contrast",
        "elicitation_gap",
        "steerability",
        "give_way",
        "factor_effect",
        "factor_by_lab",
        "ladder_effect",
        "disagreement_effect",
        "reference_agreement",
        "strength",
        "strength_by_refusal_rule",
        "seat_effect",
        "nudge_susceptibility",
    }
)
"""Statistics on both sides of 0, which are shown with their sign."""


def interval_text(estimate: Estimate) -> str:
    """`+0.31 [+0.10, +0.52]`, or the point and a dash where the interval is withheld."""
    if estimate.point is None:
        return "–"
    form = "g" if estimate.statistic == "rank" else ".2f"
    form = f"+{form}" if estimate.statistic in SIGNED else form
    if estimate.low is None or estimate.high is None:
        return f"{estimate.point:{form}} –"
    return f"{estimate.point:{form}} [{estimate.low:{form}}, {estimate.high:{form}}]"


def short_interval(estimate: Estimate) -> str:
    """The same without leading zeros, so that three pairs fit a terminal: `+.31 [+.10 +.52]`."""
    return re.sub(r"(?<![0-9])0\.", ".", interval_text(estimate)).replace(",", "")


def pair_names(table: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Pair → the names of its two values."""
    first = table.drop_duplicates("pair")
    rows = zip(first["pair"], first["first_name"], first["second_name"], strict=True)
    return {str(pair): (plain(one), plain(two)) for pair, one, two in rows}


def subjects(table: pd.DataFrame) -> list[tuple[str, str, str]]:
    """(level, subject, lab) in the order of display: each lab, then its models."""
    pairs = table[["lab", "model"]].drop_duplicates()
    known = pairs["lab"].astype("object").fillna(UNKNOWN_LAB)
    pairs = pairs.assign(lab=known.astype(str)).sort_values(["lab", "model"])
    ordered: list[tuple[str, str, str]] = []
    for lab, models in pairs.groupby("lab", sort=True):
        ordered.append(("lab", str(lab), str(lab)))
        ordered += [("model", str(model), str(lab)) for model in models["model"]]
    return ordered


def simulated(table: pd.DataFrame) -> bool:
    """Whether any model of the table is a simulation."""
    return bool(table["simulated"].fillna(False).any())


def notes(table: pd.DataFrame, estimates: Sequence[Estimate]) -> list[str]:
    """What a reader must know beside the numbers: missing answers, other models, withheld."""
    found: list[str] = []
    missing = table.loc[table["outcome"] != "verdict", "outcome"].value_counts()
    if table["lean"].isna().all():
        found.append("No answer here has a verdict, so that nothing can be estimated.")
    if table.empty:
        return found
    if len(missing):
        counts = ", ".join(f"{plain(name)} {count}" for name, count in missing.items())
        found.append(f"Missing, counted for neither value: {counts} of {len(table)} answers.")
    else:
        found.append(f"No answer is missing ({len(table)} verdicts).")
    found += table.attrs.get("rules") or []
    if table["self_graded"].fillna(False).any():
        models = sorted({plain(m) for m in table.loc[table["self_graded"].fillna(False), "model"]})
        found.append(f"SELF-GRADED, by the model under test: {', '.join(models)}.")
    found += returned_ids(table)
    if not table["run_status"].eq("success").all():
        found.append("Some runs did not finish; what they hold so far is counted.")
    reasons = sorted({e.withheld for e in estimates if e.withheld and e.statistic == "lean"})
    if reasons:
        found.append(f"– no interval: {'; '.join(reasons)}.")
    found += usage(table)
    judges = sorted({plain(judge) for judge in judge_label(table).dropna()})
    found.append(f"Judged by: {', '.join(judges) or 'nobody'}.")
    return found


def returned_ids(table: pd.DataFrame) -> list[str]:
    """A sentence for each model whose provider answered under more than one model id.

    Answers that are missing don't count: a fallback model's answer is credited to nobody. Nor do
    imported choices, where the column says from which column of the file they came.
    """
    given = table["outcome"].isin(_ANSWERED) & table["scorer"].ne("recorded").fillna(True)
    columns = ["model", "model_returned", "sample_uuid", "epoch", "turn"]
    answers = table.loc[given & table["model_returned"].notna(), columns]
    found: list[str] = []
    for model, own in answers.groupby("model", observed=True, sort=True):
        if own["model_returned"].nunique() > 1:
            once = own.drop_duplicates(["sample_uuid", "epoch", "turn"])
            ids = Counter(plain(name) for name in once["model_returned"])
            found.append(changed_ids(plain(model), ids))
    return found


def usage(table: pd.DataFrame) -> list[str]:
    """Tokens and cost of the models and, apart from them, of judges and users."""
    tokens, others = table["tokens"].sum(), table["judge_tokens"].sum()
    if not tokens and not others:
        return []
    parts = [f"models {tokens:,.0f}{_cost(table['cost'])}"]
    calls = table["judge_calls"].sum()
    of_judges = f" in {calls:,.0f} calls" if calls else ""
    parts.append(f"judges and users {others:,.0f}{of_judges}{_cost(table['judge_cost'])}")
    return [f"Tokens: {'; '.join(parts)}."]


def _cost(costs: pd.Series) -> str:
    return f" (cost {costs.sum():,.2f})" if costs.notna().any() else ""
