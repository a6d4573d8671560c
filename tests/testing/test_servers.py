"""Simulated personas behind the labs' real SDKs: the same answers, and the planted order."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from inspect_ai import Task, eval, task_with
from inspect_ai.log import EvalLog
from inspect_ai.model import BatchConfig, get_model

from inspect_values.analysis.table import verdict_table
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.testing.faults import Fault, at_first
from inspect_values.testing.matrix import Labs
from inspect_values.testing.servers import MODELS, Servers, knowledge, lab_servers, model

PAIR = "fairness_vs_efficiency"


@pytest.fixture
def evaluate(tmp_path: Path) -> Callable[..., list[EvalLog]]:
    def run(tasks: list[Task], **args: Any) -> list[EvalLog]:
        return eval(
            tasks,
            max_tasks=len(tasks),
            log_dir=str(tmp_path),
            display="log",
            log_level="error",
            log_realtime=False,
            score_display=False,
            **args,
        )

    return run


def asked(count: int = 4, **more: Any) -> Task:
    return tradeoffs(PAIR, scenarios=count, **more)


def said(log: EvalLog) -> dict[str, list[str]]:
    """Everything that the model said, by sample."""
    assert log.status == "success", log.error
    assert log.samples
    return {
        f"{sample.id} {sample.metadata['elicitation']}": [
            message.text for message in sample.messages if message.role == "assistant"
        ]
        for sample in log.samples
    }


WAYS_TO_ASK: list[dict[str, Any]] = [
    {},
    {"elicitation": "choice"},
    {"elicitation": "choice", "neither": True, "rationale": True},
    {"elicitation": "pushback", "turns": 2, "press": "second"},
    {"persona": "none,prefers_second"},
    {"nudges": "all", "count": 6},
]


def test_a_persona_says_the_same_through_a_lab_as_by_itself(
    labs: Servers, evaluate: Callable[..., list[EvalLog]]
) -> None:
    grader = {"grader": "simulated/judge-plain"}

    def tasks(name: str) -> list[Task]:
        return [task_with(asked(**how), model=name, model_roles=grader) for how in WAYS_TO_ASK]

    logs = evaluate([*tasks("simulated/birch-2"), *tasks(model("openai", "birch-2"))])
    half = len(WAYS_TO_ASK)
    for direct, served in zip(logs[:half], logs[half:], strict=True):
        assert said(direct) == said(served)
        assert all(
            text.startswith("[simulated model]")
            for texts in said(served).values()
            for text in texts
        )


def test_a_study_through_every_sdk_gives_the_planted_order(
    labs: Servers, evaluate: Callable[..., list[EvalLog]]
) -> None:
    # strength of fairness over efficiency: aster 0.7, cedar 0.0, birch -0.9, dahlia -1.2
    of_lab = {"anthropic": "aster-2", "openai": "birch-2", "google": "cedar-2", "xai": "dahlia-2"}
    # each lab is judged by the next one
    judges = dict(zip(of_lab, [*list(of_lab)[1:], "anthropic"], strict=True))
    tasks = [
        task_with(
            asked(24),
            model=model(lab, persona),
            model_roles={"grader": model(judges[lab], "judge-plain")},
        )
        for lab, persona in of_lab.items()
    ]
    logs = evaluate(tasks)
    table = verdict_table([log.location for log in logs], Labs())
    assert len(table) == 4 * 24
    assert table["outcome"].eq("verdict").all()
    leans = table.groupby("lab")["lean"].mean().sort_values(ascending=False)
    assert [name.split()[-1] for name in leans.index] == ["Aster", "Cedar", "Birch", "Dahlia"]
    assert table["simulated"].all(), "nobody may take it for a finding about a real model"
    answers = [sum(s.desk.answers(judging=False).values()) for s in labs.labs.values()]
    assert answers == [24, 24, 24, 24], "each query is asked once"


@pytest.mark.parametrize("way", ["anthropic", "openai", "openai-responses"])
def test_batches_bring_the_same_answers(
    way: str, labs: Servers, evaluate: Callable[..., list[EvalLog]]
) -> None:
    grader = {"grader": "simulated/judge-plain"}
    batch = BatchConfig(size=3, tick=0.05, send_delay=0.05)
    server = labs.labs[way.split("-")[0]]
    before = server.batched
    batched = evaluate(
        [task_with(asked(), model=model(way, "cedar-1"), model_roles=grader)], batch=batch
    )
    assert server.batched - before == len(server.desk.served) == 4, "each query came in a batch"
    direct = evaluate([task_with(asked(), model="simulated/cedar-1", model_roles=grader)])
    assert said(batched[0]) == said(direct[0])


def in_batches(way: str) -> dict[str, Any]:
    """Two queries in a batch, as arguments of `evaluate`."""
    judge = {"grader": "simulated/judge-plain"}
    asking = task_with(asked(2), model=model(way, "cedar-1"), model_roles=judge)
    batch = BatchConfig(size=2, tick=0.05, send_delay=0.05)
    return {"tasks": [asking], "batch": batch, "max_retries": 1, "fail_on_error": False}


def test_faults_in_a_batch_are_asked_again(
    labs: Servers, evaluate: Callable[..., list[EvalLog]]
) -> None:
    labs.plan(at_first(Fault.OVERLOADED), "anthropic")
    (log,) = evaluate(**in_batches("anthropic"))
    assert len(said(log)) == 2
    desk = labs.labs["anthropic"].desk
    assert desk.met()[Fault.OVERLOADED] == 2
    assert len(desk.served) == 4, "once more each, and no more"


def test_a_failed_request_of_an_openai_batch_fails_the_batch_as_the_documentation_says(
    labs: Servers, evaluate: Callable[..., list[EvalLog]]
) -> None:
    # Inspect takes the error for a damaged answer; when it no longer does, docs/running.md is wrong
    labs.plan(lambda request: Fault.PROMPT_BLOCKED if request.number == 1 else None, "openai")
    (log,) = evaluate(**in_batches("openai"))
    table = verdict_table([log.location], Labs())
    assert table["outcome"].tolist() == ["sample_error"] * 2
    assert table["lean"].isna().all()
    assert sum(labs.labs["openai"].desk.answers().values()) == 1, "paid for, and lost"


def test_another_key_is_refused_in_each_labs_own_form(
    labs: Servers, evaluate: Callable[..., list[EvalLog]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in labs.environment():
        if name.endswith("_KEY"):
            monkeypatch.setenv(name, "sk-not-this-one")
    logs = evaluate(
        [
            task_with(
                asked(1),
                model=get_model(model(lab, "aster-1"), memoize=False),
                model_roles={"grader": "simulated/judge-plain"},
            )
            for lab in ("anthropic", "openai", "google", "xai")
        ]
    )
    for log in logs:
        assert log.status == "error"
        assert log.error
        assert "key" in log.error.message.lower()
        assert "sk-not-this-one" not in log.error.message


def test_a_query_of_nobodys_is_answered_and_says_so(labs: Servers) -> None:
    name = model("openai", "aster-1")

    async def ask() -> str:
        return (await get_model(name, memoize=False).generate("What is two and two?")).completion

    assert "nothing" in anyio.run(ask)


def test_unknown_labs_and_ways_are_refused() -> None:
    with pytest.raises(Exception, match="the nearest is 'anthropic'"):
        model("antropic", "aster-1")
    started = lab_servers(knowledge([PAIR]), "gogle")
    with pytest.raises(Exception, match="lab 'gogle' is not known"):
        started.__enter__()
    assert set(MODELS) >= {"anthropic", "openai", "openai-responses", "google", "xai", "xai-http"}
