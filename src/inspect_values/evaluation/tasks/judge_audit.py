"""The task `judge_audit`: a judge is the model under test, and old answers are its questions."""

from typing import Any

from inspect_ai import Task, task
from inspect_ai.model import GenerateConfig, ResponseSchema, get_model
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import json_schema

from inspect_values.errors import ParameterError, one_of
from inspect_values.evaluation.asked import pair_of, remember
from inspect_values.evaluation.audit import VARIATIONS, audit_dataset
from inspect_values.evaluation.budget import budget, priced
from inspect_values.evaluation.hook import register
from inspect_values.evaluation.judging.judge import judged_by
from inspect_values.evaluation.judging.prompt import PROMPT_VERSION
from inspect_values.evaluation.judging.reply import positions_reply
from inspect_values.evaluation.launch import launch_folder, options, say, sentences
from inspect_values.evaluation.parameters import (
    Names,
    names,
    refuse_unknown,
    resolve_pairs,
    whole_number,
)
from inspect_values.evaluation.scorers.card import card
from inspect_values.plugins.catalog import evaluation_catalog
from inspect_values.record import Record
from inspect_values.values import digest
from inspect_values.verdict import DEFAULT_THRESHOLD, SCHEMA, Outcome


@task
def judge_audit(
    logs: Names | None = None,
    variations: Names = "all",
    repeats: int = 3,
    answers: int = 60,
    seed: int = 0,
    temperature: float | None = 0.0,
    threshold: float = DEFAULT_THRESHOLD,
    pairs: Names | None = None,
    trust_content: bool = True,
    **unknown: Any,
) -> Task:
    """Put answers of earlier runs to a judge again, under variations that should not matter.

    The judge is the model: `inspect eval inspect_values/judge_audit --model openai/JUDGE -T
    logs=logs/study`. Several judges (`--model a,b`) judge the same answers, which shows whether one
    is partial to its own lab. `inspect-values audit LOGS…` reads the result.

    Args:
        logs: Logs or folders of logs with open answers, from where the command was typed.
        variations: `repeat`, `wording`, `ladders`, `length`, or `all`.
        repeats: How often the same prompt is put in all.
        answers: How many answers are drawn in all, evenly over the logs.
        seed: Decides which.
        temperature: The judge's temperature; null leaves it to the provider.
        threshold: The difference of positions at which a value counts as prioritised.
        pairs: A folder of pair files, where the logs' pairs are not installed.
        trust_content: Whether the log viewer may render Markdown; false shows plain text.
        unknown: Refused, with the nearest match.

    Raises:
        PrerequisiteError: If a parameter cannot be used, or the logs hold no answers.
    """
    with sentences():
        costs = priced()
        refuse_unknown(unknown, list(judge_audit.__annotations__))
        if logs is None:
            raise ParameterError("judge_audit needs logs: add -T logs=FOLDER.")
        for pair, _ in resolve_pairs(evaluation_catalog(), pairs) if pairs else []:
            remember(pair)
        wanted = list(VARIATIONS) if variations == "all" else names(variations, "variations")
        for name in wanted:
            one_of("variation", name, [*VARIATIONS, "all"])
        dataset = audit_dataset(
            [_path(path) for path in names(logs, "logs")],
            wanted,
            whole_number(repeats, "repeats", 1),
            whole_number(answers, "answers", 1),
            whole_number(seed, "seed", 0),
        )
        register(options())
        if options().starting:
            budget([get_model()])
        if options().starting and options().announce:
            said = len({sample.metadata["answer"] for sample in dataset if sample.metadata})
            say(f"inspect-values: {said} answers, {len(dataset)} calls to {get_model()}.")
    content = [PROMPT_VERSION, sorted(str(sample.id) for sample in dataset)]
    return Task(
        dataset=dataset,
        solver=judge_again(),
        scorer=audited(threshold),
        config=GenerateConfig(temperature=temperature),
        version=f"1+{digest(content)}",
        metadata={
            "schema": SCHEMA,
            "about": "Answers of earlier runs, judged again under variations that should not "
            "matter. The model of this log is the judge.",
            "elicitation": "audit",
            "prices": costs,
            "plugins": evaluation_catalog().provenance(),
        },
        tags=["audit"],
    )


def _path(path: str) -> str:
    return path if "://" in path else str(launch_folder() / path)


@solver
def judge_again() -> Solver:
    """Put the rendered prompt to the judge, as the scorer of a run would; never from a cache."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        reply = positions_reply(pair_of(state.metadata))
        schema = ResponseSchema(name=reply.__name__, json_schema=json_schema(reply))
        return await generate(state, cache=False, response_schema=schema)

    return solve


@scorer(name="audited", metrics={"lean": [mean()], "confidence": [mean()]})
def audited(threshold: float = DEFAULT_THRESHOLD) -> Scorer:
    """The judge's verdict on an answer, read as in a run."""

    async def score(state: TaskState, target: Target) -> Score:
        pair = pair_of(state.metadata)
        said = judged_by(str(get_model()), state.output, state.metadata["nonce"], pair)
        verdict = said.member.verdict()
        wording = int(state.metadata["wording"])
        record = Record(
            judge=said.member.judge,
            judge_returned=said.member.returned,
            outcome=verdict.outcome,
            response_outcome=Outcome.NOT_SCORED,  # only where an answer stands is judged again
            rubric="fixed" if wording == 1 else f"fixed-{wording}",
            ladders=state.metadata["ladders"],
            words=state.metadata["words"],
            detail=said.member.problem,
            threshold=threshold,
        )
        return Score(
            value=dict(verdict.score_value()),
            explanation=card(pair, verdict, record, [said]),
            reason=None if said.member.placed else "grader_failed",
            metadata=record.metadata(),
        )

    return score
