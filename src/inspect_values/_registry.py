"""What Inspect loads: the only bridge from our catalog to Inspect's registry.

A plugin that fails is a problem in the catalog, never an error here: Inspect would drop every
task of ours with no more than a warning.
"""

from inspect_values.evaluation import launch  # first: it notes the folder the run started in
from inspect_values.evaluation.scorers.compliance import compliance
from inspect_values.evaluation.scorers.labels import prioritised, response, stance
from inspect_values.evaluation.scorers.verdict import verdict
from inspect_values.evaluation.solvers.elicitations import (
    choice,
    conversation,
    open_answer,
    prepare,
    pushback,
)
from inspect_values.evaluation.tasks.judge_audit import audited, judge_again, judge_audit
from inspect_values.evaluation.tasks.tradeoffs import register_pair_tasks, tradeoffs
from inspect_values.plugins.catalog import evaluation_catalog

PAIR_TASKS = register_pair_tasks(evaluation_catalog())

__all__ = [
    "PAIR_TASKS",
    "audited",
    "choice",
    "compliance",
    "conversation",
    "judge_again",
    "judge_audit",
    "launch",
    "open_answer",
    "prepare",
    "prioritised",
    "pushback",
    "response",
    "stance",
    "tradeoffs",
    "verdict",
]
