"""A small soak: every query is accounted for exactly once while things go wrong at every lab."""

from pathlib import Path

from inspect_values.testing.servers import Servers
from inspect_values.testing.soak import PERSONAS, soak


def test_every_query_is_accounted_for_once_and_the_order_stays(
    labs: Servers, tmp_path: Path
) -> None:
    found = soak(labs, tmp_path, each=16, share=0.15)
    assert found.wrong == []
    assert found.queries == sum(found.outcomes.values()) == 4 * 16
    assert len(found.met) >= 5
    assert found.order == list(PERSONAS)
