"""The options of the analysis, and the command `elo`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from inspect_values.analysis.settings import DEFAULT_SETTINGS, AnalysisSettings

_OPTIONS = (
    click.option(
        "--ties",
        type=click.Choice(["davidson", "drop", "half"]),
        default=DEFAULT_SETTINGS.ties,
        show_default=True,
        help="How ties count in the ranking: as an outcome of their own, not at all, or as half a "
        "win of either value.",
    ),
    click.option(
        "--weights",
        type=click.Choice(["families", "rows"]),
        default=DEFAULT_SETTINGS.weights,
        show_default=True,
        help="What counts once in the ranking: a situation within its pair, or a verdict.",
    ),
    click.option(
        "--ridge",
        type=click.FloatRange(0, 100),
        default=DEFAULT_SETTINGS.ridge,
        show_default=True,
        help="Penalty on the strengths, so that those of values that always win stay finite.",
    ),
    click.option(
        "--resamples",
        type=click.IntRange(100, 100_000),
        default=DEFAULT_SETTINGS.resamples,
        show_default=True,
        help="Resamples of situations behind rank intervals and P(rank 1).",
    ),
    click.option(
        "--seed",
        type=click.IntRange(0),
        default=DEFAULT_SETTINGS.seed,
        show_default=True,
        help="Decides resamples and folds.",
    ),
)


TARGET = click.option(
    "--target",
    type=click.Choice(["situations", "bank"]),
    default=DEFAULT_SETTINGS.target,
    show_default=True,
    help='What the numbers speak of: "situations like these", or exactly this bank, where '
    "intervals carry only what changes when the same queries are asked again (--epochs).",
)


def analysis_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `AnalysisSettings`, which it takes as `settings`."""

    def wrapped(
        *args: Any,
        ties: Any,
        weights: Any,
        ridge: float,
        resamples: int,
        seed: int,
        target: Any,
        **more: Any,
    ) -> None:
        settings = AnalysisSettings(
            ties=ties, weights=weights, ridge=ridge, resamples=resamples, seed=seed, target=target
        )
        command(*args, settings=settings, **more)

    wrapped.__name__, wrapped.__doc__ = command.__name__, command.__doc__
    wrapped.__dict__.update(command.__dict__)  # click keeps a command's options there
    for option in (*reversed(_OPTIONS), TARGET):
        option(wrapped)
    return wrapped


@click.command()
@click.argument("choices", nargs=-1, required=True, metavar="CHOICES…")
@click.option("-k", "k", type=click.FloatRange(0, 1000, min_open=True), default=4,
              show_default=True, help="The most that one game moves a rating.")  # fmt: skip
@click.option("--scale", type=click.FloatRange(0, 1e6, min_open=True), default=400,
              show_default=True, help="The difference that means odds of 10 to 1.")  # fmt: skip
@click.option("--start", type=click.FloatRange(-1e9, 1e9), default=1000, show_default=True,
              help="The rating before the first game.")  # fmt: skip
@click.option("--shuffles", type=click.IntRange(1, 10_000), default=100, show_default=True,
              help="Orders of the games to average over.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=42, show_default=True,
              help="Decides the orders.")  # fmt: skip
@click.option("--judge", help="Whose verdicts, where several judged the same answers.")
@click.option(
    "--csv", "csv_path", type=click.Path(path_type=Path), help="Write the ratings as CSV."
)
def elo(
    choices: tuple[str, ...],
    k: float,
    scale: float,
    start: float,
    shuffles: int,
    seed: int,
    judge: str | None,
    csv_path: Path | None,
) -> None:
    """Elo ratings of values, to compare with other people's tables.

    CHOICES… are recorded choices (.csv), verdict tables (.parquet), Inspect logs or folders of
    them. The defaults are those of published tables. How much a rating changes with the order of
    the games is shown beside it: that is order noise, not an interval. For intervals, use
    inspect-values signature.
    """
    from inspect_values.analysis.elo import EloSettings
    from inspect_values.cli.elo import show_elo

    settings = EloSettings(k=k, scale=scale, start=start, shuffles=shuffles, seed=seed)
    show_elo(list(choices), settings, judge, csv_path)
