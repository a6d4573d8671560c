"""A budget for a whole run: what it is, and who may still start.

Inspect's own limit of cost is for each sample. This one is for everything that writes into a log
folder, judges included. It is no part of a task's identity: with a larger budget the same command
goes on where it stopped. See docs/decisions/0010-budgets.md.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import anyio
from inspect_ai.model import Model, ModelCost, ModelInfo, get_model_info, set_model_info

from inspect_values.errors import DataError, ParameterError
from inspect_values.evaluation.launch import launch_folder
from inspect_values.evaluation.ledger import Ledger
from inspect_values.prices import Prices, missing, read_prices

BUDGET = "INSPECT_VALUES_BUDGET"
"""Environment variable: what all runs that write into a log folder may cost together."""

PRICES = "INSPECT_VALUES_PRICES"
"""Environment variable: the price file."""

FIRST = 1
"""How many queries start before it is known what one costs."""


@dataclass(frozen=True)
class Budget:
    """What may be spent, in the currency of the prices."""

    amount: float
    currency: str

    def __str__(self) -> str:
        return money(self.amount, self.currency)


def money(amount: float, currency: str) -> str:
    """An amount of money, for people."""
    return (
        f"{amount:,.2f} {currency}" if amount >= 0.1 or not amount else f"{amount:.4f} {currency}"
    )


def prices() -> Prices | None:
    """The prices of the file that the environment names, known to Inspect from now on.

    Raises:
        DataError: If the file cannot be used.
    """
    named = os.environ.get(PRICES)
    if not named:
        return None
    path = launch_folder() / Path(named).expanduser()
    return _known(path, path.stat().st_mtime_ns if path.exists() else 0)


def priced() -> str:
    """The date and currency of the costs in a log; empty where no price file is named.

    Raises:
        DataError: If the price file cannot be used.
    """
    known = prices()
    return "" if known is None else known.label


@lru_cache(maxsize=1)
def _known(path: Path, changed: int) -> Prices:
    found = read_prices(path)
    for name, price in found.prices.items():
        cost = ModelCost(
            input=price.input,
            output=price.output,
            input_cache_read=price.input if price.cache_read is None else price.cache_read,
            input_cache_write=price.input if price.cache_write is None else price.cache_write,
        )
        known = get_model_info(name) or ModelInfo()
        set_model_info(name, known.model_copy(update={"cost": cost}))
    return found


def budget(models: list[Model]) -> Budget | None:
    """The budget that the environment names, if one.

    Args:
        models: Every model of the run: asked, judging and playing the user.

    Raises:
        ParameterError: If it is no amount of money, or the models have no prices.
        DataError: If the price file cannot be used.
    """
    known = prices()
    given = os.environ.get(BUDGET)
    if not given:
        return None
    amount = _amount(given)
    if known is None:
        unpriced = sorted({str(model) for model in models if not _priced(model)})
        if unpriced:
            raise ParameterError(
                f"a budget of {given} needs prices, and Inspect's model data holds none for "
                f"{', '.join(unpriced)}: name a price file with --prices FILE (inspect-values run) "
                f"or {PRICES}=FILE. Without one, calls and tokens are reported."
            )
        return Budget(amount, "USD")
    gone = missing(known, [str(model) for model in models])
    if gone:
        raise ParameterError(f"a budget of {given} cannot be kept: {gone}")
    return Budget(amount, known.currency)


def _priced(model: Model) -> bool:
    info = get_model_info(model)
    return info is not None and info.cost is not None


def _amount(given: str) -> float:
    try:
        amount = float(given)
    except ValueError:
        amount = -1.0
    if not 0 < amount < float("inf"):
        raise ParameterError(f"budget='{given}' is no amount of money above 0, such as 20 or 0.5.")
    return amount


class Gate:
    """Who may still start: a query starts only when what is in flight and itself can be paid.

    A query is reckoned as dear as the dearest so far. Until the first is paid, no other starts.
    What is in flight always ends, for its answers are paid for; then the gate closes.
    """

    def __init__(self, limit: Budget, ledger: Ledger, on_close: Callable[[], None]) -> None:
        self.limit = limit
        self.ledger = ledger
        self.closed = False
        """Whether the budget is used up, and nothing is in flight any more."""

        self._on_close = on_close
        self._flying: set[str] = set()
        self._waiting = 0
        self._dearest: float | None = None
        self._moved = anyio.Event()

    async def enter(self, query: str) -> None:
        """Wait until a query may start; for ever, if the budget is used up."""
        self._waiting += 1
        try:
            while not self._room():
                self._close_if_empty()
                await self._moved.wait()
        finally:
            self._waiting -= 1
        self._flying.add(query)

    def leave(self, query: str, cost: float) -> None:
        """A query has ended and is paid."""
        self._flying.discard(query)
        self._dearest = max(self._dearest or 0.0, cost)
        if self._waiting and not self._room():
            self._close_if_empty()
        self._moved.set()
        self._moved = anyio.Event()

    def _room(self) -> bool:
        if self.closed:
            return False
        left = self.limit.amount - self.ledger.spent().cost
        if self._dearest is None:
            return left > 0 and len(self._flying) < FIRST
        return left >= self._dearest * (len(self._flying) + 1)

    def _close_if_empty(self) -> None:
        if not self._flying and not self.closed:
            self.closed = True
            self._on_close()


def ledger_folder(log_dir: str | None) -> Path | None:
    """The folder of a log directory's ledger; None where it is not on this machine's disks."""
    if not log_dir or "://" in log_dir.removeprefix("file://"):
        return None
    return launch_folder() / Path(log_dir.removeprefix("file://")).expanduser()


def open_ledger(log_dir: str | None) -> Ledger:
    """The ledger of a log directory.

    Raises:
        DataError: If it is there and cannot be read.
    """
    folder = ledger_folder(log_dir)
    try:
        return Ledger(folder)
    except OSError as error:
        raise DataError(f"the ledger in '{folder}' cannot be read ({error.strerror}).") from error
