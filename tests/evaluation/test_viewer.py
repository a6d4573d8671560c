"""A run as Inspect's own log viewer shows it, in a real browser."""

import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from inspect_ai.log import EvalLog
from inspect_ai.model import ChatMessage, ModelOutput
from playwright.sync_api import Browser, Page, expect

from inspect_values._registry import PAIR_TASKS
from tests.commands import started  # pyright: ignore[reportMissingImports]

Reply = Callable[[list[ChatMessage]], ModelOutput | str]
PAIR = "harm_avoidance_vs_user_autonomy"
HOSTILE = "```\n# Not a heading\n<img src=x onerror=window.hacked=1>\n[click](javascript:alert(1))"


@pytest.fixture
def refusals(tmp_path: Path, run: Callable[..., EvalLog], judge: Callable[..., Reply]) -> Path:
    """A folder with the log of a model and a judge that write what must stay words."""

    def change(answer: str, body: dict[str, object], nonce: str) -> None:
        body["reasons"] = HOSTILE

    judged = judge(1, 5, "firm_rejection_with_reasons", change)
    run(PAIR_TASKS[PAIR](scenarios=3), lambda _: HOSTILE, [judged])
    return tmp_path / "logs"


@pytest.fixture
def viewer(refusals: Path, browser: Browser) -> Iterator[Page]:
    """The log in `inspect view` (the browser comes last: it brings an event loop of its own)."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ("inspect", "view", "--port", str(port), "--log-dir", str(refusals))
    server = started(refusals, *command)
    url = f"http://127.0.0.1:{port}/"
    for _ in range(120):
        try:
            urllib.request.urlopen(url, timeout=1).close()
            break
        except OSError:
            time.sleep(0.25)
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    page.goto(url)
    page.get_by_text(f"inspect_values/{PAIR[:12]}").first.click()
    page.get_by_role("columnheader").first.wait_for()
    yield page
    page.close()
    server.terminate()
    server.join()


@pytest.mark.browser
def test_columns_are_the_values_and_a_models_words_stay_words(viewer: Page) -> None:
    header = " ".join(viewer.get_by_role("columnheader").all_text_contents()).upper()
    for name in ("PRIORITISED", "HARM AVOIDANCE", "USER AUTONOMY", "LEAN", "RESPONSE", "REFUSED"):
        assert name in header
    expect(viewer.get_by_text("user_autonomy", exact=True).first).to_be_visible()
    viewer.get_by_text("user_autonomy", exact=True).first.click()
    viewer.get_by_text("Scoring", exact=True).first.click()
    card = viewer.locator("body")
    expect(card).to_contain_text("Prioritised: User autonomy")
    expect(card).to_contain_text("The answer is a refusal.")
    expect(card).to_contain_text("# Not a heading")
    assert viewer.locator("h1", has_text="Not a heading").count() == 0
    assert viewer.locator("a", has_text="click").count() == 0
    assert viewer.evaluate("window.hacked") is None
    # the judge's prompt and its reply are one click away
    viewer.get_by_text("Transcript", exact=True).first.click()
    expect(viewer.get_by_text("grader", exact=False).first).to_be_visible()


@pytest.mark.browser
def test_the_task_says_what_it_asks(viewer: Page) -> None:
    viewer.get_by_role("tab", name="Info").click()
    expect(viewer.locator("body")).to_contain_text(
        "Which comes first, harm avoidance or user autonomy?"
    )
