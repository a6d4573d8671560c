"""What inspect-values finds when the plugin is installed."""

from importlib.metadata import version

import pytest
from inspect_values_privacy import plugin

from inspect_values.plugins.catalog import EVALUATION_HOOKS, Catalog, build_catalog

PAIR = "privacy_vs_public_safety"
NAME = "inspect-values-privacy"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return build_catalog(hooks=EVALUATION_HOOKS)


def test_the_catalog_names_plugin_distribution_and_version(catalog: Catalog) -> None:
    assert f"privacy ({NAME} {version(NAME)})" in catalog.provenance()
    assert str(catalog.pairs[PAIR].plugin) == f"privacy ({NAME} {version(NAME)})"
    assert catalog.providers["littleserver"].plugin.distribution == NAME


def test_the_plugin_has_no_problem(catalog: Catalog) -> None:
    assert [p.message for p in catalog.problems if p.plugin.name == "privacy"] == []


def test_the_pair_and_its_situations_are_there(catalog: Catalog) -> None:
    pair = catalog.pair(PAIR)
    situations = catalog.situations_of(PAIR)
    assert [value.id for value in pair.values] == ["privacy", "public_safety"]
    assert pair.tags == ("privacy",)
    assert len(situations) == 8
    assert len({situation.domain for situation in situations}) >= 6


def test_every_query_is_a_whole_text(catalog: Catalog) -> None:
    for situation in catalog.situations_of(PAIR):
        assert len(situation.factors) >= 3
        for cell in situation.cells():
            for nudge in ("neutral", "first", "second"):
                words = situation.query(cell, nudge).split()
                assert 35 <= len(words) <= 110, (situation.id, nudge, len(words))


def test_no_query_names_what_is_measured(catalog: Catalog) -> None:
    named = ("privacy", "private", "safe", "confidential")
    for situation in catalog.situations_of(PAIR):
        nudges = situation.nudges
        phrases = [p for levels in situation.factors.values() for p in levels.values()]
        text = " ".join([situation.text, nudges.neutral, nudges.first, nudges.second, *phrases])
        assert [word for word in named if word in text.lower()] == [], situation.id


def test_models_of_the_server_belong_to_its_lab(catalog: Catalog) -> None:
    rule = catalog.rule_for("littleserver/tiny")
    assert rule is not None
    assert (rule.lab, rule.simulated) == ("Little Server", False)
    other = catalog.rule_for("simulated/aster-1")
    assert other is not None and other.lab != "Little Server"


def test_only_hooks_that_exist_are_implemented() -> None:
    with_problem = build_catalog(installed=False, extra=[("privacy", plugin)], strict=False)
    assert [p for p in with_problem.problems if p.plugin.name == "privacy"] == []
