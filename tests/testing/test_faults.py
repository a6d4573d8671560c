"""Every fault at every lab and at the judge: what the table of verdicts holds afterwards."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspect_values.testing.faults import Fault, Request, some
from inspect_values.testing.matrix import PAIR, PASSING, Cell, run_matrix
from inspect_values.testing.page import page
from inspect_values.testing.servers import MODELS, SERVERS, knowledge, lab_servers
from inspect_values.verdict import Outcome

DOCUMENT = Path(__file__).parents[2] / "docs" / "faults.md"
ANSWERED = {Fault.SLOW, Fault.CUT, Fault.OTHER_VERSION}
"""Faults under which an answer is there all the same."""
ANY_ANSWER = ("openai", "openai-responses", "google", "xai", "xai-http")
"""Ways whose wire format has no form for another model's answer."""
OF_OPENAI = ("openai", "openai-responses", "xai-http")
"""Ways that mark a model's own words as a refusal, in place of blocking them."""


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Cell]]:
    with pytest.MonkeyPatch.context() as patch, lab_servers(knowledge([PAIR]), *SERVERS) as servers:
        for name, value in servers.environment().items():
            patch.setenv(name, value)
        yield run_matrix(servers, tmp_path_factory.mktemp("faults"))


def answered(cell: Cell) -> bool:
    """Whether a whole answer of the model asked was there to be judged."""
    if cell.passes:
        # xAI's 500 is a status that Inspect does not try again
        return (cell.way, cell.fault) != ("xai", Fault.SERVER_ERROR)
    marked = cell.fault is Fault.REFUSED and cell.way in OF_OPENAI
    unseen = cell.fault is Fault.FALLBACK and cell.way in ANY_ANSWER
    return cell.fault in ANSWERED or marked or unseen


def test_every_fault_was_met_at_every_lab_and_in_the_judge(cells: list[Cell]) -> None:
    met = {(cell.way, cell.judging, cell.fault, cell.passes) for cell in cells}
    assert len(met) == len(cells) == len(MODELS) * 2 * (len(Fault) + len(PASSING))


def test_nothing_is_scored_that_was_not_answered(cells: list[Cell]) -> None:
    for cell in cells:
        if cell.judging:
            continue
        scored = cell.outcome == Outcome.VERDICT.value
        assert scored == answered(cell), cell
        assert math.isnan(cell.lean) != scored, cell


def test_a_judge_that_fails_leaves_no_verdict(cells: list[Cell]) -> None:
    for cell in cells:
        if not cell.judging:
            continue
        assert cell.outcome in (Outcome.VERDICT.value, Outcome.GRADER_FAILED.value), cell
        if cell.fault in (Fault.FILTERED, Fault.EXPIRED_KEY, Fault.CUT, Fault.REFUSED):
            assert cell.outcome == Outcome.GRADER_FAILED.value, cell
        if cell.outcome == Outcome.GRADER_FAILED.value:
            assert math.isnan(cell.lean)
            assert cell.detail, cell


def test_every_missing_answer_says_why(cells: list[Cell]) -> None:
    for cell in cells:
        if cell.outcome != Outcome.VERDICT.value:
            assert cell.detail, cell
            assert "<Future at" not in cell.detail, cell
            assert "Request:" not in cell.detail, cell


def test_a_block_is_a_refusal_and_a_failure_is_none(cells: list[Cell]) -> None:
    for cell in cells:
        if cell.judging:
            continue
        if cell.outcome == Outcome.CONTENT_FILTER.value:
            assert cell.refused == 1, cell
        elif cell.outcome != Outcome.VERDICT.value:
            assert math.isnan(cell.refused), cell
        if cell.fault in (Fault.FILTERED, Fault.REFUSED, Fault.PROMPT_BLOCKED):
            assert cell.refused == 1, cell


def test_a_cut_answer_is_judged_and_noted(cells: list[Cell]) -> None:
    for cell in cells:
        if cell.fault is Fault.CUT and not cell.judging:
            assert cell.stop_reason == "max_tokens"
            assert "cut by length" in cell.detail


def test_what_cannot_pass_is_not_asked_again(cells: list[Cell]) -> None:
    for cell in cells:
        lasting = (Fault.EXPIRED_KEY, Fault.NO_MODEL, Fault.PROMPT_BLOCKED, Fault.TOO_LONG)
        if cell.fault in lasting and not cell.judging:
            assert cell.requests == 1, cell


def test_the_page_in_the_documentation_is_what_was_seen(cells: list[Cell]) -> None:
    assert DOCUMENT.read_text() == page(cells), "run `make faults`"


def test_a_share_of_requests_meets_faults_and_the_same_ones_each_time() -> None:
    plan = some(0.05, [Fault.RATE_LIMIT, Fault.EMPTY], seed=3)
    requests = [Request("openai", "m", f"prompt {n}") for n in range(4000)]
    met = [plan(request) for request in requests]
    assert met == [plan(request) for request in requests]
    assert 140 <= sum(fault is not None for fault in met) <= 260
    assert {fault for fault in met if fault} == {Fault.RATE_LIMIT, Fault.EMPTY}
    again = [plan(request.at(2, 1)) for request in requests]
    assert 140 <= sum(fault is not None for fault in again) <= 260, "repeats are drawn anew"
    assert sum(a is not None and b is not None for a, b in zip(met, again, strict=True)) <= 25
