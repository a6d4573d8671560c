"""Pytest fixtures; use them with `pytest_plugins = ["inspect_values.testing.fixtures"]`."""

from collections.abc import Iterator

import pytest

from inspect_values.testing.servers import Servers, knowledge, lab_servers


@pytest.fixture(scope="session")
def lab_servers_running() -> Iterator[Servers]:
    """The servers of four labs on loopback, which know every installed value pair."""
    with lab_servers(knowledge()) as servers:
        yield servers


@pytest.fixture
def labs(lab_servers_running: Servers, monkeypatch: pytest.MonkeyPatch) -> Servers:
    """The same servers without faults, with this process's SDKs sent to them."""
    lab_servers_running.forget()
    for name, value in lab_servers_running.environment().items():
        monkeypatch.setenv(name, value)
    return lab_servers_running
