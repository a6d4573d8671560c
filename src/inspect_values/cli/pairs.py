"""The command `inspect-values scenarios pairs`, and its work."""

from pathlib import Path

import click

_ADDRESS = "A path, or hf:owner/name@COMMIT:CONFIG."


@click.command()
@click.option("--values", metavar="SOURCE", help=f"values_frequencies.csv. {_ADDRESS}")
@click.option("--tree", metavar="SOURCE", help=f"values_tree.csv. {_ADDRESS}")
@click.option("-n", "--number", "count", required=True, type=click.IntRange(1), help="How many.")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="A table (.parquet), or a new folder of pair files to edit.",
)
@click.option(
    "--level",
    type=click.IntRange(1),
    help="Spread the pairs evenly over the pairs of clusters of this level of the tree; 1 is the "
    "level next to the values. Without it every pair of values has the same chance.",
)
@click.option("--seed", default=0, show_default=True, help="Decides what is drawn.")
def pairs(
    values: str | None, tree: str | None, count: int, output: Path, level: int | None, seed: int
) -> None:
    """Draw pairs of values from a taxonomy, such as that of Values in the Wild.

    They are generic pairs: their rubric is made from the values' names. Write scenarios for them
    with: inspect eval inspect_values/generate_scenarios -T pairs=OUTPUT
    """
    from importlib.metadata import version

    from rich.console import Console

    from inspect_values.files import make_folder
    from inspect_values.scenarios.pair_files import write_pairs
    from inspect_values.scenarios.taxonomy import cluster_counts, draw_pairs, read_taxonomy

    taxonomy = read_taxonomy(values, tree)
    drawn = draw_pairs(taxonomy, count, seed, level)
    about = {
        "taxonomy": taxonomy.revision,
        "values": str(len(taxonomy.leaves)),
        "seed": str(seed),
        "level": "" if level is None else str(level),
        "built_with": f"inspect-values {version('inspect-values')}",
    }
    make_folder(output)
    write_pairs(output, drawn, about)
    console = Console(highlight=False)
    same = f" ({taxonomy.same} more differ in case or signs only)" if taxonomy.same else ""
    console.print(f"{len(drawn):,} pairs of {len(taxonomy.leaves):,} values{same}.", soft_wrap=True)
    strata = cluster_counts(drawn)
    if level is not None:
        few, many = min(strata.values()), max(strata.values())
        console.print(f"{few} to {many} from each of {len(strata)} pairs of clusters.")
    console.print(f"Pairs: {output}", soft_wrap=True)
