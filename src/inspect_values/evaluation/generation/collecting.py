"""Logs of `generate_scenarios` → a bank of what was accepted."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from inspect_values.errors import DataError, LogError
from inspect_values.evaluation.generation.logs import Entry, GenerationLogs, entries
from inspect_values.evaluation.generation.replies import Fate, Written
from inspect_values.files import write_text
from inspect_values.safe import harmless
from inspect_values.scenarios.bank import write_bank
from inspect_values.scenarios.duplicates import THRESHOLD, first_of_each
from inspect_values.scenarios.generic import values_of
from inspect_values.scenarios.scenario import Scenario, cell_id
from inspect_values.values import digest

SOURCE = "written by a model (generate_scenarios)"


@dataclass
class Collected:
    """What became of the items of some logs."""

    items: int = 0
    accepted: int = 0
    scenarios: int = 0
    unwritten: int = 0
    """Items that the runs have not reached yet."""

    fates: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """(what became of it, writer) → items; a rejected one is `rejected: <filter>`."""

    def by_reason(self) -> dict[str, int]:
        """Reason → items that are not in the bank, the commonest first."""
        total: Counter[str] = Counter()
        for (reason, _), count in self.fates.items():
            if reason != Fate.ACCEPTED:
                total[reason] += count
        return dict(total.most_common())


@dataclass(frozen=True)
class _Gone:
    entry: Entry
    label: str
    reason: str


def collect_bank(
    logs: GenerationLogs,
    output: Path,
    about: dict[str, str],
    *,
    licence: str = "",
    rejected: Path | None = None,
    threshold: float = THRESHOLD,
    tick: Callable[[], object] = lambda: None,
) -> Collected:
    """Write what passed every filter as a bank; the bank is whole or not there at all.

    Messages that are near-duplicates of earlier ones, in whichever log, are left out.

    Args:
        logs: The logs.
        output: The bank.
        about: How it came about; the writers, filters and counts are added.
        licence: Of the texts.
        rejected: A CSV file for what was not accepted: item, epoch, writer, reason, detail, log.
        threshold: The Jaccard similarity from which two messages are near-duplicates.
        tick: Called after each item, and twice for each that passed the filters.

    Raises:
        LogError: If a log is damaged or contradicts itself, or nothing was accepted.
        DataError: If a file cannot be written.
    """
    found = Collected()
    gone: list[_Gone] = []
    with TemporaryDirectory() as folder:
        spool = Path(folder) / "accepted.jsonl"
        kept = _Spool(spool)
        with spool.open("w", encoding="utf-8") as file:
            for entry in entries(logs):
                tick()
                found.items += 1
                if entry.fate is Fate.ACCEPTED:
                    file.write(json.dumps(_row(entry, licence)) + "\n")
                    kept.note(entry)
                else:
                    gone.append(_gone(entry))
        found.unwritten = max(0, logs.planned - found.items)
        earlier = first_of_each(kept.queries(), threshold, tick)
        gone += kept.repeats(earlier.tolist())
        found.accepted = kept.count - sum(other >= 0 for other in earlier.tolist())
        _count(found, gone, kept, earlier.tolist())
        if rejected is not None:
            write_text(rejected, _csv(gone))
        if not found.items:
            raise LogError("the logs hold no finished item yet; no bank was written.")
        if not found.accepted:
            raise LogError(f"no scenario was accepted ({_listed(found)}); no bank was written.")
        about = about | kept.about() | {"rejected": _listed(found)}
        found.scenarios = write_bank(kept.scenarios(earlier.tolist()), output, about)
    return found


class _Spool:
    """The accepted items in a file of their own, so that memory does not grow with their texts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.count = 0
        self._items: list[tuple[str, int, str, str]] = []
        self._writers: Counter[str] = Counter()
        self._filters: Counter[str] = Counter()
        self._prompts: Counter[str] = Counter()

    def note(self, entry: Entry) -> None:
        self.count += 1
        self._items.append((entry.item, entry.epoch, entry.writer, entry.log))
        self._writers[entry.writer] += 1
        self._filters.update(said["judge"] for said in entry.filters)
        self._prompts[entry.prompts] += 1

    def writer(self, place: int) -> str:
        return self._items[place][2]

    def about(self) -> dict[str, str]:
        return {
            "writers": json.dumps(dict(self._writers.most_common())),
            "filtered_by": ", ".join(self._filters),
            "prompts": ", ".join(self._prompts),
        }

    def rows(self) -> Iterator[dict[str, Any]]:
        with self._path.open(encoding="utf-8") as file:
            yield from map(json.loads, file)

    def queries(self) -> Iterator[str]:
        return (row["written"]["query"] for row in self.rows())

    def repeats(self, earlier: Sequence[int]) -> list[_Gone]:
        found: list[_Gone] = []
        for place, other in enumerate(earlier):
            if other >= 0:
                item, epoch, writer, log = self._items[place]
                entry = Entry(item, epoch, writer, Fate.REPEAT, log=log)
                reason = f"nearly the message of {self._items[other][0]}"
                found.append(_Gone(entry, Fate.REPEAT.value, reason))
        return found

    def scenarios(self, earlier: Sequence[int]) -> Iterator[Scenario]:
        for row, other in zip(self.rows(), earlier, strict=True):
            if other < 0:
                yield from _scenarios(row)


