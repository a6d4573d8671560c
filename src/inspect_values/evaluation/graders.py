"""Who judges: the models of the role `grader`, one or a panel."""

from inspect_ai.model import Model, get_model, model_roles

from inspect_values.errors import GraderError

ROLE = "grader"
SIMULATED_JUDGE = "simulated/judge-plain"
PROVIDER = "simulated"


def is_simulated(model: Model) -> bool:
    """Whether a model is one of our simulations."""
    return str(model).split("/")[0] == PROVIDER


def graders(self_grading: bool = False) -> list[Model]:
    """The judges of this run.

    They are the models bound to the role `grader` (a list of them is a panel). Where none is
    bound, a simulated model gets the simulated judge, and a real one is only judged by itself
    if that was asked for by name.

    Raises:
        GraderError: If a real model has no judge.
    """
    bound = model_roles().get(ROLE)
    if bound:
        return list(bound) if isinstance(bound, list) else [bound]
    model = get_model()
    if is_simulated(model):
        return [get_model(SIMULATED_JUDGE)]
    if self_grading:
        return [model]
    raise GraderError(
        f"no judge is named for {model}: add --model-role {ROLE}=PROVIDER/MODEL (several, "
        "separated by commas, are a panel), from Python model_roles={'grader': ...}; or ask with "
        "-T elicitation=choice, which needs no judge; or run with --no-score and judge later; or, "
        "knowing that models favour their own answers, let the model judge itself with "
        "-T self_grading=true."
    )


def judge_name(judges: list[Model]) -> str:
    """The judge's name in tables: the model, or `panel(a, b)`."""
    if len(judges) == 1:
        return str(judges[0])
    return f"panel({', '.join(str(judge) for judge in judges)})"
