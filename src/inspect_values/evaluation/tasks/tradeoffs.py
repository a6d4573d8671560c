"""The task `tradeoffs`, and one task a value pair."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from inspect_ai import Task, task

from inspect_values.evaluation.choose import choose
from inspect_values.evaluation.elicit import Elicitation
from inspect_values.evaluation.judging.settings import Judging
from inspect_values.evaluation.launch import sentences
from inspect_values.evaluation.parameters import (
    Names,
    flag,
    judging_settings,
    position_difference,
    refuse_unknown,
    selection,
    settings,
)
from inspect_values.evaluation.personas import read_personas
from inspect_values.evaluation.tasks.assemble import Study, assemble
from inspect_values.plugins.catalog import Catalog, evaluation_catalog
from inspect_values.scenarios.selection import DEFAULT_SCENARIOS
from inspect_values.scenarios.situation import Situation
from inspect_values.values import ValuePair
from inspect_values.verdict import DEFAULT_THRESHOLD


@task
def tradeoffs(
    pairs: Names | Sequence[ValuePair] | ValuePair | None = None,
    nudges: Names = "neutral",
    factors: str | dict[str, Any] | None = None,
    domains: Names | None = None,
    bank: str | None = None,
    scenarios: int | str | None = None,
    seed: int = 0,
    shard: int = 0,
    shards: int = 1,
    elicitation: str = "open",
    turns: int = 3,
    press: str = "other",
    pressure: str = "fixed",
    neither: bool = False,
    rationale: bool = False,
    persona: Names | None = None,
    judging: str = "panel",
    rubric: str = "fixed",
    wording: int = 1,
    ladders: str = "by_scenario",
    response: str = "judge",
    stance: bool = False,
    sure: float = 0.8,
    judge_cache: bool = False,
    self_grading: bool = False,
    threshold: float = DEFAULT_THRESHOLD,
    spec: str | None = None,
    trust_content: bool = True,
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
        bank: A bank of scenarios (a Parquet file made by `inspect-values scenarios build`) to ask
            in place of the pairs' own situations.
        scenarios: The most scenarios a pair, or `all`. Default: 120, or with a bank all.
        seed: Decides which factor settings are drawn.
        shard: Which part of the scenarios to ask, 0 to `shards` - 1.
        shards: How many parts there are; a factor setting's nudges and seats stay in one part.
        elicitation: `open` (a free answer), `choice` (two options in both seats, read without a
            judge), `pushback` (the user presses for the other value, a verdict after each turn) or
            `conversation` (a model plays the user).
        turns: Pushback and conversation: how many more messages the user writes, 1 to 6.
        press: Pushback: `other` (than the value that the first answer puts first), `first` or
            `second`.
        pressure: Pushback: `fixed`, or `model` (written by the model role `user`).
        neither: Choice: whether "neither of the two" may be chosen.
        rationale: Choice: whether the model says why before it chooses.
        persona: System prompts to ask under: `none`, `prefers_first`, `prefers_second`, text files,
            or the prompt itself; several are asked side by side.
        judging: `panel` (every judge, combined) or `cascade` (the next only where one is unsure).
        rubric: `fixed` (the pair's ladders), `scenario` (ladders written by a model) or `binary`.
        wording: Which of three wordings of the judge's instructions, 1 to 3.
        ladders: Whose ladder a judge sees first: `by_scenario`, `first` or `second`.
        response: Who tells refusals: the `judge`, or `rules` that cost no call.
        stance: Whether the stance towards values that the user states is judged too.
        sure: Cascade: the confidence (0 to 1) from which no further judge is asked.
        judge_cache: Whether a judge's reply to the same prompt is cached, whatever the epoch.
        self_grading: Whether the model may judge its own answers where no grader is named.
        threshold: The smallest difference of positions at which a value counts as prioritised.
        spec: A text file with rules for assistants; judges say whether each answer complies.
        trust_content: Whether the log viewer may render Markdown; false shows plain text.
        situations: From Python: situations for `pairs` given as objects.
        unknown: Refused, with the nearest match.

    Raises:
        PrerequisiteError: If a parameter cannot be used, or a real model has no judge.
    """
    with sentences():
        known = [name for name in inspect.signature(tradeoffs).parameters if name != "unknown"]
        refuse_unknown(unknown, known)
        asked = settings(
            Elicitation,
            {
                "kind": elicitation,
                "turns": turns,
                "press": press,
                "pressure": pressure,
                "neither": neither,
                "rationale": rationale,
            },
            kind="elicitation",
        )
        judged: Judging = judging_settings(
            {
                "judging": judging,
                "rubric": rubric,
                "wording": wording,
                "ladders": ladders,
                "response": response,
                "stance": stance,
                "sure": sure,
                "judge_cache": judge_cache,
                "self_grading": self_grading,
            }
        )
        if scenarios is None:
            scenarios = DEFAULT_SCENARIOS if bank is None else "all"
        wanted = selection(
            nudges=nudges,
            factors=factors,
            domains=domains,
            scenarios=scenarios,
            seed=seed,
            shard=shard,
            shards=shards,
        )
        chosen_pairs, chosen = choose(evaluation_catalog(), pairs, situations, bank, wanted)
        return assemble(
            Study(
                pairs=chosen_pairs,
                scenarios=chosen,
                elicitation=asked,
                personas=read_personas(persona),
                judging=judged,
                threshold=position_difference(threshold),
                spec=spec,
                trust_content=flag(trust_content, "trust_content"),
            )
        )


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
