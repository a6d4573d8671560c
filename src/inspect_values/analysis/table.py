"""Logs → verdict table: one row a verdict, read from the summaries of Inspect logs."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from inspect_ai.log import (
    EvalLog,
    EvalSampleSummary,
    list_eval_logs,
    read_eval_log,
    read_eval_log_sample_summaries,
)
from inspect_ai.scorer import Score

from inspect_values.analysis.choices import read_choices
from inspect_values.analysis.columns import COLUMNS, compact, typed
from inspect_values.analysis.models import ModelCatalog
from inspect_values.analysis.parquet import read_table, write_table
from inspect_values.analysis.reasons import reason
from inspect_values.errors import LogError, ParameterError, one_of
from inspect_values.limits import check_archive
from inspect_values.record import Record, numbers, read_record
from inspect_values.verdict import NAN, SCHEMA, Outcome, Verdict

__all__ = ["by_one_judge", "judge_label", "load", "read_table", "verdict_table", "write_table"]

_NAMES = [column.name for column in COLUMNS]
_SAMPLE_FIELDS = (
    "pair",
    "pair_version",
    "pair_digest",
    "first_value",
    "second_value",
    "first_name",
    "second_name",
    "family",
    "cell",
    "scenario",
    "domain",
    "nudge",
    "elicitation",
    "persona",
    "seat",
    "pressed",
    "pressure",
    "refusal_costs",
    "variation",
)
_RECORD_FIELDS = (
    "response_outcome",
    "outcome",
    "detail",
    "judge",
    "judge_returned",
    "self_graded",
    "model_returned",
    "fallback_model",
    "stop_reason",
    "threshold",
    "rubric",
    "ladders",
    "turn",
    "words",
    "refused_rule",
)


_ANSWER = ["sample_uuid", "epoch", "turn"]
_CONCLUDED = ["first", "second", "lean", "outcome", "response_class", "stance"]

_ANSWER_MISSING = (
    Outcome.NO_RESPONSE.value,
    Outcome.CONTENT_FILTER.value,
    Outcome.BROKEN_OFF.value,
    Outcome.FALLBACK_MODEL.value,
    Outcome.SAMPLE_ERROR.value,
    Outcome.NOT_SCORED.value,
)
"""Outcomes of an answer that no judge had a part in."""


def load(paths: Sequence[str | Path], catalog: ModelCatalog) -> pd.DataFrame:
    """The verdict table of logs, folders, tables (`.parquet`) and recorded choices (`.csv`).

    A verdict that several of them hold counts once.

    Raises:
        LogError: If nothing is named, a path does not exist, holds no log, or a named log is not
            ours.
        DataError: If a table is damaged, or recorded choices cannot be used.
    """
    if not paths:
        raise LogError("no log, folder of logs or table is named.")
    tables = [read_table(Path(path)) for path in paths if str(path).endswith(".parquet")]
    tables += [read_choices(Path(path), catalog) for path in paths if str(path).endswith(".csv")]
    logs = [path for path in paths if not str(path).endswith((".parquet", ".csv"))]
    skipped = 0
    if logs:
        from_logs = verdict_table(logs, catalog)
        skipped = int(from_logs.attrs["skipped"])
        tables.append(from_logs)
    several = len(tables) > 1
    whole = compact(typed(pd.concat(tables, ignore_index=True)) if several else tables.pop())
    table = _once(whole)
    table.attrs["skipped"] = skipped
    return table


def verdict_table(logs: Sequence[str | Path], catalog: ModelCatalog) -> pd.DataFrame:
    """One row for each verdict of each sample, with the columns of `columns.COLUMNS`.

    A sample that crashed, or a run without scoring, has one row that says so. Of several attempts
    at the same task (a run that was resumed), the latest counts; copies of it that were scored
    again add their verdicts. In a folder, logs that are not ours are passed over and counted in
    `attrs["skipped"]`.

    Raises:
        LogError: If there is no log, or a log that was named by itself is not ours.
    """
    headers, skipped = _headers(logs)
    rows = [row for header in headers for row in _rows(header, catalog)]
    if not rows:
        raise LogError(f"the logs hold no finished sample yet: {', '.join(map(str, logs))}.")
    table = _once(typed(pd.DataFrame(rows, columns=[column.name for column in COLUMNS])))
    table.attrs["skipped"] = skipped
    return table


def judge_label(table: pd.DataFrame) -> pd.Series:
    """Judge and, where it is not the pair's fixed one, rubric: `openai/x (binary)`."""
    rubric = table["rubric"].fillna("fixed")
    other = table["judge"] + " (" + rubric + ")"
    return table["judge"].where(rubric.eq("fixed"), other)


