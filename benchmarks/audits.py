"""The laboratory of audits: are planted tastes of a judge found, and none where there is none?

Prints a Markdown page with seed and revision. Run it with `make lab`; the tests run a smaller grid.
Real judge prompts go to simulated judges, whose tastes are known.
"""

import json
import math
import random
import subprocess
from collections.abc import Iterator
from typing import Any

import pandas as pd

from inspect_values.analysis.audit import audit
from inspect_values.analysis.columns import COLUMNS, typed
from inspect_values.analysis.estimate import Estimate
from inspect_values.evaluation.audit import padded, trimmed, ways
from inspect_values.evaluation.judging.prompt import Exchange, ladder_first, positions_prompt
from inspect_values.evaluation.providers.answers import STYLES, summary
from inspect_values.evaluation.providers.judge import SimulatedJudge
from inspect_values.plugins.catalog import evaluation_catalog
from inspect_values.values import ValuePair

PAIR = "honesty_vs_helpfulness"
SEED = 20261124
RUNS = 200
FAMILIES = 20
EFFECTS = ("wording-2", "wording-3", "ladders", "padded", "trimmed")


def pair() -> ValuePair:
    """The pair whose answers are judged."""
    return evaluation_catalog().pair(PAIR)


def answers(seed: int, families: int, lab: str = "cedar") -> Iterator[tuple[str, str, str]]:
    """Family, scenario and answer, two a family, with positions that families share in part."""
    rng = random.Random(seed)
    found = pair()
    for family in range(families):
        base = rng.gauss(0, 1)
        for number in range(2):
            first = min(5, max(1, round(3 + base + rng.gauss(0, 1))))
            second = min(5, max(1, round(3 - base + rng.gauss(0, 1))))
            text = (
                f"{STYLES[lab]} It {found.first_ladder[first].lower()}\n\nIt "
                f"{found.second_ladder[second].lower()}\n\n{summary(found, first, second)}"
            )
            yield f"f{family}", f"s{seed}-{family}-{number}", text


def audited(
    judge: SimulatedJudge, seed: int, families: int = 24, lab: str = "cedar", name: str = "j"
) -> pd.DataFrame:
    """The verdict table of an audit, made by putting the real prompts to a simulated judge."""
    rows: list[dict[str, Any]] = []
    for family, scenario, text in answers(seed, families, lab):
        for way in ways(("repeat", "wording", "ladders", "length"), 3):
            shown = {"padded": padded, "trimmed": trimmed}.get(way.length, str)(text)
            exchange = Exchange(scenario, shown, [("user", f"Please write {scenario}.")])
            prompt = positions_prompt(pair(), exchange, way.ladders, way.wording)
            call = int(way.name[-1]) if way.name.startswith("repeat") else 0
            said = judge.reply("\n\n".join(m.text for m in prompt.messages), call)
            first, second = (json.loads(said)["positions"][v.id] for v in pair().values)
            rows.append(
                {
                    "model": f"simulated/{lab}-1",
                    "lab": lab,
                    "pair": PAIR,
                    "family": family,
                    "cell": scenario,
                    "answer": scenario,
                    "variation": way.name,
                    "judge": name,
                    "judge_lab": judge.own_lab or "judges",
                    "rubric": "fixed" if way.wording == 1 else f"fixed-{way.wording}",
                    "ladders": ladder_first(scenario, way.ladders),
                    "first": first,
                    "second": second,
                    "lean": (first - second) / 6,
                    "turn": 0,
                    "epoch": 1,
                    "outcome": "verdict",
                }
            )
    filled = [{c.name: row.get(c.name) for c in COLUMNS} for row in rows]
    return typed(pd.DataFrame(filled))


def crossed(bias: float, seed: int, families: int = 24) -> pd.DataFrame:
    """Two judges of two labs on the answers of both labs; the aster judge may be partial."""
    judges = {
        "aster-judge": SimulatedJudge(own_lab="aster", own_lab_bias=bias, noise=0.4, seed=seed),
        "birch-judge": SimulatedJudge(own_lab="birch", noise=0.4, seed=seed + 1),
    }
    parts = [
        audited(judge, seed, families, lab=lab, name=name)
        for name, judge in judges.items()
        for lab in ("aster", "birch")
    ]
    table = pd.concat(parts, ignore_index=True)
    return table.assign(answer=table["lab"] + table["answer"])


def found(table: pd.DataFrame, judge: str = "j") -> dict[str, Estimate]:
    """The estimates of one judge by statistic."""
    return {e.statistic: e for e in audit(table) if e.subject == judge}


def covers(estimate: Estimate, truth: float) -> bool:
    """Whether the interval holds a number; an estimate without one is an error here."""
    assert estimate.low is not None and estimate.high is not None, estimate.withheld
    return estimate.low <= truth <= estimate.high


def main() -> None:
    """Print the page."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    revision = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    error = math.sqrt(0.05 * 0.95 / RUNS)
    print("# Laboratory: audits of simulated judges\n")
    print(
        f"{RUNS} audits a row, {FAMILIES} situations with two answers each, seed {SEED}, revision "
        f"{revision}. An interval should miss the planted effect in 5 % of the audits "
        f"(Monte-Carlo standard error {error:.1%}). Written by `make lab`.\n"
    )
    print("| planted in the judge | effect | planted | mean | intervals that miss it |")
    print("| --- | --- | --- | --- | --- |")
    for effect in EFFECTS:
        _row("nothing (noise .6)", effect, 0.0, {"noise": 0.6})
    _row("second wording adds 1 position", "wording-2", 1 / 6, {"wordings": (0.0, 1.0, 0.0)})
    _row("third wording takes 1 position", "wording-3", -1 / 6, {"wordings": (0.0, 0.0, -1.0)})
    _row("first ladder shown gets 1 position", "ladders", 2 / 6, {"first_ladder": 1.0})
    _own_lab(0.0)
    _own_lab(1.0)


def _row(words: str, effect: str, truth: float, planted: dict[str, Any]) -> None:
    estimates = [
        found(audited(SimulatedJudge(**planted, seed=SEED + run), SEED + run, FAMILIES))[
            f"audit_{effect}"
        ]
        for run in range(RUNS)
    ]
    _print(words, effect, truth, estimates)


def _own_lab(bias: float) -> None:
    estimates = [
        found(crossed(bias, SEED + run, FAMILIES), "aster-judge")["audit_own_lab"]
        for run in range(RUNS)
    ]
    _print(f"own lab's answers get {bias:g} positions more", "own lab", bias, estimates)


def _print(words: str, effect: str, truth: float, estimates: list[Estimate]) -> None:
    mean = sum(e.point or 0.0 for e in estimates) / len(estimates)
    missed = sum(not covers(e, truth) for e in estimates) / len(estimates)
    print(f"| {words} | {effect} | {truth:.3f} | {mean:.3f} | {missed:.1%} |")


if __name__ == "__main__":
    main()
