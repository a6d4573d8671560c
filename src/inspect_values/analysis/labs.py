"""Labs: how far the signatures of models go by the lab that made them.

A model's signature is the vector of its leans, one a pair. Versions of one model are not
independent, so the unit is the model family where it is known, else the model, and a unit's
signature is the mean of its models'.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from inspect_values.analysis.estimate import Condition
from inspect_values.analysis.frames import family_by_model, family_frame
from inspect_values.analysis.intervals import FEWEST_FAMILIES
from inspect_values.analysis.tally import CONDITION, Tally

UNKNOWN_LAB = "unknown lab"
"""Models of which no rule says who made them; they are no lab together."""

EXACT_UP_TO = 20_000
"""Up to so many arrangements of models in labs every one is looked at."""

DRAWS = 9_999
"""Otherwise so many are drawn; with the observed one they make 10,000."""

ALPHA = 0.05


@dataclass(frozen=True)
class Signatures:
    """The signatures of some units under one condition."""

    condition: Condition
    units: list[str]
    labs: list[str]
    """The lab of each unit."""

    pairs: list[str]
    families: list[np.ndarray]
    """One matrix a pair, families × units: the mean lean; without gaps."""

    models: int
    dropped: list[str]
    """Pairs that not every unit has enough families in common in."""

    unknown: int
    """Models whose lab is not known."""

    known_versions: bool
    """Whether the model family of every model is known."""

    n: int
    """Verdicts that went in."""

    @property
    def matrix(self) -> np.ndarray:
        """Units × pairs: the leans."""
        if not self.families:
            return np.empty((len(self.units), 0))
        return np.column_stack([lean.mean(axis=0) for lean in self.families])

    @property
    def of(self) -> str:
        """What the units are, for `method`."""
        labs = len(set(self.labs))
        unit = "model families" if self.models != len(self.units) else "models"
        pairs = f"{len(self.pairs)} pairs"
        if self.dropped:
            pairs += f" ({len(self.dropped)} that not all models answered left out)"
        versions = "" if self.known_versions else ", versions of a model not told apart"
        return f"{len(self.units)} {unit} of {labs} labs{versions}, {pairs}"

    @property
    def count(self) -> int:
        """Families that went in."""
        return sum(len(lean) for lean in self.families)


def signatures(tally: Tally, models: pd.DataFrame) -> Iterator[Signatures]:
    """The signatures under each condition.

    Args:
        tally: The table as numbers.
        models: One row a model, with `model`, `lab` and `model_family` (`model_table`).
    """
    frame = family_frame(tally, tally.number("lean"))
    unknown = frame["lab"].isna() | frame["lab"].eq(UNKNOWN_LAB)
    for key, rows in frame.groupby(list(CONDITION), sort=True, observed=True):
        elicitation, turn, nudge, persona = key
        condition = Condition(str(elicitation), int(str(turn)), str(nudge), str(persona))
        gone = int(rows.loc[unknown[rows.index], "model"].nunique())
        yield _signatures(rows[~unknown[rows.index]], condition, models, gone)


def model_table(table: pd.DataFrame) -> pd.DataFrame:
    """One row a model: its lab and model family, and its unit."""
    models = table[["model", "lab", "model_family"]].drop_duplicates("model").astype("object")
    family = models["model_family"]
    named = models["lab"].astype("str") + ": " + family.astype("str")
    unit = models["model"].where(family.isna(), named)
    return models.assign(unit=unit).set_index("model")


def _signatures(
    rows: pd.DataFrame, condition: Condition, models: pd.DataFrame, unknown: int
) -> Signatures:
    here = models.loc[sorted(set(rows["model"]))]
    units = sorted(set(here["unit"]))
    labs = [str(here.loc[here["unit"] == unit, "lab"].iloc[0]) for unit in units]
    pairs: list[str] = []
    dropped: list[str] = []
    matrices: list[np.ndarray] = []
    n = 0
    for pair, part in rows.groupby("pair", sort=True, observed=True):
        wide = family_by_model(part).reindex(columns=here.index).dropna()
        if len(wide) < FEWEST_FAMILIES:
            dropped.append(str(pair))
            continue
        by_unit = wide.T.groupby(here["unit"]).mean().T[units]
        matrices.append(by_unit.to_numpy(dtype="float64"))
        pairs.append(str(pair))
        n += int(part.loc[part["family"].isin(wide.index), "n"].sum())
    known = not here["model_family"].isna().any()
    return Signatures(
        condition, units, labs, pairs, matrices, len(here), dropped, unknown, known, n
    )


def problem(found: Signatures, needed: int = 2) -> str:
    """Why nothing can be said of labs; empty if something can.

    Args:
        found: The signatures.
        needed: How many labs must have two units or more.
    """
    counts = pd.Series(found.labs, dtype="object").value_counts()
    if len(counts) < 2:
        return "fewer than two labs"
    if int((counts > 1).sum()) < needed:
        many = "no lab has" if not (counts > 1).any() else "only one lab has"
        return f"{many} two models or more that are not versions of one another"
    if not found.pairs:
        return f"no pair has {FEWEST_FAMILIES} situations that every model answered"
    matrix = found.matrix
    if float(((matrix - matrix.mean(axis=0)) ** 2).sum()) < 1e-12:
        return "every model has the same signature"
    return ""


def codes_of(labs: Sequence[str]) -> np.ndarray:
    """The labs as numbers from 0, in alphabetical order."""
    return np.unique(np.asarray(labs, dtype="str"), return_inverse=True)[1]


def between(matrix: np.ndarray, arrangements: np.ndarray) -> np.ndarray:
    """The squared distances between labs' means, for several arrangements of units in labs.

    Args:
        matrix: Units × pairs.
        arrangements: Arrangements × units: the number of the lab of each unit.

    Returns:
        For each arrangement the sum over pairs and labs of n (mean of the lab - mean of all)^2; the
        total is the same for all, so that more of it is less within.
    """
    centred = matrix - matrix.mean(axis=0)
    products = centred @ centred.T
    found = np.zeros(len(arrangements))
    for lab in np.unique(arrangements[0]):
        inside = (arrangements == lab).astype("float64")
        found += np.einsum("au,uv,av->a", inside, products, inside, optimize=True) / inside.sum(
            axis=1
        )
    return found


def arrangement_count(codes: np.ndarray) -> int:
    """In how many ways units can be put into labs of these sizes, labs of a size being alike."""
    sizes = [int(x) for x in np.bincount(codes)]
    count = math.factorial(len(codes))
    for size in sizes:
        count //= math.factorial(size)
    for size in set(sizes):
        count //= math.factorial(sizes.count(size))
    return count


def arrangements(codes: np.ndarray, seed: int = 0) -> tuple[np.ndarray, bool]:
    """Ways to put the units into labs, the observed one among them, and whether these are all.

    All of them up to `EXACT_UP_TO`, else `DRAWS` drawn at random and the observed one.
    """
    if arrangement_count(codes) <= EXACT_UP_TO:
        return np.array(list(_partitions(codes))), True
    rng = np.random.default_rng(seed)
    drawn = rng.permuted(np.tile(codes, (DRAWS, 1)), axis=1)
    return np.vstack([codes, drawn]), False


def _partitions(codes: np.ndarray) -> Iterator[list[int]]:
    """Every way to fill labs of the observed sizes, without those that only swap equal labs."""
    sizes = [int(x) for x in np.bincount(codes)]
    placed = [-1] * len(codes)

    def fill(unit: int, room: list[int]) -> Iterator[list[int]]:
        if unit == len(placed):
            yield list(placed)
            return
        opened: set[int] = set()
        for lab, left in enumerate(room):
            if left == 0:
                continue
            if left == sizes[lab]:  # of empty labs of one size the first stands for all
                if sizes[lab] in opened:
                    continue
                opened.add(sizes[lab])
            placed[unit] = lab
            room[lab] -= 1
            yield from fill(unit + 1, room)
            room[lab] += 1

    yield from fill(0, list(sizes))


def permutation_p(observed: float, others: np.ndarray) -> float:
    """The share of arrangements that explain as much as the observed one, itself among them.

    It is valid at every size of the test: under no effect P(p <= a) <= a (Phipson & Smyth 2010,
    "Permutation p-values should never be zero", Statistical Applications in Genetics 9, 39).
    """
    return float((others >= observed - 1e-9 * max(1.0, abs(observed))).mean())


def smallest_p(codes: np.ndarray) -> float:
    """The smallest p-value that a permutation of these units can give."""
    count = arrangement_count(codes)
    return 1 / count if count <= EXACT_UP_TO else 1 / (DRAWS + 1)


def share_between(parts: np.ndarray) -> float:
    """The share of the variance of signatures that lies between labs, sampling noise subtracted.

    Args:
        parts: One row a pair: what `squared_distances` gives.

    Returns:
        The share for exactly these units, cut to 0 to 1; NaN where nothing is left but noise.
    """
    within, total = parts.sum(axis=0)
    return float(min(1.0, max(0.0, within / total))) if total > 1e-12 else math.nan


def squared_distances(lean: np.ndarray, codes: np.ndarray) -> tuple[float, float]:
    """Squared distances from the overall mean, of labs' means and of units, less sampling noise.

    All models answer the same situations, so only what is left of their leans after the
    situation's and the unit's own mean is noise.

    Args:
        lean: Families × units, of one pair.
        codes: The lab of each unit.
    """
    units, labs = len(codes), len(np.unique(codes))
    mean = lean.mean(axis=0)
    rest = lean - mean[None, :] - lean.mean(axis=1, keepdims=True) + mean.mean()
    noise = float((rest**2).sum()) / ((len(lean) - 1) * (units - 1)) / len(lean)
    own = np.bincount(codes, weights=mean) / np.bincount(codes)
    apart = float((np.bincount(codes) * (own - mean.mean()) ** 2).sum())
    total = float(((mean - mean.mean()) ** 2).sum())
    return apart - (labs - 1) * noise, total - (units - 1) * noise
