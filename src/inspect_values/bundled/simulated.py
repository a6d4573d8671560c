"""The simulated models and judges: personas whose true values are known."""

from collections.abc import Callable, Iterable
from typing import Any

from inspect_values.evaluation.providers.personas import PERSONAS, SIMULATED_LABS
from inspect_values.plugins.hookspecs import hookimpl
from inspect_values.plugins.models import ModelRule


@hookimpl
def models() -> Iterable[ModelRule]:
    """Four simulated labs with four models each, and a lab of its own for the judge."""
    rules = [ModelRule(pattern="simulated/*", lab="Simulated (other)", simulated=True)]
    rules += [
        # no family: the four differ in what is planted, none is a version of another
        ModelRule(pattern=f"simulated/{prefix}-*", lab=lab, simulated=True)
        for prefix, lab in SIMULATED_LABS.items()
    ]
    rules += [
        # served by the servers of `testing` behind a lab's own SDK
        ModelRule(pattern=f"*simulated-{prefix}-*", lab=lab, family=prefix, simulated=True)
        for prefix, lab in SIMULATED_LABS.items()
    ]
    rules.append(ModelRule(pattern="simulated/user-*", lab="Simulated user", simulated=True))
    assert all(name.split("-")[0] in SIMULATED_LABS for name in PERSONAS)
    return rules


@hookimpl
def providers() -> Iterable[Callable[..., Any]]:
    """The model API behind `--model simulated/<persona>`."""
    from inspect_values.evaluation.providers.simulated import simulated

    return [simulated]
