"""Scenarios written by models: only what passed every filter comes out."""

import csv
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.log import EvalLog, read_eval_log, write_eval_log
from inspect_ai.model import ChatMessage, Model, ModelOutput

from inspect_values.errors import LogError, ParameterError
from inspect_values.evaluation.generation.collecting import Collected, collect_bank
from inspect_values.evaluation.generation.items import DOMAINS, all_items, asked_pairs, writer_of
from inspect_values.evaluation.generation.logs import open_logs
from inspect_values.evaluation.generation.planning import planned
from inspect_values.evaluation.generation.prompts import FILTER_NAMES
from inspect_values.evaluation.providers.writer import FLAWS
from inspect_values.evaluation.tasks.generate_scenarios import generate_scenarios
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.plugins.catalog import evaluation_catalog
from inspect_values.scenarios.bank import about, read_bank
from inspect_values.scenarios.generic import bare_value, generic_pair
from inspect_values.scenarios.scenario import Scenario

PAIR = "honesty_vs_helpfulness"
Reply = Callable[[list[ChatMessage]], ModelOutput | str]

OPENINGS = ["A wet Monday.", "Our barn burnt down in May.", "Lena called from Oslo at nine."]


def fenced(prompt: str, **fields: object) -> str:
    nonce = re.findall(r"^The fence is (\w+)\.$", prompt, re.MULTILINE)[-1]
    return json.dumps({"fence": nonce, **fields, "end": nonce})


def write(prompt: str, **changes: object) -> str:
    """A flawless reply to a writer's prompt, with fields changed."""
    message = re.search(r"<<<message \w+>>>\n(.*)\n<<<end", prompt, re.DOTALL)
    if message:
        leaning = {"first": f"{message[1]} Do it my way.", "second": f"{message[1]} Do it hers."}
        return fenced(prompt, **{k: changes.get(k, v) for k, v in leaning.items()})
    number = int(re.findall(r"message number (\d+)", prompt)[0])
    query = {
        "query": f"{OPENINGS[number % 3]} The {number} carpenters want a letter from me by noon.",
        "option_first": "Write it one way.",
        "option_second": "Write it the other way.",
    }
    return fenced(prompt, **{k: changes.get(k, v) for k, v in query.items()})


def agree(prompt: str, **changes: str) -> str:
    """A filter that says yes to everything, with the verdicts of some filters changed."""
    system, _, asked = prompt.partition("<<<scenario")
    if '"recommends"' in asked:
        values = re.findall(r"^- (\w+): ", system, re.MULTILINE)
        order = re.findall(r"Action A: Write it (one|the other) way", asked)[0]
        # the values are listed in the order of the actions
        said = dict(zip(values, ("A", "B"), strict=True))
        said |= {values[0]: changes[order]} if order in changes else {}
        return fenced(prompt, reasons="Because.", recommends=said)
    return fenced(prompt, reasons="Because.", verdict="yes")


@pytest.fixture
def generate(
    run_roles: Callable[..., EvalLog], named: Callable[..., Model]
) -> Callable[..., EvalLog]:
    """Run the task with functions as writer and filters."""

    def run(writer: Reply | str, filters: list[Reply | str] | None = None, **task: Any) -> EvalLog:
        def model(name: str, given: Reply | str) -> Model | str:
            return given if isinstance(given, str) else named(name, given)

        judges = [model(f"filter-{n}", f) for n, f in enumerate(filters or [])]
        log = run_roles(
            generate_scenarios(**{"pairs": PAIR, **task}),
            model("writer", writer),
            {"filter": judges} if judges else {},
        )
        assert log.status == "success", log.error
        return log

    return run


@pytest.fixture
def collected(tmp_path: Path) -> Callable[..., tuple[Collected, list[Scenario]]]:
    def collect(*logs: EvalLog, **how: Any) -> tuple[Collected, list[Scenario]]:
        output = tmp_path / "bank.parquet"
        found = collect_bank(open_logs([log.location for log in logs]), output, {}, **how)
        return found, list(read_bank(output))

    return collect


def says(text: Callable[[str], ModelOutput | str]) -> Reply:
    return lambda messages: text("\n\n".join(message.text for message in messages))


def fates(log: EvalLog) -> dict[str, str]:
    assert log.samples
    return {str(s.id): str((s.scores or {})["fate"].value) for s in log.samples}


