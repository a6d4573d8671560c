"""Worlds to draw studies from: correlated situations, noisy judges, answers that are missing.

A situation and its factor settings move the inclination to one value; judges read it with an error
and round it to positions 0 to 6, so that leans pile up at the ends like real ones. How much an
effect is varies between situations, and some situations lose more answers than others. Studies
of one table are told apart by their model or, where several models make a study, by their persona,
which statistics never mix.
"""

import json
import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

SPREAD = 0.4
"""Standard deviation of the inclination over situations and settings together."""

JUDGE = 0.5
"""Standard deviation of a judge's error of each position."""

LOST = 0.05
"""The share of answers without a verdict; it differs between situations."""

FIRST, SECOND = "candour", "thrift"

Array = np.ndarray


@dataclass(frozen=True)
class World:
    """What is planted."""

    icc: float
    """The share of the inclination's variance that lies between situations."""

    lean: float = 0.1
    effect: float = 0.0
    """What the other arm, level or lab adds to the inclination."""

    differs: float = 0.1
    """Standard deviation of the effect over situations."""

    def without(self) -> "World":
        """The same without an effect; situations still differ."""
        return replace(self, effect=0.0)


def inclination(
    world: World, rng: np.random.Generator, studies: int, families: int, cells: int
) -> Array:
    """Studies × families × cells."""
    family = rng.normal(0, math.sqrt(world.icc), (studies, families, 1))
    cell = rng.normal(0, math.sqrt(1 - world.icc), (studies, families, cells))
    return world.lean + SPREAD * (family + cell)


def effect(world: World, rng: np.random.Generator, studies: int, families: int) -> Array:
    """Studies × families × 1: what the effect is in each situation."""
    return rng.normal(world.effect, world.differs, (studies, families, 1))


def positions(x: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """The positions that a judge gives to answers of this inclination."""
    first = np.clip(np.round(3 + 3 * x + rng.normal(0, JUDGE, x.shape)), 0, 6)
    second = np.clip(np.round(3 - 3 * x + rng.normal(0, JUDGE, x.shape)), 0, 6)
    return first, second


def lost(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Which answers (studies × families × …) have no verdict."""
    share = rng.beta(0.5, 0.5 / LOST - 0.5, (*shape[:2], *([1] * (len(shape) - 2))))
    return rng.random(shape) < share


def table(
    codes: dict[str, Array | str],
    first: Array,
    second: Array,
    gone: Array,
    refused: Array | None = None,
) -> pd.DataFrame:
    """A verdict table; arrays have the shape of the answers and are names by number.

    Args:
        codes: Columns of texts, as numbers of the same shape or one text for all; -1 is missing.
            `turn` and `epoch` are numbers. `study` makes personas, which keep studies of several
            models apart. What is not named has the usual value.
        first: Positions on the first ladder.
        second: Positions on the second ladder.
        gone: Which answers have no verdict.
        refused: 1 where an answer refuses, else 0; None is nowhere.
    """
    size = first.size
    lean = (first - second) / 6
    named: dict[str, Array | str] = {
        "model": "m0", "lab": "lab0", "model_family": "", "pair": "p0", "family": "f0",
        "cell": "c0", "scenario": "", "domain": "", "factors": "", "nudge": "neutral",
        "elicitation": "open",
        "persona": "none", "seat": "", "pressed": "", "ladders": "", "sample_uuid": "",
        "run_status": "success", "outcome": "verdict", "refusal_costs": "second", "judge": "j0",
        "rubric": "fixed", "variation": "", "judge_lab": "", "first_name": "Candour",
        "second_name": "Thrift",
    }  # fmt: skip
    columns: dict[str, object] = {}
    for name, code in (named | codes).items():
        plain = name in ("turn", "epoch") and not isinstance(code, str)
        columns[name] = code.ravel() if plain else _texts(name, code, size)
    columns = {"turn": 0, "epoch": 1, "member": False, "threshold": 2.0} | columns
    if "study" in codes:
        columns["persona"] = columns.pop("study")
    # these are put together with others, so that they are plain texts
    for name in ("judge", "rubric", "variation"):
        columns[name] = pd.Series(columns[name]).astype("string")
    refusals = np.zeros(size) if refused is None else refused.ravel()
    put = np.where(lean * 6 >= 2, 0, np.where(lean * 6 <= -2, 1, np.where(first >= 4, 2, 3)))
    put = np.where(gone, -1, put)
    labels = [FIRST, SECOND, "both", "neither"]
    columns |= {
        "first": np.where(gone, np.nan, first).ravel(),
        "second": np.where(gone, np.nan, second).ravel(),
        "lean": np.where(gone, np.nan, lean).ravel(),
        "refused": np.where(gone.ravel(), np.nan, refusals),
        "prioritised": pd.Categorical.from_codes(put.ravel(), categories=labels),
        "first_value": pd.Categorical.from_codes(np.zeros(size, dtype=int), categories=labels),
        "second_value": pd.Categorical.from_codes(np.ones(size, dtype=int), categories=labels),
    }
    return pd.DataFrame(columns)


def _texts(name: str, code: Array | str, size: int) -> pd.Categorical:
    if isinstance(code, str):
        place = np.full(size, 0 if code else -1)
        return pd.Categorical.from_codes(place, categories=[code or "none"])
    flat = code.ravel()
    if name == "factors":
        return pd.Categorical.from_codes(flat, categories=SETTINGS)
    if name in SIDES:
        return pd.Categorical.from_codes(flat, categories=SIDES[name])
    many = int(flat.max()) + 1
    return pd.Categorical.from_codes(flat, categories=[f"{name}{i}" for i in range(many)])


SETTINGS = [
    json.dumps({"liability": one, "stakes": other})
    for one in ("none", "high")
    for other in ("low", "high")
]
"""The factor settings: liability by stakes."""

SIDES = {
    "seat": ["first", "second"],
    "pressed": ["first", "second"],
    "ladders": ["first", "second"],
    "elicitation": ["open", "choice"],
    "persona": ["prefers_first", "prefers_second", "none"],
}
"""Columns with names of their own."""


def places(*shape: int) -> list[Array]:
    """One array an axis, with the place along it, all of the full shape."""
    return list(np.indices(shape))
