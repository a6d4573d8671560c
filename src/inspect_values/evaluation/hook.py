"""What this package does beside a run: the budget, and a few sentences at the end.

The hook is registered when one of our tasks is built, never by mere installation: a registered
hook makes Inspect print a banner in every run of an environment.
"""

import atexit
import os
import signal
import sys
import threading
from contextvars import ContextVar
from functools import cache

import click
from inspect_ai.hooks import (
    Hooks,
    ModelUsageData,
    RunEnd,
    RunStart,
    SampleEnd,
    SampleStart,
    TaskStart,
    hooks,
)
from inspect_ai.model import Model, get_model, model_roles
from inspect_ai.util import display_type

from inspect_values.errors import InspectValuesError, ParameterError
from inspect_values.evaluation.budget import (
    BUDGET,
    Budget,
    Gate,
    budget,
    money,
    open_ledger,
    prices,
)
from inspect_values.evaluation.launch import Options, say
from inspect_values.evaluation.ledger import Entry, Ledger, Total
from inspect_values.evaluation.tally import Tally
from inspect_values.prices import Prices
from inspect_values.verdict import SCHEMA

OVER_BUDGET = 3
"""Exit code of a command whose run was stopped by its budget."""

INTERRUPTED = 130
"""Exit code of a command whose run was interrupted, as a shell has it after Ctrl-C."""

_started = Options()
_REFUSAL_FAILS: ContextVar[bool] = ContextVar("inspect_values_refusal_fails", default=False)

FAIL_ON_REFUSAL = (
    "fail_on_refusal is set, which would turn a model's refusals into errors: they are results "
    "here, and missing ones would be counted for nobody. Run without it; the column 'refused' of "
    "the verdict table tells refusals apart."
)


def _heed_ctrl_c() -> None:
    """Undo that Ctrl-C is ignored, as it is in what a script starts in the background.

    A budget stops a run as Ctrl-C does, for which the event loop looks when it starts; this is
    loaded before that.
    """
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    if ignored and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


if os.environ.get(BUDGET):
    _heed_ctrl_c()