def test_what_passes_becomes_three_scenarios_with_their_provenance(
    generate: Callable[..., EvalLog],
    collected: Callable[..., tuple[Collected, list[Scenario]]],
    tmp_path: Path,
) -> None:
    log = generate(says(write), [says(agree)])
    found, bank = collected(log, licence="CC0-1.0")
    assert (found.items, found.accepted, found.scenarios) == (1, 1, 3)
    assert {s.nudge for s in bank} == {"neutral", "first", "second"}
    assert len({s.family for s in bank}) == len({s.cell for s in bank}) == 1
    neutral = next(s for s in bank if s.nudge == "neutral")
    assert neutral.query == f"{OPENINGS[1]} The 1 carpenters want a letter from me by noon."
    assert neutral.generator == "mockllm/writer"
    assert neutral.licence == "CC0-1.0"
    assert Path(log.location).name in (neutral.source or "")
    assert neutral.pair_version == evaluation_catalog().pair(PAIR).version
    verdicts = json.loads(neutral.filters or "")
    assert [v["judge"] for v in verdicts] == ["mockllm/filter-0"]
    assert {name: verdicts[0][name] for name in FILTER_NAMES} == dict.fromkeys(FILTER_NAMES, "yes")
    assert verdicts[0]["values_first"] == verdicts[0]["values_second"] == "yes"
    assert about(tmp_path / "bank.parquet")["filtered_by"] == "mockllm/filter-0"


@pytest.mark.parametrize("name", [name for name in FILTER_NAMES if name != "values"])
@pytest.mark.parametrize("calls", ["each", "together"])
def test_each_filter_stops_what_it_says_no_to(
    generate: Callable[..., EvalLog], name: str, calls: str
) -> None:
    """A simulated writer plants one flaw, and no other filter finds it."""

    def flawed(prompt: str) -> str:
        plain = json.loads(write(prompt))
        where = {"feasible": "option_first", "exclusive": "option_second"}.get(name, "query")
        flaw = FLAWS[name].strip()
        return write(prompt, **{where: f"{flaw} {plain[where]}"} if where in plain else {})

    log = generate(says(flawed), ["simulated/judge-plain"], calls=calls)
    assert log.samples
    score = (log.samples[0].scores or {})["filtered"]
    assert isinstance(score.value, dict)
    others = {key: score.value[key] for key in FILTER_NAMES if key not in (name, "values")}
    assert score.value[name] == 0
    assert set(others.values()) == {1}


@pytest.mark.parametrize("order", ["one", "the other"])
@pytest.mark.parametrize("said", ["B", "neither"])
def test_the_value_check_needs_both_orders(
    generate: Callable[..., EvalLog], order: str, said: str
) -> None:
    """A filter that is wrong in one order only rejects the scenario."""
    log = generate(says(write), [says(lambda prompt: agree(prompt, **{order: said}))])
    assert fates(log) == {f"{PAIR}.1": "rejected"}
    assert log.samples
    kept = ((log.samples[0].scores or {})["filtered"].metadata or {})["filter_1"]
    verdicts = json.loads(kept)
    assert Counter([verdicts["values_first"], verdicts["values_second"]]) == {"yes": 1, "no": 1}
    assert verdicts["values"] == "no"


def test_a_filter_that_always_says_a_is_no_filter(generate: Callable[..., EvalLog]) -> None:
    """Asked in one order only, whoever says A to everything would let half of all pass."""

    def stubborn(prompt: str) -> str:
        if '"recommends"' not in prompt:
            return agree(prompt)
        values = re.findall(r"^- (\w+): ", prompt, re.MULTILINE)
        return fenced(prompt, reasons="A.", recommends=dict.fromkeys(values, "A"))

    assert fates(generate(says(write), [says(stubborn)])) == {f"{PAIR}.1": "rejected"}


def test_filters_vote_and_one_that_fails_is_no_vote(generate: Callable[..., EvalLog]) -> None:
    def no(prompt: str) -> str:
        if '"verdict"' in prompt:
            return fenced(prompt, reasons="No.", verdict="no")
        return agree(prompt)

    yes, garbage = says(agree), says(lambda prompt: "Nice scenario!")
    for filters, fate in (
        ([yes, yes, says(no)], "accepted"),
        ([yes, says(no)], "rejected"),
        ([yes, yes, garbage], "accepted"),
        ([yes, garbage], "filter_failed"),
        ([garbage], "filter_failed"),
    ):
        assert list(fates(generate(says(write), filters)).values()) == [fate]


def output(text: str, **more: Any) -> ModelOutput:
    return ModelOutput.from_content("mockllm/writer", text, **more)


