"""Writers behind OpenAI's real SDK, on a loopback server that writes well and badly."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from inspect_ai import eval
from inspect_ai.log import EvalLog

from inspect_values.evaluation.generation.collecting import collect_bank
from inspect_values.evaluation.generation.logs import open_logs
from inspect_values.evaluation.generation.prompts import FILTER_NAMES
from inspect_values.evaluation.providers.writer import COMES_FIRST, FLAWS
from inspect_values.evaluation.tasks.generate_scenarios import generate_scenarios
from inspect_values.scenarios.bank import read_bank
from inspect_values.testing.faults import Fault, Request, at_first
from inspect_values.testing.knowledge import Knowledge
from inspect_values.testing.servers import Servers, lab_servers, model

N = 40
GOOD, BAD = model("openai", "writer-good"), model("openai-responses", "writer-bad")
JUDGE = model("openai", "judge-plain")


@pytest.fixture(scope="module")
def openai() -> Iterator[Servers]:
    with lab_servers(Knowledge(), "openai") as servers:
        yield servers


@pytest.fixture
def written(openai: Servers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> "type[Written]":
    for name, value in openai.environment().items():
        monkeypatch.setenv(name, value)
    openai.forget()
    Written.folder = tmp_path
    return Written


class Written:
    """A generation through the SDK, and the bank that is collected from it."""

    folder = Path()

    def __init__(self, *writers: str, n: int = N, judge: str = JUDGE) -> None:
        self.logs: list[EvalLog] = eval(
            generate_scenarios(pairs=PAIR, n=n),
            model=list(writers),
            model_roles={"filter": judge},
            log_dir=str(self.folder / "logs"),
            display="log",
            log_level="error",
            log_realtime=False,
            score_display=False,
            reasoning_summary="none",
        )
        assert all(log.status == "success" for log in self.logs), [x.error for x in self.logs]
        self.bank = self.folder / "bank.parquet"
        self.found = collect_bank(open_logs([self.folder / "logs"]), self.bank, {})
        self.scenarios = list(read_bank(self.bank))


PAIR = "honesty_vs_helpfulness"


def test_what_comes_out_is_only_what_passed(written: "type[Written]", openai: Servers) -> None:
    run = written(GOOD, BAD)
    fates = {reason for (reason, writer) in run.found.fates if writer == BAD}
    assert {"accepted", "refused", "truncated", "broken_structure", "repeat"} <= fates
    assert any(reason.startswith("rejected: ") for reason in fates)
    assert run.found.items == 2 * N == sum(run.found.fates.values())
    assert len(run.scenarios) == 3 * run.found.accepted
    neutral = [s for s in run.scenarios if s.nudge == "neutral"]
    assert len({s.query for s in neutral}) == len(neutral)
    for scenario in run.scenarios:
        text = f"{scenario.query} {scenario.option_first} {scenario.option_second}"
        assert not any(flaw.strip() in text for flaw in FLAWS.values() if flaw)
        assert COMES_FIRST.format("Honesty") in scenario.option_first
        assert COMES_FIRST.format("Helpfulness") in scenario.option_second
        for judged in json.loads(scenario.filters or "[]"):
            assert judged["judge"] == JUDGE
            assert {judged[name] for name in FILTER_NAMES} == {"yes"}
    assert openai.keys()[0] not in run.bank.read_bytes().decode("latin-1")


def test_what_a_writer_writes_is_the_same_through_the_sdk(written: "type[Written]") -> None:
    served = written(GOOD, n=10)
    texts = {s.query for s in served.scenarios}
    Written.folder = served.folder / "direct"
    direct = Written("simulated/writer-good", n=10)
    assert {s.query for s in direct.scenarios} == texts


@pytest.mark.parametrize(
    ("fault", "fate"),
    [
        (Fault.CUT, "truncated"),
        (Fault.CUT_EMPTY, "truncated"),
        (Fault.EMPTY, "no_response"),
        (Fault.FILTERED, "content_filter"),
        (Fault.PROMPT_BLOCKED, "content_filter"),
        (Fault.REFUSED, "refused"),
    ],
)
def test_each_fault_of_a_provider_is_an_outcome(
    written: "type[Written]", openai: Servers, fault: Fault, fate: str
) -> None:
    """Every third item meets the fault; the others come out."""

    def plan(request: Request) -> Fault | None:
        return fault if not request.judging and "message number 3 " in request.prompt else None

    openai.plan(plan)
    run = written(model("openai", "writer-perfect"), n=5)
    assert run.found.by_reason() == {fate: 1}
    assert run.found.accepted == 4


def test_what_passes_by_itself_is_tried_again(written: "type[Written]", openai: Servers) -> None:
    openai.plan(at_first(Fault.RATE_LIMIT_AFTER))
    run = written(model("openai", "writer-perfect"), n=2)
    assert run.found.accepted == 2


def test_filters_that_fail_accept_nothing_by_mistake(
    written: "type[Written]", openai: Servers
) -> None:
    """Where a filter's replies about one message are cut, the item is no scenario."""

    def plan(request: Request) -> Fault | None:
        return (
            Fault.CUT
            if request.judging and '"verdict"' in request.prompt and (int(request.key, 16) % 4 == 0)
            else None
        )

    openai.plan(plan)
    run = written(model("openai", "writer-perfect"), n=12)
    assert set(run.found.by_reason()) == {"filter_failed"}
    assert 0 < run.found.accepted < 12
