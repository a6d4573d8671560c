"""The studies of the laboratory of effects: what is drawn, and which statistic estimates it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from worlds import World, effect, inclination, lost, places, positions, table

from inspect_values.analysis.alpha import alpha, alpha_sums
from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.estimators.elicitation_gap import ELICITATION_GAP
from inspect_values.analysis.estimators.factor_by_lab import FACTOR_BY_LAB
from inspect_values.analysis.estimators.factor_effect import FACTOR_EFFECT
from inspect_values.analysis.estimators.give_way import GIVE_WAY
from inspect_values.analysis.estimators.judge_agreement import JUDGE_AGREEMENT
from inspect_values.analysis.estimators.lab_classification import LAB_CLASSIFICATION
from inspect_values.analysis.estimators.lab_contrast import LAB_CONTRAST
from inspect_values.analysis.estimators.lab_lean import LAB_LEAN
from inspect_values.analysis.estimators.lab_permutation import LAB_PERMUTATION
from inspect_values.analysis.estimators.lab_variance_share import LAB_VARIANCE_SHARE
from inspect_values.analysis.estimators.ladder_effect import LADDER_EFFECT
from inspect_values.analysis.estimators.lean import LEAN
from inspect_values.analysis.estimators.model_disagreement import MODEL_DISAGREEMENT
from inspect_values.analysis.estimators.only_when import ONLY_WHEN
from inspect_values.analysis.estimators.repeatability import REPEATABILITY
from inspect_values.analysis.estimators.steadfastness import STEADFASTNESS
from inspect_values.analysis.estimators.steerability import STEERABILITY
from inspect_values.analysis.labs import codes_of, share_between
from inspect_values.analysis.ppi import corrected
from inspect_values.analysis.references import (
    AGREEMENT,
    DISTANCE,
    distance,
    reference_estimates,
    tau,
)
from inspect_values.plugins.references import Reference

Draw = Callable[[World, np.random.Generator, int, int], pd.DataFrame]
CELLS = 3
MODELS = 0.15
"""Standard deviation of the inclination of a lab's models."""


class Experiment(NamedTuple):
    """One statistic on one kind of study."""

    name: str
    doc: str
    draw: Draw
    estimates: Callable[[pd.DataFrame], list[Estimate]]
    """One estimate a study, in their order where the truth is each study's own."""

    worlds: dict[str, Callable[[float], World]]
    rows: int = 2 * CELLS
    """Rows of one situation of one study."""

    most: int = 1000
    """At most so many studies a row: what is slow gets fewer."""

    batch: int = 1000
    """At most so many studies in one table."""

    large: int = 100_000
    """Situations of a study that tells the truth."""

    parallel: int = 1
    """Studies of that size in one table."""

    truth_draw: Draw | None = None
    """Draws the studies that tell the truth, where it is another population."""

    value: Callable[[pd.DataFrame], float] | None = None
    """The statistic's point alone, where its bootstrap would take too long on a large study."""

    own: Callable[[pd.DataFrame, World], list[float]] | None = None
    """Each study's own truth, for claims of exactly these models."""


class PValue(NamedTuple):
    """A test that is given studies with and without an effect."""

    name: str
    draw: Callable[[np.random.Generator, int, bool], pd.DataFrame]
    estimates: Callable[[pd.DataFrame], list[Estimate]]
    most: int = 1000


def told(
    statistic: Any, level: str = "model", ends: str = "", starts: str = ""
) -> Callable[[pd.DataFrame], list[Estimate]]:
    """The estimates of a statistic of one level, with a key that ends and starts so."""

    def estimates(frame: pd.DataFrame) -> list[Estimate]:
        found: list[Estimate] = statistic.estimates(frame)
        kept = [
            e
            for e in found
            if e.level == level and e.key.endswith(ends) and e.key.startswith(starts)
        ]
        if kept and kept[0].persona.startswith("study"):
            kept.sort(key=lambda e: int(e.persona.removeprefix("study")))
        return kept

    return estimates


