"""What a generation will take, before its first call: calls, tokens and, with prices, money."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from inspect_values.evaluation.generation.filtering import calls_each
from inspect_values.evaluation.generation.items import Item
from inspect_values.evaluation.generation.prompts import (
    FILTERS,
    ORDERS,
    filter_prompt,
    query_prompt,
    rewrites_prompt,
    together_prompt,
    values_prompt,
)
from inspect_values.evaluation.generation.replies import Written
from inspect_values.evaluation.judging.prompt import JudgePrompt
from inspect_values.prices import Prices
from inspect_values.values import ValuePair

PRICES = "INSPECT_VALUES_PRICES"
"""Environment variable: the price file that a run's first line reads. It is no parameter of the
task, for a price must not decide which log a run goes on with."""

CHARACTERS = 4
"""Characters of a token, about, in English."""

QUERY_TOKENS, REWRITES_TOKENS, FILTER_TOKENS = 260, 260, 80
"""What a reply takes, about, without any reasoning before it."""

SAMPLED = 100
"""Items whose prompts are rendered; the others are taken to be like them."""

_TYPICAL = Written(
    query="x" * 450,
    first="x" * 500,
    second="x" * 500,
    option_first="x" * 110,
    option_second="x" * 110,
)


@dataclass
class Load:
    """What is asked of one model in one part."""

    model: str
    part: str
    """`writer` or `filter`."""

    calls: int = 0
    tokens_in: float = 0.0
    tokens_out: float = 0.0

    def cost(self, prices: Prices | None) -> float | None:
        """What it costs, in the currency of the prices; None where there is no price."""
        price = prices.prices.get(self.model) if prices else None
        if price is None:
            return None
        return (self.tokens_in * price.input + self.tokens_out * price.output) / 1e6


@dataclass
class Preview:
    """What a generation takes at most: nothing is refused, and every scenario is filtered."""

    items: int
    pairs: int
    loads: list[Load] = field(default_factory=list[Load])

    @property
    def calls(self) -> int:
        """Calls at most; retries come on top."""
        return sum(load.calls for load in self.loads)


def preview(
    items: Sequence[Item], total: int, writer: str, judges: Sequence[str], how: str
) -> Preview:
    """The load of one writer and its filters.

    Tokens are estimates: a token is taken to be four characters, the prompts of a hundred items
    stand for all, and replies have typical lengths. Reasoning tokens come on top.

    Args:
        items: The writer's items, or some of them.
        total: How many items it writes.
        writer: The model that writes.
        judges: The models that filter; empty if none does.
        how: `each` or `together`.
    """
    sampled = list(islice(items, SAMPLED))
    found = Preview(total, len({item.bare.id for item in items}))
    rendered = [(item, item.bare.pair()) for item in sampled]
    writing = [
        _characters(query_prompt(pair, item.domain, item.number, item.id))
        + _characters(rewrites_prompt(pair, _TYPICAL.query, item.id))
        for item, pair in rendered
    ]
    found.loads.append(
        Load(
            writer,
            "writer",
            2 * total,
            total * _mean(writing) / CHARACTERS,
            total * float(QUERY_TOKENS + REWRITES_TOKENS),
        )
    )
    judged = [sum(map(_characters, _filter_prompts(pair, how))) for _, pair in rendered]
    each = calls_each(how)
    for judge in judges:
        tokens_in = total * _mean(judged) / CHARACTERS
        found.loads.append(
            Load(judge, "filter", each * total, tokens_in, each * total * float(FILTER_TOKENS))
        )
    return found


def together(previews: Sequence[Preview]) -> Preview:
    """The loads of several writers, put together by model and part."""
    loads: dict[tuple[str, str], Load] = {}
    for entry in previews:
        for load in entry.loads:
            kept = loads.setdefault((load.model, load.part), Load(load.model, load.part))
            kept.calls += load.calls
            kept.tokens_in += load.tokens_in
            kept.tokens_out += load.tokens_out
    return Preview(
        sum(entry.items for entry in previews),
        max((entry.pairs for entry in previews), default=0),
        list(loads.values()),
    )


def preview_line(found: Preview, prices: Prices | None) -> str:
    """The preview in a sentence."""
    parts = ", ".join(f"{load.calls:,} to {load.model} as {_as(load)}" for load in found.loads)
    tokens_in = sum(load.tokens_in for load in found.loads)
    tokens_out = sum(load.tokens_out for load in found.loads)
    return (
        f"{found.items:,} items ({3 * found.items:,} messages) for {found.pairs:,} pairs of "
        f"values: at most {found.calls:,} calls ({parts}), about {_millions(tokens_in)} tokens in "
        f"and {_millions(tokens_out)} out{_money(found, prices)}; retries and reasoning come on "
        "top."
    )


def _as(load: Load) -> str:
    return "the writer" if load.part == "writer" else "a filter"


def _money(found: Preview, prices: Prices | None) -> str:
    if prices is None:
        return ""
    costs = {load.model: load.cost(prices) for load in found.loads}
    unknown = sorted(model for model, cost in costs.items() if cost is None)
    known = sum(cost for load in found.loads if (cost := load.cost(prices)) is not None)
    without = f" without {', '.join(unknown)}, of which it has no price" if unknown else ""
    return f", about {known:,.2f} {prices.currency} at the prices of {prices.date}{without}"


def _millions(tokens: float) -> str:
    return f"{tokens / 1e6:,.1f} M" if tokens >= 1e6 else f"{tokens / 1e3:,.0f} k"


def _filter_prompts(pair: ValuePair, how: str) -> list[JudgePrompt]:
    simple = (
        [together_prompt(_TYPICAL)]
        if how == "together"
        else [filter_prompt(name, _TYPICAL) for name in FILTERS]
    )
    return simple + [values_prompt(pair, _TYPICAL, order) for order in ORDERS]


def _characters(prompt: JudgePrompt) -> int:
    return sum(len(message.text) for message in prompt.messages)


def _mean(numbers: Sequence[int]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0
