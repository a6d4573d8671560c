r"""Does legal liability change what a model puts first?

Asks only those situations in which legal liability is a factor, with none of it and with much of
it, and everything else drawn alike. Compare the two levels afterwards: the factor stands in every
sample's metadata.

    inspect eval tasks/liability.py --model simulated/birch-1
    inspect eval tasks/liability.py --model PROVIDER/MODEL --model-role grader=PROVIDER/JUDGE \
        -T pairs=honesty_vs_helpfulness -T scenarios=40
"""

from inspect_ai import Task, task

from inspect_values.evaluation.tasks.tradeoffs import tradeoffs


@task
def liability(
    pairs: str | list[str] = "core",
    nudges: str | list[str] = "neutral",
    elicitation: str = "open",
    scenarios: int | str = 120,
    seed: int = 0,
) -> Task:
    """Ask situations with no legal liability against situations with much of it.

    Args:
        pairs: Ids or tags of value pairs, or folders of pair files (from where you typed them).
        nudges: `neutral`, `first`, `second` or `all`.
        elicitation: `open` or `choice`.
        scenarios: The most scenarios a pair, or `all`.
        seed: Decides which factor settings are drawn.
    """
    # Naming a factor leaves out the situations that don't have it, so both levels are asked of
    # the same situations, and a difference between them is not one between situations.
    return tradeoffs(
        pairs=pairs,
        factors="liability:none|high",
        nudges=nudges,
        elicitation=elicitation,
        scenarios=scenarios,
        seed=seed,
    )
