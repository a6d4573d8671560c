"""Which scenarios a run asks: reproducible, in turns, and in shards that share cells out."""

import json
import os
import subprocess
import sys
from collections import Counter

import pytest

from inspect_values.errors import ParameterError
from inspect_values.plugins.catalog import evaluation_catalog
from inspect_values.scenarios.scenario import Scenario
from inspect_values.scenarios.selection import Selection, parse_nudges, select
from inspect_values.scenarios.situation import NUDGES, Situation
from inspect_values.values import ValuePair

Asked = list[tuple[ValuePair, list[Situation]]]
PAIR = "fairness_vs_efficiency"


@pytest.fixture(scope="module")
def bundled() -> Asked:
    catalog = evaluation_catalog()
    return [(catalog.pair(PAIR), catalog.situations_of(PAIR))]


def ids(scenarios: list[Scenario]) -> list[str]:
    return [s.id for s in scenarios]


def test_shards_are_disjoint_together_everything_and_keep_cells_whole(bundled: Asked) -> None:
    whole = select(bundled, Selection(nudges=NUDGES, scenarios=None))
    parts = [
        select(bundled, Selection(nudges=NUDGES, scenarios=None, shard=n, shards=5))
        for n in range(5)
    ]
    assert Counter(i for part in parts for i in ids(part)) == Counter(ids(whole))
    assert all(count == 1 for count in Counter(ids(whole)).values())
    homes = {scenario.cell: n for n, part in enumerate(parts) for scenario in part}
    for n, part in enumerate(parts):
        assert all(homes[scenario.cell] == n for scenario in part)
        assert set(Counter(s.cell for s in part).values()) == {3}


def test_no_shard_is_starved(bundled: Asked) -> None:
    whole = select(bundled, Selection(scenarios=None))
    for n in range(4):
        part = select(bundled, Selection(scenarios=None, shard=n, shards=4))
        assert len(part) > len(whole) / 8


def test_a_cell_stays_in_its_shard_when_more_is_asked(bundled: Asked) -> None:
    few = select(bundled, Selection(scenarios=60, shard=1, shards=3))
    many = select(bundled, Selection(scenarios=None, nudges=NUDGES, shard=1, shards=3))
    assert set(ids(few)) < set(ids(many))


def test_ids_are_the_same_in_another_process_with_another_hash_seed() -> None:
    code = (
        "import json\n"
        "from inspect_values.plugins.catalog import evaluation_catalog as c\n"
        "from inspect_values.scenarios.selection import Selection, select\n"
        f"p = [(c().pair({PAIR!r}), c().situations_of({PAIR!r}))]\n"
        "s = Selection(scenarios=90, nudges=('neutral', 'first'), seed=3, shard=1, shards=2)\n"
        "print(json.dumps([[x.id, x.cell, x.query] for x in select(p, s)]))\n"
    )
    seen = [
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "4242")
    ]
    assert seen[0] == seen[1]
    assert len(json.loads(seen[0])) > 10


def test_the_seed_decides(bundled: Asked) -> None:
    def drawn(seed: int) -> list[str]:
        return ids(select(bundled, Selection(scenarios=30, seed=seed)))

    assert drawn(7) == drawn(7)
    assert set(drawn(7)) != set(drawn(8))


def test_families_take_turns(bundled: Asked) -> None:
    families = len(bundled[0][1])
    once = select(bundled, Selection(scenarios=families))
    assert len({s.family for s in once}) == families
    twice = Counter(s.family for s in select(bundled, Selection(scenarios=2 * families)))
    assert set(twice.values()) == {2}


def test_a_larger_selection_holds_the_smaller(bundled: Asked) -> None:
    small = ids(select(bundled, Selection(scenarios=20)))
    assert ids(select(bundled, Selection(scenarios=50)))[:20] == small


def test_nudges_of_a_cell_come_together_within_the_limit(bundled: Asked) -> None:
    chosen = select(bundled, Selection(scenarios=11, nudges=NUDGES))
    assert len(chosen) == 9
    assert set(Counter(s.cell for s in chosen).values()) == {3}


def test_the_limit_holds_for_each_pair(
    bundled: Asked, small_pair: tuple[ValuePair, list[Situation]]
) -> None:
    chosen = select([*bundled, small_pair], Selection(scenarios=5))
    assert Counter(s.pair for s in chosen) == {PAIR: 5, "candour_vs_comfort": 5}


def test_factors_keep_their_levels_only(small_pair: tuple[ValuePair, list[Situation]]) -> None:
    kept = {"liability": ("none",), "stakes": ("low", "high")}
    chosen = select([small_pair], Selection(factors=kept, scenarios=None))
    # the school play has no liability and is left out
    assert {s.situation for s in chosen} == {"soup_review"}
    assert Counter(s.factors["liability"] for s in chosen) == {"none": 4}
    assert {s.factors["stakes"] for s in chosen} == {"low", "high"}


def test_every_allowed_cell_is_asked_when_all_are(
    small_pair: tuple[ValuePair, list[Situation]],
) -> None:
    chosen = select([small_pair], Selection(scenarios=None))
    assert Counter(s.situation for s in chosen) == {"soup_review": 6, "school_play": 8}


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection(factors={"stake": ("low",)}), "'stakes'"),
        (Selection(factors={"stakes": ("lo",)}), "'low'"),
        (Selection(nudges=NUDGES, scenarios=2), "scenarios=2 is too few"),
        (Selection(shard=2, shards=2), "shard=2 of shards=2 does not exist"),
        (Selection(shard=-1, shards=2), "does not exist"),
        (Selection(shards=0), "does not exist"),
        (
            Selection(factors={"stakes": ("low",), "liability": ("high",)}),
            "nothing is left to ask: no scenario has factors=stakes:low,liability:high",
        ),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(
    small_pair: tuple[ValuePair, list[Situation]], selection: Selection, said: str
) -> None:
    with pytest.raises(ParameterError) as caught:
        select([small_pair], selection)
    assert said in str(caught.value)


def test_an_empty_shard_is_a_sentence(small_pair: tuple[ValuePair, list[Situation]]) -> None:
    sizes: list[int] = []
    for shard in range(40):
        try:
            sizes.append(len(select([small_pair], Selection(shard=shard, shards=40))))
        except ParameterError as error:
            assert f"shard {shard} of 40 is empty" in str(error)
            assert "14 factor settings" in str(error)
            sizes.append(0)
    assert sum(sizes) == 14
    assert 0 in sizes


def test_nudges_are_read_in_a_fixed_order() -> None:
    assert parse_nudges(["all"]) == NUDGES
    assert parse_nudges(["second", "neutral"]) == ("neutral", "second")
    with pytest.raises(ParameterError, match="'neutral'"):
        parse_nudges(["nuetral"])
    with pytest.raises(ParameterError, match="no nudge was given"):
        parse_nudges([])
