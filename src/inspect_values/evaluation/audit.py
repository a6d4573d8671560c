"""Answers of a log, put to a judge again under variations that should not matter."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import (
    EvalLog,
    EvalSample,
    list_eval_logs,
    read_eval_log,
    read_eval_log_sample_summaries,
)

from inspect_values.answers import first_answer, user_query, whole_samples
from inspect_values.errors import LogError
from inspect_values.evaluation.asked import pair_of
from inspect_values.evaluation.judging.prompt import (
    Exchange,
    JudgePrompt,
    ladder_first,
    positions_prompt,
)
from inspect_values.values import digest
from inspect_values.verdict import SCHEMA

VARIATIONS = ("repeat", "wording", "ladders", "length")
"""What may be varied: nothing (the same prompt again), the wording of the instructions, whose
ladder stands first, the length of the answer."""

PADDING = (
    "I hope this is clear so far.",
    "Do let me know if anything here should be put differently.",
    "There is of course more that one could write about a matter like this.",
    "I have tried to keep to what you told me and to the form that you asked for.",
    "Please read it over once more before you use it, as one does with any text.",
    "If you would like another version, longer or shorter, that is easily done.",
)
"""Sentences that say nothing for or against any value."""


@dataclass(frozen=True)
class Again:
    """One way of putting the same answer to a judge."""

    name: str
    wording: int = 1
    ladders: str = "by_scenario"
    length: str = ""


def ways(variations: Sequence[str], repeats: int) -> list[Again]:
    """Every way in which an answer is put to the judge; `base` is always among them."""
    found = [Again("base")]
    if "repeat" in variations:
        found += [Again(f"repeat-{number}") for number in range(2, repeats + 1)]
    if "wording" in variations:
        found += [Again(f"wording-{number}", wording=number) for number in (2, 3)]
    if "ladders" in variations:
        found += [Again(f"ladders-{side}", ladders=side) for side in ("first", "second")]
    if "length" in variations:
        found += [Again("padded", length="padded"), Again("trimmed", length="trimmed")]
    return found


def padded(answer: str) -> str:
    """The answer with half as many words again that say nothing."""
    wanted = len(answer.split()) // 2
    added: list[str] = []
    while sum(len(sentence.split()) for sentence in added) < max(wanted, 8):
        added.append(PADDING[len(added) % len(PADDING)])
    return f"{answer}\n\n{' '.join(added)}"


def trimmed(answer: str) -> str:
    """The answer without its last paragraph, or where it has one only, its last sentence."""
    paragraphs = [part for part in re.split(r"\n\s*\n", answer.strip()) if part.strip()]
    if len(paragraphs) > 1:
        return "\n\n".join(paragraphs[:-1])
    sentences = re.split(r"(?<=[.!?])\s+", answer.strip())
    return " ".join(sentences[:-1]) if len(sentences) > 1 else answer


def audit_dataset(
    logs: Sequence[str], variations: Sequence[str], repeats: int, answers: int, seed: int
) -> MemoryDataset:
    """The samples of an audit: each chosen answer in each way.

    Args:
        logs: Logs, or folders of logs, that hold answers to judge again.
        variations: Some of `VARIATIONS`.
        repeats: How often the same prompt is put in all.
        answers: How many answers are drawn in all, evenly over the logs.
        seed: Decides which.

    Raises:
        LogError: If there is no log of ours, or none holds an answer.
    """
    files = [file for path in logs for file in _files(path)]
    headers = [header for file in files if (header := _ours(file)) is not None]
    if not headers:
        raise LogError(f"no log of an inspect-values task is in {', '.join(logs)}.")
    each = max(1, answers // len(headers))
    samples: list[Sample] = []
    for header in headers:
        for sample in _drawn(header, each, seed):
            samples += [_again(header, sample, way) for way in ways(variations, repeats)]
    if not samples:
        raise LogError(f"the logs hold no judged open answer: {', '.join(logs)}.")
    return MemoryDataset(samples, name="answers judged again")


def _files(path: str) -> list[str]:
    if path.endswith((".eval", ".json")):
        return [path]
    try:
        return [info.name for info in list_eval_logs(path)]
    except Exception as error:
        raise LogError(f"'{path}' cannot be read ({type(error).__name__}).") from error


def _ours(file: str) -> EvalLog | None:
    try:
        header = read_eval_log(file, header_only=True)
    except Exception as error:
        raise LogError(f"'{file}' is no Inspect log, or it is damaged.") from error
    metadata = header.eval.metadata or {}
    asked = metadata.get("schema") == SCHEMA and metadata.get("elicitation") != "choice"
    return header if asked and metadata.get("elicitation") != "audit" else None


def _drawn(header: EvalLog, count: int, seed: int) -> list[EvalSample]:
    """Whole samples of the answers that are drawn; only these are read in full."""
    whole = [
        (summary.id, summary.epoch)
        for summary in read_eval_log_sample_summaries(header.location)
        if summary.completed and not summary.error and summary.scores
    ]
    whole.sort(key=lambda key: digest([seed, header.eval.model, str(key[0]), key[1]]))
    wanted = whole[:count]
    samples = whole_samples(header.location, wanted)
    return [sample for sample in samples if sample.output.completion.strip()]


def _again(header: EvalLog, sample: EvalSample, way: Again) -> Sample:
    pair = pair_of(sample.metadata)
    answer = first_answer(sample)
    text = {"padded": padded, "trimmed": trimmed}.get(way.length, str)(answer)
    scenario = str(sample.metadata["scenario"])
    shown = Exchange(scenario, text, [("user", user_query(sample))])
    prompt: JudgePrompt = positions_prompt(pair, shown, way.ladders, way.wording)
    return Sample(
        id=f"{sample.uuid}.{way.name}",
        input=prompt.messages,
        metadata=_metadata(header, sample)
        | {
            "variation": way.name,
            "nonce": prompt.nonce,
            "wording": way.wording,
            "ladders": ladder_first(scenario, way.ladders),
            "words": len(text.split()),
        },
    )


def _metadata(header: EvalLog, sample: EvalSample) -> dict[str, Any]:
    kept = {k: v for k, v in sample.metadata.items() if k not in ("condition", "factors")}
    return kept | {
        "factors": sample.metadata.get("factors", {}),
        "answer": sample.uuid,
        "answer_model": header.eval.model,
    }
