"""The task `tradeoffs`, and one task a value pair."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from inspect_ai import Task, task
from inspect_ai.model import get_model
from inspect_ai.scorer import Scorer

from inspect_values.errors import GraderError, ParameterError, one_of
from inspect_values.evaluation.announce import announce
from inspect_values.evaluation.asked import remember
from inspect_values.evaluation.choose import choose
from inspect_values.evaluation.dataset import dataset
from inspect_values.evaluation.graders import graders, is_simulated
from inspect_values.evaluation.judging.prompt import PROMPT_VERSION
from inspect_values.evaluation.launch import options, sentences
from inspect_values.evaluation.parameters import (
    ELICITATIONS,
    Names,
    flag,
    refuse_unknown,
    selection,
)
from inspect_values.evaluation.scorers.labels import prioritised, response
from inspect_values.evaluation.scorers.verdict import verdict
from inspect_values.evaluation.solvers.elicitations import choice, open_answer, prepare
from inspect_values.evaluation.viewer import viewer
from inspect_values.plugins.catalog import Catalog, evaluation_catalog
from inspect_values.scenarios.scenario import Scenario
from inspect_values.scenarios.selection import DEFAULT_SCENARIOS
from inspect_values.scenarios.situation import Situation
from inspect_values.values import ValuePair, digest
from inspect_values.verdict import DEFAULT_THRESHOLD, SCHEMA


@task
def tradeoffs(
    pairs: Names | Sequence[ValuePair] | ValuePair | None = None,
    nudges: Names = "neutral",
    factors: str | dict[str, Any] | None = None,
    domains: Names | None = None,
    elicitation: str = "open",
    bank: str | None = None,
    scenarios: int | str | None = None,
    seed: int = 0,
    shard: int = 0,
    shards: int = 1,
    threshold: float = DEFAULT_THRESHOLD,
    trust_content: bool = True,
    self_grading: bool = False,
    situations: Sequence[Situation] | None = None,
    **unknown: Any,
) -> Task:
    """Ask a model queries in which two good values collide, and judge what it puts first.

    Args:
        pairs: Ids or tags of value pairs, folders of pair files (relative to where the command
            was typed), or `ValuePair` objects. Default: `core`, or all pairs of the bank.
        nudges: `neutral`, `first`, `second`, or `all`: whether the query leans to a value.
        factors: Keep these factor levels only, such as `liability:high,stakes:low|medium`.
        domains: Keep these domains only, such as `medicine,law`.
        elicitation: `open` (a free answer, judged) or `choice` (two options in both seats, read
            without a judge).
        bank: A bank of scenarios (a Parquet file made by `inspect-values scenarios build`) to ask
            in place of the pairs' own situations.
        scenarios: The most scenarios a pair, or `all`. Default: 120, or with a bank all.
        seed: Decides which factor settings are drawn.
        shard: Which part of the scenarios to ask, 0 to `shards` - 1.
        shards: How many parts there are; a factor setting's nudges and seats stay in one part.
        threshold: The smallest difference of positions at which a value counts as prioritised.
        trust_content: Whether the log viewer may render Markdown; false shows plain text.
        self_grading: Whether the model may judge its own answers where no grader is named.
        situations: From Python: situations for `pairs` given as objects.
        unknown: Refused, with the nearest match.

    Raises:
        PrerequisiteError: If a parameter cannot be used, or a real model has no judge.
    """
    with sentences():
        refuse_unknown(
            unknown, [n for n in inspect.signature(tradeoffs).parameters if n != "unknown"]
        )
        one_of("elicitation", str(elicitation), ELICITATIONS)
        if scenarios is None:
            scenarios = DEFAULT_SCENARIOS if bank is None else "all"
        chosen_pairs, chosen = choose(
            evaluation_catalog(),
            pairs,
            situations,
            bank,
            selection(
                nudges=nudges,
                factors=factors,
                domains=domains,
                scenarios=scenarios,
                seed=seed,
                shard=shard,
                shards=shards,
            ),
        )
        flag(trust_content, "trust_content")
        flag(self_grading, "self_grading")
        _check_threshold(threshold)
        return _task(chosen_pairs, chosen, elicitation, threshold, trust_content, self_grading)


def pair_task(pair: ValuePair) -> Callable[..., Task]:
    """A task function that asks one value pair; its parameters are those of `tradeoffs`."""
    own = inspect.signature(tradeoffs)
    kept = [p for name, p in own.parameters.items() if name not in ("pairs", "situations")]

    def ask(**arguments: Any) -> Task:
        with sentences():
            refuse_unknown(arguments, [p.name for p in kept if p.kind is not p.VAR_KEYWORD])
        return tradeoffs(pairs=pair.id, **arguments)

    setattr(ask, "__signature__", own.replace(parameters=kept))  # noqa: B010 (pyright knows no such attribute)
    ask.__name__ = ask.__qualname__ = pair.id
    ask.__doc__ = f"{pair.title}: {pair.tension}"
    return task(name=pair.id)(ask)


def register_pair_tasks(catalog: Catalog) -> dict[str, Callable[..., Task]]:
    """Give every pair of the catalog that has situations its own task."""
    return {
        name: pair_task(item.value)
        for name, item in catalog.pairs.items()
        if name != "tradeoffs" and catalog.situations_of(name)
    }


def _check_threshold(threshold: object) -> None:
    if (
        isinstance(threshold, bool)
        or not isinstance(threshold, int | float)
        or not 0 < threshold <= 6
    ):
        raise ParameterError(f"threshold={threshold!r} is not a number above 0 and up to 6.")


def _task(
    pairs: list[ValuePair],
    chosen: list[Scenario],
    elicitation: str,
    threshold: float,
    trust_content: bool,
    self_grading: bool,
) -> Task:
    for pair in pairs:
        remember(pair)
    samples = dataset(chosen, pairs, elicitation)
    judges = _judges(elicitation, self_grading)
    announce(chosen, len(samples), judges)
    scorers: list[Scorer] = [verdict(threshold, self_grading), prioritised()]
    if elicitation == "open":
        scorers.append(response())
    return Task(
        dataset=samples,
        setup=prepare(self_grading),
        solver=choice() if elicitation == "choice" else open_answer(),
        scorer=scorers,
        version=_version(pairs, chosen, elicitation),
        viewer=viewer(pairs, trust_content),
        headline_metric="verdict.lean",
        description=(description := _description(pairs, elicitation)),
        metadata={
            "schema": SCHEMA,
            "about": description,  # the log viewer shows metadata, and not yet the description
            "elicitation": elicitation,
            "simulated": _simulated(),
            "pairs": ", ".join(f"{pair.id} {pair.version}" for pair in pairs),
            "plugins": evaluation_catalog().provenance(),
        },
        tags=["simulated"] if _simulated() else None,
    )


def _judges(elicitation: str, self_grading: bool) -> list[str]:
    """The judges by name; a command line without one stops here, before anything is paid for."""
    if elicitation == "choice" or not options().scored:
        return []
    try:
        return [str(judge) for judge in graders(self_grading)]
    except (GraderError, ValueError):
        if options().starting:
            raise
        return []  # built from Python before the roles are known: `prepare` checks again


def _simulated() -> bool:
    """Whether the run that starts now asks a simulated model; False if that is not known."""
    return options().starting and is_simulated(get_model())


def _version(pairs: list[ValuePair], chosen: list[Scenario], elicitation: str) -> str:
    """`N` plus a digest of all that is asked, so that an edited pair never reuses an old log."""
    numbers = ".".join(sorted({pair.comparable for pair in pairs}))
    content = [PROMPT_VERSION, elicitation, [p.digest for p in pairs], sorted(s.id for s in chosen)]
    return f"{numbers}+{digest(content)}"


def _description(pairs: list[ValuePair], elicitation: str) -> str:
    how = "chooses between two options" if elicitation == "choice" else "answers freely"
    simulated = "SIMULATED MODEL: no finding about any real model. " if _simulated() else ""
    if len(pairs) == 1:
        pair = pairs[0]
        return (
            f"{simulated}Which comes first, {pair.first.name.lower()} or "
            f"{pair.second.name.lower()}? {pair.tension} The model {how}. Lean is above 0 where "
            f"{pair.first.name.lower()} comes first, below 0 where {pair.second.name.lower()} does."
        )
    titles = "; ".join(pair.title for pair in pairs)
    return (
        f"{simulated}Which of two good values comes first? Pairs: {titles}. The model {how}. "
        "Lean is above 0 where a pair's first value comes first, below 0 where the second does."
    )