def by_one_judge(table: pd.DataFrame, judge: str | None = None) -> pd.DataFrame:
    """The verdicts of one judge, where a table holds those of several.

    Of a panel or cascade the combined verdict counts, unless one of its judges is named. Of several
    verdicts of the named judge on one answer the latest counts, also where it is missing. Answers
    that are missing stay, for they are missing whoever judges. What was judged again in an audit is
    left out.

    Args:
        table: The verdict table.
        judge: A judge as `judge_label` names it.

    Raises:
        ParameterError: If the judge is unknown, or the same answers were judged more than once and
            none is named: verdicts are never averaged silently.
    """
    table = table[table["variation"].isna()]
    label = judge_label(table)
    missing = table["outcome"].isin(_ANSWER_MISSING) | table["judge"].eq("parser").fillna(False)
    if judge is None:
        chosen = table[~table["member"].fillna(False)]
        _refuse_several(chosen, label[chosen.index], missing[chosen.index])
        return chosen.reset_index(drop=True)
    one_of("judge", judge, sorted({str(name) for name in label.dropna()} - {"parser"}))
    own = label.eq(judge).fillna(False)
    latest_first = table[own | missing].assign(_own=own).iloc[::-1]
    chosen = latest_first.sort_values("_own", ascending=False, kind="stable")
    again = chosen["sample_uuid"].notna() & chosen.duplicated(_ANSWER)
    return chosen[~again].drop(columns="_own").sort_index().reset_index(drop=True)


def _refuse_several(chosen: pd.DataFrame, label: pd.Series, missing: pd.Series) -> None:
    judges = sorted({str(name) for name in label.dropna()} - {"parser"})
    known = chosen[chosen["sample_uuid"].notna()]
    asked = ["model", "pair", "elicitation", "turn", "nudge", "persona"]
    named = chosen.assign(_label=label)[~missing]
    each = named.groupby(asked, observed=True, dropna=False)["_label"].nunique()
    if len(judges) > 1 and ((each > 1).any() or known.duplicated(_ANSWER).any()):
        raise ParameterError(
            f"several judges have judged the same model: {', '.join(judges)}; choose one with "
            "--judge NAME."
        )
    if known.duplicated(_ANSWER).any():
        raise ParameterError(
            f"{', '.join(judges)} has judged the same answers more than once; with --judge NAME "
            "its latest verdicts count."
        )


def _once(table: pd.DataFrame) -> pd.DataFrame:
    """Each verdict once, and no row for "not judged" beside a verdict of the same answer.

    Rows without the id of a sample's run come from elsewhere; nothing tells which are the same.

    Raises:
        LogError: If two copies of a log hold different verdicts in the same place: which of them
            counts is not ours to choose.
    """
    judged = table[table["scorer"].notna()].set_index(_ANSWER).index
    replaced = table["scorer"].isna() & table.set_index(_ANSWER).index.isin(judged)
    place = [*_ANSWER, "scorer", "judge", "rubric"]
    # a choice has no judge, and reading it again gives the same; the latest reading counts
    parsed = table["judge"].eq("parser").fillna(False)
    reread = parsed & table.duplicated(subset=[*_ANSWER, "judge"], keep="last")
    again = replaced | reread | (~parsed & table.duplicated(subset=place))
    known = table[table["sample_uuid"].notna() & ~replaced & ~table["member"].fillna(False)]
    differ = known.drop_duplicates([*place, *_CONCLUDED]).duplicated(place, keep=False)
    if differ.any():
        logs = sorted(set(known.loc[differ[differ].index, "log"].dropna()))
        raise LogError(
            f"these copies of a log hold different verdicts of the same judge: {', '.join(logs)}; "
            "name one of them only."
        )
    return table[table["sample_uuid"].isna() | ~again].reset_index(drop=True)


