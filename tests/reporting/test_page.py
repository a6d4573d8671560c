"""The page, looked at in a real browser without a network."""

from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest
from inspect_ai import eval
from playwright.sync_api import Browser

from inspect_values.analysis.estimators.lean import LEAN
from inspect_values.analysis.models import ModelIdentity
from inspect_values.analysis.signature import signature
from inspect_values.analysis.table import verdict_table
from inspect_values.errors import PluginError
from inspect_values.evaluation.tasks.tradeoffs import tradeoffs
from inspect_values.plugins.catalog import default_catalog
from inspect_values.reporting.page import write_page
from inspect_values.reporting.plots.lean_by_model import LEAN_BY_MODEL

HOSTILE = "evil/<img src=x onerror=window.hacked=1>\u202e[red]"


class Labs:
    def lab_of(self, model: str) -> ModelIdentity:
        return ModelIdentity("Simulated lab", "", True)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("logs")
    eval(tradeoffs(scenarios=8), model="simulated/cedar-2", display="log", log_dir=str(folder))
    return verdict_table([folder], Labs())


def _write(table: pd.DataFrame, path: Path) -> None:
    catalog = default_catalog()
    estimates = signature(table, [item.value for item in catalog.statistics.values()])
    write_page(estimates, table, [item.value for item in catalog.plots.values()], path)


@pytest.mark.browser
def test_page_draws_offline_says_simulated_and_runs_no_foreign_code(
    table: pd.DataFrame, tmp_path: Path, browser: Browser
) -> None:
    hostile = table.assign(
        model=table["model"].where(table["pair"] != "fairness_vs_efficiency", HOSTILE)
    )
    path = tmp_path / "page.html"
    _write(hostile.astype(table.dtypes.to_dict()), path)
    requests: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector(".main-svg")
    text = page.inner_text("body")
    titles = page.locator(".gtitle").all_text_contents()
    hacked = page.evaluate("window.hacked")
    assert hacked is None
    assert [url for url in requests if not url.startswith(("file:", "data:", "blob:"))] == []
    assert "SIMULATED models" in text
    assert "situations weighted equally" in text
    assert len(titles) >= 4
    assert all("SIMULATED" in title for title in titles)
    assert "nan" not in text.lower().split()


def test_the_same_table_gives_the_same_page(table: pd.DataFrame, tmp_path: Path) -> None:
    _write(table, tmp_path / "a.html")
    _write(table, tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_failing_plot_is_named(table: pd.DataFrame, tmp_path: Path) -> None:
    class Broken:
        name = "broken"
        doc = ""

        def figure(self, estimates: object, table: object) -> None:
            raise KeyError("x")

    with pytest.raises(PluginError, match="plot 'broken' failed"):
        write_page([], table, [Broken()], tmp_path / "p.html")  # type: ignore[list-item]


class Forgetful:
    """A plugin's plot that does not say that models are simulated."""

    name = "my plot"
    doc = ""

    def figure(self, estimates: object, table: object) -> go.Figure:
        return go.Figure(layout={"title": {"text": "Mine"}})


def test_the_title_of_a_plugins_figure_says_simulated_too(
    table: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    write_page([], table, [Forgetful()], path)
    assert '"text":"SIMULATED models: Mine"' in path.read_text()
    write_page([], table.assign(simulated=False), [Forgetful()], path)
    assert '"text":"Mine"' in path.read_text()
    assert "SIMULATED" not in path.read_text()


def test_what_is_no_figure_is_named(table: pd.DataFrame, tmp_path: Path) -> None:
    class Text(Forgetful):
        def figure(self, estimates: object, table: object) -> str:  # type: ignore[override]
            return "<b>no figure</b>"

    with pytest.raises(PluginError, match="plot 'my plot' failed"):
        write_page([], table, [Text()], tmp_path / "page.html")  # type: ignore[list-item]


def test_a_point_without_interval_is_hollow(table: pd.DataFrame) -> None:
    one = table.drop_duplicates("pair")
    figure = LEAN_BY_MODEL.figure(signature(one, [LEAN]), one)
    assert figure is not None
    assert figure.data[0].marker.symbol == ("circle-open",)
    assert "hollow" in figure.layout.title.text
    assert "situations weighted equally" in figure.layout.title.text
    full = LEAN_BY_MODEL.figure(signature(table, [LEAN]), table)
    assert full is not None
    assert full.data[0].marker.symbol == ("circle",)


def test_the_page_lists_logs_without_their_folder(table: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    write_page([], table, [], path)
    log = table["log"].iloc[0]
    assert log.rsplit("/", 1)[1] in path.read_text()
    assert log not in path.read_text()