BOTH: dict[str, Callable[[float], World]] = {
    "nothing": lambda icc: World(icc),
    "an effect": lambda icc: World(icc, effect=0.25),
    "an effect near the end": lambda icc: World(icc, lean=0.6, effect=0.25),
}
LEANS: dict[str, Callable[[float], World]] = {
    "none": lambda icc: World(icc, lean=0.0),
    "middle": lambda icc: World(icc, lean=0.3),
    "near the end": lambda icc: World(icc, lean=0.9),
}


# ---- one model a study -------------------------------------------------------------------------


def plain(world: World, rng: np.random.Generator, studies: int, families: int) -> pd.DataFrame:
    """Open answers of one model a study."""
    x = inclination(world, rng, studies, families, CELLS)
    study, family, cell = places(*x.shape)
    return table(_of(study, family, cell), *positions(x, rng), lost(x.shape, rng))


def two_ways(world: World, rng: np.random.Generator, studies: int, families: int) -> pd.DataFrame:
    """Open answers and forced choices in both seats, of the same scenarios."""
    x = inclination(world, rng, studies, families, CELLS)
    other = x + effect(world, rng, studies, families)
    inclined = np.stack([x, other, other], axis=-1)
    study, family, cell, way = places(*inclined.shape)
    first, second = positions(inclined, rng)
    won = rng.random((*x.shape, 2)) < 1 / (1 + np.exp(-4 * inclined[..., 1:]))
    first[..., 1:], second[..., 1:] = np.where(won, 6, 0), np.where(won, 0, 6)
    codes = _of(study, family, cell) | {"elicitation": np.minimum(way, 1), "seat": way - 1}
    return table(codes, first, second, lost(inclined.shape, rng))


def personas(world: World, rng: np.random.Generator, studies: int, families: int) -> pd.DataFrame:
    """The same scenarios under both personas and none."""
    x = inclination(world, rng, studies, families, CELLS)
    moved = effect(world, rng, studies, families)
    inclined = np.stack([x + moved / 2, x - moved / 2, x], axis=-1)
    study, family, cell, way = places(*inclined.shape)
    codes = _of(study, family, cell) | {"persona": way}
    return table(codes, *positions(inclined, rng), lost(inclined.shape, rng))


def pushed(world: World, rng: np.random.Generator, studies: int, families: int) -> pd.DataFrame:
    """First answers and those after one push, for one of the two values in turn."""
    x = inclination(world, rng, studies, families, CELLS)
    study, family, cell = places(*x.shape)
    towards = np.where((family * CELLS + cell) % 2, 1, -1)
    inclined = np.stack([x, x + towards * effect(world, rng, studies, families)], axis=-1)
    study, family, cell, turn = places(*inclined.shape)
    sample = (study * families + family) * CELLS + cell
    codes = _of(study, family, cell) | {
        "elicitation": "pushback",
        "turn": turn,
        "pressed": np.where((family * CELLS + cell) % 2, 0, 1),
        "sample_uuid": sample,
    }
    return table(codes, *positions(inclined, rng), lost(inclined.shape, rng))


def ladders(world: World, rng: np.random.Generator, studies: int, families: int) -> pd.DataFrame:
    """Scenarios whose judge saw the first ladder first, and others that it saw second."""
    x = inclination(world, rng, studies, families, 2 * CELLS)
    study, family, cell = places(*x.shape)
    x = x + np.where(cell % 2, 0.0, 1.0) * effect(world, rng, studies, families)
    codes = _of(study, family, cell) | {"ladders": cell % 2}
    return table(codes, *positions(x, rng), lost(x.shape, rng))