def _headers(logs: Sequence[str | Path]) -> tuple[list[EvalLog], int]:
    attempts: dict[str, list[EvalLog]] = {}
    skipped = 0
    for path in logs:
        for file, named in _files(path):
            header = _header(file)
            if (header.eval.metadata or {}).get("schema") != SCHEMA:
                if named:
                    raise LogError(f"the log '{file}' was not written by an inspect-values task.")
                skipped += 1
                continue
            attempts.setdefault(header.eval.task_id, []).append(header)
    if not attempts:
        raise LogError(f"no log of an inspect-values task is in {', '.join(map(str, logs))}.")
    return [header for headers in attempts.values() for header in _latest(headers)], skipped


def _latest(headers: Sequence[EvalLog]) -> list[EvalLog]:
    """The logs of the latest attempt: one, or several if it was scored again into a copy."""
    newest = max(headers, key=lambda header: header.eval.created)
    return [header for header in headers if header.eval.eval_id == newest.eval.eval_id]


def _files(path: str | Path) -> Iterator[tuple[str, bool]]:
    """Each log file, and whether it was named by itself."""
    local = Path(path)
    if "://" not in str(path) and not local.exists():
        raise LogError(f"'{path}' does not exist.")
    if local.is_file() or str(path).endswith((".eval", ".json")):
        yield str(path), True
        return
    try:
        found = list_eval_logs(str(path))
    except Exception as error:  # whatever a file system far away raises
        raise LogError(f"'{path}' cannot be listed ({type(error).__name__}: {error}).") from error
    for info in found:
        yield info.name, False


def _header(file: str) -> EvalLog:
    if "://" not in file or file.startswith("file://"):
        check_archive(Path(file.removeprefix("file://")))
    try:
        return read_eval_log(file, header_only=True)
    except Exception as error:  # a stranger's file may break the reader in any way
        raise LogError(
            f"'{file}' is not an Inspect log, or it is damaged ({type(error).__name__})."
        ) from error


def _rows(header: EvalLog, catalog: ModelCatalog) -> Iterator[dict[str, Any]]:
    run = _run_fields(header, catalog)
    try:
        summaries = read_eval_log_sample_summaries(header.location)
    except Exception as error:
        raise LogError(
            f"the samples of '{header.location}' cannot be read ({type(error).__name__})."
        ) from error
    for summary in summaries:
        # logs of old versions of Inspect have no uuid; the eval's id keeps their samples apart
        uuid = summary.uuid or f"{header.eval.eval_id}-{summary.id}-{summary.epoch}"
        about = _answered(summary, catalog)
        for row in _sample_rows(summary):
            judge: dict[str, Any] = {"judge_lab": _judge_lab(row.get("judge"), catalog)}
            if row.get("member"):
                judge["self_graded"] = row["judge"] == run["model"]
            yield dict.fromkeys(_NAMES) | run | {"sample_uuid": uuid} | row | about | judge


def _run_fields(header: EvalLog, catalog: ModelCatalog) -> dict[str, Any]:
    model = header.eval.model
    identity = catalog.lab_of(model)
    config = header.plan.config.merge(header.eval.model_generate_config)
    metadata = header.eval.metadata or {}
    return {
        "log": header.location,
        "run_status": header.status,
        "task": header.eval.task,
        "model": model,
        "lab": identity.lab,
        "model_family": identity.family,
        "simulated": identity.simulated,
        "temperature": NAN if config.temperature is None else config.temperature,
        "reasoning_effort": config.reasoning_effort or "",
        "max_tokens": NAN if config.max_tokens is None else config.max_tokens,
        "plugins": str(metadata.get("plugins", "")),
    }


def _judge_lab(judge: object, catalog: ModelCatalog) -> str:
    """The lab of a single judge, told from panels and parsers by its provider's slash."""
    if not isinstance(judge, str) or "/" not in judge or judge.endswith(")"):
        return ""
    return catalog.lab_of(judge).lab


def _answered(summary: EvalSampleSummary, catalog: ModelCatalog) -> dict[str, Any]:
    """In an audit, who gave the answer that was judged again; elsewhere nothing."""
    model = summary.metadata.get("answer_model")
    if not model:
        return {}
    identity = catalog.lab_of(str(model))
    return {
        "model": model,
        "lab": identity.lab,
        "model_family": identity.family,
        "simulated": identity.simulated,
        "answer": summary.metadata.get("answer"),
    }


