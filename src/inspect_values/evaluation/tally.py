"""What a run came to, counted as its samples end, and the sentences that say so."""

from collections import Counter
from dataclasses import dataclass, field

from inspect_ai.log import EvalSample

from inspect_values.record import Record, changed_ids, read_record
from inspect_values.verdict import Outcome

IN_FLIGHT = "CancelledError"


@dataclass
class Tally:
    """Counts of one run."""

    started: int = 0
    outcomes: Counter[str] = field(default_factory=Counter[str])
    """Outcome → how many queries; `in flight` for those that were interrupted."""

    returned: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    """Model → the ids under which its provider answered, and how often."""

    def start(self) -> None:
        """A query has started."""
        self.started += 1

    def end(self, model: str, sample: EvalSample) -> None:
        """A query has ended."""
        records = [r for s in (sample.scores or {}).values() if (r := read_record(s.metadata))]
        if sample.error is not None:
            interrupted = sample.error.message.startswith(IN_FLIGHT)
            self.outcomes["in flight" if interrupted else Outcome.SAMPLE_ERROR.value] += 1
        elif records:
            self.outcomes[records[-1].outcome.value] += 1
        else:
            self.outcomes[Outcome.NOT_SCORED.value] += 1
        for record in records:
            self._note_ids(model, record)

    def _note_ids(self, model: str, record: Record) -> None:
        if record.model_returned and record.outcome in (Outcome.VERDICT, Outcome.GRADER_FAILED):
            self._ids(model)[record.model_returned] += 1
        if record.members:
            for member in record.members:
                if member.returned:
                    self._ids(member.judge)[member.returned] += 1
        elif record.judge_returned:
            self._ids(record.judge)[record.judge_returned] += 1

    def _ids(self, model: str) -> Counter[str]:
        return self.returned.setdefault(model, Counter())

    def in_flight(self) -> int:
        """How many queries were started and have no end of their own."""
        ended = sum(n for outcome, n in self.outcomes.items() if outcome != "in flight")
        return max(0, self.started - ended)

    def sentences(self, *, stopped: bool = False) -> list[str]:
        """What is worth saying at the end.

        Args:
            stopped: Whether the run was interrupted.
        """
        found = [changed_ids(model, ids) for model, ids in self.returned.items() if len(ids) > 1]
        good = self.outcomes[Outcome.VERDICT.value] + self.outcomes[Outcome.NOT_SCORED.value]
        bad = {
            outcome: count
            for outcome, count in self.outcomes.most_common()
            if count and outcome not in (Outcome.VERDICT, Outcome.NOT_SCORED, "in flight")
        }
        if bad:
            listed = ", ".join(f"{count} {outcome}" for outcome, count in bad.items())
            found.append(
                f"{sum(bad.values())} of {self.started} queries have no verdict: {listed}."
            )
        if bad.get(Outcome.GRADER_FAILED.value):
            found.append("'inspect score LOG --action append' asks the judge again.")
        flying = self.in_flight()
        if stopped or flying:
            found.append(
                f"interrupted: {good + sum(bad.values())} queries are done, {flying} were in "
                "flight; the same 'inspect eval-set' again asks what is left."
            )
        return found
