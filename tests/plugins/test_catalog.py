"""The catalog: what plugins bring, who brought it, and what is wrong with the rest."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.model import ModelAPI, modelapi

from inspect_values import ModelRule, Situation, Value, ValuePair, hookimpl
from inspect_values.errors import ParameterError, PluginError
from inspect_values.plugins.catalog import (
    EVALUATION_HOOKS,
    Catalog,
    build_catalog,
    evaluation_catalog,
)

Small = tuple[ValuePair, list[Situation]]


def nothing() -> list[object]:
    return []


def brings(**hooks: Callable[[], Iterable[Any]]) -> object:
    """A plugin object with these functions as its hooks."""

    class Plugin:
        pass

    plugin = Plugin()
    for name, function in hooks.items():
        setattr(plugin, name, hookimpl(function))
    return plugin


def built(*plugins: object, names: str = "mine yours", **args: Any) -> Catalog:
    extra = list(zip(names.split(), plugins, strict=False))
    return build_catalog(installed=False, extra=extra, **({"hooks": EVALUATION_HOOKS} | args))


def problems(catalog: Catalog, name: str = "mine") -> list[str]:
    return [p.message for p in catalog.problems if p.plugin.name == name]


class Named:
    name = "mine"
    doc = "A thing."

    def estimates(self, table: object) -> list[object]:
        return []

    def figure(self, estimates: object, table: object) -> None:
        return None


def test_built_ins_come_without_a_problem() -> None:
    catalog = built()
    assert {"fairness_vs_efficiency", "harm_avoidance_vs_user_autonomy"} <= set(catalog.pairs)
    assert "simulated" in catalog.providers
    assert catalog.problems == []
    assert "value_pairs (inspect-values" in catalog.provenance()


def test_value_pairs_and_situations_as_objects(small_pair: Small) -> None:
    pair, situations = small_pair
    plugin = brings(value_pairs=lambda: [pair], situations=lambda: situations)
    catalog = built(plugin)
    assert problems(catalog) == []
    assert catalog.pair(pair.id) is pair
    assert catalog.situations_of(pair.id) == situations
    assert catalog.values["candour"].plugin.name == "mine"
    assert "mine (given in Python -)" in catalog.provenance()


def test_a_folder_brings_pair_and_situations(write_pair: Callable[..., Path]) -> None:
    folder = write_pair()
    catalog = built(brings(value_pairs=lambda: [folder]))
    assert len(catalog.situations_of("candour_vs_comfort")) == 2
    assert problems(catalog) == []


def test_situations_for_somebody_elses_pair(small_pair: Small) -> None:
    more = small_pair[1][0].model_copy(update={"pair": "fairness_vs_efficiency"})
    before = len(built().situations_of("fairness_vs_efficiency"))
    catalog = built(brings(situations=lambda: [more]))
    assert len(catalog.situations_of("fairness_vs_efficiency")) == before + 1
    assert problems(catalog) == []


def test_models_of_a_plugin_go_before_the_built_in_ones() -> None:
    rule = ModelRule(pattern="Anthropic/Mine-*", lab="Me")
    catalog = built(brings(models=lambda: [rule]))
    assert catalog.rule_for("anthropic/mine-1") is rule
    other = catalog.rule_for("anthropic/claude-x")
    assert other is not None and other.lab == "Anthropic"
    simulated = catalog.rule_for("simulated/aster-1")
    assert simulated is not None and simulated.simulated
    assert catalog.rule_for("nobody/knows") is None


def test_providers() -> None:
    @modelapi(name="catalogtest")
    def provider() -> type[ModelAPI]:
        raise AssertionError("a provider is not called when it is listed")

    catalog = built(brings(providers=lambda: [provider]))
    assert catalog.providers["catalogtest"].value is provider
    assert problems(catalog) == []


@pytest.mark.parametrize("hook", ["statistics", "plots"])
def test_statistics_and_plots(hook: str) -> None:
    thing = Named()
    plugin = brings(**{hook: lambda: [thing]})
    catalog = built(plugin, hooks=None)
    assert getattr(catalog, hook)["mine"].value is thing
    assert problems(catalog) == []
    # a run loads neither: their libraries take seconds to import
    assert getattr(built(plugin), hook) == {}


@pytest.mark.parametrize(
    ("hook", "wrong", "said"),
    [
        ("value_pairs", 7, "value_pairs returned int"),
        ("situations", "folder", "situations returned str"),
        ("models", {"pattern": "x"}, "returned dict; allowed: ModelRule"),
        ("providers", print, "no Inspect model API"),
        ("statistics", object(), "a statistic has a name, a doc and estimates()"),
        ("plots", object(), "a plot has a name, a doc and figure()"),
    ],
)
def test_a_wrong_type_is_listed_and_the_rest_is_kept(hook: str, wrong: object, said: str) -> None:
    rule = ModelRule(pattern="kept", lab="Kept")
    hooks: dict[str, Callable[[], Iterable[Any]]] = {hook: lambda: [wrong]}
    if hook != "models":
        hooks["models"] = lambda: [rule]
    catalog = built(brings(**hooks), hooks=None)
    found = problems(catalog)
    assert len(found) == 1 and said in found[0]
    assert (catalog.rule_for("kept") is rule) == (hook != "models")


def test_a_misspelt_hook_fails_and_is_listed() -> None:
    rule = ModelRule(pattern="mine", lab="Me")
    catalog = built(brings(modles=lambda: [rule]), brings(models=lambda: [rule]))
    assert len(problems(catalog)) == 1
    assert "cannot be loaded" in problems(catalog)[0] and "modles" in problems(catalog)[0]
    # the other plugin is not made to pay for it
    assert problems(catalog, "yours") == []
    assert catalog.rule_for("mine") is rule


def test_a_hook_that_raises_is_listed_and_the_others_run(small_pair: Small) -> None:
    def broken() -> Iterable[Any]:
        raise KeyError("no such\nthing")

    pair, situations = small_pair
    plugin = brings(models=broken, value_pairs=lambda: [pair], situations=lambda: situations)
    catalog = built(plugin)
    assert problems(catalog) == ["hook models failed: KeyError: 'no such\\nthing'"]
    assert pair.id in catalog.pairs
    assert "fairness_vs_efficiency" in catalog.pairs


def test_a_hook_that_raises_halfway_through_its_iterable_is_listed() -> None:
    def half() -> Iterable[ModelRule]:
        yield ModelRule(pattern="half", lab="Half")
        raise RuntimeError("gone")

    assert problems(built(brings(models=half))) == ["hook models failed: RuntimeError: gone"]


def test_a_duplicate_id_names_both_owners_and_the_first_keeps_it(small_pair: Small) -> None:
    pair, situations = small_pair
    again = pair.model_copy(update={"tension": "Other. Words."})
    catalog = built(
        brings(value_pairs=lambda: [pair], situations=lambda: situations),
        brings(value_pairs=lambda: [again], situations=lambda: situations[:1]),
    )
    found = problems(catalog, "yours")
    assert len(found) == 2
    for message, thing in zip(
        found, ("value pair 'candour_vs", "situation 'candour_vs"), strict=True
    ):
        assert thing in message
        assert "mine (given in Python -)" in message and "yours (given in Python -)" in message
    assert catalog.pair(pair.id) is pair


def test_a_stranger_cannot_replace_a_bundled_pair() -> None:
    bundled = evaluation_catalog().pair("fairness_vs_efficiency")
    catalog = built(brings(value_pairs=lambda: [bundled.model_copy(update={"version": "9-A"})]))
    assert catalog.pair("fairness_vs_efficiency").version == bundled.version
    assert "value_pairs (inspect-values" in problems(catalog)[0]


def test_the_same_value_in_other_words_is_a_problem(small_pair: Small) -> None:
    pair, situations = small_pair
    fairness = Value(id="fairness", name="Fairness", definition="Something else entirely.")
    mixed = pair.model_copy(update={"first": fairness})
    catalog = built(brings(value_pairs=lambda: [mixed], situations=lambda: situations))
    assert "'fairness' in other words than value_pairs (inspect-values" in problems(catalog)[0]
    assert pair.id not in catalog.pairs


def test_the_same_value_in_the_same_words_is_shared(small_pair: Small) -> None:
    pair, situations = small_pair
    fairness = evaluation_catalog().values["fairness"].value
    shared = pair.model_copy(update={"first": fairness})
    catalog = built(brings(value_pairs=lambda: [shared], situations=lambda: situations))
    assert problems(catalog) == []


def test_a_pair_without_situations_is_listed(small_pair: Small) -> None:
    catalog = built(brings(value_pairs=lambda: [small_pair[0]]))
    assert "has no situations" in problems(catalog)[0]


def test_situations_for_an_unknown_pair_are_listed_with_the_nearest(small_pair: Small) -> None:
    lost = small_pair[1][0].model_copy(update={"pair": "fairnes_vs_efficiency"})
    catalog = built(brings(situations=lambda: [lost]))
    assert "which no plugin brings" in problems(catalog)[0]
    assert "'fairness_vs_efficiency'" in problems(catalog)[0]
    assert lost.family not in catalog.situations


def test_strict_mode_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = brings(modles=nothing)
    with pytest.raises(PluginError, match=r"mine \(given in Python -\).*modles"):
        built(broken, strict=True)
    monkeypatch.setenv("INSPECT_VALUES_STRICT", "1")
    with pytest.raises(PluginError, match="mine"):
        built(broken)
    assert problems(built(broken, strict=False))
    monkeypatch.setenv("INSPECT_VALUES_STRICT", "0")
    assert problems(built(broken))


def test_an_unknown_pair_names_the_nearest_and_the_broken_plugins() -> None:
    catalog = built(brings(modles=nothing))
    with pytest.raises(ParameterError) as caught:
        catalog.pair("fairness_vs_eficiency")
    assert "'fairness_vs_efficiency'" in str(caught.value)
    assert "mine" in str(caught.value)


GOOD = (
    "from inspect_values import ModelRule, hookimpl\n"
    "@hookimpl\ndef models():\n    return [ModelRule(pattern='{0}/*', lab='{0}')]\n"
)
LIST = """
import json, os
from inspect_values.plugins.catalog import EVALUATION_HOOKS, build_catalog
seen = {}
for wanted in (None, "", "alpha", "beta-dist", "alpha, gamma", "nobody"):
    os.environ.pop("INSPECT_VALUES_LOAD_PLUGINS", None)
    if wanted is not None:
        os.environ["INSPECT_VALUES_LOAD_PLUGINS"] = wanted
    catalog = build_catalog(hooks=EVALUATION_HOOKS)
    seen[str(wanted)] = {
        "plugins": [str(p) for p in catalog.plugins if p.distribution != "inspect-values"],
        "problems": [[p.plugin.name, p.message] for p in catalog.problems],
        "rule": getattr(catalog.rule_for("alpha/x"), "lab", None),
        "bundled": "fairness_vs_efficiency" in catalog.pairs,
    }
