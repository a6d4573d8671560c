"""Steerability: how far a system prompt that states a preference moves a model."""

from itertools import product

import pandas as pd

from inspect_values.analysis.estimate import HEADLINE, Estimate
from inspect_values.analysis.frames import paired_frame, with_labs
from inspect_values.analysis.samples import difference_of, samples
from inspect_values.analysis.tally import tally

STATED = ("prefers_first", "prefers_second")
"""The personas that state which value comes first."""

_BY = ("lab", "model", "pair", "elicitation", "turn", "nudge")


class Steerability:
    """Lean under one persona minus lean under another, on the very same queries."""

    name = "steerability"
    doc = "lean under a persona that prefers the first value minus its opposite; and minus none"

    def estimates(self, table: pd.DataFrame) -> list[Estimate]:
        """One estimate a subject, pair, elicitation, turn, nudge and pair of personas.

        The key is `pair:prefers_first-prefers_second` or `pair:<persona>-none`; the condition has
        the former persona.
        """
        numbers = tally(table)
        names = [str(name) for name in numbers.column("persona").labels]
        none = HEADLINE.persona
        compared = [STATED] if set(STATED) <= set(names) else []
        compared += [(one, other) for one, other in product(names, [none]) if one != other]
        found: list[Estimate] = []
        for one, other in compared:
            rows, against = numbers.has("persona", one), numbers.has("persona", other)
            if not rows.any() or not against.any():
                continue
            frame = paired_frame(numbers, numbers.number("lean"), rows, against, _BY)
            frame = with_labs(frame.assign(persona=one), ("value", "other"))
            for sample in samples(frame, ("value", "other")):
                key = f"{sample.pair}:{one}-{other}"
                found.append(difference_of(sample, self.name, key, -1.0, 1.0))
        return found


STEERABILITY = Steerability()
