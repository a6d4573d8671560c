"""Which values an AI model puts first when two good values collide.

What a plugin author or a study imports. Tasks, solvers and scorers are in
`inspect_values.evaluation`; statistics in `inspect_values.analysis`.
"""

from inspect_values.errors import InspectValuesError
from inspect_values.plugins.hookspecs import hookimpl
from inspect_values.plugins.models import ModelRule
from inspect_values.plugins.references import Reference
from inspect_values.scenarios.scenario import Scenario
from inspect_values.scenarios.situation import Nudges, Options, Situation
from inspect_values.values import Value, ValuePair
from inspect_values.verdict import Outcome, ResponseClass, Verdict

__all__ = [
    "InspectValuesError",
    "ModelRule",
    "Nudges",
    "Options",
    "Outcome",
    "Reference",
    "ResponseClass",
    "Scenario",
    "Situation",
    "Value",
    "ValuePair",
    "Verdict",
    "hookimpl",
]