def _row(entry: Entry, licence: str) -> dict[str, Any]:
    if entry.written is None:
        raise LogError(f"'{entry.item}' of the log '{entry.log}' was accepted without a text.")
    returned = entry.written.returned
    by = f", which returned {returned}" if returned not in ("", entry.writer) else ""
    return {
        "item": entry.item,
        "written": entry.written.model_dump(mode="json"),
        "metadata": entry.metadata,
        "filters": json.dumps(entry.filters, sort_keys=True),
        "generator": entry.writer,
        "source": f"{SOURCE}: {Path(entry.log).name}, sample {entry.sample}{by}",
        "revision": f"prompts {entry.prompts}",
        "licence": licence or None,
    }


def _scenarios(row: dict[str, Any]) -> Iterator[Scenario]:
    """Three scenarios of one family and one cell: a text by itself is a situation by itself."""
    metadata, written = row["metadata"], Written.model_validate(row["written"])
    made_of = [row["item"], written.text()]
    family = f"{row['item']}_{digest(made_of, 8)}"
    try:
        values = values_of(metadata) if metadata.get("generic") else None
        texts = {"neutral": written.query, "first": written.first, "second": written.second}
        for nudge, text in texts.items():
            yield Scenario(
                id=f"{row['item']}.{digest(made_of, 10)}.{nudge}",
                pair=metadata["pair"],
                pair_version=metadata["pair_version"],
                family=family,
                cell=cell_id(family, {}),
                domain=metadata["domain"],
                nudge=nudge,  # pyright: ignore[reportArgumentType]
                query=text,
                option_first=written.option_first,
                option_second=written.option_second,
                factors={},
                refusal_costs=metadata["refusal_costs"],
                licence=row["licence"],
                source=row["source"],
                generator=row["generator"],
                revision=row["revision"],
                filters=row["filters"],
                values=values,
            )
    except (KeyError, ValueError) as error:
        raise DataError(
            f"the item '{row['item']}' lacks what a scenario needs: {error}."
        ) from error


def _gone(entry: Entry) -> _Gone:
    if entry.fate is Fate.REJECTED:
        return _Gone(entry, f"rejected: {entry.reason}", entry.reason)
    return _Gone(entry, entry.fate.value, entry.reason)


def _count(found: Collected, gone: Sequence[_Gone], kept: _Spool, earlier: Sequence[int]) -> None:
    found.fates.update((entry.label, entry.entry.writer) for entry in gone)
    found.fates.update(
        (Fate.ACCEPTED.value, kept.writer(place))
        for place, other in enumerate(earlier)
        if other < 0
    )


def _listed(found: Collected) -> str:
    listed = ", ".join(f"{reason} {count}" for reason, count in found.by_reason().items())
    return f"{found.items - found.accepted} of {found.items}" + (f": {listed}" if listed else "")


def _csv(gone: Sequence[_Gone]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["item", "epoch", "writer", "reason", "detail", "log"])
    for one in gone:
        entry = one.entry
        said = [entry.writer, one.label, one.reason, entry.log]
        safe = [harmless(t).encode(errors="replace").decode() for t in said]
        writer.writerow([entry.item, entry.epoch, *safe])
    return text.getvalue()
