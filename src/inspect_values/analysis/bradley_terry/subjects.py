"""Verdict table → the ranking of every model and lab, under every condition."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from inspect_values.analysis.bradley_terry.counts import Counts, counts, tally
from inspect_values.analysis.bradley_terry.fit import fit
from inspect_values.analysis.bradley_terry.ranking import Ranking, Solved
from inspect_values.analysis.comparisons import CONDITION, Comparisons, comparisons
from inspect_values.analysis.estimate import Condition
from inspect_values.analysis.settings import AnalysisSettings, Weights
from inspect_values.analysis.shared import once

ALL_NUDGES = "all"
"""In place of a nudge: a fit over all nudges together."""

_PAIR = ["family", "low", "high"]


@dataclass(frozen=True, eq=False)
class Subject:
    """A model or lab under one condition."""

    name: str
    level: Literal["model", "lab"]
    condition: Condition
    ranking: Ranking | None
    """None where nothing can be fitted."""

    reason: str
    """Why there is no ranking, or empty."""

    missing: dict[str, int]
    """Value → answers about it that give no comparison."""

    @property
    def values(self) -> list[str]:
        """Every value that was asked about, by id."""
        known = self.ranking.values if self.ranking else ()
        return sorted({*known, *self.missing})


def subjects(
    table: pd.DataFrame, settings: AnalysisSettings, nudges: bool = False
) -> list[Subject]:
    """Every model's ranking under each condition, then every lab's.

    Args:
        table: A verdict table.
        settings: How to rank.
        nudges: Whether the nudges of an elicitation, turn and persona are fitted together, with an
            effect of the query's lean.
    """
    key = ("subjects", settings, nudges)
    return once(table, key, lambda: list(_subjects(table, settings, nudges)))


class _Added(NamedTuple):
    """The comparisons of a table, added up."""

    tallies: pd.DataFrame
    missing: pd.DataFrame
    named: pd.DataFrame
    """The models and labs under each condition."""


def _added(table: pd.DataFrame, weights: Weights) -> _Added:
    """The sums are kept for other statistics; the comparisons, one row a verdict, are not."""
    return once(table, ("added", weights), lambda: _add(comparisons(table), weights))


def _add(found: Comparisons, weights: Weights) -> _Added:
    both = [part[["model", "lab", *CONDITION]].drop_duplicates() for part in found]
    named = pd.concat(both).astype({"turn": int})
    return _Added(tally(found.rows, weights), found.missing, named)


@dataclass(frozen=True, eq=False)
class _Asked:
    """What was asked under one condition."""

    condition: Condition
    tallies: pd.DataFrame
    missing: pd.DataFrame
    labs: dict[str, str | None]
    """Model → lab."""


def _subjects(table: pd.DataFrame, settings: AnalysisSettings, nudges: bool) -> Iterator[Subject]:
    asked = list(conditions(table, settings, nudges))
    solved = [_models(one, settings, nudges) for one in asked]
    for one, models in zip(asked, solved, strict=True):
        for model, ranking in models.items():
            yield _subject(model, "model", one, [model], ranking, "no comparison")
    for one, models in zip(asked, solved, strict=True):
        for lab in sorted({lab for lab in one.labs.values() if lab is not None}):
            members = sorted(model for model, own in one.labs.items() if own == lab)
            ranking = _lab(one, members, models, settings, nudges)
            reason = "no situation has a comparison of every model"
            yield _subject(lab, "lab", one, members, ranking, reason)


def conditions(table: pd.DataFrame, settings: AnalysisSettings, nudges: bool) -> Iterator[_Asked]:
    """What was asked under each condition; with `nudges` all nudges are one condition."""
    found = _added(table, settings.weights)
    if nudges:
        found = _Added(*(part.assign(nudge=ALL_NUDGES) for part in found))
    tallies, missing, named = found
    for key, rows in named.drop_duplicates().groupby(CONDITION, observed=True, sort=True):
        elicitation, turn, nudge, persona = key
        condition = Condition(str(elicitation), int(str(turn)), str(nudge), str(persona))
        labs = {
            str(model): str(lab) if isinstance(lab, str) else None
            for model, lab in zip(rows["model"], rows["lab"], strict=True)
        }
        yield _Asked(condition, _under(tallies, condition), _under(missing, condition), labs)


def _under(rows: pd.DataFrame, condition: Condition) -> pd.DataFrame:
    hit = np.ones(len(rows), dtype=bool)
    for name in CONDITION:
        hit &= (rows[name] == getattr(condition, name)).to_numpy()
    return rows[hit]


def _models(asked: _Asked, settings: AnalysisSettings, nudges: bool) -> dict[str, Ranking | None]:
    found: dict[str, Ranking | None] = {}
    for model in sorted(asked.labs):
        rows = asked.tallies[(asked.tallies["model"] == model).to_numpy()]
        solved = _solved(rows, settings, nudges)
        found[model] = Ranking([solved]) if solved else None
    return found


def _solved(rows: pd.DataFrame, settings: AnalysisSettings, nudges: bool) -> Solved | None:
    if rows.empty:
        return None
    data: Counts = counts(rows, nudges)
    try:
        return Solved(fit(data, settings, query=nudges), settings)
    except ValueError:
        return None


def _lab(
    asked: _Asked,
    members: Sequence[str],
    models: dict[str, Ranking | None],
    settings: AnalysisSettings,
    nudges: bool,
) -> Ranking | None:
    """The mean of the members' fits, on the families and pairs that all of them answered."""
    own = asked.tallies[asked.tallies["model"].isin(members).to_numpy()]
    shared = own.groupby(_PAIR, observed=True)["model"].transform("nunique") == len(members)
    whole = bool(shared.all())
    parts: list[Solved] = []
    for model in members:
        ranking = models[model]
        if ranking is None:
            return None
        if whole:
            parts.append(ranking.parts[0])
            continue
        rows = own[((own["model"] == model) & shared).to_numpy()]
        solved = _solved(rows, settings, nudges)
        if solved is None:
            return None
        parts.append(solved)
    return Ranking(parts)


def _subject(
    name: str,
    level: Literal["model", "lab"],
    asked: _Asked,
    members: Sequence[str],
    ranking: Ranking | None,
    reason: str,
) -> Subject:
    gone = asked.missing[asked.missing["model"].isin(members).to_numpy()]
    missing: dict[str, int] = {}
    for side in ("first_value", "second_value"):
        for value, count in zip(gone[side], gone["count"], strict=True):
            if isinstance(value, str):
                missing[value] = missing.get(value, 0) + int(count)
    return Subject(name, level, asked.condition, ranking, "" if ranking else reason, missing)
