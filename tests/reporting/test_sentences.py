"""What labs explain and how far judges agree, in words."""

from typing import Any

from inspect_values.analysis.estimate import HEADLINE, Condition, Estimate
from inspect_values.reporting.sentences import judge_sentences, lab_sentences


def made(statistic: str, key: str = "all pairs", **more: Any) -> Estimate:
    fields: dict[str, Any] = {
        "subject": "all models",
        "level": "all",
        "statistic": statistic,
        "key": key,
        **HEADLINE._asdict(),
        "point": 0.5,
        "low": None,
        "high": None,
        "n": 10,
        "families": 10,
        "missing": 0,
        "method": "",
    }
    return Estimate(**fields | more)


def test_labs_are_told_with_what_chance_would_give() -> None:
    found = [
        made("lab_variance_share", low=0.2, high=0.8, method="x; labs at random would have 0.43"),
        made(
            "lab_permutation", point=0.0095, method="x; the smallest p that can be reached is .01"
        ),
        made("lab_classification", p_value=0.02, method="x; labs dealt out at random reach 0.15"),
    ]
    share, test, told = lab_sentences(found, HEADLINE)
    assert share == (
        "Labs explain 0.50 [0.20, 0.80] of the variance of signatures (labs at random: 0.43)."
    )
    assert "p 0.0095 (the smallest that so many models can reach: .01)" in test
    assert "50% of left-out models" in told
    assert "(chance: 0.15, p .020)" in told
    assert list(lab_sentences(found, Condition("choice"))) == []


def test_a_test_that_can_find_nothing_says_so() -> None:
    withheld = made("lab_permutation", point=None, withheld="no arrangement reaches .05")
    (said,) = lab_sentences([withheld], HEADLINE)
    assert said == "Whether labs explain signatures is withheld: no arrangement reaches .05."


def test_judges_are_told_by_pair() -> None:
    found = [
        made("judge_agreement", "honesty_vs_helpfulness:lean", low=0.4, high=0.6),
        made("judge_agreement", "honesty_vs_helpfulness:first"),
    ]
    (said,) = judge_sentences(found, HEADLINE)
    assert said.endswith(": honesty / helpfulness 0.50 [0.40, 0.60].")
    assert list(judge_sentences([], HEADLINE)) == []
