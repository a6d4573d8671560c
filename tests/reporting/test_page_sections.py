"""The sections of the page: what a reader finds, and that it fits a telephone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from inspect_ai import eval
from playwright.sync_api import Browser

from inspect_values.analysis.estimate import Estimate
from inspect_values.analysis.headlines import headlines
from inspect_values.analysis.models import ModelIdentity
from inspect_values.analysis.references import REFERENCE_DOCS, reference_estimates
from inspect_values.analysis.settings import AnalysisSettings
from inspect_values.analysis.signature import signature
from inspect_values.analysis.table import verdict_table
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.plugins.catalog import default_catalog
from inspect_values.reporting.page import write_page
from inspect_values.reporting.page_sections import filled, plan

PAIR = "honesty_vs_helpfulness"
DOMAINS = "science,media,public_service,online,community"
"""Fourteen situations."""


class Labs:
    def lab_of(self, model: str) -> ModelIdentity:
        return ModelIdentity(f"Simulated lab {model.split('/')[1][0].upper()}", "", True)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Every way of asking, two labs, two epochs of the open answers."""
    folder = tmp_path_factory.mktemp("logs")
    models = ["simulated/aster-1", "simulated/birch-2"]
    asked: Sequence[tuple[dict[str, Any], int]] = (
        ({"scenarios": 40}, 2),  # more than there are situations, so that factors vary within them
        ({"scenarios": 10, "elicitation": "choice"}, 1),
        ({"scenarios": 10, "elicitation": "pushback", "turns": 1}, 1),
        ({"scenarios": 10, "persona": "prefers_first,prefers_second"}, 1),
    )
    for arguments, epochs in asked:
        task = tradeoffs(pairs=PAIR, domains=DOMAINS, **arguments)
        eval(task, model=models, epochs=epochs, display="log", log_dir=str(folder))
    return verdict_table([folder], Labs())


def estimated(table: pd.DataFrame, target: str = "situations") -> list[Estimate]:
    catalog = default_catalog()
    settings = AnalysisSettings.model_validate({"target": target, "resamples": 100})
    found = signature(table, [item.value for item in catalog.statistics.values()], settings)
    references = [item.value for item in catalog.references.values()]
    return found + (reference_estimates(table, references) if target == "situations" else [])


@pytest.fixture(scope="module")
def estimates(table: pd.DataFrame) -> list[Estimate]:
    return estimated(table)


def write(table: pd.DataFrame, estimates: list[Estimate], path: Path) -> None:
    catalog = default_catalog()
    docs = {item.value.name: item.value.doc for item in catalog.statistics.values()}
    references = [item.value for item in catalog.references.values()]
    write_page(
        estimates,
        table,
        [item.value for item in catalog.plots.values()],
        path,
        headlines(table, estimates),
        docs | REFERENCE_DOCS,
        [(one.name, one.description, one.source) for one in references],
    )


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_every_section_is_there_and_the_page_fits(
    table: pd.DataFrame, estimates: list[Estimate], tmp_path: Path, browser: Browser, width: int
) -> None:
    path = tmp_path / "page.html"
    write(table, estimates, path)
    page = browser.new_page(viewport={"width": width, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_selector("#plot-ways_of_asking .main-svg")
    assert errors == []
    for section in [*plan()[:-1], "headlines", "methods", "run", "limits"]:
        name = section if isinstance(section, str) else section.id
        assert page.locator(f"section#{name}").count() == 1, name
        assert page.locator(f'nav a[href="#{name}"]').count() == 1, name
    for plot in default_catalog().plots:
        title = page.locator(f"#plot-{plot} .gtitle").text_content() or ""
        assert title.startswith("SIMULATED models"), plot
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    text = page.inner_text("body")
    assert "does not show why a model answers as it does" in " ".join(text.split())
    assert "anthropic_constitution_2026" in text
    assert "forced choice, neutral query" in text
    assert "passed" in page.inner_text("#headlines h2")


def test_a_page_for_a_bank_says_so(table: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    write(table, estimated(table, "bank"), path)
    body = path.read_text().split("<body>")[1]
    assert "situations weighted equally, for exactly this bank" in body
    assert "equally, &#34;situations like these" not in body
    assert "They say nothing about other situations." in " ".join(body.split())


def test_figures_without_anything_to_show_are_left_out(table: pd.DataFrame) -> None:
    for item in default_catalog().plots.values():
        assert item.value.figure([], table) is None
        assert item.value.figure([], table.iloc[:0]) is None


def test_a_plugins_statistic_has_a_place_and_too_many_rows_are_left_out(
    estimates: list[Estimate],
) -> None:
    leans = [one for one in estimates if one.statistic == "lean"]
    mine = [one.model_copy(update={"statistic": "mine"}) for one in leans]
    many = [mine[0].model_copy(update={"statistic": "many"})] * 6_001
    found = {section.id: section for section in filled(leans + mine + many, {}, {}, {})}
    assert list(found) == ["leans", "rest"]
    shown = {one.title: one for one in found["rest"].shown}
    assert shown["Mine"].asked[0].rows
    assert shown["Many"].asked[0].left_out == 6_001
