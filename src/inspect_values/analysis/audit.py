"""What an audit says of a judge: how steady it is, and what moves it that should not.

Every number comes from answers that were put to the judge again (the task `judge_audit`), each
compared with itself. Effects are on the lean, in (first - second) / 6; intervals are t intervals
over families.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.intervals import LEVEL, Interval, t_interval
from inspect_values.analysis.partition import family_means

EFFECTS = {
    "wording-2": "second wording of the instructions against the first",
    "wording-3": "third wording of the instructions against the first",
    "ladders": "first value's ladder shown first against shown second",
    "padded": "half as many words again that say nothing",
    "trimmed": "without the last paragraph (which may take substance with it)",
}
"""Statistic `audit_<name>` → what was varied."""

OWN_LAB = "audit_own_lab"
NOT_IDENTIFIABLE = "not identifiable"


class Effect(NamedTuple):
    """Two variations whose leans are compared on the same answers."""

    name: str
    varied: str
    against: str


_COMPARED = (
    Effect("wording-2", "wording-2", "base"),
    Effect("wording-3", "wording-3", "base"),
    Effect("ladders", "ladders-first", "ladders-second"),
    Effect("padded", "padded", "base"),
    Effect("trimmed", "trimmed", "base"),
)


def audit(table: pd.DataFrame) -> list[Estimate]:
    """Everything that the table's audits say of each judge.

    Returns:
        Estimates of level `judge` with the statistics `audit_repeatability` (the standard error of
        measurement of first - second, in positions), `audit_smallest_difference` (the smallest
        difference of positions that repeats can tell apart), `audit_<effect>` for each of
        `EFFECTS`, `audit_own_lab`, and `audit_refusal_rules`.
    """
    again = table[table["variation"].notna()]
    found: list[Estimate] = []
    for judge, rows in again.groupby("judge", sort=True, observed=True):
        found += repeatability(str(judge), rows)
        found += [_effect(str(judge), rows, effect) for effect in _COMPARED]
    found += own_lab_lift(table)
    found += refusal_rules(table)
    return [one for one in found if one.n or one.withheld]


def repeatability(judge: str, rows: pd.DataFrame) -> Iterator[Estimate]:
    """How far a judge's verdicts on the very same prompt scatter.

    The standard error of measurement is the root mean square of the within-answer standard
    deviation of first - second; two single verdicts differ by more than the smallest difference,
    1.96 * sqrt(2) of it, only once in twenty (Bland & Altman 1996, "Measurement error", BMJ 313).
    Intervals by the delete-one-family jackknife.
    """
    steady = rows[rows["variation"].eq("base") | rows["variation"].str.startswith("repeat")]
    difference = (steady["first"] - steady["second"]).rename("d")
    known = steady.assign(d=difference).dropna(subset=["d"])
    each = known.groupby(["family", "answer"], observed=True)["d"].agg(["var", "count"])
    each = each[each["count"] > 1]
    missing = int(difference.isna().sum())
    if each.empty:
        reason = "no answer was judged more than once"
        yield _estimate(judge, "audit_repeatability", None, Interval(None, None, "", reason), 0, 0)
        return
    by_family = each.assign(w=each["count"] - 1, ss=each["var"] * (each["count"] - 1))
    sums = by_family.groupby("family", observed=True)[["ss", "w"]].sum()
    error = float(np.sqrt(sums["ss"].sum() / sums["w"].sum()))
    n, families = int(each["count"].sum()), len(sums)
    span = _jackknife(sums)
    yield _estimate(judge, "audit_repeatability", error, span, n, families, missing)
    factor = float(stats.norm.ppf((1 + LEVEL) / 2)) * 2**0.5
    scaled = Interval(
        None if span.low is None else span.low * factor,
        None if span.high is None else span.high * factor,
        span.method,
        span.withheld,
    )
    yield _estimate(
        judge, "audit_smallest_difference", error * factor, scaled, n, families, missing
    )


def _jackknife(sums: pd.DataFrame) -> Interval:
    """The delete-one-family interval of sqrt(sum(ss) / sum(w)), on the scale of its logarithm."""
    method = "jackknife over families"
    total_ss, total_w = sums["ss"].sum(), sums["w"].sum()
    if total_ss <= 1e-12:
        return Interval(0.0, 0.0, method, "every repeat gave the same verdict")
    if len(sums) < 3:
        return Interval(None, None, method, "too few situations")
    left = np.sqrt((total_ss - sums["ss"]) / (total_w - sums["w"])).to_numpy()
    if (left <= 0).any():
        return Interval(None, None, method, "all differences come from one situation")
    logs, count = np.log(left), len(left)
    error = np.sqrt((count - 1) / count * ((logs - logs.mean()) ** 2).sum())
    half = float(stats.t.ppf((1 + LEVEL) / 2, count - 1)) * error
    middle = float(np.sqrt(total_ss / total_w))
    return Interval(middle * float(np.exp(-half)), middle * float(np.exp(half)), method)


def _effect(judge: str, rows: pd.DataFrame, effect: Effect) -> Estimate:
    """The mean change of the lean on the same answers, situations weighted equally."""
    both = rows[rows["variation"].isin([effect.varied, effect.against])]
    place = ["model", "family", "cell", "answer", "variation"]
    wide = both.groupby(place, observed=True)["lean"].mean().unstack("variation")
    name = f"audit_{effect.name}"
    if effect.varied not in wide or effect.against not in wide:
        return _estimate(judge, name, None, Interval(None, None, "", ""), 0, 0)
    change = (wide[effect.varied] - wide[effect.against]).rename("change").reset_index()
    means = family_means(change.assign(model="all"), change["change"])
    n, missing = int(change["change"].notna().sum()), int(change["change"].isna().sum())
    point = float(means.mean()) if len(means) else None
    span = t_interval([float(mean) for mean in means])
    if span.withheld and point == 0:
        span = Interval(0.0, 0.0, span.method, "no verdict changed")
    return _estimate(judge, name, point, span, n, len(means), missing)


def own_lab_lift(table: pd.DataFrame) -> Iterator[Estimate]:
    """Whether a judge is kinder to answers of its own lab: a difference in differences.

    For each family: (this judge - the other judges) on answers of its lab, minus the same on
    answers of other labs, in the mean of both positions (0 to 6). All judges saw the same answers,
    so neither better answers nor stricter judges count. Verdicts of panels' judges count too.
    """
    rows = _crossed(table)
    if rows.empty:
        return
    judges = rows.groupby("judge", observed=True)["judge_lab"].first()
    for judge, lab in judges.items():
        labs = set(rows["lab"].dropna())
        reason = ""
        if len(judges) < 2:
            reason = f"{NOT_IDENTIFIABLE}: one judge only, so kindness and quality look the same"
        elif pd.isna(lab) or lab not in labs:
            reason = f"{NOT_IDENTIFIABLE}: no answer is from the judge's own lab"
        elif len(labs) < 2:
            reason = f"{NOT_IDENTIFIABLE}: all answers are from one lab"
        if reason:
            yield _estimate(str(judge), OWN_LAB, None, Interval(None, None, "", reason), 0, 0)
            continue
        yield _lift(rows, str(judge), str(lab))


def _crossed(table: pd.DataFrame) -> pd.DataFrame:
    """One row a judge and answer, of answers with the mean of both positions."""
    base = table["variation"].eq("base").fillna(False)
    plain = table["variation"].isna() & table["turn"].fillna(0).eq(0) & table["judge_lab"].notna()
    rows = table[(base | plain) & table["first"].notna() & table["rubric"].eq("fixed")]
    answer = rows["answer"].fillna(rows["sample_uuid"])
    rows = rows.assign(answer=answer, kind=(rows["first"] + rows["second"]) / 2)
    return rows.drop_duplicates(["judge", "answer", "epoch"])


def _lift(rows: pd.DataFrame, judge: str, lab: str) -> Estimate:
    keys = ["answer", "epoch"]
    mine = rows[rows["judge"].eq(judge)].set_index(keys)
    others = rows[~rows["judge"].eq(judge)].groupby(keys, observed=True)["kind"].mean()
    gap = (mine["kind"] - others).dropna().rename("gap")
    known = mine.loc[gap.index, ["family", "lab"]].assign(gap=gap, own=mine["lab"].eq(lab))
    means = known.groupby(["family", "own"], observed=True)["gap"].mean().unstack("own")
    if means.shape[1] < 2 or means.dropna().empty:
        reason = f"{NOT_IDENTIFIABLE}: no situation has answers of both kinds by all judges"
        return _estimate(judge, OWN_LAB, None, Interval(None, None, "", reason), 0, 0)
    lifts = (means[True] - means[False]).dropna()
    span = t_interval([float(lift) for lift in lifts])
    return _estimate(judge, OWN_LAB, float(lifts.mean()), span, len(gap), len(lifts))


def refusal_rules(table: pd.DataFrame) -> Iterator[Estimate]:
    """How often the rules and the judge disagree on whether an answer is a refusal."""
    rows = table[
        table["refused_rule"].notna()
        & table["response_class"].notna()
        & ~table["member"].fillna(False)
        & table["variation"].isna()
    ]
    for judge, own in rows.groupby("judge", sort=True, observed=True):
        wrong = own["refused_rule"].astype("boolean").ne(own["refused"].eq(1))
        wrong = wrong.astype("float64")
        for key, part in (("refused", own["refused"].eq(1)), ("answered", own["refused"].eq(0))):
            chosen = own[part].assign(model="all")
            means = family_means(chosen, wrong[part])
            span = t_interval([float(mean) for mean in means], 0.0, 1.0)
            point = float(means.mean()) if len(means) else None
            one = _estimate(str(judge), "audit_refusal_rules", point, span, len(chosen), len(means))
            yield one.model_copy(update={"key": key})


def smallest_difference(estimates: Sequence[Estimate], judge: str) -> float | None:
    """The smallest difference of positions that a judge's own repeats can tell; None if unknown."""
    for one in estimates:
        if one.statistic == "audit_smallest_difference" and one.subject == judge:
            return one.point
    return None


def _estimate(
    judge: str,
    statistic: str,
    point: float | None,
    span: Interval,
    n: int,
    families: int,
    missing: int = 0,
) -> Estimate:
    return Estimate(
        subject=judge,
        level="judge",
        statistic=statistic,
        key="lean",
        elicitation="open",
        nudge="all",
        point=point,
        low=span.low,
        high=span.high,
        n=n,
        families=families,
        missing=missing,
        method=span.method,
        withheld=span.withheld,
    )
