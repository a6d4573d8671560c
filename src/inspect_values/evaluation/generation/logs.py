"""Reading the logs of `generate_scenarios`: what became of each item."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from inspect_ai.log import (
    EvalLog,
    EvalSample,
    EvalSampleSummary,
    list_eval_logs,
    read_eval_log,
    read_eval_log_sample_summaries,
    read_eval_log_samples_by_id,
)
from inspect_ai.scorer import Score
from pydantic import ValidationError

from inspect_values.errors import LogError
from inspect_values.evaluation.generation.filtering import FilterVerdicts, fate_of, passed
from inspect_values.evaluation.generation.prompts import FILTER_NAMES
from inspect_values.evaluation.generation.replies import SCHEMA, Fate, Written
from inspect_values.evaluation.solvers.writing import written_of

_AT_ONCE = 200
_NOT_NEEDED = {"messages", "events", "attachments", "output", "timelines"}


@dataclass(frozen=True)
class Entry:
    """What became of one item in one epoch."""

    item: str
    epoch: int
    writer: str
    fate: Fate
    reason: str = ""
    """Which filter said no, or the detail of what went wrong."""

    written: Written | None = None
    filters: tuple[dict[str, str], ...] = ()
    """What each judge said: its name, the model id that was returned, filter → yes or no."""

    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    prompts: str = ""
    log: str = ""
    sample: str = ""


@dataclass
class GenerationLogs:
    """The logs of one or several runs, the newest attempt of each first."""

    attempts: list[list[EvalLog]]
    """For each task that was run, its logs, the newest first."""

    skipped: int = 0
    """Logs of something else, passed over in a folder."""

    @property
    def headers(self) -> list[EvalLog]:
        """All logs."""
        return [header for attempt in self.attempts for header in attempt]

    @property
    def planned(self) -> int:
        """How many items, times epochs, the runs were to write."""
        return sum(_planned(headers) for headers in self.attempts)


def open_logs(paths: Sequence[str | Path]) -> GenerationLogs:
    """The logs that paths name: files, or folders of logs.

    Raises:
        LogError: If a path does not exist, a named log is not one of `generate_scenarios`, or none
            is found.
    """
    found: dict[str, EvalLog] = {}
    skipped = 0
    for path in paths:
        for file, named in _files(path):
            header = _header(file)
            if (header.eval.metadata or {}).get("schema") == SCHEMA:
                found.setdefault(_path(header), header)
            elif named:
                raise LogError(f"the log '{file}' is not one of inspect_values/generate_scenarios.")
            else:
                skipped += 1
    if not found:
        raise LogError(
            f"no log of inspect_values/generate_scenarios is in {', '.join(map(str, paths))}."
        )
    ordered = sorted(found.values(), key=lambda h: (h.eval.task_id, h.eval.created), reverse=True)
    attempts = [list(group) for _, group in groupby(ordered, key=lambda h: h.eval.task_id)]
    attempts.sort(key=lambda headers: (headers[-1].eval.created, headers[-1].eval.task_id))
    return GenerationLogs(attempts, skipped)


def entries(logs: GenerationLogs) -> Iterator[Entry]:
    """What became of every item that was begun, once each.

    Of several attempts at a task the newest in which the item was finished counts; of several
    filterings of one log the last.

    Raises:
        LogError: If a log is damaged, or copies of one say different things of an item.
    """
    for headers in logs.attempts:
        found: dict[tuple[str, int], Entry] = {}
        for header in headers:
            for key, entry in _entries(header):
                known = found.get(key)
                found[key] = entry if known is None else _better(known, entry)
        yield from (found[key] for key in sorted(found))


def _better(known: Entry, other: Entry) -> Entry:
    """Which of two records of one item counts; `known` is of the newer log."""
    unfinished = (Fate.SAMPLE_ERROR, Fate.NOT_FILTERED)
    if known.fate in unfinished:
        # an item that was written counts before one that crashed
        return other if other.fate not in unfinished or other.written else known
    same = known.sample == other.sample and other.fate not in unfinished
    if same and (known.fate, known.reason) != (other.fate, other.reason):
        raise LogError(
            f"these copies of a log say different things of '{known.item}': {known.log}, "
            f"{other.log}; name one of them only."
        )
    return known


def _entries(header: EvalLog) -> Iterator[tuple[tuple[str, int], Entry]]:
    file = header.location
    try:
        summaries = read_eval_log_sample_summaries(file)
        for start in range(0, len(summaries), _AT_ONCE):
            chunk = summaries[start : start + _AT_ONCE]
            wanted = [(s.id, s.epoch) for s in chunk if not s.error and s.completed]
            samples = read_eval_log_samples_by_id(file, wanted, exclude_fields=_NOT_NEEDED)
            by_key = {(str(sample.id), sample.epoch): sample for sample in samples}
            for summary in chunk:
                key = (str(summary.id), summary.epoch)
                sample = by_key.get(key)
                yield key, _entry(header, sample) if sample else _crashed(header, summary)
    except LogError:
        raise
    except Exception as error:  # a damaged log may break the reader in any way
        raise LogError(f"the log '{file}' is damaged ({type(error).__name__}).") from error


def _path(header: EvalLog) -> str:
    return header.location.removeprefix("file://")


def _crashed(header: EvalLog, summary: EvalSampleSummary) -> Entry:
    return Entry(
        item=str(summary.id),
        epoch=summary.epoch,
        writer=header.eval.model,
        fate=Fate.SAMPLE_ERROR,
        reason=" ".join((summary.error or "it was never finished").split())[:300],
        metadata=dict(summary.metadata),
        log=_path(header),
        sample=summary.uuid or "",
    )


def _entry(header: EvalLog, sample: EvalSample) -> Entry:
    where = f"sample '{sample.id}' of the log '{_path(header)}'"
    try:
        written = written_of(sample.store)
    except ValidationError as error:
        raise LogError(f"{where} holds no scenario that can be read.") from error
    score = _last_score(sample)
    kept: dict[str, Any] = (score.metadata or {}) if score else {}
    filters = _filters(kept, where)
    fate, reason = _fate(written, filters, score, where)
    return Entry(
        item=str(sample.metadata.get("item", sample.id)),
        epoch=sample.epoch,
        writer=(written.writer if written else "") or header.eval.model,
        fate=fate,
        reason=reason,
        written=written,
        filters=filters,
        metadata=sample.metadata,
        prompts=str(kept.get("prompts", "")),
        log=_path(header),
        sample=sample.uuid or "",
    )


def _last_score(sample: EvalSample) -> Score | None:
    scores = [s for s in (sample.scores or {}).values() if (s.metadata or {}).get("fate")]
    return scores[-1] if scores else None


def _fate(
    written: Written | None, filters: Sequence[dict[str, str]], score: Score | None, where: str
) -> tuple[Fate, str]:
    """What the recorded verdicts say; a flag that says otherwise is not believed."""
    if written is None:
        return _without_text(score)
    if written.fate is not None:
        return written.fate, written.detail
    if score is None or not filters:
        return Fate.NOT_FILTERED, ""
    said = [
        FilterVerdicts(f["judge"], {name: f[name] for name in FILTER_NAMES if name in f})
        for f in filters
    ]
    found = fate_of(passed(said))
    if str((score.metadata or {}).get("fate")) != found[0].value:
        raise LogError(f"{where} says of itself what the verdicts of its filters do not say.")
    return found


def _without_text(score: Score | None) -> tuple[Fate, str]:
    """What became of an item whose text Inspect could not save when its run was killed."""
    kept: dict[str, Any] = (score.metadata or {}) if score else {}
    fate = str(kept.get("fate", ""))
    if fate in set(Fate) - {Fate.ACCEPTED, Fate.REJECTED, Fate.FILTER_FAILED}:
        return Fate(fate), str(kept.get("reason", ""))
    return Fate.SAMPLE_ERROR, "its text is not in the log: the run was killed while it was written"


def _filters(kept: dict[str, Any], where: str) -> tuple[dict[str, str], ...]:
    found: list[dict[str, str]] = []
    number = 1
    while (text := kept.get(f"filter_{number}")) is not None:
        try:
            entry: dict[str, Any] = json.loads(str(text))
            found.append({"judge": str(entry["judge"])} | {k: str(v) for k, v in entry.items()})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LogError(f"{where} holds a verdict of a filter that cannot be read.") from error
        number += 1
    return tuple(found)


def _planned(headers: Sequence[EvalLog]) -> int:
    dataset, config = headers[0].eval.dataset, headers[0].eval.config
    return len(dataset.sample_ids or []) * (config.epochs or 1)


def _files(path: str | Path) -> Iterator[tuple[str, bool]]:
    """Each log file, and whether it was named by itself."""
    local = Path(path)
    if "://" not in str(path) and not local.exists():
        raise LogError(f"'{path}' does not exist.")
    if local.is_file() or str(path).endswith((".eval", ".json")):
        yield str(path), True
        return
    for info in list_eval_logs(str(path)):
        yield info.name, False


def _header(file: str) -> EvalLog:
    try:
        return read_eval_log(file, header_only=True)
    except Exception as error:  # a stranger's file may break the reader in any way
        raise LogError(
            f"'{file}' is not an Inspect log, or it is damaged ({type(error).__name__})."
        ) from error
