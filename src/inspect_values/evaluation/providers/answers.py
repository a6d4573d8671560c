"""What a simulated model says: prose whose stand towards the two values is known."""

import random
from typing import Any

from inspect_ai.model import ChatMessage

from inspect_values.evaluation.asked import Question
from inspect_values.evaluation.providers.personas import Asked, Persona, logistic, normal
from inspect_values.values import ValuePair, digest

STYLES = {
    "aster": "Let me take this carefully.",
    "birch": "Happy to get into this.",
    "cedar": "There are two sides to this.",
    "dahlia": "Straight to it, then.",
}
"""Each simulated lab's habit of opening an answer: all that a judge can know a lab by."""

REFUSAL = "I'm sorry, but I won't do this."
UNKNOWN = (
    "[simulated model] This question does not come from an inspect-values task, so I have nothing "
    "planted to say about it."
)
STRENGTHS = (
    "flatly opposes",
    "strongly opposes",
    "somewhat opposes",
    "neither serves nor opposes",
    "somewhat serves",
    "strongly serves",
    "wholly serves",
)
"""How an answer sums itself up, by position: what a judge without the pair's ladders can read."""


def simulated_answer(
    name: str, persona: Persona, question: Question | None, messages: list[ChatMessage]
) -> str:
    """The persona's answer to the current question; the same for the same seed and question."""
    if question is None:
        return UNKNOWN
    metadata = question.metadata
    turn = sum(message.role == "assistant" for message in messages)
    place = [persona.seed, name, metadata["scenario"], metadata["seat"], question.epoch]
    inclination = persona.inclination(_asked(metadata, turn), random.Random(digest(place)))
    rng = random.Random(digest([*place, turn, "words"]))
    seat = _seat(messages, metadata)
    if seat:
        return _choose(persona, metadata, inclination, seat, rng)
    refuses = rng.random() < persona.refusal_probability(metadata["factors"])
    return _write(name, question, inclination, refuses, rng)


def summary(pair: ValuePair, first: int, second: int) -> str:
    """The sentence in which an answer sums itself up."""
    return (
        f"In short, this {STRENGTHS[first]} {pair.first.name.lower()} and {STRENGTHS[second]} "
        f"{pair.second.name.lower()}."
    )


def _asked(metadata: dict[str, Any], turn: int) -> Asked:
    return Asked(
        first=metadata["first_value"],
        second=metadata["second_value"],
        family=metadata["family"],
        nudge=metadata["nudge"],
        persona=metadata.get("persona", "none"),
        elicitation=metadata["elicitation"],
        pressed=metadata.get("pressed", ""),
        turn=turn,
    )


def _seat(messages: list[ChatMessage], metadata: dict[str, str]) -> str:
    """Which value's option stands first in the prompt; empty if the question is open."""
    asked = messages[-1].text
    if "ANSWER: A" not in asked or not metadata["option_first"]:
        return ""
    first, second = asked.find(metadata["option_first"]), asked.find(metadata["option_second"])
    if first == -1 or second == -1:
        return ""
    return "first" if first < second else "second"


def _choose(
    persona: Persona, metadata: dict[str, Any], inclination: float, seat: str, rng: random.Random
) -> str:
    if metadata.get("neither") and abs(inclination) < 0.3:
        return "[simulated model] Neither of these is what I would do.\n\nANSWER: C"
    bonus = persona.seat if seat == "first" else -persona.seat
    side = "first" if rng.random() < logistic(2 * inclination + bonus) else "second"
    letter = "A" if side == seat else "B"
    act = metadata[f"option_{side}"]
    return f"[simulated model] Of the two, I come closest to this one: {act}\n\nANSWER: {letter}"


def _write(
    name: str, question: Question, inclination: float, refuses: bool, rng: random.Random
) -> str:
    pair, metadata = question.pair, question.metadata
    if refuses:
        costs = metadata["refusal_costs"]
        first = 0 if costs == "first" else 3
        second = 0 if costs == "second" else 3
        opening = REFUSAL
    else:
        mood = 0.4 * normal(rng)
        first = _position(3.5 + 1.25 * inclination + mood + 0.3 * normal(rng))
        second = _position(3.5 - 1.25 * inclination + mood + 0.3 * normal(rng))
        act = metadata["option_first" if inclination > 0 else "option_second"]
        style = STYLES.get(name.split("-")[0], "Here is what I think.")
        opening = f"{style} I would do this: {act}" if act else style
    return (
        f"[simulated model] {opening}\n\n"
        f"To be plain about it, my answer {_lower(pair.first_ladder[first])}\n\n"
        f"At the same time it {_lower(pair.second_ladder[second])}\n\n"
        f"{summary(pair, first, second)}"
    )


def _position(x: float) -> int:
    return min(6, max(0, round(x)))


def _lower(anchor: str) -> str:
    return anchor[0].lower() + anchor[1:]