class RunHook(Hooks):
    """Keeps the budget of a run, and tells what it came to."""

    def __init__(self) -> None:
        self._models: dict[str, str] = {}
        self._ours: set[str] = set()
        self._costs: dict[str, float] = {}
        self._begin()

    def _begin(self) -> None:
        self.tally = Tally()
        self.total = Total()
        self.prices: Prices | None = None
        self.ledger: Ledger | None = None
        self.gate: Gate | None = None
        self.quiet = False
        self.stopped = ""

    async def on_run_start(self, data: RunStart) -> None:
        """A new run: nothing is counted yet."""
        self._begin()
        self.quiet = _started.starting and not _started.announce
        try:
            self.prices = prices()
            if os.environ.get(BUDGET):
                self.ledger = open_ledger(_started.log_dir)
        except InspectValuesError:
            return  # `prepare` says it, before anything is asked

    async def on_task_start(self, data: TaskStart) -> None:
        """Note which model the task asks."""
        self._models[data.eval_id] = data.spec.model
        configs = (data.plan.config, data.spec.model_generate_config)
        _REFUSAL_FAILS.set(any(config.fail_on_refusal for config in configs))

    async def on_sample_start(self, data: SampleStart) -> None:
        """Let a query start, or wait, or stop the run."""
        if data.summary.metadata.get("schema") != SCHEMA:
            return
        limit = self._limit()
        if limit is not None and self.ledger is not None:
            if self.gate is None:
                self.gate = Gate(limit, self.ledger, self._stop)
            await self.gate.enter(data.sample_id)
        self._ours.add(data.sample_id)
        self.tally.start()

    async def on_model_usage(self, data: ModelUsageData) -> None:
        """Count a call that was answered."""
        usage = data.usage
        entry = Entry(model=data.model_name, tokens=usage.total_tokens, cost=usage.total_cost)
        self.total.add(entry)
        if self.ledger is None:
            return
        try:
            self.ledger.note(entry)
        except InspectValuesError as error:
            self._stop(str(error))

    async def on_sample_end(self, data: SampleEnd) -> None:
        """Count a query that has ended."""
        if data.sample_id not in self._ours:
            return
        self._ours.discard(data.sample_id)
        self.tally.end(self._models.get(data.eval_id, ""), data.sample)
        if self.gate is not None:
            usage = data.sample.model_usage.values()
            self.gate.leave(data.sample_id, sum(u.total_cost or 0.0 for u in usage))

    async def on_run_end(self, data: RunEnd) -> None:
        """Say what the run came to."""
        cancelled = _interrupted(data)
        if self.quiet or not (self.tally.started or cancelled):
            return
        stopped = cancelled or data.exception is not None
        said = [self._spent(), *self.tally.sentences(stopped=stopped)]
        if self.stopped:
            said.append(self.stopped)
        code = OVER_BUDGET if self.stopped else INTERRUPTED if cancelled else 0
        _tell([f"inspect-values: {sentence}" for sentence in said], code)

    def _limit(self) -> Budget | None:
        try:
            return budget(models())
        except InspectValuesError:
            return None  # `prepare` says it, before anything is asked

    def _spent(self) -> str:
        """Calls, tokens and, where prices are known, money."""
        counted = f"{self.total.calls:,} calls and {self.total.tokens:,} tokens"
        if self.prices is None:
            return f"{counted} in this run."
        counted += f", {money(self.total.cost, self.prices.currency)} ({self.prices.label}), in "
        counted += "this run."
        if self.gate is not None and self.ledger is not None:
            all_ = money(self.ledger.spent().cost, self.gate.limit.currency)
            counted += f" {all_} of the budget of {self.gate.limit} is spent."
        return counted

    def _stop(self, why: str = "") -> None:
        """End the run as Ctrl-C does: everything that is done is kept."""
        if self.stopped:
            return
        if not why and self.gate is not None:
            why = (
                f"the budget of {self.gate.limit} leaves nothing for another query, so the run "
                "stops before its end; the same command with a larger budget goes on."
            )
        self.stopped = why
        signal.raise_signal(signal.SIGINT)


def models() -> list[Model]:
    """Every model of the run: the one that is asked, and those of all roles."""
    found = [get_model()]
    for bound in model_roles().values():
        found += bound if isinstance(bound, list) else [bound]
    return found


def check_run() -> None:
    """What must hold before the first call of a sample.

    Raises:
        ParameterError: If refusals would be errors, or the budget cannot be kept.
        DataError: If the price file cannot be used.
    """
    if _REFUSAL_FAILS.get() or get_model().config.fail_on_refusal:
        raise ParameterError(FAIL_ON_REFUSAL)
    if os.environ.get(BUDGET):
        budget(models())


def register(given: Options) -> None:
    """Register the hook, once, and note how the run was started."""
    global _started
    _started = given
    _registered()


@cache
def _registered() -> None:
    hooks(name="inspect_values_run", description="Budget and end-of-run notes")(RunHook)


def _interrupted(data: RunEnd) -> bool:
    """Whether a run was ended by Ctrl-C or a cancellation, and not by its end or an error."""
    if data.exception is not None:
        return not isinstance(data.exception, Exception | SystemExit)
    # after Ctrl-C Inspect hands over no logs at all, and no exception
    return not data.logs or any(log.status == "cancelled" for log in data.logs)


def _tell(sentences: list[str], code: int) -> None:
    """Say something as the last words of a command, or now if no command runs.

    After an interruption Inspect's own last words are that all tasks are complete, with exit code
    0, which a script would take for success.
    """
    context = click.get_current_context(silent=True)
    if context is not None:
        context.find_root().call_on_close(lambda: _last_words(sentences, code))
    elif display_type() == "full":
        atexit.register(_last_words, sentences, 0)
    else:
        _last_words(sentences, 0)


def _last_words(sentences: list[str], code: int) -> None:
    for sentence in sentences:
        say(sentence)
    if code:
        sys.exit(code)
