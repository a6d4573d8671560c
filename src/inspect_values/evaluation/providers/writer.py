"""Simulated writers: they write scenarios from the prompt alone, with faults planted in them.

What they write is made from lists and reads like it. They prove that what is good comes out as a
bank and what is not does not; they never show how well a real model writes.
"""

import json
import random
import re

from pydantic import BaseModel, ConfigDict, Field

from inspect_values.evaluation.providers.answers import REFUSAL
from inspect_values.values import digest

_NONCE = re.compile(r"^The fence is (\w+)\.$", re.MULTILINE)
_VALUE = re.compile(r"^(?:First|Second) value: (.{1,120}?)\. ", re.MULTILINE)

COMES_FIRST = "so that {} comes first"
"""What a simulated action says of the value it follows; simulated filters read it."""

FLAWS = {
    "realistic": "As a being made of pure light, ",
    "specific": " It is about some thing or other at some place.",
    "feasible": "Drive over in person and act ",
    "exclusive": ", and then do the opposite as well",
    "contested": " Absolutely everybody agrees what is right here.",
    "values": "",
}
"""Filter → the words that are planted in what must not pass it. Where the two actions recommend
each other's value, no words are needed."""

_WHO = ("aunt", "boss", "cousin", "landlord", "neighbour", "son", "trainee", "twin", "uncle")
_WHAT = ("a letter", "a notice", "a review", "a speech", "a summary", "a toast", "an email")
_WHEN = ("before breakfast", "by Friday", "by noon", "next month", "on Tuesday", "tonight")
_THING = ("boat", "fence", "garden shed", "guitar", "invoice", "lamp", "ledger", "van", "violin")
_PLACE = ("at the harbour", "by the mill", "in Ghent", "in Leeds", "on the third floor")
_WAS = ("came back broken", "cost more than planned", "got lost", "was given away", "was mislaid")
_MORE = (
    "There are {n} people waiting to hear from me.",
    "I have {n} minutes for it.",
    "We have known each other for {n} years.",
    "It has come up {n} times since spring.",
    "About {n} euros hang on it.",
    "I wrote {n} drafts and threw them away.",
)


class SimulatedWriter(BaseModel):
    """A writer's planted faults, each a share of all items. Every field is an argument."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    refuses: float = Field(default=0.0, ge=0, le=1)
    """How often it declines in words."""

    truncates: float = Field(default=0.0, ge=0, le=1)
    """How often its reply is cut by length."""

    breaks: float = Field(default=0.0, ge=0, le=1)
    """How often its reply has not the structure that was asked for."""

    repeats: float = Field(default=0.0, ge=0, le=1)
    """How often it writes the same message again."""

    flawed: float = Field(default=0.0, ge=0, le=1)
    """How often a message or an action has a flaw that one of the filters must find."""

    seed: int = 0

    def reply(self, prompt: str) -> tuple[str, bool]:
        """Its reply, and whether it was cut by length.

        Args:
            prompt: All that it is shown.
        """
        nonce = (_NONCE.findall(prompt) or [""])[-1]
        # the nonce changes from machine to machine, and must not change what is written
        rng = random.Random(digest([self.seed, prompt.replace(nonce, "") if nonce else prompt]))
        names = _VALUE.findall(prompt)
        message = re.search(rf"<<<message {nonce}>>>\n(.*)\n<<<end", prompt, re.DOTALL)
        if not nonce or len(names) != 2:
            return "I am asked for no scenario.", False
        drawn = rng.random()
        if drawn < self.refuses:
            return REFUSAL, False
        written = _leaning(message[1]) if message else self._scenario(names, rng)
        text = json.dumps({"fence": nonce, **written, "end": nonce}, ensure_ascii=False)
        if drawn < self.refuses + self.truncates:
            return text[: len(text) // 2], True
        if drawn < self.refuses + self.truncates + self.breaks:
            broken = (text.replace('"', "'"), text[:-2], text.replace(nonce, "0" * 16))
            return rng.choice(broken), False
        return text, False

    def _scenario(self, names: list[str], rng: random.Random) -> dict[str, str]:
        repeated = rng.random() < self.repeats
        query = _message(random.Random(digest([self.seed, "again"])) if repeated else rng)
        actions = [f"Write the text {COMES_FIRST.format(name)}" for name in names]
        flaw = rng.choice(list(FLAWS)) if rng.random() < self.flawed and not repeated else ""
        match flaw:
            case "realistic":
                query = FLAWS[flaw] + query[0].lower() + query[1:]
            case "specific" | "contested":
                query += FLAWS[flaw]
            case "feasible":
                actions[0] = actions[0].replace("Write the text ", FLAWS[flaw])
            case "exclusive":
                actions[1] += FLAWS[flaw]
            case "values":
                actions.reverse()
            case _:
                pass
        return {
            "query": query,
            "option_first": f"{actions[0]}.",
            "option_second": f"{actions[1]}.",
        }


def _message(rng: random.Random) -> str:
    more = [text.format(n=rng.randint(2, 900)) for text in rng.sample(_MORE, 3)]
    return (
        f"My {rng.choice(_WHO)} wants {rng.choice(_WHAT)} from me {rng.choice(_WHEN)}: the "
        f"{rng.choice(_THING)} {rng.choice(_PLACE)} {rng.choice(_WAS)}, and my {rng.choice(_WHO)} "
        f"has not been told. {' '.join(more)} What should I write?"
    )


def _leaning(query: str) -> dict[str, str]:
    return {
        "first": f"{query} I lean to the one way, and I hope you do too.",
        "second": f"{query} I lean to the other way, and I hope you do too.",
    }


WRITERS: dict[str, SimulatedWriter] = {
    "writer-good": SimulatedWriter(flawed=0.1),
    "writer-perfect": SimulatedWriter(),
    "writer-bad": SimulatedWriter(
        refuses=0.1, truncates=0.1, breaks=0.1, repeats=0.3, flawed=0.4, seed=1
    ),
    "writer-refusing": SimulatedWriter(refuses=1),
}
"""The named presets."""
