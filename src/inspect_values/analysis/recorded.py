"""Recorded answers → a verdict table: published results analysed without asking any model."""
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# (pyarrow brings no types)

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from inspect_values.analysis.columns import COLUMNS, typed
from inspect_values.analysis.models import ModelCatalog, ModelIdentity
from inspect_values.analysis.parquet import SCHEMA
from inspect_values.errors import DataError
from inspect_values.scenarios.imports.recorded import Recorded
from inspect_values.scenarios.scenario import Scenario
from inspect_values.values import ValuePair
from inspect_values.verdict import DEFAULT_THRESHOLD, NAN, Outcome, Verdict

_ROWS = 20_000


class RecordedVerdicts:
    """Writes a verdict table row by row; the file is whole or not there at all.

    Use it with `with`; `keep()` puts the file in its place.

    Args:
        path: The table, a Parquet file.
        source: Where the rows come from: the column `log`.
        judge: Who gave the positions, as far as is known.
        catalog: Which lab made a model.
        pair_of: The installed pair of a scenario that has no values of its own.
        refuses: Whether an answer reads like a refusal, by rule.
        threshold: The difference of positions at which a value counts as prioritised.
    """

    def __init__(
        self,
        path: Path,
        source: str,
        judge: str,
        catalog: ModelCatalog,
        pair_of: Callable[[str], ValuePair],
        refuses: Callable[[str], bool],
        threshold: float = DEFAULT_THRESHOLD,
    ) -> None:
        self._path, self._part = path, path.with_name(f".{path.name}.part")
        self._source, self._judge, self._threshold = source, judge, threshold
        self._catalog, self._pair_of, self._refuses = catalog, pair_of, refuses
        self._identities: dict[str, ModelIdentity] = {}
        self._rows: list[dict[str, Any]] = []
        self.count = 0

    def __enter__(self) -> "RecordedVerdicts":
        try:
            self._writer = pq.ParquetWriter(self._part, SCHEMA)
        except OSError as error:
            raise DataError(f"'{self._path}' cannot be written ({error.strerror}).") from error
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # a full disk has been told of already
            self._writer.close()
        self._part.unlink(missing_ok=True)

    def add(self, scenario: Scenario, said: Iterable[Recorded]) -> None:
        """What one row says of the models' answers to its scenario."""
        shared = self._shared(scenario)
        for entry in said:
            self.count += 1
            self._rows.append(shared | self._row(scenario, entry))
        if len(self._rows) >= _ROWS:
            self._flush()

    def keep(self) -> None:
        """Put the file in its place.

        Raises:
            DataError: If it cannot be written.
        """
        try:
            self._flush()
            self._writer.close()
            self._part.replace(self._path)
        except OSError as error:
            raise DataError(f"'{self._path}' cannot be written ({error.strerror}).") from error

    def _flush(self) -> None:
        if not self._rows:
            return
        frame = pd.DataFrame(self._rows, columns=[column.name for column in COLUMNS])
        self._rows = []
        self._writer.write_table(
            pa.Table.from_pandas(typed(frame), schema=SCHEMA, preserve_index=False)
        )

    def _shared(self, scenario: Scenario) -> dict[str, Any]:
        """What all answers to one scenario have in common.

        There is no digest of the rubric: the positions were given under a rubric of others.
        """
        values = scenario.values or self._pair_of(scenario.pair).values
        return {
            "log": self._source,
            "run_status": "success",
            "pair": scenario.pair,
            "pair_version": scenario.pair_version,
            **{
                f"{side}_{part}": getattr(value, field)
                for side, value in zip(("first", "second"), values, strict=True)
                for part, field in (("value", "id"), ("name", "name"))
            },
            "family": scenario.family,
            "cell": scenario.cell,
            "scenario": scenario.id,
            "domain": scenario.domain,
            "nudge": scenario.nudge,
            "elicitation": "open",
            "persona": "none",
            "epoch": 1,
            "turn": 0,
            "factors": "{}",
            "refusal_costs": scenario.refusal_costs,
            "judge": self._judge,
            "rubric": "scenario",
            "self_graded": False,
            "member": False,
            "threshold": self._threshold,
            "scorer": "recorded",
        }

    def _row(self, scenario: Scenario, entry: Recorded) -> dict[str, Any]:
        verdict = Verdict(first=entry.first, second=entry.second, outcome=entry.outcome)
        side = verdict.prioritised(self._threshold)
        answered = bool(entry.response)
        return self._model(entry) | {
            "sample_uuid": f"{self._source}:{scenario.id}:{entry.column}",
            "first": entry.first,
            "second": entry.second,
            "lean": verdict.lean,
            "prioritised": _prioritised(scenario, self._pair_of, side),
            "refused": NAN,
            "refused_rule": self._refuses(entry.response) if answered else None,
            "response_outcome": Outcome.NOT_SCORED.value,
            "outcome": entry.outcome.value,
            "detail": entry.detail,
            "words": len(entry.response.split()) if answered else None,
        }

    def _model(self, entry: Recorded) -> dict[str, Any]:
        identity = self._identities.get(entry.model)
        if identity is None:
            identity = self._identities[entry.model] = self._catalog.lab_of(entry.model)
        return {
            "model": entry.model,
            "model_returned": entry.column,
            "lab": identity.lab,
            "model_family": identity.family,
            "simulated": identity.simulated,
        }


def _prioritised(
    scenario: Scenario, pair_of: Callable[[str], ValuePair], side: str | None
) -> str | None:
    """The id of the value that comes first, or `both`, `neither` or nothing, as they are."""
    if side not in ("first", "second"):
        return side
    first, second = scenario.values or pair_of(scenario.pair).values
    return first.id if side == "first" else second.id
