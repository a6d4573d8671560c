"""Reading pair files: a Markdown file (values and rubric) and a YAML file (situations)."""

from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, cast

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.front_matter import front_matter_plugin
from pydantic import ValidationError

from inspect_values.errors import DataError, suggest, validation_sentence
from inspect_values.scenarios.situation import Situation
from inspect_values.values import ValuePair
from inspect_values.yaml_text import read_yaml

MAX_FILE_BYTES = 20_000_000
_SITUATION_FILE_FIELDS = ("pair", "licence", "canary", "situations")


def read_folder(folder: Path | Traversable) -> tuple[list[ValuePair], list[Situation]]:
    """The pairs (`*.md` with front matter) and situations (`*.yaml`, `*.yml`) of a folder.

    A README.md is passed over. Every situation must name a pair of the folder or of a plugin.

    Raises:
        DataError: If the folder or one of its files cannot be used, with the place in the file.
    """
    if not folder.is_dir():
        raise DataError(f"the folder '{folder}' does not exist.")
    files = sorted((f for f in folder.iterdir() if f.is_file()), key=lambda f: f.name)
    pairs = [
        read_pair(file)
        for file in files
        if file.name.endswith(".md") and file.name.lower() != "readme.md"
    ]
    situations = [
        situation
        for file in files
        if file.name.endswith((".yaml", ".yml"))
        for situation in read_situations(file)
    ]
    if not pairs and not situations:
        raise DataError(
            f"the folder '{folder}' holds no pair: a pair is one Markdown file (<pair>.md, the two "
            "values and their ladders) and one YAML file (<pair>.yaml, its situations)."
        )
    return pairs, situations


def read_pair(file: Path | Traversable) -> ValuePair:
    """A value pair from a Markdown file: front matter, a `## Tension` and one `##` a ladder.

    Raises:
        DataError: If a part is missing or wrong.
    """
    markdown = MarkdownIt().use(front_matter_plugin)
    tree = SyntaxTreeNode(markdown.parse(_read(file)))
    front = next((node.content for node in tree.children if node.type == "front_matter"), None)
    if front is None:
        raise DataError(
            f"{file}: has no front matter; a pair file starts with a block between two lines of "
            "'---' that names the two values."
        )
    fields = _mapping(read_yaml(front, f"{file} (front matter)"), f"{file} (front matter)")
    sections = _sections(tree)
    fields.setdefault("id", file.name.removesuffix(".md"))
    names = {"tension": "Tension"}
    for side in ("first", "second"):
        value = fields.get(side)
        if not isinstance(value, dict) or "name" not in value:
            raise DataError(
                f"{file}: the front matter's '{side}' needs an id, a name and a definition."
            )
        names[f"{side}_ladder"] = str(cast(dict[str, object], value)["name"])
    for field, heading in names.items():
        if heading not in sections:
            raise DataError(
                f"{file}: the heading '## {heading}' is missing; {_found(heading, sections)}."
            )
        text, anchors = sections[heading]
        fields[field] = text if field == "tension" else anchors
    try:
        return ValuePair.model_validate(fields)
    except ValidationError as error:
        raise DataError(validation_sentence(str(file), error, ValuePair.model_fields)) from error


def read_situations(file: Path | Traversable) -> list[Situation]:
    """The situations of a YAML file with the fields `pair`, `licence` and `situations`.

    Raises:
        DataError: If the file cannot be parsed, a field is unknown, or a situation is wrong.
    """
    content = _mapping(read_yaml(_read(file), str(file)), str(file))
    for name in content:
        if name not in _SITUATION_FILE_FIELDS:
            raise DataError(
                f"{file}: field '{name}' is not known; {suggest(name, _SITUATION_FILE_FIELDS)}."
            )
    entries = content.get("situations")
    if not isinstance(entries, list) or not entries:
        raise DataError(f"{file}: 'situations' must be a list with at least one situation.")
    shared = {"pair": content.get("pair"), "licence": content.get("licence"), "source": file.name}
    situations: list[Situation] = []
    for number, entry in enumerate(cast(list[object], entries), start=1):
        fields = _mapping(entry, f"{file}: situation {number}")
        where = f"{file}: situation {number} ('{fields.get('id', 'no id')}')"
        try:
            situations.append(Situation.model_validate(shared | fields))
        except ValidationError as error:
            allowed = [*Situation.model_fields, "neutral", "first", "second"]
            raise DataError(validation_sentence(where, error, allowed)) from error
    return situations


def _found(heading: str, sections: dict[str, tuple[str, list[str]]]) -> str:
    return suggest(heading, sections).replace("allowed:", "found:")


def _sections(tree: SyntaxTreeNode) -> dict[str, tuple[str, list[str]]]:
    """Each second-level heading with its text and the items of its ordered list."""
    sections: dict[str, tuple[str, list[str]]] = {}
    heading: str | None = None
    for node in tree.children:
        if node.type == "heading":
            heading = _inline(node) if node.tag == "h2" else None
            if heading is not None:
                sections[heading] = ("", [])
        elif heading is not None and node.type == "paragraph":
            text, anchors = sections[heading]
            sections[heading] = (f"{text} {_inline(node)}".strip(), anchors)
        elif heading is not None and node.type == "ordered_list":
            sections[heading][1].extend(_inline(item) for item in node.children)
    return sections


def _inline(node: SyntaxTreeNode) -> str:
    parts = [child.content for child in node.walk() if child.type == "inline"]
    return " ".join(" ".join(parts).split())


def _read(file: Path | Traversable) -> str:
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise DataError(f"{file}: is larger than {MAX_FILE_BYTES // 1_000_000} MB.")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{file}: is not UTF-8 text (byte {error.start}).") from error
    except OSError as error:
        raise DataError(f"{file}: cannot be read ({error.strerror}).") from error


def _mapping(content: object, where: str) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise DataError(
            f"{where}: must be a mapping of fields to values, got {type(content).__name__}."
        )
    return {str(key): value for key, value in cast(dict[object, Any], content).items()}
