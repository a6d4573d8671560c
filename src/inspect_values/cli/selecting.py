"""The command `inspect-values scenarios select`."""

from pathlib import Path

import click

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("bank")
@click.option("-o", "--output", required=True, type=_FILE, help="The new bank: a .parquet file.")
@click.option(
    "--embeddings",
    default="tfidf",
    show_default=True,
    help="tfidf, tfidf:DIMENSIONS, a file by id (.parquet, .npz, .npy), model2vec:FOLDER, "
    "openai/MODEL or google/MODEL.",
)
@click.option(
    "--stop",
    type=click.FloatRange(0, 100),
    help="The distance (1 - cosine, times the weight) below which nothing is taken: 0.4, or 0.8 "
    "with weights.",
)
@click.option("--most", type=click.IntRange(1), help="How many units are taken at most.")
@click.option(
    "--weights",
    type=_FILE,
    help="Disagreement of each scenario: a CSV or Parquet file, or a verdict table.",
)
@click.option(
    "--unit",
    type=click.Choice(["cell", "query"]),
    default="cell",
    show_default=True,
    help="What is kept or dropped as a whole: a cell with its nudges, or each query by itself.",
)
@click.option(
    "--duplicates",
    default=0.8,
    show_default=True,
    type=click.FloatRange(0.2, 1),
    help="The Jaccard similarity of word 3-grams from which two queries are near-duplicates.",
)
@click.option("--seed", default=0, show_default=True, help="Decides where the selection begins.")
@click.option("--order", type=_FILE, help="Write the order of the selection as CSV.")
def select(
    bank: str,
    output: Path,
    embeddings: str,
    stop: float | None,
    most: int | None,
    weights: Path | None,
    unit: str,
    duplicates: float,
    seed: int,
    order: Path | None,
) -> None:
    """Pick a diverse part of a bank: duplicates out, then farthest-first on embeddings."""
    from inspect_values.cli.select_work import select_part
    from inspect_values.scenarios.diverse import Diversity

    how = Diversity(
        unit="query" if unit == "query" else "cell",
        threshold=duplicates,
        embeddings=embeddings,
        stop=stop,
        most=most,
        seed=seed,
    )
    select_part(bank, output, how, weights, order)
