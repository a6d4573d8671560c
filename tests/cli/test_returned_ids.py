"""A model that answered under several ids is named wherever its numbers are shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Row = Callable[..., dict[str, Any]]
Save = Callable[[list[dict[str, Any]]], str]
Command = Callable[..., tuple[int, str]]


def answers(row: Row, ids: list[str], **more: Any) -> list[dict[str, Any]]:
    """Answers of one model, each under the id that was returned with it."""
    each = enumerate(ids)
    return [row(family=f"f{n}", cell=f"f{n}", model_returned=name, **more) for n, name in each]


def test_signature_and_page_name_a_model_whose_returned_id_changed(
    row: Row, save: Save, command: Command, tmp_path: Path
) -> None:
    changed = answers(row, ["m-1-may", "m-1-may", "m-1-<june>"], model="lab/m-1")
    rows = changed + answers(row, ["m-2"] * 3, model="lab/m-2")
    page = tmp_path / "page.html"
    code, said = command("signature", save(rows), "--resamples", "100", "--page", str(page))
    assert code == 0, said
    assert said.count("model ids") == 1
    assert "lab/m-1 answered under 2 model ids: m-1-may (2), m-1-<june> (1)." in said
    assert "lab/m-1 answered under 2 model ids: m-1-may (2), m-1-&lt;june&gt; (1)." in (
        page.read_text()
    )


def test_what_is_no_other_answer_of_the_model_is_no_change(
    row: Row, save: Save, command: Command
) -> None:
    others = [
        {"outcome": "fallback_model"},  # credited to nobody, and said apart
        {"outcome": "content_filter"},
        {"scorer": "recorded"},  # columns of a file, not ids
        {"model_returned": "m-may"},
    ]
    rows: list[dict[str, Any]] = []
    for number, other in enumerate(others):
        about = {"model": f"lab/m-{number}", "scorer": other.get("scorer", "verdict")}
        rows += answers(row, ["m-may"] * 3, **about)
        rows.append(row(family="f9", cell="f9", **{"model_returned": "m-june", **about, **other}))
    code, said = command("signature", save(rows), "--resamples", "100")
    assert code == 0, said
    assert "model ids" not in said
