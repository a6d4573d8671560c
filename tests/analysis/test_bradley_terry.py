"""Bradley–Terry against other libraries, brute force and planted truth."""

from collections.abc import Callable
from pathlib import Path

import choix
import evalica
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import optimize

from inspect_values.analysis.bradley_terry.bootstrap import draws, family_weights
from inspect_values.analysis.bradley_terry.counts import Counts, counts, tally
from inspect_values.analysis.bradley_terry.fit import Fit, fit
from inspect_values.analysis.bradley_terry.robust import leverages, robust
from inspect_values.analysis.choices import read_choices
from inspect_values.analysis.comparisons import comparisons
from inspect_values.analysis.models import ModelIdentity
from inspect_values.analysis.settings import AnalysisSettings

Make = Callable[..., pd.DataFrame]

STRENGTHS = {"a": 1.0, "b": 0.3, "c": -0.2, "d": -1.1}
PLAIN = AnalysisSettings(ridge=0, ties="half", weights="rows")
DAVIDSON = AnalysisSettings(ridge=0, ties="davidson", weights="rows")


class Labs:
    def lab_of(self, model: str) -> ModelIdentity:
        return ModelIdentity(model.split("/")[0], "", False)


def data_of(table: pd.DataFrame, nudges: bool = False) -> Counts:
    return counts(tally(comparisons(table).rows, "rows"), nudges)


def rows_of(table: pd.DataFrame) -> pd.DataFrame:
    """Rows with one indicator a value, for other libraries: seat and nudge from the first value."""
    rows = comparisons(table).rows
    values = sorted({*rows["first_value"], *rows["second_value"]})
    made = pd.DataFrame(
        {v: (rows["first_value"] == v).astype(float) - (rows["second_value"] == v) for v in values}
    )
    return made.assign(
        seat=rows["seat"].astype(float),
        query=rows["lean_of_query"].astype(float),
        outcome=rows["outcome"],
        family=rows["family"].astype(str),
    )


def glm(rows: pd.DataFrame, columns: list[str], **how: object) -> object:
    """A binomial GLM on decisive rows, the last value's strength fixed at zero."""
    decisive = rows[rows["outcome"] != 0]
    model = sm.GLM(decisive["outcome"] == 1, decisive[columns], family=sm.families.Binomial())
    return model.fit(**how)


def test_without_seats_it_is_what_choix_and_evalica_give(
    recorded: tuple[Path, pd.DataFrame],
) -> None:
    table = read_choices(recorded[0], Labs())
    found = fit(data_of(table), PLAIN, seat=False)
    assert found.design.seat is None
    place = {value: number for number, value in enumerate(found.values)}
    won = table["prioritised"]
    lost = table["first_value"].where(won.ne(table["first_value"]), table["second_value"])
    games = list(zip(won.map(place), lost.map(place), strict=True))
    other = choix.ilsr_pairwise(len(place), games, alpha=0)
    assert found.strengths == pytest.approx(other - other.mean(), abs=1e-4)
    scores = evalica.bradley_terry(
        list(won), list(lost), [evalica.Winner.X] * len(table), tolerance=1e-12, limit=10_000
    ).scores
    logs = np.log(scores.reindex(found.values).to_numpy())
    assert found.strengths == pytest.approx(logs - logs.mean(), abs=1e-4)


def test_ties_as_half_wins_are_what_choix_gives_on_half_wins(planted: Make) -> None:
    table = planted(STRENGTHS, families=12, nu=1.0)
    data = data_of(table)
    found = fit(data, PLAIN)
    matrix = np.zeros((4, 4))
    for design, (i, j) in enumerate(zip(data.first, data.second, strict=True)):
        half = data.tie[[design]].sum() / 2
        matrix[i, j] += data.win[[design]].sum() + half
        matrix[j, i] += data.loss[[design]].sum() + half
    other = choix.ilsr_pairwise_dense(matrix, alpha=0)
    assert found.strengths == pytest.approx(other - other.mean(), abs=1e-4)


