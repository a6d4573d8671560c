"""The work behind `scenarios select`."""

import csv
import io
from pathlib import Path

from rich.console import Console

from inspect_values.cli.progress import progress
from inspect_values.errors import ParameterError
from inspect_values.files import make_folder, write_text
from inspect_values.scenarios.diverse import Diversity, Selected, select_diverse
from inspect_values.scenarios.weights import read_weights


def select_part(
    bank: str, output: Path, how: Diversity, weights: Path | None, order: Path | None
) -> None:
    """Write a diverse part of a bank and say what became of the rest.

    Raises:
        ParameterError: If the output is no Parquet file.
        DataError: If something cannot be read or written.
    """
    if output.suffix != ".parquet":
        raise ParameterError(f"the bank '{output}' must be a file whose name ends in .parquet.")
    factors = None if weights is None else read_weights(weights)
    make_folder(output)
    found = select_diverse(bank, output, how, factors, progress)
    console = Console(highlight=False)
    console.print(_said(found), soft_wrap=True)
    if order is not None:
        make_folder(order)
        write_text(order, _order(found))
        console.print(f"Order: {order}", soft_wrap=True)
    console.print(f"Bank: {output}", soft_wrap=True)


def _said(found: Selected) -> str:
    units = "cells" if found.unit == "cell" else "queries"
    gone = [f"{found.exact:,} exact duplicates", f"{found.near:,} near-duplicates"]
    if found.unweighted:
        gone.append(f"{found.unweighted:,} without a weight")
    left = found.units - found.exact - found.near - found.unweighted
    last = f"; the last one was {found.chosen[-1][1]:.3f} away" if len(found.chosen) > 1 else ""
    return (
        f"{found.units:,} {units}, less {', '.join(gone)}: {left:,} left. Farthest-first took "
        f"{len(found.chosen):,} of them ({found.rows:,} scenarios), stop {found.stop:g}{last}.\n"
        f"Embeddings: {found.embedding}."
    )


def _order(found: Selected) -> str:
    """One row a unit: rank from 1, the id of its query, and how far it was from those before."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["rank", "scenario", "distance"])
    for rank, (name, distance) in enumerate(found.chosen, start=1):
        writer.writerow([rank, name, "" if rank == 1 else f"{distance:.6f}"])
    return text.getvalue()
