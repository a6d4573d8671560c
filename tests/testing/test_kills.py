"""A few kills at random moments: nothing complete is repeated, nothing received is paid twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from inspect_values.testing.kills import PAIR, kill_runs
from inspect_values.testing.servers import Servers, knowledge, lab_servers


@pytest.fixture
def slow_labs() -> Iterator[Servers]:
    with lab_servers(knowledge([PAIR]), delay=0.1) as servers:
        yield servers


def test_killed_runs_lose_nothing_and_pay_for_nothing_twice(
    slow_labs: Servers, tmp_path: Path
) -> None:
    found = kill_runs(slow_labs, tmp_path, kills=4, scenarios=10)
    assert found.wrong == []
    assert found.kills == 4
    assert found.queries == 10 * found.runs