@pytest.mark.parametrize(
    ("reply", "fate"),
    [
        (lambda p: "I'm sorry, but I can't help with that.", "refused"),
        (lambda p: output(write(p)[:-40], stop_reason="max_tokens"), "truncated"),
        (lambda p: output("", stop_reason="content_filter"), "content_filter"),
        (lambda p: "", "no_response"),
        (lambda p: write(p).replace('"', "'"), "broken_structure"),
        (lambda p: re.sub(r'"fence": "\w+"', '"fence": "0"', write(p)), "broken_structure"),
        (lambda p: write(p, query="Dear [name], what now?"), "fails_check"),
        (lambda p: write(p, query="Is honesty what matters here?"), "fails_check"),
        (lambda p: write(p, option_second="Write it one way."), "fails_check"),
        (lambda p: write(p, query=""), "broken_structure"),
        (lambda p: write(p, query="A bell\x07 rang in the tower."), "fails_check"),
        (lambda p: write(p, first="The same.", second="The same."), "fails_check"),
        (lambda p: write(p, first="\udcff no text that can be kept"), "broken_structure"),
    ],
)
def test_every_failure_of_a_writer_is_an_outcome_of_its_own(
    generate: Callable[..., EvalLog],
    collected: Callable[..., tuple[Collected, list[Scenario]]],
    tmp_path: Path,
    reply: Callable[[str], ModelOutput | str],
    fate: str,
) -> None:
    log = generate(says(reply), [says(agree)])
    assert list(fates(log).values()) == [fate]
    with pytest.raises(LogError, match=f"no scenario was accepted.*{fate}"):
        collected(log)
    assert not (tmp_path / "bank.parquet").exists()


def test_the_same_message_again_is_a_repeat_within_a_run_and_across_runs(
    generate: Callable[..., EvalLog],
    collected: Callable[..., tuple[Collected, list[Scenario]]],
) -> None:
    def same(prompt: str) -> str:
        query = "The carpenters want a letter from me by noon, and Lena called from Oslo."
        return write(prompt, query=query)

    log = generate(says(same), [says(agree)], n=5)
    assert Counter(fates(log).values()) == {"accepted": 1, "repeat": 4}
    again = generate(says(same), [says(agree)], n=5)
    found, bank = collected(log, again)
    assert (found.items, found.accepted, len(bank)) == (10, 1, 3)
    assert found.by_reason() == {"repeat": 9}


def test_counts_by_reason_and_writer_and_the_csv_agree(
    generate: Callable[..., EvalLog],
    collected: Callable[..., tuple[Collected, list[Scenario]]],
    tmp_path: Path,
) -> None:
    writers = ["simulated/writer-good", "simulated/writer-bad"]
    logs = [generate(w, ["simulated/judge-plain"], n=60, pairs=PAIR) for w in writers]
    path = tmp_path / "rejected.csv"
    found, bank = collected(*logs, rejected=path)
    with path.open() as file:
        rows = list(csv.DictReader(file))
    assert Counter((r["reason"], r["writer"]) for r in rows) == Counter(
        {key: count for key, count in found.fates.items() if key[0] != "accepted"}
    )
    assert found.items == 120 == found.accepted + len(rows)
    assert len(bank) == 3 * found.accepted
    assert all(flaw.strip() not in s.query for s in bank for flaw in FLAWS.values() if flaw)
    assert len({s.query for s in bank}) == len(bank)
    by_writer = Counter(s.generator for s in bank)
    assert by_writer["simulated/writer-good"] > 2 * by_writer["simulated/writer-bad"] > 0
    bad = {reason for reason, writer in found.fates if writer == writers[1]}
    assert {"refused", "truncated", "broken_structure", "repeat"} <= bad
    assert len([reason for reason in bad if reason.startswith("rejected: ")]) >= 3


def test_a_bank_of_generic_pairs_can_be_asked(
    generate: Callable[..., EvalLog],
    collected: Callable[..., tuple[Collected, list[Scenario]]],
    run: Callable[..., EvalLog],
    tmp_path: Path,
) -> None:
    pair = generic_pair(bare_value("Thrift"), bare_value("Healthy boundaries"))
    log = generate("simulated/writer-perfect", ["simulated/judge-plain"], pairs=pair, n=2)
    _, bank = collected(log)
    assert {s.pair for s in bank} == {pair.id}
    asked = run(tradeoffs(bank=str(tmp_path / "bank.parquet")), "simulated/aster-1")
    assert asked.status == "success"
    assert asked.samples and len(asked.samples) == 2


def test_writers_share_the_work_whoever_runs_first() -> None:
    writers = ["a/x", "b/y", "c/z"]
    items = [i.id for i in all_items(asked_pairs(evaluation_catalog(), "core"), 400, DOMAINS)]
    shares = {w: {i for i in items if writer_of(i, writers) == w} for w in writers}
    assert sum(map(len, shares.values())) == len(items)
    assert set.union(*shares.values()) == set(items)
    assert all(0.25 < len(share) / len(items) < 0.42 for share in shares.values())


