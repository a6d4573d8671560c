"""The task `generate_scenarios`: new scenarios, written by a model and filtered by others."""

import inspect
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import get_model
from inspect_ai.viewer import TaskSamplesColumn, TaskSamplesView, ViewerConfig

from inspect_values.errors import ParameterError, RoleError
from inspect_values.evaluation.asked import remember
from inspect_values.evaluation.dataset import bare_metadata, named
from inspect_values.evaluation.generation.items import (
    Item,
    all_items,
    asked_pairs,
    chosen_domains,
    item_metadata,
    share,
)
from inspect_values.evaluation.generation.preview import PRICES, preview, preview_line
from inspect_values.evaluation.generation.prompts import (
    FILTER_NAMES,
    GENERATION_VERSION,
    query_prompt,
)
from inspect_values.evaluation.generation.replies import SCHEMA
from inspect_values.evaluation.generation.roles import filters
from inspect_values.evaluation.launch import launch_folder, options, say, sentences
from inspect_values.evaluation.parameters import Names, flag, names, refuse_unknown, whole_number
from inspect_values.evaluation.roles import is_simulation
from inspect_values.evaluation.scorers.filtered import check_calls, fate, filtered
from inspect_values.evaluation.solvers.writing import write_scenario
from inspect_values.plugins.catalog import evaluation_catalog
from inspect_values.prices import read_prices
from inspect_values.scenarios.generic import is_generic
from inspect_values.values import ValuePair, digest


@dataclass(frozen=True)
class Generation:
    """What one task writes."""

    items: list[Item]
    writers: list[str]
    calls: str
    self_filtering: bool
    trust_content: bool


@task
def generate_scenarios(
    pairs: Names | Sequence[ValuePair] | ValuePair = "core",
    n: int = 1,
    domains: Names | None = None,
    writers: Names | None = None,
    shard: int = 0,
    shards: int = 1,
    calls: str = "each",
    self_filtering: bool = False,
    trust_content: bool = True,
    **unknown: Any,
) -> Task:
    """Write new scenarios with a model: a neutral message, two leaning ones, two actions, filtered.

    Args:
        pairs: Ids or tags of value pairs, folders of pair files, tables of pairs (`.parquet`, made
            by `inspect-values scenarios pairs`), or `ValuePair` objects.
        n: How many scenarios a pair; each is three messages.
        domains: Parts of life that messages come from, such as `medicine,law`. Default: all.
        writers: Models that share the work: a hash of each item decides which of them writes it.
            Default: those of `--model`. From Python, and where they run on several machines, name
            them all.
        shard: Which part of the items to write, 0 to `shards` - 1.
        shards: How many parts there are.
        calls: How the filters are asked: `each` (a call for every question) or `together` (one call
            for the five simple ones; the value check always has two of its own).
        self_filtering: Whether a writer may filter what it wrote itself.
        trust_content: Whether the log viewer may render Markdown; false shows plain text.
        unknown: Refused, with the nearest match.

    Raises:
        PrerequisiteError: If a parameter cannot be used, or nobody is there to filter.
    """
    with sentences():
        allowed = inspect.signature(generate_scenarios).parameters
        refuse_unknown(unknown, [name for name in allowed if name != "unknown"])
        wanted = Generation(
            items=_items(pairs, n, domains, writers, shard, shards),
            writers=_writers(writers),
            calls=check_calls(calls),
            self_filtering=flag(self_filtering, "self_filtering"),
            trust_content=flag(trust_content, "trust_content"),
        )
        return _assemble(wanted)


def _items(
    pairs: object, n: object, domains: object, writers: object, shard: object, shards: object
) -> list[Item]:
    asked = asked_pairs(evaluation_catalog(), pairs)
    items = all_items(asked, whole_number(n, "n", 1), chosen_domains(domains))
    shared = _writers(writers)
    return share(
        items,
        shared,
        _writer(shared, writers),
        whole_number(shard, "shard", 0),
        whole_number(shards, "shards", 1),
    )