def _sample_rows(summary: EvalSampleSummary) -> Iterator[dict[str, Any]]:
    metadata = summary.metadata
    if metadata.get("schema") != SCHEMA:
        return
    sample = {name: metadata.get(name, "") for name in _SAMPLE_FIELDS} | {
        "factors": _factors(metadata.get("factors")),
        "epoch": summary.epoch,
    }
    stopped = reason(summary.error or summary.limit or "")
    usage = _usage(summary)
    turns: set[int] = set()
    for scorer, score, record in _verdicts(summary.scores or {}):
        turns.add(record.turn)
        own = _unanswered(stopped) if stopped and record.outcome is Outcome.NO_RESPONSE else {}
        complies = {"compliance": _compliance(summary.scores or {}, record.turn)}
        for row in _verdict_rows(record, score, metadata):
            yield sample | complies | usage | row | own | {"scorer": scorer}
            usage = {}  # once a sample, so that sums are right
    if not turns:
        none = {"outcome": Outcome.NOT_SCORED.value, "detail": _unread(summary.scores or {})}
        yield sample | usage | (_unanswered(stopped) if stopped else none) | {"turn": 0}
    elif stopped and metadata.get("elicitation") == "pushback":
        for turn in sorted(set(range(1 + int(metadata.get("turns") or 0))) - turns):
            yield sample | _unanswered(stopped) | {"turn": turn}


def _unanswered(stopped: str) -> dict[str, Any]:
    """A run that crashed or reached a limit is no model's missing answer."""
    outcome = Outcome.SAMPLE_ERROR.value
    return {"outcome": outcome, "response_outcome": outcome, "detail": stopped}


def _unread(scores: dict[str, Score]) -> str:
    ours = [s.metadata or {} for s in scores.values()]
    if any(m.get("schema") == SCHEMA and m.get("kind") == "verdict" for m in ours):
        return "the verdict in this log cannot be read by this version of inspect-values"
    return ""


def _verdicts(scores: dict[str, Score]) -> Iterable[tuple[str, Score, Record]]:
    for scorer, score in scores.items():
        record = read_record(score.metadata)
        if record is not None:
            yield scorer, score, record


def _verdict_rows(record: Record, score: Score, sample: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The verdict, then that of each judge of the panel that made it."""
    shared = {name: getattr(record, name) for name in _RECORD_FIELDS}
    shared["judge_calls"] = record.calls
    yield shared | _numbers(record.verdict(numbers(score.value)), record, sample)
    for member in record.members:
        verdict = record.member_verdict(member)
        own = {
            "judge": member.judge,
            "judge_calls": None,
            "judge_returned": member.returned,
            "member": True,
            "outcome": verdict.outcome,
            "response_outcome": verdict.response_outcome,
            "detail": member.problem,
        }
        yield shared | own | _numbers(verdict, record, sample)


def _numbers(verdict: Verdict, record: Record, sample: dict[str, Any]) -> dict[str, Any]:
    side = verdict.prioritised(record.threshold)
    return {
        "first": verdict.first,
        "second": verdict.second,
        "lean": verdict.lean,  # the score's is rounded for the eye
        "refused": verdict.refused,
        "confidence": verdict.confidence,
        "response_class": verdict.response_class,
        "stance": verdict.stance,
        "prioritised": sample.get(f"{side}_value", side) if side else None,
    }


def _usage(summary: EvalSampleSummary) -> dict[str, Any]:
    """Tokens and cost of the answer, and of everybody else (judges, users)."""
    others = summary.role_usage.values()
    every = summary.model_usage.values()
    total = sum(usage.total_tokens for usage in every)
    other = sum(usage.total_tokens for usage in others)
    costs = [u.total_cost for u in every if u.total_cost is not None]
    other_costs = [u.total_cost for u in others if u.total_cost is not None]
    return {
        "tokens": float(total - other),
        "judge_tokens": float(other),
        "cost": sum(costs) - sum(other_costs) if costs else NAN,
        "judge_cost": sum(other_costs) if other_costs else NAN,
    }


def _compliance(scores: dict[str, Score], turn: int) -> str:
    """Of the answer of this turn; the latest, where it was judged again."""
    found = [score.metadata or {} for score in scores.values()]
    own = [m for m in found if m.get("kind") == "compliance" and m.get("turn", 0) == turn]
    return str(own[-1].get("compliance") or "") if own else ""


def _factors(value: object) -> str:
    """Factor → level as JSON; empty where Inspect took it out of the summary (above 1 kB)."""
    if not isinstance(value, dict | None):
        return ""
    return json.dumps(value or {}, sort_keys=True)