@pytest.mark.parametrize("ties", ["drop", "davidson"])
def test_with_seat_and_nudge_decisive_rows_give_the_logistic_regression_of_statsmodels(
    planted: Make, ties: str
) -> None:
    table = planted(STRENGTHS, families=8, seat=0.4, nudge=0.7, nu=0.0, icc=0.2)
    found = fit(data_of(table, nudges=True), PLAIN.model_copy(update={"ties": ties}))
    rows = rows_of(table)
    other = glm(rows, ["a", "b", "c", "seat", "query"]).params
    strengths = np.array([other["a"], other["b"], other["c"], 0.0])
    assert found.strengths == pytest.approx(strengths - strengths.mean(), abs=1e-6)
    assert found.seat == pytest.approx(other["seat"], abs=1e-6)
    assert found.query == pytest.approx(other["query"], abs=1e-6)


def test_the_seat_effect_of_recorded_choices_is_that_of_statsmodels_and_clustered_on_the_pair(
    recorded: tuple[Path, pd.DataFrame],
) -> None:
    table = read_choices(recorded[0], Labs())
    found = fit(data_of(table), PLAIN)
    rows = rows_of(table)
    values = [c for c in rows.columns if c not in ("seat", "query", "outcome", "family")]
    groups = pd.factorize(rows["family"])[0]
    other = glm(rows, [*values[:-1], "seat"], cov_type="cluster", cov_kwds={"groups": groups})
    assert found.seat == pytest.approx(other.params["seat"], abs=1e-5)
    column = found.design.seat
    error = np.sqrt(robust(found).covariance[column, column])
    assert error == pytest.approx(other.bse["seat"], rel=0.25)
    assert robust(found).degrees[column] > 80


def test_davidson_is_at_the_maximum_of_an_independently_written_likelihood(planted: Make) -> None:
    table = planted(STRENGTHS, families=6, seat=0.4, nudge=0.7, nu=0.8)
    found = fit(data_of(table, nudges=True), DAVIDSON)
    rows = rows_of(table)
    x = rows[["a", "b", "c", "d", "seat", "query"]].to_numpy()
    outcome = rows["outcome"].to_numpy()

    def loss(parameters: np.ndarray) -> float:
        worth = np.exp(np.append(parameters[:3], -parameters[:3].sum()))
        i, j = (np.exp((sign * x[:, :4]).clip(0) @ np.log(worth)) for sign in (1, -1))
        i = i * np.exp(x[:, 4:] @ parameters[3:5])
        nu = np.exp(parameters[5])
        total = i + j + nu * np.sqrt(i * j)
        chance = np.where(outcome == 1, i, np.where(outcome == -1, j, nu * np.sqrt(i * j)))
        return -float(np.log(chance / total).sum())

    best = optimize.minimize(loss, np.zeros(6), method="BFGS", options={"gtol": 1e-6})
    mine = np.concatenate([found.strengths[:3], [found.seat, found.query, np.log(found.nu)]])
    assert mine == pytest.approx(best.x, abs=1e-4)
    assert loss(mine) <= best.fun + 1e-8


def test_davidson_finds_the_planted_parameters_again(planted: Make) -> None:
    table = planted(STRENGTHS, families=60, cells=4, seat=0.4, nudge=0.7, nu=0.8)
    found = fit(data_of(table, nudges=True), DAVIDSON)
    errors = np.sqrt(np.diag(robust(found).covariance))
    assert errors.max() < 0.04, "the table must be large enough to tell"
    wanted = np.array([*STRENGTHS.values(), 0.4, 0.7, np.log(0.8)])
    assert np.abs(found.parameters - wanted).max() < 3.5 * errors.max()


