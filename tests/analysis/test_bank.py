"""Means for exactly this bank: the interval carries repetition only, and covers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from inspect_values.analysis.bank import OTHERS, SUMS, arm_sums, bank_difference
from inspect_values.analysis.compare import Compared, Comparison, Kind, compare
from inspect_values.analysis.estimate import HEADLINE, Estimate
from inspect_values.analysis.estimators.lab_lean import LAB_LEAN
from inspect_values.analysis.estimators.lab_permutation import LAB_PERMUTATION
from inspect_values.analysis.estimators.lean import LEAN
from inspect_values.analysis.estimators.prioritisation_rate import PRIORITISATION_RATE
from inspect_values.analysis.estimators.refusal_rate import REFUSAL_RATE
from inspect_values.analysis.estimators.strength import STRENGTH
from inspect_values.analysis.frames import paired_frame
from inspect_values.analysis.intervals import CONSTANT
from inspect_values.analysis.samples import Sample
from inspect_values.analysis.settings import AnalysisSettings, Target
from inspect_values.analysis.signature import signature
from inspect_values.analysis.tally import Tally
from inspect_values.errors import ParameterError
from inspect_values.reporting.compare import comparison_lines, comparison_sentences

Make = Callable[..., pd.DataFrame]
BANK = AnalysisSettings(target="bank", resamples=100)


def answers(
    verdicts: Make,
    truth: np.ndarray,
    models: int,
    epochs: int,
    seed: int = 0,
    noise: float = 1.0,
) -> pd.DataFrame:
    """Verdicts on families × cells with planted differences of positions, the same for all."""
    rng = np.random.default_rng(seed)
    families, cells = truth.shape
    shape = (models, families, cells, epochs)
    first = np.clip(np.rint(3 + truth[None, :, :, None] + noise * rng.normal(size=shape)), 0, 6)
    rows: list[dict[str, Any]] = []
    for model, family, cell, epoch in np.ndindex(shape):
        position = float(first[model, family, cell, epoch])
        put = "a" if position >= 5 else "b" if position <= 1 else "neither"
        rows.append(
            {
                "model": f"m-{model}",
                "lab": f"lab {model // 2}",
                "first_value": "a",
                "second_value": "b",
                "family": f"f{family}",
                "cell": f"f{family}-{cell}",
                "epoch": epoch + 1,
                "prioritised": put,
                "refused": float(position == 0),
            }
        )
    table = verdicts(rows)
    return table.assign(lean=((first.ravel() - 3) / 6))


def lean_of(table: pd.DataFrame, level: str = "model") -> list[Estimate]:
    return [one for one in signature(table, [LEAN], BANK) if one.level == level]


def expected(truth: np.ndarray, noise: float = 1.0) -> np.ndarray:
    """The mean lean at each cell, by its own large sample."""
    rng = np.random.default_rng(1)
    drawn = 3 + truth[..., None] + noise * rng.normal(size=(*truth.shape, 100_000))
    return ((np.clip(np.rint(drawn), 0, 6) - 3) / 6).mean(axis=-1)


@pytest.mark.parametrize("epochs", [2, 3, 8])
@pytest.mark.parametrize("middle", [0.0, 2.6])
def test_intervals_cover_the_mean_of_exactly_these_queries(
    verdicts: Make, epochs: int, middle: float
) -> None:
    rng = np.random.default_rng(5)
    truth = middle + rng.normal(scale=1.5, size=(6, 2))
    models = 200
    aim = float(expected(truth).mean())
    found = lean_of(answers(verdicts, truth, models, epochs))
    assert len(found) == models
    inside = [one.low <= aim <= one.high for one in found]  # type: ignore[operator]
    assert np.mean(inside) >= 0.90, np.mean(inside)  # 200 studies: standard error .015
    labs = lean_of(answers(verdicts, truth, models, epochs), "lab")
    assert np.mean([one.low <= aim <= one.high for one in labs]) >= 0.88  # type: ignore[operator]


def test_the_interval_is_that_of_repetition_not_of_situations(verdicts: Make) -> None:
    truth = np.linspace(-2.5, 2.5, 12).reshape(12, 1)
    table = answers(verdicts, truth, 2, 6, noise=0.4)
    bank = lean_of(table)[0]
    like = signature(table, [LEAN])[0]
    assert bank.point == pytest.approx(like.point)
    assert bank.high - bank.low < 0.4 * (like.high - like.low)  # type: ignore[operator]
    # the variance by hand: one cell a family, so the mean of twelve means of six answers
    rows = table[table["model"] == "m-0"].groupby("family")["lean"]
    by_hand = 1.96 * np.sqrt((rows.var(ddof=1) / 6).sum()) / 12
    assert (bank.high - bank.low) / 2 == pytest.approx(by_hand, rel=0.15)  # type: ignore[operator]
    assert bank.families == 12
    assert "exactly this bank" in bank.estimand
    assert "situations like these" in like.estimand


def test_without_repeats_there_is_no_interval(verdicts: Make) -> None:
    table = answers(verdicts, np.zeros((8, 2)), 2, 1)
    for one in lean_of(table):
        assert one.point is not None
        assert one.low is None
        assert "answered once" in one.withheld


def test_answers_that_never_change_are_bounded_by_their_number(verdicts: Make) -> None:
    table = answers(verdicts, np.full((10, 2), 1.0), 2, 3, noise=0.0)
    one = lean_of(table)[0]
    assert one.point == pytest.approx(1 / 6)
    assert one.low is not None and one.high is not None
    assert one.low < 1 / 6 < one.high
    assert one.high - one.low < 0.6


def test_rates_are_for_the_bank_too_and_add_up(verdicts: Make) -> None:
    table = answers(verdicts, np.linspace(-2, 2, 16).reshape(8, 2), 2, 4)
    found = signature(table, [PRIORITISATION_RATE, REFUSAL_RATE], BANK)
    rates = [one for one in found if one.subject == "m-0" and one.statistic != "refusal_rate"]
    assert sum(one.point or 0 for one in rates) == pytest.approx(1)
    assert all(one.target == "bank" and one.low is not None for one in found)
    assert {one.key.split(":")[1] for one in rates} == {"a", "b", "both", "neither"}


def test_what_speaks_of_other_situations_has_no_number(verdicts: Make) -> None:
    table = answers(verdicts, np.zeros((8, 2)), 4, 2)
    found = signature(table, [LAB_LEAN, STRENGTH], BANK)
    for one in found:
        assert one.target == "bank"
        assert one.low is None
        assert one.withheld
        assert (one.point is None) == (one.statistic in OTHERS)


def test_tests_that_permute_models_stay(verdicts: Make) -> None:
    table = answers(verdicts, np.linspace(-2, 2, 16).reshape(8, 2), 8, 2)
    like, bank = (signature(table, [LAB_PERMUTATION], s) for s in (AnalysisSettings(), BANK))
    assert [one.p_value for one in bank] == [one.p_value for one in like]
    assert bank[0].p_value is not None
    assert bank[0].target == "bank"


def test_a_missing_answer_changes_the_weights_of_its_cell_only(verdicts: Make) -> None:
    table = answers(verdicts, np.linspace(-2, 2, 16).reshape(8, 2), 1, 3)
    table.loc[0, "lean"] = np.nan
    one = lean_of(table)[0]
    cells = table.groupby(["family", "cell"])["lean"].mean()
    assert one.point == pytest.approx(cells.groupby("family").mean().mean())
    assert one.missing == 1
    assert one.low is not None


def two(table: pd.DataFrame, kind: Kind = "models", target: Target = "bank") -> Comparison:
    """The first half of the models against the other half, which for one model are the models."""
    names = sorted(table["model"].unique())
    half = len(names) // 2
    parts = [table[table["model"].isin(some)] for some in (names[:half], names[half:])]
    return compare(parts[0], parts[1], ("A", "B"), kind, target)


def lean_row(found: Comparison, key: str = "a_vs_b") -> Compared:
    return next(row for row in found.rows if (row.statistic, row.key) == ("lean", key))


@pytest.mark.parametrize("epochs", [2, 4])
@pytest.mark.parametrize("shift", [0.0, 1.5])
def test_differences_cover_that_of_exactly_these_queries(
    verdicts: Make, epochs: int, shift: float
) -> None:
    rng = np.random.default_rng(6)
    truth = rng.normal(scale=1.5, size=(6, 2))
    studies = 150
    one, other = (
        answers(verdicts, truth + move, studies, epochs, seed)
        for seed, move in enumerate((0.0, shift))
    )
    aim = float((expected(truth) - expected(truth + shift)).mean())
    numbers = Tally(pd.concat([one.assign(side="A"), other.assign(side="B")], ignore_index=True))
    arms = [numbers.has("side", side) for side in ("A", "B")]
    by = ("model", "pair")
    frame = paired_frame(numbers, numbers.number("lean"), arms[0], arms[1], by)
    sums = arm_sums(numbers, numbers.number("lean"), arms, by)
    whole = frame.merge(sums, on=[*by, "family"])
    inside: list[bool] = []
    rejected: list[bool] = []
    for _, rows in whole.groupby("model", observed=True):
        values = rows[["value", "other", *SUMS]].to_numpy(dtype="float64")
        sample = Sample("A - B", "all", "a_vs_b", HEADLINE, values, 0, 0, True)
        found = bank_difference(sample, -1.0, 1.0)
        assert found.low is not None and found.high is not None and found.p is not None
        inside.append(found.low <= aim <= found.high)
        rejected.append(found.p < 0.05)
        assert (found.p < 0.05) == (not found.low <= 0 <= found.high)
    assert len(inside) == studies
    assert np.mean(inside) >= 0.90, np.mean(inside)  # 150 studies: standard error .018
    assert np.mean(rejected) >= 0.7 if shift else np.mean(rejected) <= 0.1


def test_a_difference_for_the_bank_is_that_of_repetition(verdicts: Make) -> None:
    truth = np.linspace(-2.5, 2.5, 12).reshape(12, 1)
    table = answers(verdicts, truth, 2, 6, noise=0.4)
    # situations on which only one model differs: much spread over situations, none over repeats
    table.loc[(table["model"] == "m-1") & (table["family"] < "f2"), "lean"] -= 0.5
    bank, like = (lean_row(two(table, target=target)) for target in ("bank", "situations"))
    assert bank.difference == pytest.approx(like.difference)
    widths = [one.high - one.low for one in (bank, like)]  # type: ignore[operator]
    assert widths[0] < 0.5 * widths[1]
    by_hand = 0.0
    for _, rows in table.groupby("model"):
        by_hand += float((rows.groupby("family")["lean"].var(ddof=1) / 6).sum()) / 12**2
    assert widths[0] / 2 == pytest.approx(1.96 * np.sqrt(by_hand), rel=0.15)
    assert "exactly this bank" in bank.method


def test_several_models_a_run_are_surer_than_one(verdicts: Make) -> None:
    truth = np.linspace(-2, 2, 16).reshape(8, 2)
    table = answers(verdicts, truth, 8, 3)
    four = table.assign(model=table["model"].map(lambda name: f"m-{int(name[2:]) % 4}"))
    early = table["model"].isin([f"m-{k}" for k in range(4)])
    many = lean_row(compare(four[early], four[~early], ("A", "B"), "runs", "bank"))
    one = lean_row(two(table[table["model"].isin(["m-0", "m-7"])]))
    widths = [row.high - row.low for row in (many, one)]  # type: ignore[operator]
    assert widths[0] / widths[1] == pytest.approx(0.5, rel=0.25)


def test_a_difference_needs_repeats_and_answers_of_two(verdicts: Make) -> None:
    table = answers(verdicts, np.zeros((8, 2)), 2, 1)
    row = lean_row(two(table))
    assert row.difference is not None
    assert (row.low, row.p_value) == (None, None)
    assert "answered once" in row.withheld
    with pytest.raises(ParameterError, match="the very same answers"):
        two(table, "judges")


def test_a_comparison_for_the_bank_says_so(verdicts: Make) -> None:
    table = answers(verdicts, np.linspace(-2, 2, 16).reshape(8, 2), 2, 3)
    found = two(table)
    console = Console(record=True, width=80)
    for part in comparison_lines(found, table):
        console.print(part)
    text = console.export_text()
    assert "95 % over repeats" in text and "exactly this bank" in text
    assert "situations like these" not in text
    said = comparison_sentences(found, table)
    assert said and all(one.startswith("For exactly this bank: ") for one in said)
    assert not any(
        "bank" in one for one in comparison_sentences(two(table, target="situations"), table)
    )


@pytest.mark.parametrize(
    ("leans", "withheld"), [((0.5, 0.5), True), ((0.5, 1.0), True), ((1.0, 1.0), False)]
)
def test_two_leans_that_never_vary_have_a_difference_as_they_have_an_interval(
    verdicts: Make, leans: tuple[float, float], withheld: bool
) -> None:
    table = answers(verdicts, np.zeros((8, 1)), 2, 1)
    table["lean"] = np.where(table["model"].eq("m-0"), *leans)
    row = lean_row(two(table, target="situations"))
    assert row.difference == pytest.approx(leans[0] - leans[1])
    assert (row.low is None) == withheld
    assert row.withheld == (CONSTANT if withheld else "")
    own = [one.low is None for one in signature(table, [LEAN]) if one.level == "model"]
    assert any(own) == withheld