def factors(world: World, rng: np.random.Generator, studies: int, families: int) -> pd.DataFrame:
    """Four settings of liability by stakes, each asked twice; stakes have an effect of their own.

    Liability moves the lean, and takes the rate of refusals from .08 to .08 plus the effect.
    """
    x = inclination(world, rng, studies, families, 4)
    study, family, cell = places(*x.shape)
    high = (cell // 2).astype(float)
    x = x + high * effect(world, rng, studies, families) + 0.1 * (cell % 2)
    return _refusing(world, rng, x, high, _of(study, family, cell) | {"factors": cell})


def factors_of_labs(
    world: World, rng: np.random.Generator, studies: int, families: int
) -> pd.DataFrame:
    """The same with two models in each of two labs; only the first lab's have the effect."""
    x = np.stack([inclination(world, rng, studies, families, 4) for _ in range(4)], axis=-1)
    study, family, cell, model = places(*x.shape)
    high = (cell // 2) * (model < 2).astype(float)
    moved = effect(world, rng, studies, families)[..., None]
    x = x + (cell // 2) * rng.normal(0, world.differs, (studies, families, 1, 1)) + high * moved
    codes = _of(study, family, cell, study=study) | {
        "factors": cell,
        "model": model,
        "lab": model // 2,
    }
    return _refusing(world, rng, x, high, codes)


def liability(frame: pd.DataFrame, column: str) -> float:
    """The effect of liability on one model: least squares within families, once more and by itself.

    The rows of a family are its four settings, liability by stakes, in order.
    """
    y = frame[column].to_numpy().reshape(-1, 4)
    seen = ~np.isnan(y)
    weight = seen / np.maximum(seen.sum(axis=1, keepdims=True), 1)
    columns = [np.broadcast_to(np.array(x), y.shape) for x in ((0, 0, 1, 1), (0, 1, 0, 1))]
    one, two, out = (
        x - (weight * x).sum(axis=1, keepdims=True) for x in (*columns, np.where(seen, y, 0.0))
    )
    squares = [[(weight * a * b).sum() for b in (one, two)] for a in (one, two)]
    found = np.linalg.solve(squares, [(weight * a * out).sum() for a in (one, two)])
    return float(found[0])


def liability_of_labs(frame: pd.DataFrame) -> float:
    """The mean effect on the first lab's two models minus that on the second's."""
    each = [liability(frame[frame["model"].eq(f"model{number}")], "lean") for number in range(4)]
    return (each[0] + each[1] - each[2] - each[3]) / 2


def _refusing(
    world: World, rng: np.random.Generator, x: np.ndarray, high: np.ndarray, codes: dict[str, Any]
) -> pd.DataFrame:
    shape = (*x.shape[:2], *([1] * (x.ndim - 2)))
    share = np.clip(rng.beta(0.8, 9.2, shape) + high * world.effect, 0, 1)
    return table(codes, *positions(x, rng), lost(x.shape, rng), rng.random(x.shape) < share)


def twice(
    world: World, rng: np.random.Generator, studies: int, families: int, judges: bool
) -> pd.DataFrame:
    """Two judges of each answer, or two answers to each query; `effect` is the answers' scatter."""
    x = inclination(world, rng, studies, families, CELLS)[..., None]
    x = x + rng.normal(0, world.effect, (*x.shape[:-1], 1 if judges else 2)) * np.ones(2)
    study, family, cell, which = places(*x.shape)
    if judges:
        sample = (study * families + family) * CELLS + cell
        codes = _of(study, family, cell, study=study)
        codes |= {"judge": which, "sample_uuid": sample, "model": "m0"}
    else:
        codes = _of(study, family, cell) | {"epoch": which + 1}
    return table(codes, *positions(x, rng), lost(x.shape, rng))


# ---- several models or pairs a study -----------------------------------------------------------


def lab_models(
    world: World, rng: np.random.Generator, studies: int, families: int, models: int
) -> pd.DataFrame:
    """One lab a study, its models drawn from a population; `differs` is per situation."""
    offset = rng.normal(0, MODELS, (studies, 1, models, 1))
    return _lab(world, rng, offset, families)


def population(world: World, rng: np.random.Generator, studies: int, families: int) -> pd.DataFrame:
    """The truth for `lab_models`: a fresh model for every situation."""
    offset = rng.normal(0, MODELS, (studies, families, 1, 1))
    return _lab(world, rng, offset, families)


def _lab(world: World, rng: np.random.Generator, offset: np.ndarray, families: int) -> pd.DataFrame:
    studies, models = offset.shape[0], offset.shape[2]
    x = inclination(world, rng, studies, families, CELLS)[:, :, None, :] + offset
    x = x + rng.normal(0, world.differs, (studies, families, models, 1))
    study, family, model, cell = places(*x.shape)
    codes = _of(study, family, cell) | {"lab": study, "model": study * models + model}
    return table(codes, *positions(x, rng), lost(x.shape, rng))


def labs(
    world: World, rng: np.random.Generator, studies: int, families: int, each: tuple[int, ...]
) -> pd.DataFrame:
    """Several labs a study; `effect` is the standard deviation of labs. Offsets are kept."""
    lab = np.repeat(np.arange(len(each)), each)
    offset = rng.normal(0, world.effect, (studies, 1, len(each), 1))[:, :, lab]
    offset = offset + rng.normal(0, MODELS, (studies, 1, len(lab), 1))
    x = inclination(world, rng, studies, families, CELLS)[:, :, None, :] + offset
    x = x + rng.normal(0, world.differs, (studies, families, len(lab), 1))
    study, family, model, cell = places(*x.shape)
    codes = _of(study, family, cell, study=study) | {"lab": lab[model], "model": model}
    frame = table(codes, *positions(x, rng), lost(x.shape, rng))
    frame.attrs["offset"] = offset[:, 0, :, 0].tolist()
    frame.attrs["lab"] = lab.tolist()
    return frame


_MEANS: dict[tuple[float, float, float], tuple[np.ndarray, np.ndarray]] = {}


def mean_lean(world: World, offset: np.ndarray) -> np.ndarray:
    """The lean of a model with this offset over 100,000 situations, between 41 points of a grid."""
    key = (world.icc, world.lean, world.differs)
    if key not in _MEANS:
        rng = np.random.default_rng(7)
        x = inclination(world, rng, 1, 100_000, 1) + rng.normal(0, world.differs, (1, 100_000, 1))
        grid = np.linspace(-1.5, 1.5, 41)
        means: list[float] = []
        for at in grid:
            first, second = positions(x + at, np.random.default_rng(8))
            means.append(float((first - second).mean() / 6))
        _MEANS[key] = grid, np.array(means)
    return np.interp(offset, *_MEANS[key])


def own_contrasts(frame: pd.DataFrame, world: World) -> list[float]:
    """The first lab's models against the others', for exactly these models."""
    lean, lab = mean_lean(world, np.array(frame.attrs["offset"])), np.array(frame.attrs["lab"])
    own = np.stack([lean[:, lab == k].mean(axis=1) for k in np.unique(lab)], axis=1)
    return (own[:, 0] - own[:, 1:].mean(axis=1)).tolist()


def own_shares(frame: pd.DataFrame, world: World) -> list[float]:
    """The share of variance between labs, for exactly these models and without noise."""
    lean, codes = mean_lean(world, np.array(frame.attrs["offset"])), codes_of(frame.attrs["lab"])
    found: list[float] = []
    for row in lean:
        own = np.bincount(codes, weights=row) / np.bincount(codes)
        apart = float((np.bincount(codes) * (own - row.mean()) ** 2).sum())
        found.append(share_between(np.array([[apart, float(((row - row.mean()) ** 2).sum())]])))
    return found


def scenarios_of_models(
    world: World, rng: np.random.Generator, studies: int, families: int
) -> pd.DataFrame:
    """Six models a study on the same scenarios; how far they differ depends on the situation."""
    x = inclination(world, rng, studies, families, CELLS)[..., None]
    apart = world.differs * np.exp(rng.normal(0, 1, (studies, families, 1, 1)))
    x = x + apart * rng.normal(0, 1, (*x.shape[:-1], 6))
    study, family, cell, model = places(*x.shape)
    codes = _of(study, family, cell, study=study) | {"model": model}
    return table(codes, *positions(x, rng), lost(x.shape, rng))


PAIRS = np.array([0.08, 0.15, -0.2, 0.4, -0.05])
"""The inclinations of five pairs, `effect` away from what the reference says."""


def pairs(world: World, rng: np.random.Generator, studies: int, families: int) -> pd.DataFrame:
    """Five pairs a study."""
    x = np.stack([inclination(world, rng, studies, families, CELLS) for _ in PAIRS], axis=-1)
    x = x + PAIRS + world.effect * np.array([1, -1, 1, -1, 1])
    study, family, cell, pair = places(*x.shape)
    codes = _of(study, family, cell) | {"pair": pair, "family": family * len(PAIRS) + pair}
    codes["scenario"] = codes["family"] * CELLS + cell
    return table(codes, *positions(x, rng), lost(x.shape, rng))


def held_against(frame: pd.DataFrame, statistic: str) -> list[Estimate]:
    """Every study against the reference."""
    leans = {
        f"pair{k}": float(mean_lean(World(0.3, 0.0, 0.0, 0.0), x)) for k, x in enumerate(PAIRS)
    }
    reference = Reference(name="other", description="made up", source="none", leans=leans)
    found = reference_estimates(frame, [reference])
    return [e for e in found if e.statistic == statistic and e.level == "model"]


def at_margin(rng: np.random.Generator, studies: int, planted: bool) -> pd.DataFrame:
    """Refusals and leans exactly at the margins where liability is absent, or well within them."""
    world = World(0.3, 0.0)
    x = inclination(world, rng, studies, 20, 4)
    study, family, cell = places(*x.shape)
    grid = np.linspace(0.0, 0.4, 81)
    at = float(np.interp(0.1, mean_lean(World(0.3, 0.0, 0.0, 0.0), grid), grid))
    x = x + (0.0 if planted else at)
    rate = 0.005 if planted else 0.05
    share = rng.beta(10 * rate, 10 * (1 - rate), (studies, 20, 1))
    share = np.where(cell // 2 == 1, 0.3, share)
    codes = _of(study, family, cell) | {"factors": cell}
    return table(codes, *positions(x, rng), lost(x.shape, rng), rng.random(x.shape) < share)


def signatures(
    rng: np.random.Generator, studies: int, planted: bool, each: tuple[int, ...]
) -> pd.DataFrame:
    """Labs' models on five pairs; without an effect labs are drawn like models."""
    world = World(0.3)
    lab = np.repeat(np.arange(len(each)), each)
    shape = (studies, 1, len(lab), 1, 5)
    offset = rng.normal(0, MODELS, shape)
    if planted:
        offset = offset + rng.normal(0, MODELS, (studies, 1, len(each), 1, 5))[:, :, lab]
    x = np.stack([inclination(world, rng, studies, 20, CELLS) for _ in range(5)], axis=-1)
    x = x[:, :, None] + offset
    x = x + rng.normal(0, world.differs, (studies, 20, len(lab), 1, 5))
    study, family, model, cell, pair = places(*x.shape)
    codes = _of(study, family * 5 + pair, cell, study=study)
    codes |= {"lab": lab[model], "model": model, "pair": pair}
    return table(codes, *positions(x, rng), lost(x.shape, rng))


def labelled(world: World, rng: np.random.Generator, studies: int, families: int) -> pd.DataFrame:
    """A judge that leans to the first value by `effect`; people labelled a third of the answers."""
    x = inclination(world, rng, studies, families, CELLS)
    study, family, cell = places(*x.shape)
    sample = (study * families + family) * CELLS + cell
    codes = _of(study, family, cell) | {"sample_uuid": sample}
    first, second = positions(x + world.effect, rng)
    frame = table(codes, first, second, lost(x.shape, rng))
    right = positions(x, rng)
    people = pd.DataFrame(
        {
            "sample_uuid": frame["sample_uuid"].astype("object"),
            "epoch": 1,
            "turn": 0,
            "lean": ((right[0] - right[1]) / 6).ravel(),
            "refused": 0.0,
            "weight": 3.0,
        }
    )
    chosen = rng.random(len(people)) < 1 / 3
    frame.attrs["people"] = people[chosen].to_dict("list")
    frame.attrs["truth"] = float(people["lean"].mean())
    return frame


def corrected_leans(frame: pd.DataFrame) -> list[Estimate]:
    """The corrected lean of every study."""
    people = pd.DataFrame(frame.attrs["people"])
    frame.attrs = {}
    found = corrected(frame.astype({"sample_uuid": "object"}), people)
    return [e for e in found if e.statistic == "lean_corrected" and e.level == "model"]


def alpha_of(frame: pd.DataFrame, unit: str) -> float:
    """Alpha of the lean over all units of one study."""
    code = pd.factorize(frame[unit].astype("object"))[0].astype("int64")
    family = np.zeros(int(code.max()) + 1, dtype="int64")
    return float(alpha(alpha_sums(code, family, frame["lean"].to_numpy(), 1))[0])


def reference_value(frame: pd.DataFrame, statistic: str) -> float:
    """Distance or agreement of one large study."""
    leans = frame.groupby("pair", observed=True)["lean"].mean().to_numpy()
    expected = mean_lean(World(0.3, 0.0, 0.0, 0.0), PAIRS)
    if statistic == DISTANCE:
        return float(distance(leans, expected, np.ones(len(PAIRS))))
    return float(tau(leans, expected))


# ---- the list ----------------------------------------------------------------------------------


def _of(
    study_of: np.ndarray, family: np.ndarray, cell: np.ndarray, study: np.ndarray | None = None
) -> dict[str, Any]:
    """The columns of study, family, cell and scenario; `study` where several models make one."""
    size = int(cell.max()) + 1
    codes: dict[str, Any] = {"family": family, "cell": cell, "scenario": family * size + cell}
    return codes | ({"model": study_of, "lab": "lab0"} if study is None else {"study": study})


_KINDER: dict[str, Callable[[float], World]] = {
    "a fair judge": lambda icc: World(icc),
    "a partial judge": lambda icc: World(icc, effect=0.3),
}
_SCATTER: dict[str, Callable[[float], World]] = {
    "steady": lambda icc: World(icc, effect=0.05),
    "scattered": lambda icc: World(icc, effect=0.4),
}
_LABS: dict[str, Callable[[float], World]] = {
    "labs alike": lambda icc: World(icc),
    "labs differ": lambda icc: World(icc, effect=0.15),
}
_REFERENCE: dict[str, Callable[[float], World]] = {
    "the same": lambda icc: World(icc, lean=0.0),
    "another": lambda icc: World(icc, lean=0.0, effect=0.25),
}
_ONE_WORLD: dict[str, Callable[[float], World]] = {"a population": lambda icc: World(icc)}

OVER_SITUATIONS: Sequence[Experiment] = (
    Experiment("lean", "The lean of one model.", plain, told(LEAN), LEANS, CELLS, 2000, 2000),
    Experiment(
        "elicitation_gap",
        "Forced choices in both seats minus open answers.",
        two_ways, told(ELICITATION_GAP), BOTH, 3 * CELLS,
    ),
    Experiment(
        "steerability",
        "Under `prefers_first` minus under `prefers_second`, on the same scenarios.",
        personas, told(STEERABILITY, ends="prefers_second"), BOTH, 3 * CELLS,
    ),
    Experiment(
        "steadfastness",
        "The share that still puts first what is pressed against.",
        pushed, told(STEADFASTNESS), BOTH,
    ),
    Experiment(
        "give_way", "Change of the lean after one push.", pushed, told(GIVE_WAY), BOTH
    ),
    Experiment(
        "ladder_effect",
        "The judge saw the first ladder first, or the second; on different scenarios.",
        ladders, told(LADDER_EFFECT), BOTH, 2 * CELLS,
    ),
    Experiment(
        "factor_effect on the lean",
        "Liability high against none; stakes move the lean too.",
        factors, told(FACTOR_EFFECT, ends=":lean", starts="p0:liability"), BOTH, 4,
        value=partial(liability, column="lean"),
    ),
    Experiment(
        "factor_effect on refusals",
        "Refusals start at .08; the effect is that on their rate.",
        factors, told(FACTOR_EFFECT, ends=":refused", starts="p0:liability"),
        {"nothing": BOTH["nothing"], "an effect": BOTH["an effect"]}, 4,
        value=partial(liability, column="refused"),
    ),
    Experiment(
        "judge_agreement",
        "Krippendorff's alpha of two judges.",
        partial(twice, judges=True), told(JUDGE_AGREEMENT, "all", ":lean", "p0"), _SCATTER,
        batch=100, value=partial(alpha_of, unit="sample_uuid"),
    ),
    Experiment(
        "repeatability",
        "Krippendorff's alpha of two answers to each query.",
        partial(twice, judges=False), told(REPEATABILITY), _SCATTER,
        value=partial(alpha_of, unit="scenario"),
    ),
    Experiment(
        "disagreement",
        "Mean D of six models.",
        scenarios_of_models, told(MODEL_DISAGREEMENT, "all"), _ONE_WORLD, 6 * CELLS,
    ),
    Experiment(
        "lean_corrected",
        "Prediction-powered: people labelled a third of the answers.",
        labelled, corrected_leans, _KINDER, CELLS, 1000, 1,
        value=lambda frame: float(frame.attrs["truth"]),
    ),
)  # fmt: skip

ABOUT_MODELS: Sequence[Experiment] = (
    *(
        Experiment(
            f"lab_lean, {models} models",
            "For models like these: a lab's models are drawn too.",
            partial(lab_models, models=models), told(LAB_LEAN, "lab"), _ONE_WORLD,
            models * CELLS, 500, truth_draw=population,
        )
        for models in (3, 5)
    ),
    Experiment(
        "lab_contrast",
        "Four labs with two models each, for exactly these models: each study has its own truth.",
        partial(labs, each=(2, 2, 2, 2)),
        lambda frame: [e for e in told(LAB_CONTRAST, "lab")(frame) if e.subject == "lab0"],
        _LABS, 8 * CELLS, 500, own=own_contrasts,
    ),
    Experiment(
        "lab_variance_share",
        "Four labs with three models each, for exactly these models.",
        partial(labs, each=(3, 3, 3, 3)), told(LAB_VARIANCE_SHARE, "all"), _LABS,
        12 * CELLS, own=own_shares,
    ),
    Experiment(
        "factor_by_lab on the lean",
        "Two labs with two models each; liability moves the first lab's models.",
        factors_of_labs,
        lambda frame: [
            e
            for e in told(FACTOR_BY_LAB, "lab", ":lean", "p0:liability")(frame)
            if e.subject == "lab0"
        ],
        {"nothing": BOTH["nothing"], "an effect": BOTH["an effect"]}, 16, 500, 100,
        value=liability_of_labs,
    ),
    *(
        Experiment(
            statistic,
            "Five pairs against a reference with leans.",
            pairs, partial(held_against, statistic=statistic), _REFERENCE, 5 * CELLS, 300,
            value=partial(reference_value, statistic=statistic),
        )
        for statistic in (DISTANCE, AGREEMENT)
    ),
)  # fmt: skip

P_VALUES: Sequence[PValue] = (
    *(
        PValue(
            f"{statistic.name}, labs of {', '.join(map(str, each))} models",
            partial(signatures, each=each), told(statistic, "all"), 400,
        )
        for statistic in (LAB_PERMUTATION, LAB_CLASSIFICATION)
        for each in ((4, 4, 4, 4), (3, 3, 3), (5, 3, 2))
    ),
    *(
        PValue(f"only_when, {outcome} at its margin", at_margin,
               told(ONLY_WHEN, ends=outcome, starts="p0:liability:high"))
        for outcome in ("refused", "lean")
    ),
)  # fmt: skip
