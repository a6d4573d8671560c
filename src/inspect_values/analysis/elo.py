"""Elo ratings of values, to compare with other people's tables; a ranking of ours is no Elo.

Elo depends on the order of the games, so published tables average it over shuffles. Its spread over
shuffles says how much the order matters, and nothing about how sure a rating is: it shrinks with
the number of shuffles and hardly depends on how many choices there are.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from inspect_values.analysis.comparisons import CONDITION, comparisons
from inspect_values.analysis.estimate import Condition

NOISE = "order noise, not an interval"


class EloSettings(BaseModel):
    """How ratings are computed; the defaults are those of the published tables."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    k: float = Field(default=4.0, gt=0, le=1_000, allow_inf_nan=False)
    """The most that one game moves a rating."""

    scale: float = Field(default=400.0, gt=0, le=1_000_000, allow_inf_nan=False)
    """The difference of ratings that means odds of 10 to 1."""

    start: float = Field(default=1_000.0, ge=-1e9, le=1e9, allow_inf_nan=False)
    """The rating of every value before its first game."""

    shuffles: int = Field(default=100, ge=1, le=10_000)
    """Orders of the games to average over."""

    seed: int = Field(default=42, ge=0, le=2**32 - 1)
    """Decides the shuffles, for each model anew."""


class Rating(NamedTuple):
    """The rating of one value by one model under one condition."""

    model: str
    condition: Condition
    rank: int
    value: str
    name: str
    """The value's name for people."""

    rating: float
    """The mean over shuffles."""

    noise: float
    """The standard deviation over shuffles: `NOISE`."""

    games: int


def elo_table(table: pd.DataFrame, settings: EloSettings) -> list[Rating]:
    """Elo ratings of every value, for each model and condition, best first.

    A game is a comparison (`comparisons.comparisons`); a tie is half a win. The games of a model
    are shuffled as pandas shuffles a frame (`sample(frac=1)`) with numpy's legacy generator, so
    that published tables made in this way come out digit by digit.

    Args:
        table: A verdict table, in the order in which games were recorded.
        settings: How to rate.
    """
    rows = comparisons(table).rows
    names = _names(table)
    found: list[Rating] = []
    for key, games in rows.groupby(["model", *CONDITION], observed=True, sort=True):
        model, elicitation, turn, nudge, persona = key
        condition = Condition(str(elicitation), int(str(turn)), str(nudge), str(persona))
        found += _rated(str(model), condition, games, names, settings)
    return found


def ratings(
    first: np.ndarray, second: np.ndarray, score: np.ndarray, values: int, settings: EloSettings
) -> np.ndarray:
    """The ratings after all games, for each shuffle; shuffles × values.

    Source: Elo (1978), The Rating of Chessplayers, Past and Present, equations 2 and 49.

    Args:
        first: One value of each game, as a number.
        second: The other.
        score: What the first got: 1, .5 or 0.
        values: How many values there are.
        settings: How to rate.
    """
    random = np.random.RandomState(settings.seed)
    games = len(score)
    order = np.stack(
        [random.choice(games, size=games, replace=False) for _ in range(settings.shuffles)]
    )
    rating = np.full((settings.shuffles, values), settings.start)
    shuffle = np.arange(settings.shuffles)
    for game in order.T:
        one, other, won = first[game], second[game], score[game]
        ahead = rating[shuffle, other] - rating[shuffle, one]
        expected = 1 / (1 + 10 ** (ahead / settings.scale))
        rating[shuffle, one] += settings.k * (won - expected)
        rating[shuffle, other] += settings.k * ((1 - won) - (1 - expected))
    return rating


def _rated(
    model: str,
    condition: Condition,
    games: pd.DataFrame,
    names: dict[str, str],
    settings: EloSettings,
) -> list[Rating]:
    sides = [games["first_value"].astype(str), games["second_value"].astype(str)]
    values = sorted({str(value) for side in sides for value in side.unique()})
    place = {value: number for number, value in enumerate(values)}
    first, second = (side.map(place).to_numpy(dtype=np.int64) for side in sides)
    score = (games["outcome"].to_numpy(dtype=float) + 1) / 2
    each = ratings(first, second, score, len(values), settings)
    mean, noise = each.mean(axis=0), each.std(axis=0)
    played = np.bincount(first, minlength=len(values)) + np.bincount(second, minlength=len(values))
    order: Sequence[int] = np.argsort(-mean, kind="stable").tolist()
    return [
        Rating(
            model,
            condition,
            rank,
            values[at],
            names.get(values[at], values[at]),
            float(mean[at]),
            float(noise[at]),
            int(played[at]),
        )
        for rank, at in enumerate(order, start=1)
    ]


def _names(table: pd.DataFrame) -> dict[str, str]:
    """Value → its name for people."""
    found: dict[str, str] = {}
    for side in ("first", "second"):
        rows = table[[f"{side}_value", f"{side}_name"]].dropna().drop_duplicates()
        found |= dict(zip(rows.iloc[:, 0].astype(str), rows.iloc[:, 1].astype(str), strict=True))
    return found
