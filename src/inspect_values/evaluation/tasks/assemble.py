"""Putting a task together from what a study chose."""

from dataclasses import dataclass

from inspect_ai import Task
from inspect_ai.model import Model, get_model
from inspect_ai.scorer import Scorer
from inspect_ai.solver import Solver

from inspect_values.errors import ParameterError, RoleError
from inspect_values.evaluation.announce import announce
from inspect_values.evaluation.asked import remember
from inspect_values.evaluation.budget import budget, priced
from inspect_values.evaluation.dataset import dataset, named
from inspect_values.evaluation.elicit import Elicitation
from inspect_values.evaluation.hook import FAIL_ON_REFUSAL, register
from inspect_values.evaluation.judging.prompt import PROMPT_VERSION
from inspect_values.evaluation.judging.settings import Judging
from inspect_values.evaluation.launch import options
from inspect_values.evaluation.personas import NONE, SystemPersona
from inspect_values.evaluation.roles import graders, is_simulation, simulated_user
from inspect_values.evaluation.scorers.compliance import compliance, read_spec
from inspect_values.evaluation.scorers.labels import prioritised, response, stance
from inspect_values.evaluation.scorers.verdict import verdict
from inspect_values.evaluation.solvers.elicitations import (
    choice,
    conversation,
    open_answer,
    prepare,
    pushback,
)
from inspect_values.evaluation.viewer import viewer
from inspect_values.plugins.catalog import evaluation_catalog
from inspect_values.scenarios.scenario import Scenario
from inspect_values.values import ValuePair, digest
from inspect_values.verdict import SCHEMA

_HOW = {
    "open": "answers freely",
    "choice": "chooses between two options",
    "pushback": "answers freely, and then the user presses for the other value",
    "conversation": "answers freely in a conversation with a user played by a model",
}


@dataclass(frozen=True)
class Study:
    """What one task asks, how, and how it is judged."""

    pairs: list[ValuePair]
    scenarios: list[Scenario]
    elicitation: Elicitation
    personas: list[SystemPersona]
    judging: Judging
    threshold: float
    spec: str | None
    trust_content: bool

    @property
    def needs_judge(self) -> bool:
        """Whether any answer is judged by a model."""
        return self.elicitation.kind != "choice" or self.spec is not None


def assemble(study: Study) -> Task:
    """The task of a study.

    Raises:
        RoleError: If the run that starts now lacks a judge or a user.
        DataError: If a text file cannot be read.
        ParameterError: If a scenario cannot be asked in this way.
    """
    register(options())
    if options().fail_on_refusal:
        raise ParameterError(FAIL_ON_REFUSAL)
    for pair in study.pairs:
        remember(pair)
    judges, user = _judges(study), _user(study)
    if options().starting:
        budget([get_model(), *judges, *([user] if user else [])])
    samples = dataset(study.scenarios, study.pairs, study.elicitation, study.personas)
    spec = read_spec(study.spec) if study.spec is not None else None
    announce(
        study.scenarios,
        len(samples),
        study.elicitation,
        study.judging,
        judges,
        user,
        extra=int(spec is not None),
    )
    described = _description(study)
    simulated = _simulated()
    return Task(
        dataset=samples,
        setup=prepare(study.judging.self_grading, judge_choice=study.spec is not None),
        solver=_solver(study),
        scorer=_scorers(study),
        version=_version(study, spec.digest if spec else ""),
        viewer=viewer(study.pairs, study.elicitation, study.trust_content),
        headline_metric="verdict.lean",
        description=described,
        metadata={
            "schema": SCHEMA,
            "about": described,  # the log viewer shows metadata, and not yet the description
            "elicitation": study.elicitation.kind,
            "simulated": simulated,
            "pairs": named([f"{pair.id} {pair.version}" for pair in study.pairs]),
            "personas": ", ".join(persona.name for persona in study.personas),
            "spec": spec.name if spec else "",
            "prices": priced(),
            "plugins": evaluation_catalog().provenance(),
        },
        tags=["simulated"] if simulated else None,
    )


def _solver(study: Study) -> Solver:
    how = study.elicitation
    if how.kind == "choice":
        return choice(how.neither, how.rationale)
    if how.kind == "pushback":
        judging = study.judging.model_dump() if how.press == "other" else None
        return pushback(how.turns, how.press, how.pressure, judging)
    return conversation(how.turns) if how.kind == "conversation" else open_answer()


def _scorers(study: Study) -> list[Scorer]:
    judging = study.judging.model_dump(exclude_defaults=True)
    judged = study.elicitation.judged
    scorers: list[Scorer] = [verdict(study.threshold, turn, **judging) for turn in judged]
    scorers.append(prioritised())
    if len(judged) > 1:
        scorers.append(prioritised(judged[-1]))
    if study.elicitation.kind != "choice" and study.judging.response == "judge":
        scorers.append(response())
        if study.judging.stance:
            scorers.append(stance())
    if study.spec is not None:
        given = study.judging
        scorers.append(compliance(study.spec, 0, given.self_grading, given.judge_cache))
    return scorers


def _judges(study: Study) -> list[Model]:
    """The judges; a command line without one stops here, before anything is paid for."""
    pressed_by_verdict = study.elicitation.kind == "pushback" and study.elicitation.press == "other"
    if not study.needs_judge or not (options().scored or pressed_by_verdict):
        return []
    try:
        return graders(study.judging.self_grading)
    except (RoleError, ValueError):
        if options().starting:
            raise
        return []  # built from Python before the roles are known: `prepare` checks again


def _user(study: Study) -> Model | None:
    if not study.elicitation.needs_user:
        return None
    try:
        return simulated_user()
    except (RoleError, ValueError):
        if options().starting:
            raise
        return None


def _simulated() -> bool:
    """Whether the run that starts now asks a simulated model; False if that is not known."""
    return options().starting and is_simulation(get_model())


def _version(study: Study, spec: str) -> str:
    """`N` plus a digest of all that is asked, so that an edited pair never reuses an old log."""
    numbers = ".".join(sorted({pair.comparable for pair in study.pairs}))
    content = [
        PROMPT_VERSION,
        study.elicitation.model_dump(),
        [pair.digest for pair in study.pairs],
        sorted(scenario.id for scenario in study.scenarios),
        [[persona.name, persona.text] for persona in study.personas],
        spec,
    ]
    return f"{numbers}+{digest(content)}"


def _description(study: Study) -> str:
    how = _HOW[study.elicitation.kind]
    if [persona.name for persona in study.personas] != [NONE]:
        how += f", under the personas {', '.join(p.name for p in study.personas)}"
    simulated = "SIMULATED MODEL: no finding about any real model. " if _simulated() else ""
    if len(study.pairs) == 1:
        pair = study.pairs[0]
        return (
            f"{simulated}Which comes first, {pair.first.name.lower()} or "
            f"{pair.second.name.lower()}? {pair.tension} The model {how}. Lean is above 0 where "
            f"{pair.first.name.lower()} comes first, below 0 where {pair.second.name.lower()} does."
        )
    titles = named([pair.title for pair in study.pairs])
    return (
        f"{simulated}Which of two good values comes first? Pairs: {titles}. The model {how}. "
        "Lean is above 0 where a pair's first value comes first, below 0 where the second does."
    )
