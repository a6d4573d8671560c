"""Labels of people: a blind sheet to fill in, and what comes back."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from inspect_ai.log import read_eval_log_sample_summaries
from pydantic import BaseModel, ConfigDict, ValidationError

from inspect_values.analysis.agreement import labels_for_kappa
from inspect_values.answers import turn_answer, user_query, whole_samples
from inspect_values.errors import DataError, LogError, suggest, validation_sentence
from inspect_values.limits import read_parquet
from inspect_values.safe import harmless
from inspect_values.values import digest
from inspect_values.verdict import DEFAULT_THRESHOLD, ResponseClass, Verdict

SCHEMA = "inspect-values-labels/1"
SHEET = ("item", "first_value", "second_value", "query", "answer")
TO_FILL = ("first", "second", "response_class", "comment")
"""What a labeller fills in: both positions (0 to 6), a response class, anything."""


class Item(BaseModel):
    """One answer on a sheet; kept apart from the sheet, so that labellers are blind."""

    model_config = ConfigDict(frozen=True)

    item: str
    log: str
    sample_uuid: str
    epoch: int
    turn: int
    model: str
    pair: str
    first_value: str
    second_value: str
    family: str
    cell: str
    stratum: str
    weight: float
    """How many answers of its stratum this one stands for."""


class Key(BaseModel):
    """Which item of a sheet is which answer, and how they were drawn."""

    model_config = ConfigDict(frozen=True)

    schema_: str = SCHEMA
    seed: int
    planned: str
    items: tuple[Item, ...]


def plan(table: pd.DataFrame, width: float, kappa: float = 0.6) -> int:
    """How many labels give kappa (what comes first) an interval of this width.

    Args:
        table: Verdicts of one judge, for the expected share of each label.
        width: The full width of the 95 % interval.
        kappa: The agreement that is expected.
    """
    shares = table["prioritised"].dropna().value_counts(normalize=True)
    return labels_for_kappa([float(share) for share in shares], width, kappa)


def draw(table: pd.DataFrame, count: int, seed: int = 0) -> Key:
    """Draw answers for a sheet, stratified by pair and by what the judge put first.

    Each stratum gives at least one answer and otherwise its share; within a stratum families take
    turns. The weight of an item is the size of its stratum over the number drawn from it.

    Args:
        table: Verdicts of one judge (`by_one_judge`).
        count: How many answers.
        seed: Decides which.

    Raises:
        LogError: If no open answer has a verdict.
    """
    rows = table[
        table["outcome"].eq("verdict") & table["elicitation"].ne("choice") & table["turn"].eq(0)
    ]
    if rows.empty:
        raise LogError("no open answer here has a verdict, so there is nothing to label.")
    rows = rows.assign(stratum=rows["pair"].astype(str) + " " + rows["prioritised"].astype(str))
    sizes = rows["stratum"].value_counts()
    shares = {s: max(1, round(count * n / len(rows))) for s, n in sizes.items()}
    items: list[Item] = []
    for stratum, group in rows.groupby("stratum", sort=True, observed=True):
        drawn = _turns(group, min(len(group), shares[str(stratum)]), seed)
        weight = len(group) / len(drawn)
        items += [_item(row, str(stratum), weight, seed) for row in drawn.to_dict("records")]
    items.sort(key=lambda item: item.item)  # a hash: the order tells nothing
    return Key(seed=seed, planned=f"{len(items)} of {len(rows)} answers", items=tuple(items))


def _turns(group: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """Rows in an order in which families take turns, both at random."""
    answers = zip(group["sample_uuid"], group["epoch"], strict=True)
    order = [digest([seed, str(uuid), int(epoch)]) for uuid, epoch in answers]
    shuffled = group.assign(_order=order).sort_values("_order")
    turn = shuffled.groupby("family", observed=True).cumcount()
    return shuffled.assign(_turn=turn).sort_values(["_turn", "_order"]).head(count)


def _item(row: Mapping[Any, Any], stratum: str, weight: float, seed: int) -> Item:
    names = ("log", "sample_uuid", "model", "pair", "first_value", "second_value", "family", "cell")
    return Item(
        item=digest([seed, row["sample_uuid"], int(row["epoch"]), "item"], 8),
        epoch=int(row["epoch"]),
        turn=int(row["turn"]),
        stratum=stratum,
        weight=weight,
        **{name: str(row[name]) for name in names},
    )


def value_names(table: pd.DataFrame) -> dict[str, str]:
    """Value id → its name for people."""
    names: dict[str, str] = {}
    for side in ("first", "second"):
        known = table[[f"{side}_value", f"{side}_name"]].dropna().drop_duplicates()
        names |= {str(i): str(n) for i, n in known.itertuples(index=False)}
    return names


def sheet(key: Key, names: Mapping[str, str]) -> pd.DataFrame:
    """The sheet: query and answer of each item, and empty columns to fill in.

    Neither model nor judge nor verdict stand in it. A text that a spreadsheet would run as a
    formula gets an apostrophe.

    Args:
        key: The items.
        names: Value id → its name for people.

    Raises:
        LogError: If a log is not there any more.
    """
    texts: dict[str, tuple[str, str]] = {}
    for log in sorted({item.log for item in key.items}):
        texts.update(_texts(log, [item for item in key.items if item.log == log]))
    rows = [
        {
            "item": item.item,
            "first_value": names.get(item.first_value, item.first_value),
            "second_value": names.get(item.second_value, item.second_value),
            "query": harmless(texts[item.item][0]),
            "answer": harmless(texts[item.item][1]),
            **dict.fromkeys(TO_FILL, ""),
        }
        for item in key.items
    ]
    return pd.DataFrame(rows, columns=[*SHEET, *TO_FILL])


def _texts(log: str, items: Iterable[Item]) -> dict[str, tuple[str, str]]:
    wanted = {(item.sample_uuid, item.epoch): item for item in items}
    try:
        ids = {
            (s.id, s.epoch): wanted[str(s.uuid), s.epoch]
            for s in read_eval_log_sample_summaries(log)
            if (str(s.uuid), s.epoch) in wanted
        }
        samples = whole_samples(log, ids)
    except Exception as error:
        raise LogError(f"the log '{log}' cannot be read ({type(error).__name__}).") from error
    if len(ids) < len(wanted):
        raise LogError(f"the log '{log}' does not hold the answers of this table any more.")
    return {
        ids[s.id, s.epoch].item: (user_query(s), turn_answer(s, ids[s.id, s.epoch].turn))
        for s in samples
    }


def read_key(path: Path) -> Key:
    """The key of a sheet.

    Raises:
        DataError: If it is missing or no key.
    """
    try:
        key = Key.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"the key '{path}' cannot be read.") from error
    except ValidationError as error:
        raise DataError(validation_sentence(f"the key '{path}'", error)) from error
    if key.schema_ != SCHEMA:
        raise DataError(f"'{path}' is no key of a labelling sheet.")
    return key


def read_sheet(path: Path, key: Key, labeller: str) -> pd.DataFrame:
    """A filled-in sheet as a label table.

    Rows that are not filled in are left out. The columns are those of a verdict table as far as
    they apply, with `labeller`, `weight` and `stratum`.

    Args:
        path: The sheet, as CSV.
        key: What its items are.
        labeller: Who filled it in.

    Raises:
        DataError: If it cannot be read, an item is unknown or stands twice, or a label is none.
    """
    try:
        given = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise DataError(f"the sheet '{path}' cannot be read as CSV ({error}).") from error
    missing = [name for name in ("item", *TO_FILL[:2]) if name not in given.columns]
    if missing:
        listed = suggest(missing[0], given.columns).replace("allowed", "found")
        raise DataError(f"the sheet '{path}' has no column '{missing[0]}'; {listed}.")
    items = {item.item: item for item in key.items}
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    for number, row in enumerate(given.to_dict("records"), start=2):
        where = f"{path}, row {number}"
        name = str(row["item"]).strip()
        if name not in items:
            raise DataError(f"{where}: the item '{name[:40]}' is not in the key.")
        if name in seen:
            raise DataError(f"{where}: the item '{name}' stands twice.")
        seen.add(name)
        label = _label({str(k): str(v).strip() for k, v in row.items()}, where)
        if label is not None:
            rows.append(_row(items[name], label, labeller))
    if not rows:
        raise DataError(f"the sheet '{path}' has no row that is filled in.")
    return pd.DataFrame(rows)


def _label(row: Mapping[str, str], where: str) -> Verdict | None:
    first, second, response = row["first"], row["second"], row.get("response_class", "")
    if not first and not second and not response:
        return None
    allowed = [name.value for name in ResponseClass]
    if response and response not in allowed:
        raise DataError(
            f"{where}: the response class '{response}' is not known; {suggest(response, allowed)}."
        )
    return Verdict(
        first=_position(first, f"{where}: first"),
        second=_position(second, f"{where}: second"),
        response_class=ResponseClass(response) if response else None,
    )


def _position(text: str, where: str) -> float:
    if not text:
        return float("nan")
    # float() would also read 0_3, or digits of other scripts
    plain = re.fullmatch(r"[0-9](?:[.,][0-9]{1,9})?", text)
    number = float(text.replace(",", ".")) if plain else float("nan")
    if not 0 <= number <= 6:
        raise DataError(f"{where} is '{text[:20]}'; allowed: a number from 0 to 6, or nothing.")
    return number


def _row(item: Item, label: Verdict, labeller: str) -> dict[str, Any]:
    side = label.prioritised(DEFAULT_THRESHOLD)
    value = {"first": item.first_value, "second": item.second_value}.get(side or "", side)
    return {
        **item.model_dump(),
        "judge": f"person:{labeller}",
        "labeller": labeller,
        "first": label.first,
        "second": label.second,
        "lean": label.lean,
        "prioritised": value,
        "response_class": label.response_class.value if label.response_class else None,
        "refused": label.refused,
    }


def write_labels(labels: pd.DataFrame, path: Path) -> None:
    """Write a label table as Parquet, whole or not at all.

    Raises:
        DataError: If it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        labels.to_parquet(part, index=False)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DataError(f"'{path}' cannot be written ({error.strerror or error}).") from error


def read_labels(paths: Iterable[Path]) -> pd.DataFrame:
    """Label tables, put together.

    Raises:
        DataError: If one cannot be read or is none.
    """
    tables: list[pd.DataFrame] = []
    for path in paths:
        try:
            table = read_parquet(path).to_pandas()
        except DataError:
            raise
        except Exception as error:
            raise DataError(f"'{path}' is no label table, or it is damaged.") from error
        if not {"sample_uuid", "lean", "weight", "labeller"} <= set(table.columns):
            raise DataError(f"'{path}' is no label table (made by inspect-values labels import).")
        tables.append(table)
    return pd.concat(tables, ignore_index=True).drop_duplicates(["item", "labeller"], keep="last")


def key_json(key: Key) -> str:
    """The key as JSON."""
    return json.dumps(key.model_dump(), indent=1) + "\n"
