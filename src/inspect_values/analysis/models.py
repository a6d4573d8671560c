"""What analysis needs to know of a model's name."""

from typing import NamedTuple, Protocol


class ModelIdentity(NamedTuple):
    """Who made a model, and whether it is a simulation."""

    lab: str
    family: str
    simulated: bool


class ModelCatalog(Protocol):
    """Whoever knows which lab a model belongs to."""

    def lab_of(self, model: str) -> ModelIdentity:
        """The identity of a model; the lab is "unknown lab" where nobody knows it."""
        ...
