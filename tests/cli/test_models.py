"""Whose models are whose: the labs, families and names that Inspect's model data knows."""

from collections import Counter

import pytest
from click.testing import CliRunner

from inspect_values.cli.main import cli
from inspect_values.evaluation.model_data import frontier, known_models
from inspect_values.plugins.catalog import build_catalog

LABS = {"Anthropic", "OpenAI", "Google DeepMind", "xAI"}


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("anthropic/claude-opus-4-5", "Anthropic claude-opus"),
        ("anthropic/claude-3-7-sonnet-20250219", "Anthropic claude-sonnet"),
        ("bedrock/anthropic.claude-haiku-4-5-20251001-v1:0", "Anthropic claude-haiku"),
        ("anthropic/claude-2.1", "Anthropic claude"),
        ("openai/gpt-4o-mini", "OpenAI gpt-mini"),
        ("openai/gpt-5.4", "OpenAI gpt"),
        ("openai/gpt-6.1-sol", "OpenAI gpt-sol"),
        ("openai/o3", "OpenAI o-series"),
        ("openai/o4-mini-2025-04-16", "OpenAI o-mini"),
        ("google/gemini-2.5-flash-lite", "Google DeepMind gemini-flash-lite"),
        ("google/gemini-2.5-flash", "Google DeepMind gemini-flash"),
        ("vertex/gemini-3.1-pro-preview", "Google DeepMind gemini-pro"),
        ("grok/grok-4.7", "xAI grok"),
        ("openai-api/xai/grok-4", "xAI grok"),
        ("openrouter/openai/o3", "OpenAI o-series"),
        ("hf/someone/gpt-neo", "nobody"),
        ("hf/someone/o2-llama", "nobody"),
        ("openai/gpt-4o-simulated-aster-1", "Simulated lab Aster aster"),
    ],
)
def test_labs_and_families(model: str, family: str) -> None:
    rule = build_catalog(installed=False).rule_for(model)
    assert (f"{rule.lab} {rule.family}" if rule else "nobody") == family


def test_recent_models_of_all_four_labs_have_lab_family_and_date() -> None:
    known = known_models()
    recent = frontier(known)
    catalog = build_catalog(installed=False)
    rules = [catalog.rule_for(model.name) for model in recent]
    assert len(recent) >= 16
    assert {rule.lab for rule in rules if rule} == LABS
    assert all(rule and rule.family for rule in rules)
    assert all(model.released for model in recent)
    names = Counter(name for model in known for name in (model.name,))
    assert names.most_common(1)[0][1] == 1


def test_aliases_are_merged() -> None:
    (opus,) = [m for m in known_models() if m.name == "anthropic/claude-opus-4-5"]
    assert "claude-opus-4-5-20251101" in opus.aliases
    names = [model.name for model in known_models()]
    assert "anthropic/claude-opus-4-5-20251101" not in names


def test_list_models_fits_80_columns() -> None:
    shown = CliRunner().invoke(cli, ["list", "models"], env={"COLUMNS": "80"})
    assert shown.exit_code == 0
    assert "claude-opus" in shown.output
    assert max(len(line) for line in shown.output.splitlines()) <= 80
