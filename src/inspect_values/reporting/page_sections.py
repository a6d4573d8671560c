"""The sections of the page: which statistics and figures stand where, and how they are told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from inspect_values.analysis.estimate import HEADLINE, Condition, Estimate, estimand, target_of
from inspect_values.reporting.statistics import p_text, title
from inspect_values.reporting.text import interval_text, plain

MOST_ROWS = 6_000
"""So many estimates fit a page that still opens quickly; the files have all of them."""

REST = "rest"
_SHORT = 24
_SEEN = frozenset(
    {
        "judge_agreement",
        "judge_same_first",
        "repeatability",
        "lab_contrast",
        "lab_lean",
        "lab_variance_share",
        "lab_permutation",
        "lab_classification",
        "disagreement",
        "reference_distance",
        "reference_agreement",
    }
)


@dataclass(frozen=True)
class Asked:
    """The rows of a statistic under one condition."""

    estimand: str
    rows: list[dict[str, object]]
    left_out: int
    method: str
    """That of the rows that say nothing else."""


@dataclass(frozen=True)
class Shown:
    """A statistic: what it is, and its rows by condition."""

    title: str
    doc: str
    asked: list[Asked]
    tested: bool
    opened: bool
    """Whether its first table is short enough to be seen at once, where no figure shows it."""


@dataclass
class Section:
    """A part of the page."""

    id: str
    title: str
    text: str
    statistics: tuple[str, ...] = ()
    figures: list[Markup] = field(default_factory=list[Markup])
    shown: list[Shown] = field(default_factory=list[Shown])
    notes: list[str] = field(default_factory=list[str])

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (any(self.figures) or self.shown or self.notes)


def plan() -> list[Section]:
    """The sections in their order, without content."""
    return [
        Section(
            "leans",
            "What comes first",
            "The lean runs from −1 (the second value comes first) to +1 (the first does). A value "
            "counts as prioritised where the judge places it higher by the threshold.",
            ("lean", "prioritisation_rate", "prioritisation_by_threshold"),
        ),
        Section(
            "ranking",
            "Ranking of values",
            "One order of all values, where comparisons connect them (Bradley–Terry; "
            "strengths in log odds, mean zero). First look at whether the order predicts verdicts "
            "in situations that were left out of the fit (chance: 50 %), then at the ranks.",
            (
                "held_out_accuracy",
                "held_out_log_loss",
                "strength",
                "rank",
                "p_first",
                "seat_effect",
                "nudge_susceptibility",
            ),
        ),
        Section(
            "refusals",
            "Refusals and response classes",
            "A refusal in words is an answer and is placed like any other. Here is how often there "
            "are refusals, and what changes when they are counted in another way.",
            (
                "refusal_rate",
                "response_class_rate",
                "lean_by_refusal_rule",
                "strength_by_refusal_rule",
            ),
        ),
        Section(
            "factors",
            "Facts of the case",
            "Factor levels are drawn at random within a situation, so the average change from the "
            "baseline level is an effect on this model (AMCE). p-values are corrected (Holm).",
            ("factor_effect", "factor_by_lab", "only_when"),
        ),
        Section(
            "asking",
            "Ways of asking",
            "No single way of asking is the values of a model. Differences are between the very "
            "same queries.",
            ("elicitation_gap", "steadfastness", "give_way", "steerability"),
        ),
        Section(
            "judges",
            "Judges and repeats",
            "Alpha is 0 where judges or repeats agree as by chance and 1 where they always do; "
            "below .667 it carries tentative conclusions at most (Krippendorff).",
            (
                "judge_agreement",
                "judge_same_first",
                "ladder_effect",
                "repeatability",
                "repeat_flips",
            ),
        ),
        Section(
            "labs",
            "Labs",
            "Everywhere else a lab means exactly the models named here, weighted equally, and its "
            "intervals are over situations. Claims about a lab's models in general vary over its "
            "models too, and versions of one model are not independent of each other.",
            (
                "lab_contrast",
                "lab_lean",
                "lab_variance_share",
                "lab_permutation",
                "lab_classification",
                "disagreement",
                "high_disagreement_rate",
            ),
        ),
        Section(
            "references",
            "Whose values?",
            "A reference is a named profile of values to hold signatures against, never a standard "
            "that this package sets. Closeness to it does not show why a model answers as it does "
            "(its training, its raters or its maker's policy), nor that it holds these values.",
            ("reference_distance", "reference_agreement"),
        ),
        Section(REST, "Further statistics", "From plugins."),
    ]


def filled(
    estimates: Sequence[Estimate],
    figures: Mapping[str, Sequence[Markup]],
    docs: Mapping[str, str],
    notes: Mapping[str, Sequence[str]],
) -> list[Section]:
    """The sections with what there is; those without anything are left out.

    Args:
        estimates: All estimates.
        figures: Section → figures.
        docs: Statistic → what it is.
        notes: Section → sentences.
    """
    sections = plan()
    home = {name: section for section in sections for name in section.statistics}
    by_statistic: dict[str, list[Estimate]] = {}
    for one in estimates:
        by_statistic.setdefault(one.statistic, []).append(one)
    room = _room(by_statistic)
    order = [*home, *(name for name in by_statistic if name not in home)]
    for name in order:
        if name in by_statistic:
            section = home.get(name, sections[-1])
            section.shown.append(_shown(name, by_statistic[name], docs.get(name, ""), room))
    known = {section.id for section in sections}
    for section in sections:
        section.figures = list(figures.get(section.id, ()))
        section.notes = [plain(note) for note in notes.get(section.id, ())]
    sections[-1].figures += [
        figure for name, more in figures.items() if name not in known for figure in more
    ]
    return [section for section in sections if not section.empty]


def _room(by_statistic: Mapping[str, Sequence[Estimate]]) -> set[tuple[str, Condition]]:
    """Which statistics and conditions fit the page, the headline condition first."""
    sizes: dict[tuple[str, Condition], int] = {}
    for name, rows in by_statistic.items():
        for one in rows:
            sizes[name, one.condition] = sizes.get((name, one.condition), 0) + 1
    left, fit = MOST_ROWS, set[tuple[str, Condition]]()
    for key in sorted(sizes, key=lambda k: (k[1] != HEADLINE, sizes[k])):
        if sizes[key] <= left:
            fit.add(key)
            left -= sizes[key]
    return fit


def _shown(
    name: str, rows: Sequence[Estimate], doc: str, room: set[tuple[str, Condition]]
) -> Shown:
    conditions = sorted({one.condition for one in rows}, key=lambda c: (c != HEADLINE, c))
    asked: list[Asked] = []
    for condition in conditions:
        here = [one for one in rows if one.condition == condition]
        fits = (name, condition) in room
        said = estimand(condition, target_of(here))
        usual = Counter(one.method for one in here if not one.withheld).most_common(1)
        method = usual[0][0] if usual else ""
        rows_ = _rows(here, method) if fits else []
        asked.append(Asked(said, rows_, 0 if fits else len(here), plain(method)))
    tested = any(one.p_value is not None for one in rows)
    opened = name in _SEEN and 0 < len(asked[0].rows) <= _SHORT
    return Shown(title(name), plain(doc), asked, tested, opened)


def _rows(rows: Sequence[Estimate], usual: str) -> list[dict[str, object]]:
    return [
        {
            "level": one.level,
            "subject": plain(one.subject),
            "key": plain(one.key),
            "interval": interval_text(one),
            "p": _tested(one),
            "n": one.n,
            "families": one.families,
            "missing": one.missing,
            "method": plain(one.withheld or ("" if one.method == usual else one.method)),
        }
        for one in rows
    ]


def _tested(one: Estimate) -> str:
    if one.p_value is None:
        return ""
    if one.p_corrected is None:
        return p_text(one.p_value)
    return f"{p_text(one.p_value)} ({p_text(one.p_corrected)})"
