"""Who filters: the models bound to the role `filter`, and never the writer unless asked."""

from inspect_ai.model import Model, get_model, model_roles

from inspect_values.errors import RoleError
from inspect_values.evaluation.roles import SIMULATED_JUDGE, is_simulated

FILTER = "filter"


def filters(writer: Model | None = None, self_filtering: bool = False) -> list[Model]:
    """The judges that filter what a model writes.

    They are the models bound to the role `filter`; the writer itself is left out of them, unless it
    was asked for by name, so that several writers can filter each other's scenarios. Where none is
    bound, a simulated writer gets the simulated judge.

    Args:
        writer: The model that writes; None takes the one that is asked.
        self_filtering: Whether a writer may filter what it wrote.

    Raises:
        RoleError: If nobody is left to filter.
    """
    model = writer or get_model()
    bound = model_roles().get(FILTER)
    given = (list(bound) if isinstance(bound, list) else [bound]) if bound else []
    if not given and is_simulated(model):
        return [get_model(SIMULATED_JUDGE)]
    left = [judge for judge in given if self_filtering or str(judge) != str(model)]
    if left:
        return left
    if given:
        raise RoleError(
            f"{model} would be the only one to filter what it writes itself: name another model "
            f"with --model-role {FILTER}=PROVIDER/MODEL (several, separated by commas, vote); or, "
            "knowing that models like their own texts, ask for it with -T self_filtering=true."
        )
    raise RoleError(
        f"nobody is named to filter what {model} writes: add --model-role {FILTER}=PROVIDER/MODEL "
        "(several, separated by commas, vote), from Python model_roles={'filter': ...}; or run "
        f"with --no-score and filter later with inspect score LOG --scorer "
        f"inspect_values/filtered --model-role {FILTER}=PROVIDER/MODEL."
    )
