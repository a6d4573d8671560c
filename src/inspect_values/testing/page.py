"""The page `docs/faults.md`: what becomes of each fault at each lab, from a run."""

from collections.abc import Iterable, Sequence

from inspect_values.testing.faults import Fault
from inspect_values.testing.matrix import PATIENCE, Cell
from inspect_values.verdict import Outcome

TITLES = {
    "anthropic": "Anthropic",
    "openai": "OpenAI (Chat)",
    "openai-responses": "OpenAI (Responses)",
    "google": "Google",
    "xai": "xAI (gRPC)",
    "xai-http": "xAI (HTTP)",
}
_BLOCKS = (Fault.FILTERED, Fault.REFUSED, Fault.PROMPT_BLOCKED, Fault.TOO_LONG, Fault.FALLBACK)

INTRODUCTION = f"""\
# What becomes of every fault

Made by `make faults`; a test holds it against a run of its own. Servers on loopback speak the wire
formats of the labs behind their real SDKs. Each fault is given to one query: once as it stays, with
no retry, and where it may pass, once to the first request only, with one retry. Never-ending
answers are given up after {PATIENCE} seconds (`--attempt-timeout`). A simulated persona answers, so
nothing here says anything about a real model.

A cell is the `outcome` in the verdict table. Only `verdict` carries positions; everything else is
missing, counted and shown. "→" stands before what becomes of the fault where it passes.
"""

ADVICE = """\
## What to do about them

- `sample_error` is a query without an answer. Inspect ends a run at the first one, unless told
  otherwise: `--no-fail-on-error`, `--fail-on-error 0.05`, or `--retry-on-error 3`. The same
  `inspect eval-set` again asks only what has no answer.
- Inspect tries 429, 5xx and dropped connections again without end. `--max-retries` and `--timeout`
  put an end to it, for judges too.
- Answers that never end hold a run up until the SDK's own limit, which may be an hour.
  `--attempt-timeout 300` ends them earlier. It does not reach the judge, which needs its own:
  `--model-role 'grader={model: openai/JUDGE, attempt_timeout: 300}'`.
- `grader_failed` is an answer without a verdict. The answer is kept:
  `inspect score LOG --action append` judges it again.
- An answer that was cut by length is judged for what it says, and `detail` says so. With a limit as
  low as that, raise `--max-tokens`.
- Only Anthropic has a form for an answer of another model (`fallback_model`). Elsewhere only the
  model id that is returned tells, in the column `model_returned`; where it changes during a run,
  the run and `inspect-values signature` say so. xAI's own SDK does not pass it on.
"""


def page(cells: Sequence[Cell]) -> str:
    """The whole page."""
    tested = [cell for cell in cells if not cell.judging]
    judged = [cell for cell in cells if cell.judging]
    parts = [
        INTRODUCTION,
        f"## At the model under test\n\n{outcomes(tested)}",
        "## At the judge\n\nThe answer is there; the table says what becomes of its verdict.\n\n"
        f"{outcomes(judged)}",
        "## How each lab says no\n\nThe columns `refused`, `stop_reason` and `detail` of the "
        f"verdict table.\n\n{reasons(tested)}",
        ADVICE,
    ]
    return "\n".join(parts)


def outcomes(cells: Sequence[Cell]) -> str:
    """Fault × way → outcome, as a table."""
    found = {(cell.fault, cell.way, cell.passes): cell.outcome for cell in cells}
    ways = [way for way in TITLES if any(cell.way == way for cell in cells)]
    rows: list[list[str]] = []
    for fault in Fault:
        row = [fault.value]
        for way in ways:
            passed = found.get((fault, way, True))
            stays = found[(fault, way, False)]
            row.append(stays if passed is None else f"{stays} → {passed}")
        rows.append(row)
    return table(["Fault", *(TITLES[way] for way in ways)], rows)


def reasons(cells: Sequence[Cell]) -> str:
    """What the verdict table says of blocks and refusals."""
    rows = [
        [
            fault.value,
            TITLES[cell.way],
            cell.outcome,
            _refused(cell),
            cell.stop_reason,
            cell.detail[:160],
        ]
        for fault in _BLOCKS
        for cell in cells
        if cell.fault is fault and (cell.outcome != Outcome.VERDICT.value or cell.detail)
    ]
    return table(["Fault", "Lab", "`outcome`", "`refused`", "`stop_reason`", "`detail`"], rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(_plain(cell) for cell in line)} |\n" for line in lines)


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _refused(cell: Cell) -> str:
    return "" if cell.refused != cell.refused else str(int(cell.refused))