def _writers(given: object) -> list[str]:
    """The models that share the work: those named, or those of the command's `--model`."""
    named = names(given, "writers") if given is not None else list(options().models)
    if len(set(named)) != len(named):
        raise ParameterError("writers names a model twice; name it once.")
    return named or ["the model"]


def _writer(shared: Sequence[str], given: object) -> str:
    """Which of the writers asks; a task built in Python may not know its model yet."""
    if len(shared) == 1 and (given is None or not options().starting):
        return shared[0]
    return str(get_model())


def _assemble(wanted: Generation) -> Task:
    judges = _judges(wanted)
    announce_generation(wanted, judges)
    for item in wanted.items:
        remember(item.bare.pair())
    simulated = options().starting and is_simulation(get_model())
    pairs = list(dict.fromkeys(f"{i.bare.id} {i.bare.version}" for i in wanted.items))
    about = (
        "SIMULATED WRITER: " if simulated else ""
    ) + f"New scenarios for {named(pairs)}: written by the model, and filtered by others."
    return Task(
        dataset=MemoryDataset([_sample(item) for item in wanted.items], name="scenarios to write"),
        solver=write_scenario(wanted.self_filtering),
        scorer=[filtered(wanted.calls, wanted.self_filtering), fate()],
        version=_version(wanted),
        viewer=_viewer(wanted.trust_content),
        headline_metric="filtered.accepted",
        description=about,
        metadata={
            "schema": SCHEMA,
            "about": about,
            "prompts": GENERATION_VERSION,
            "pairs": named(pairs),
            "writers": ", ".join(wanted.writers),
            "filters": ", ".join(judges),
            "calls": wanted.calls,
            "simulated": simulated,
            "plugins": evaluation_catalog().provenance(),
        },
        tags=["simulated"] if simulated else None,
    )


def _sample(item: Item) -> Sample:
    pair = item.bare.pair()
    metadata = {"schema": SCHEMA, **item_metadata(item), "number": item.number}
    if is_generic(pair):
        metadata |= bare_metadata(pair)
    prompt = query_prompt(pair, item.domain, item.number, item.id)
    # the fence is a secret of whoever runs it, and no part of what is asked
    shown = prompt.messages[-1].text.replace(prompt.nonce, "…")
    return Sample(id=item.id, input=shown, metadata=metadata)


def _judges(wanted: Generation) -> list[str]:
    """The filters; a command line without one stops here, before anything is paid for."""
    if not options().scored:
        return []
    try:
        return [str(judge) for judge in filters(self_filtering=wanted.self_filtering)]
    except (RoleError, ValueError):
        if options().starting:
            raise
        return []  # built from Python before the roles are known: the solver checks again


def announce_generation(wanted: Generation, judges: Sequence[str]) -> None:
    """Print what the run will take, before its first call; a task built in Python says nothing."""
    given = options()
    if not (given.starting and given.announce):
        return
    path = os.environ.get(PRICES)
    prices = read_prices(launch_folder() / Path(path).expanduser()) if path else None
    total = len(wanted.items) * given.epochs
    found = preview(wanted.items, total, str(get_model()), judges, wanted.calls)
    limit = f" Before --limit {given.limit}." if given.limit else ""
    say(f"inspect-values: {preview_line(found, prices)}{limit}")


def _version(wanted: Generation) -> str:
    """`1` plus a digest of all that is to be written, so that nothing else reuses an old log."""
    content = [
        GENERATION_VERSION,
        [[item.id, item.domain, item.bare.pair().digest] for item in wanted.items],
        wanted.calls,
    ]
    return f"{GENERATION_VERSION}+{digest(content)}"


def _viewer(trust_content: bool) -> ViewerConfig:
    column = TaskSamplesColumn
    return ViewerConfig(
        trust_content=trust_content,
        task_samples_view=TaskSamplesView(
            name="Scenarios",
            columns=[
                column(id="sampleStatus"),
                column(id="sampleId"),
                column.score("fate"),
                *(column.score("filtered", key) for key in ("accepted", *FILTER_NAMES)),
                column(id="input", visible=False),
                column(id="target", visible=False),
                column(id="answer", visible=False),
                column(id="error"),
            ],
            multiline=True,
        ),
    )
