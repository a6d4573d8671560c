"""The other models of a run: who judges (one or a panel), and who plays the user."""

from inspect_ai.model import Model, get_model, model_roles

from inspect_values.errors import RoleError
from inspect_values.values import digest

ROLE = "grader"
USER_ROLE = "user"
SIMULATED_JUDGE = "simulated/judge-plain"
SIMULATED_USER = "simulated/user-plain"
PROVIDER = "simulated"
_MOST = 900


def is_simulated(model: Model) -> bool:
    """Whether a model is one of our simulations."""
    return str(model).split("/")[0] == PROVIDER


def is_simulation(model: Model) -> bool:
    """Whether a model's name says that a simulation answers, whoever serves it."""
    return is_simulated(model) or "simulated-" in str(model)


def graders(self_grading: bool = False) -> list[Model]:
    """The judges of this run.

    They are the models bound to the role `grader` (a list of them is a panel). Where none is
    bound, a simulated model gets the simulated judge, and a real one is only judged by itself
    if that was asked for by name.

    Raises:
        RoleError: If a real model has no judge.
    """
    bound = model_roles().get(ROLE)
    if bound:
        return list(bound) if isinstance(bound, list) else [bound]
    model = get_model()
    if is_simulated(model):
        return [get_model(SIMULATED_JUDGE)]
    if self_grading:
        return [model]
    raise RoleError(
        f"no judge is named for {model}: add --model-role {ROLE}=PROVIDER/MODEL (several, "
        "separated by commas, are a panel), from Python model_roles={'grader': ...}; or ask with "
        "-T elicitation=choice, which needs no judge; or run with --no-score and judge later; or, "
        "knowing that models favour their own answers, let the model judge itself with "
        "-T self_grading=true."
    )


def simulated_user() -> Model:
    """The model that plays the user: the one bound to the role `user`.

    Where none is bound, a simulated model gets the simulated user.

    Raises:
        RoleError: If a real model has no user.
    """
    bound = model_roles().get(USER_ROLE)
    if bound:
        return bound[0] if isinstance(bound, list) else bound
    model = get_model()
    if is_simulated(model):
        return get_model(SIMULATED_USER)
    raise RoleError(
        f"no model plays the user for {model}: add --model-role {USER_ROLE}=PROVIDER/MODEL, from "
        "Python model_roles={'user': ...}; or ask with -T elicitation=pushback -T pressure=fixed, "
        "whose user needs no model."
    )


def judge_name(judges: list[Model], judging: str = "panel") -> str:
    """The judge's name in tables: the model, `panel(a, b)` or `cascade(a, b)`.

    A name that the summaries of a log would cut keeps its first judges and a digest of the rest.
    """
    if len(judges) == 1:
        return str(judges[0])
    name = f"{judging}({', '.join(str(judge) for judge in judges)})"
    if len(name) <= _MOST:
        return name
    return f"{name[: _MOST - 40]}… {len(judges)} judges, {digest(name)})"
