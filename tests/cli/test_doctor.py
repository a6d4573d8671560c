"""`inspect-values doctor`: ten lines about this machine, and never a key."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from inspect_values.cli.main import cli
from inspect_values.evaluation.budget import BUDGET, PRICES
from inspect_values.study.doctor import PROVIDERS
from inspect_values.testing.servers import Servers

KEY = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No keys, and addresses at which nobody answers."""
    for provider in PROVIDERS:
        for name in (*provider.keys, *provider.addresses):
            monkeypatch.delenv(name, raising=False)
        closed = "127.0.0.1:9" if provider.name == "xAI" else "http://127.0.0.1:9"
        monkeypatch.setenv(provider.addresses[0], closed)
    for name in (BUDGET, PRICES, "INSPECT_LOG_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def doctor(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["doctor", *arguments], env={"COLUMNS": "160"})


def test_without_keys_it_is_ready_for_simulated_models() -> None:
    shown = doctor()
    assert shown.exit_code == 0, shown.output
    assert "Ready for simulated models only" in shown.output
    assert "no key (ANTHROPIC_API_KEY)" in shown.output
    assert "cannot be reached" in shown.output
    assert 8 <= len(shown.output.splitlines()) <= 12


def test_a_key_without_a_way_to_its_provider_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://user:{KEY}@127.0.0.1:9/v1?key={KEY}")
    shown = doctor()
    assert shown.exit_code == 1
    assert "Not ready: OpenAI" in shown.output
    assert KEY not in shown.output


def test_servers_that_answer_are_reachable_and_nothing_is_asked(labs: Servers) -> None:
    shown = doctor()
    assert shown.exit_code == 0, shown.output
    assert "Ready for Anthropic, OpenAI, Google, xAI" in shown.output
    assert not any(server.desk.served for server in labs.labs.values())
    secrets = labs.keys()
    assert not any(key in shown.output for key in secrets)


def test_logs_that_cannot_be_written_are_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    shown = doctor("--log-dir", "file/logs")
    assert shown.exit_code == 1
    assert "Not ready: Logs" in shown.output


def test_a_damaged_price_file_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text("currency: EUR")
    monkeypatch.setenv(PRICES, str(tmp_path / "prices.yaml"))
    shown = doctor()
    assert shown.exit_code == 1
    assert "'date' is missing" in " ".join(shown.output.split())
