"""The work behind `scenarios build` and `scenarios check`."""

import json
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from inspect_values.cli.progress import progress
from inspect_values.errors import DataError, ParameterError
from inspect_values.evaluation.parameters import Asked, names, resolve_pairs
from inspect_values.files import make_folder, write_text
from inspect_values.plugins.catalog import Catalog, evaluation_catalog
from inspect_values.reporting.scenarios import findings_table, summary_lines
from inspect_values.scenarios.bank import count, read_bank, write_bank
from inspect_values.scenarios.build import build
from inspect_values.scenarios.checks import Checked, Finding, check_situation
from inspect_values.scenarios.files import read_folder
from inspect_values.scenarios.scenario import Scenario
from inspect_values.scenarios.selection import parse_nudges
from inspect_values.scenarios.summary import summarise
from inspect_values.values import ValuePair


def build_bank(
    output: Path, pairs: str, nudges: str, seed: int, queries: int, wordings: int, icc: float
) -> None:
    """Expand situations into a bank and say what it holds.

    Raises:
        ParameterError: If a name is unknown or the output is no Parquet file.
        DataError: If a folder cannot be read or the bank cannot be written.
    """
    if output.suffix != ".parquet":
        raise ParameterError(f"the bank '{output}' must be a file whose name ends in .parquet.")
    asked = _asked(evaluation_catalog(), pairs)
    chosen = parse_nudges(names(nudges, "nudges"))
    make_folder(output)
    about = {
        "seed": str(seed),
        "queries": str(queries),
        "nudges": ", ".join(chosen),
        "wordings": str(wordings),
        "pairs": "; ".join(f"{pair.id} {pair.version} {pair.digest}" for pair, _ in asked),
        "built_with": f"inspect-values {version('inspect-values')}",
    }
    made = build(asked, seed=seed, queries=queries, nudges=chosen, wordings_each=wordings)
    write_bank(made, output, about)
    console = Console()
    with progress("Near-duplicates", 2 * count(output)) as tick:
        summary = summarise(read_bank(output), icc, tick)
    for line in summary_lines(summary):
        console.print(line)
    console.print(f"Bank: {output}", soft_wrap=True, highlight=False)


def check_path(path: str, icc: float, json_path: Path | None) -> bool:
    """Print what an editor would mark in a bank or a folder; True if there are only notes.

    Raises:
        DataError: If the path holds neither, or is damaged.
    """
    found: list[Finding] = []
    if Path(path).is_dir():
        scenarios, pair_of = _folder(Path(path), found)
        rows = len(scenarios)
    elif path.endswith(".parquet"):
        scenarios, pair_of, rows = read_bank(path), _installed, count(path)
    else:
        raise DataError(f"'{path}' is neither a bank (.parquet) nor a folder of pair files.")
    checked = Checked(scenarios, pair_of)
    with progress("Checking", 2 * rows) as tick:
        summary = summarise(checked, icc, tick)
    found += checked.findings()
    console = Console()
    console.print(findings_table(found))
    for line in summary_lines(summary):
        console.print(line)
    if json_path is not None:
        make_folder(json_path)
        write_text(json_path, json.dumps([asdict(f) for f in found], indent=1) + "\n")
    return all(finding.note for finding in found)


def _folder(
    folder: Path, found: list[Finding]
) -> tuple[list[Scenario], Callable[[str], ValuePair | None]]:
    pairs, situations = read_folder(folder)
    known = {pair.id: pair for pair in pairs}
    for situation in situations:
        found += check_situation(situation)
        if situation.pair not in known:
            pair = _installed(situation.pair)
            if pair is None:
                raise DataError(
                    f"situation '{situation.id}' is for the value pair '{situation.pair}', which "
                    f"is neither in '{folder}' nor installed."
                )
            known[pair.id] = pair
    asked = [(p, [s for s in situations if s.pair == p.id]) for p in known.values()]
    return list(build(asked)), known.get


def _installed(name: str) -> ValuePair | None:
    item = evaluation_catalog().pairs.get(name)
    return item.value if item else None


def _asked(catalog: Catalog, pairs: str) -> Asked:
    if pairs != "all":
        return resolve_pairs(catalog, pairs)
    every = [(item.value, catalog.situations_of(name)) for name, item in catalog.pairs.items()]
    return [(pair, situations) for pair, situations in every if situations]