print(json.dumps(seen))
"""


def test_installed_plugins_load_and_can_be_narrowed(
    tmp_path: Path, fake_distribution: Callable[..., None]
) -> None:
    fake_distribution(tmp_path, "alpha-dist", "alpha", GOOD.format("alpha"))
    fake_distribution(tmp_path, "beta-dist", "beta", GOOD.format("beta"))
    fake_distribution(tmp_path, "gamma-dist", "gamma", "import a_module_that_is_not_there\n")
    done = subprocess.run(
        [sys.executable, "-c", LIST],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    seen = json.loads(done.stdout)
    alpha, beta = "alpha (alpha-dist 1.2)", "beta (beta-dist 1.2)"
    gamma = "gamma (gamma-dist 1.2)"
    assert {alpha, beta, gamma} <= set(seen["None"]["plugins"])
    assert [name for name, _ in seen["None"]["problems"]] == ["gamma"]
    assert "a_module_that_is_not_there" in seen["None"]["problems"][0][1]
    assert seen["None"]["rule"] == "alpha"
    assert seen[""]["plugins"] == [] and seen[""]["rule"] is None
    assert seen["alpha"]["plugins"] == [alpha] and seen["alpha"]["problems"] == []
    assert seen["beta-dist"]["plugins"] == [beta]
    assert seen["alpha, gamma"]["plugins"] == [alpha, gamma]
    assert seen["nobody"]["plugins"] == []
    assert all(entry["bundled"] for entry in seen.values())