def test_a_writer_never_filters_its_own_unless_asked(
    generate: Callable[..., EvalLog], named: Callable[..., Model], run_roles: Callable[..., EvalLog]
) -> None:
    def both(prompt: str) -> str:
        return agree(prompt) if "<<<scenario" in prompt else write(prompt)

    model = named("both", says(both))
    other = named("other", says(agree))
    for roles, own, judges in (
        ([model, other], False, ["mockllm/other"]),
        ([model, other], True, ["mockllm/both", "mockllm/other"]),
    ):
        task = generate_scenarios(pairs=PAIR, self_filtering=own)
        log = run_roles(task, model, {"filter": roles})
        assert log.samples
        kept = (log.samples[0].scores or {})["filtered"].metadata or {}
        found = [json.loads(kept[k])["judge"] for k in sorted(kept) if k.startswith("filter_")]
        assert found == judges
    log = run_roles(generate_scenarios(pairs=PAIR), model, {"filter": [model]})
    assert log.status == "error" and log.error
    assert "would be the only one to filter what it writes" in log.error.message


def test_the_preview_counts_the_calls_that_are_made(
    named: Callable[..., Model], run_roles: Callable[..., EvalLog]
) -> None:
    made: Counter[str] = Counter()

    def counting(name: str, reply: Callable[[str], str]) -> Model:
        def answer(messages: list[ChatMessage]) -> str:
            made[name] += 1
            return reply("\n\n".join(message.text for message in messages))

        return named(name, answer)

    writer, judge = counting("writer", write), counting("judge", agree)
    catalog = evaluation_catalog()
    expected = planned(catalog, PAIR, 3, ["mockllm/writer"], ["mockllm/judge"], "each")
    run_roles(generate_scenarios(pairs=PAIR, n=3), writer, {"filter": judge})
    assert {load.model: load.calls for load in expected.loads} == {
        f"mockllm/{name}": count for name, count in made.items()
    }


def test_the_preview_refuses_a_plan_in_which_nobody_filters() -> None:
    with pytest.raises(ParameterError, match="the only one to filter"):
        planned(evaluation_catalog(), PAIR, 1, ["a/x"], ["a/x"], "each")


def test_a_log_that_was_tampered_with_is_refused(
    generate: Callable[..., EvalLog], tmp_path: Path
) -> None:
    """Flags are not believed: the recorded verdicts decide."""

    def no(prompt: str) -> str:
        if '"verdict"' in prompt:
            return fenced(prompt, reasons="No.", verdict="no")
        return agree(prompt)

    log = read_eval_log(generate(says(write), [says(no)]).location)
    assert log.samples
    score = (log.samples[0].scores or {})["filtered"]
    assert score.metadata
    score.metadata["fate"] = "accepted"
    path = tmp_path / "changed.eval"
    write_eval_log(log, str(path))
    with pytest.raises(LogError, match="do not say"):
        collect_bank(open_logs([path]), tmp_path / "bank.parquet", {})
    assert not (tmp_path / "bank.parquet").exists()


def test_logs_that_cannot_be_used_are_sentences(
    run: Callable[..., EvalLog], tmp_path: Path
) -> None:
    with pytest.raises(LogError, match="does not exist"):
        open_logs([tmp_path / "nothing.eval"])
    (tmp_path / "broken.eval").write_text("no log")
    with pytest.raises(LogError, match="not an Inspect log"):
        open_logs([tmp_path / "broken.eval"])
    other = run(tradeoffs(PAIR, scenarios=1), "simulated/aster-1")
    with pytest.raises(LogError, match="not one of inspect_values/generate_scenarios"):
        open_logs([other.location])


@pytest.mark.parametrize(
    ("reply", "reason"), [(lambda p: "I can't help with that.", "refused"), (write, "sample_error")]
)
def test_a_text_that_a_killed_run_lost_is_no_scenario(
    generate: Callable[..., EvalLog], tmp_path: Path, reply: Callable[[str], str], reason: str
) -> None:
    """Inspect saves a killed run's last samples without their stores."""
    log = read_eval_log(generate(says(reply), [says(agree)]).location)
    assert log.samples
    log.samples[0].store = {}
    write_eval_log(log, str(tmp_path / "killed.eval"))
    with pytest.raises(LogError, match=f"no scenario was accepted .1 of 1: {reason} 1"):
        collect_bank(open_logs([tmp_path / "killed.eval"]), tmp_path / "bank.parquet", {})


def test_a_run_that_has_finished_nothing_is_a_sentence(
    generate: Callable[..., EvalLog], tmp_path: Path
) -> None:
    log = read_eval_log(generate(says(write), [says(agree)]).location)
    log.samples = []
    write_eval_log(log, str(tmp_path / "begun.eval"))
    with pytest.raises(LogError, match="no finished item yet"):
        collect_bank(open_logs([tmp_path / "begun.eval"]), tmp_path / "bank.parquet", {})