def test_one_step_of_the_jackknife_is_the_bias_reduced_sandwich_of_statsmodels(
    planted: Make,
) -> None:
    """Mancl & DeRouen (2001), which statsmodels has for generalised estimating equations."""
    table = planted(STRENGTHS, families=5, seat=0.4, nu=0.0, icc=0.3)
    found = fit(data_of(table), PLAIN)
    rows = rows_of(table)
    columns = ["a", "b", "c", "seat"]
    other = sm.GEE(
        (rows["outcome"] == 1).astype(float),
        rows[columns],
        groups=pd.factorize(rows["family"])[0],
        family=sm.families.Binomial(),
        cov_struct=sm.cov_struct.Independence(),
    ).fit(cov_type="bias_reduced", maxiter=200, ctol=1e-10)
    influence, _ = leverages(found)
    families = len(found.counts.families)
    mine = influence @ influence.T * families / (families - 1)
    contrast = np.zeros((4, found.model.size))
    contrast[:3, :3], contrast[:3, 3] = np.eye(3), -1.0  # against the last value
    contrast[3, found.design.seat] = 1.0
    scale = 1 / other.scale  # GEE estimates a dispersion and puts it into nothing but the naive one
    assert scale > 0
    assert contrast @ mine @ contrast.T == pytest.approx(other.cov_params(), rel=1e-3, abs=1e-5)


def test_the_jackknife_leaves_out_one_family_at_a_time(planted: Make) -> None:
    table = planted({"a": 0.5, "b": 0.0, "c": -0.5}, families=4, nu=0.0, icc=0.3)
    found = fit(data_of(table), PLAIN)
    moved: list[np.ndarray] = []
    for family in found.counts.families:
        rest = rows_of(table[table["family"] != family])
        other = glm(rest, ["a", "b"]).params
        strengths = np.array([other["a"], other["b"], 0.0])
        moved.append(found.strengths - (strengths - strengths.mean()))
    families = len(moved)
    wanted = np.array(moved).T @ np.array(moved) * (families - 1) / families
    assert robust(found).method == "jackknife"
    assert robust(found).covariance == pytest.approx(wanted, abs=1e-5)


def test_one_pair_of_equal_families_has_one_degree_of_freedom_less_than_families(
    planted: Make,
) -> None:
    table = planted({"a": 0.5, "b": 0.0}, families=14, cells=2, nu=0.0, icc=0.3)
    assert robust(fit(data_of(table), PLAIN)).degrees == pytest.approx([13, 13], abs=1e-6)


def test_a_draw_is_the_fit_to_reweighted_families(planted: Make) -> None:
    table = planted({"a": 0.5, "b": 0.0, "c": -0.5}, families=10, seat=0.3, nu=0.0, icc=0.3)
    found = fit(data_of(table), PLAIN)
    drawn = draws(found, 40, seed=3)
    assert drawn.shape == (found.model.size, 40)
    weights = np.concatenate(list(family_weights(len(found.counts.families), 40, 3)), axis=1)
    rows = rows_of(table)
    of = pd.Series(range(len(found.counts.families)), index=found.counts.families)
    for number in (0, 17, 39):
        own = weights[of[rows["family"]].to_numpy(), number]
        model = sm.GLM(
            rows["outcome"] == 1,
            rows[["a", "b", "seat"]],
            family=sm.families.Binomial(),
            freq_weights=own,
        )
        other = model.fit().params
        strengths = np.array([other["a"], other["b"], 0.0])
        assert drawn[:3, number] == pytest.approx(strengths - strengths.mean(), abs=2e-3)
        assert drawn[3, number] == pytest.approx(other["seat"], abs=2e-3)


def test_draws_scatter_like_the_jackknife_where_families_are_many(planted: Make) -> None:
    table = planted(STRENGTHS, families=40, icc=0.3)
    found: Fit = fit(data_of(table))
    scatter = draws(found, 1000, seed=0).std(axis=1)
    assert scatter == pytest.approx(np.sqrt(np.diag(robust(found).covariance)), rel=0.12)


def test_an_effect_that_goes_along_with_the_values_is_left_out(verdicts: Make) -> None:
    """One pair, always asked in the same seat: nothing tells the seat from the values."""
    rows = [
        {"first_value": "a", "second_value": "b", "prioritised": put, "seat": "first"}
        for put in ("a", "a", "b")
    ]
    found = fit(data_of(verdicts(rows, elicitation="choice")), DAVIDSON)
    assert found.seat is None
    assert found.strengths == pytest.approx([np.log(2) / 2, -np.log(2) / 2], abs=1e-6)
