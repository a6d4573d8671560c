"""The solver `write_scenario`: a model writes what other models will be asked."""

from typing import Any

from inspect_ai.model import get_model
from inspect_ai.scorer import score
from inspect_ai.solver import Generate, Solver, TaskState, solver

from inspect_values.errors import RoleError
from inspect_values.evaluation.asked import pair_of
from inspect_values.evaluation.generation.replies import Written
from inspect_values.evaluation.generation.roles import filters
from inspect_values.evaluation.generation.writing import Repeats, write
from inspect_values.evaluation.launch import sentences

_STORE = "inspect_values_written"


@solver
def write_scenario(self_filtering: bool = False) -> Solver:
    """The model writes a neutral message with two actions, then two leaning messages.

    Args:
        self_filtering: Whether the model may filter what it wrote.
    """
    repeats = Repeats()

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        metadata = state.metadata
        with sentences():
            pair = pair_of(metadata)
            await _check_filters(state, self_filtering)
        state.messages.clear()
        written, state.output = await write(
            get_model(),
            pair,
            str(metadata["domain"]),
            int(metadata["number"]),
            str(metadata["item"]),
            repeats,
            state.messages,
        )
        state.store.set(_STORE, written.model_dump(mode="json"))
        return state

    return solve


def written_of(store: dict[str, Any]) -> Written | None:
    """What a sample's store says was written; None if it says nothing."""
    kept = store.get(_STORE)
    return Written.model_validate(kept) if kept else None


async def _check_filters(state: TaskState, self_filtering: bool) -> None:
    """A run that is not scored needs no filter; Inspect tells only by refusing to score."""
    try:
        filters(self_filtering=self_filtering)
    except RoleError:
        try:
            await score(state)  # our scorer raises the sentence about the missing filter
        except RuntimeError:
            return
        raise
