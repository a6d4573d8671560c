"""API keys stand in nothing that a run or a command writes or prints."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from inspect_ai.log import EvalLog, read_eval_log
from inspect_ai.model import ChatMessage

from inspect_values.analysis.table import verdict_table
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.safe import KEY, without_keys
from inspect_values.testing.faults import Fault, after
from inspect_values.testing.matrix import Labs
from inspect_values.testing.servers import Servers, knowledge, lab_servers, model
from tests.commands import typed  # pyright: ignore[reportMissingImports]

PAIR = "fairness_vs_efficiency"
LABS = ("anthropic", "openai", "google", "xai")
SECRET = "sk-proj-0123456789abcdefghijklmnop"


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with lab_servers(knowledge([PAIR])) as running:
        yield running


def command(folder: Path, servers: Servers, *arguments: str) -> str:
    """Run a command with the keys in its environment; everything that it prints."""
    places = {f"XDG_{what}_HOME": str(folder / what) for what in ("DATA", "CACHE", "STATE")}
    env = {**os.environ, **servers.environment(), **places, "HOME": str(folder / "home")}
    done = typed(folder, *arguments, env=env)
    return done.stdout + done.stderr


def everything(folder: Path) -> Iterator[tuple[str, str]]:
    """All that was written, as it stands on the disk and unpacked."""
    for file in folder.rglob("*"):
        if not file.is_file():
            continue
        yield str(file), file.read_bytes().decode("utf-8", "replace")
        if file.suffix == ".eval":
            yield str(file), read_eval_log(str(file), resolve_attachments=True).model_dump_json()
        elif file.suffix == ".parquet":
            yield str(file), pd.read_parquet(file).to_csv()


@pytest.mark.parametrize("expired", [False, True])
def test_the_keys_stand_in_nothing_that_was_written(
    expired: bool, servers: Servers, tmp_path: Path
) -> None:
    servers.forget()
    if expired:
        servers.plan(after(4, Fault.EXPIRED_KEY))
    printed = command(
        tmp_path,
        servers,
        *("inspect", "eval", f"inspect_values/{PAIR}", "-T", "scenarios=3"),
        *("--model", ",".join(model(lab, "aster-1") for lab in LABS)),
        *("--model-role", f"grader={model('openai', 'judge-plain')}", "--no-fail-on-error"),
        *("--log-dir", "logs", "--display", "plain", "--cache", "1W", "--max-retries", "0"),
        *("--log-level", "debug", "--log-level-transcript", "debug", "--max-tasks", "4"),
    )
    assert len(list((tmp_path / "logs").glob("*.eval"))) == len(LABS), printed[-2000:]
    for line in (
        "table logs -o out/table.parquet",
        "signature logs --show all --csv out/a.csv --json out/a.json --page out/a.html "
        "--parquet out/a.parquet",
        "labels export logs -o out/sheet.csv -n 3",
        "list",
    ):
        printed += command(tmp_path, servers, "inspect-values", *line.split())
    assert "Traceback" not in printed.split("inspect-values:")[-1], printed[-3000:]
    assert (tmp_path / "out" / "a.html").exists()
    table = pd.read_parquet(tmp_path / "out" / "table.parquet")
    assert table["outcome"].eq("verdict").all() != expired, table["outcome"].value_counts()
    written = list(everything(tmp_path))
    assert len(written) > 10
    keys = servers.keys()
    for key in keys:
        assert key not in printed
        assert not [name for name, text in written if key in text]


def test_what_a_provider_repeats_of_a_key_is_left_out_of_table_and_notes(
    run: Callable[..., EvalLog],
    judge: Callable[..., Callable[[list[ChatMessage]], str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOME_PROXY_API_KEY", "not like a key at all")

    def echo(_: list[ChatMessage]) -> str:
        raise RuntimeError(f"401 for key {SECRET} and not like a key at all")

    for model_, grader in ((echo, judge()), (lambda _: "An answer.", echo)):
        log = run(tradeoffs(PAIR, scenarios=1), model_, [grader], fail_on_error=False)
        row = verdict_table([log.location], Labs()).iloc[0]
        assert f"401 for key {KEY} and {KEY}" in row["detail"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Incorrect API key provided: {SECRET}.", f"Incorrect API key provided: {KEY}."),
        ("Authorization: Bearer abcdefghijklmnopqrstuvwxyz", f"Authorization: {KEY}"),
        ("?key=AIzaSyA0123456789abcdefghijklmnopqrstu&x", f"?key={KEY}&x"),
        ("xai-0123456789abcdefABCDEF", KEY),
        ("sk-ant-api03-abcdefghijklmnop_-xyz", KEY),
        # nothing of an ordinary sentence goes missing
        ("The task-oriented sk- prefix, risk-averse-people-everywhere", None),
        ("claude-sonnet-4-5-simulated-aster-1", None),
    ],
)
def test_keys_are_known_by_their_looks(text: str, expected: str | None) -> None:
    assert without_keys(text) == (expected or text)
