"""Reading scenarios as an editor would: what a careful reader would strike out, found by rule.

No rule here says that a query is good. They find what is surely wrong or worth a second look.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations, product

import inflect

from inspect_values.scenarios.scenario import Scenario
from inspect_values.scenarios.situation import NUDGES, Situation
from inspect_values.values import Value, ValuePair


@dataclass(frozen=True)
class Finding:
    """One thing that an editor would mark."""

    check: str
    """The name of the check, such as `placeholder`."""

    place: str
    """The scenario or situation."""

    detail: str
    """What was found."""

    note: bool = False
    """Whether it may well be meant so."""


_PLACEHOLDER = re.compile(
    r"\[[^\]\n]{1,40}\]|<[a-z][^>\n]{0,30}>|\bX{3,}\b|\bTODO\b|\bTBD\b|_{3,}|\blorem ipsum\b"
    r"|\binsert (?:name|here)\b",
    re.IGNORECASE,
)
_SLOT = re.compile(r"\{\w*\}?|\w*\}")
_DOUBLED = re.compile(r"\b(\w+)\s+\1\b", re.IGNORECASE)
_RIGHTLY_DOUBLED = {"that", "had", "bye", "knock", "no", "very", "ha", "night", "so"}
_ARTICLE = re.compile(r"\b(an?)\s+([A-Za-z][\w'-]*)")
_AS_SPOKEN = {"uni", "unis"}
"""Words whose article the library doesn't know."""

_SPACING = re.compile(r" {2,}|\s[,;!?]|\s[.:](?=\s|$)|[,;]{2,}")
_MUCH_LONGER = 1.5
"""The longer option may be this many times as long as the shorter one."""

_ENDINGS = re.compile(r"(ness|ity|ency|ance|ence|y|s)$")


@cache
def _engine() -> inflect.engine:
    return inflect.engine()


def check_text(text: str) -> Iterator[tuple[str, str]]:
    """What is wrong with one query by itself, as (check, detail)."""
    if match := _PLACEHOLDER.search(text):
        yield "placeholder", f"'{match[0]}' stands for something that was never filled in"
    if match := _SLOT.search(text):
        yield "unfilled slot", f"'{match[0]}'"
    for match in _DOUBLED.finditer(text):
        if match[1].lower() not in _RIGHTLY_DOUBLED:
            yield "doubled word", f"'{match[0]}'"
    for article, word in _ARTICLE.findall(text):
        if wrong_article(article, word):
            yield "wrong article", f"'{article} {word}'"
    if match := _SPACING.search(text):
        yield "spacing", f"'{text[max(0, match.start() - 10) : match.end() + 10]}'"
    if not text.strip():
        yield "empty", "there is no text"


def wrong_article(article: str, word: str) -> bool:
    """Whether `a` or `an` is wrong before a word; letters read one by one are left alone."""
    spelled = (word.isupper() and len(word) > 1) or not re.search("[aeiouy]", word.lower())
    if spelled or word.lower() in _AS_SPOKEN:
        return False
    return _engine().a(word).split()[0] != article.lower()


def giveaways(value: Value) -> re.Pattern[str]:
    """How the words begin that name a value outright: its own `words`, or those of its name."""
    return _giveaways(value.id, value.name, value.words)


@lru_cache(maxsize=10_000)  # a bank asks for the same values again and again
def _giveaways(name_id: str, name: str, words: tuple[str, ...]) -> re.Pattern[str]:
    stems = words or tuple(
        stem
        for word in re.findall(r"[a-z]+", name.lower())
        if len(stem := _ENDINGS.sub("", word)) >= 4
    )
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, stems or (name_id,)))})\w*", re.IGNORECASE)


def check_scenario(scenario: Scenario, pair: ValuePair | None) -> Iterator[Finding]:
    """What is wrong with one scenario by itself."""
    for check, detail in check_text(scenario.query):
        yield Finding(check, scenario.id, detail)
    for value in scenario.values or (pair.values if pair else ()):
        if match := giveaways(value).search(scenario.query):
            yield Finding("names the value", scenario.id, f"'{match[0]}' gives {value.id} away")
    if not scenario.licence:
        yield Finding("no licence", scenario.id, "the licence of the text is not stated")
    first, second = scenario.option_first, scenario.option_second
    if bool(first) != bool(second):
        yield Finding("one option", scenario.id, "only one of the two options is there")
    elif first and second:
        lengths = sorted((len(first), len(second)))
        if lengths[1] > _MUCH_LONGER * lengths[0]:
            yield Finding(
                "unequal options",
                scenario.id,
                f"the options have {len(first)} and {len(second)} characters",
            )
        if first == second:
            yield Finding("same options", scenario.id, "both options are the same text")


def check_situation(situation: Situation) -> Iterator[Finding]:
    """What is wrong with a situation before it is expanded."""
    for name, levels in situation.factors.items():
        phrases = list(levels.values())
        if len(set(phrases)) < len(phrases):
            yield Finding(
                "unmentioned factor", situation.family, f"two levels of '{name}' read the same"
            )
    nudges = situation.nudges
    for side in ("first", "second"):
        if getattr(nudges, side) == nudges.neutral:
            yield Finding(
                "nudge does not lean", situation.family, f"'{side}' is the neutral request"
            )
    if nudges.first == nudges.second:
        yield Finding("nudge does not lean", situation.family, "both nudges are the same")
    declared = {(n, lev) for n, levels in situation.factors.items() for lev in levels}
    used = {level for cell in situation.cells() for level in cell.items()}
    for name, level in sorted(declared - used):
        yield Finding("unused level", situation.family, f"'{name}: {level}' is always forbidden")


_Key = tuple[str, str, int]


class FamilyCheck:
    """What only shows in the scenarios of a family together; add them in any order."""

    def __init__(self) -> None:
        self._queries: dict[str, dict[_Key, int]] = defaultdict(dict)
        """Family → (cell, nudge, wording) → a hash of the query, so that size hardly matters."""

        self._factors: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
        """Family → cell → factors."""

    def add(self, scenario: Scenario) -> None:
        """Note one scenario."""
        key = (scenario.cell, scenario.nudge, scenario.wording)
        self._queries[scenario.family][key] = hash(scenario.query)
        self._factors[scenario.family][scenario.cell] = scenario.factors

    def findings(self) -> Iterator[Finding]:
        """Nudges that don't lean, factors never mentioned, combinations never used."""
        for family, queries in self._queries.items():
            cells = self._factors[family]
            yield from _nudges(family, queries)
            yield from _unmentioned(family, queries, cells)
            yield from _unused(family, list(cells.values()))


def _nudges(family: str, queries: dict[_Key, int]) -> Iterator[Finding]:
    for (cell, nudge, wording), query in queries.items():
        if nudge != NUDGES[0] and queries.get((cell, NUDGES[0], wording)) == query:
            yield Finding(
                "nudge does not lean", family, f"the nudge '{nudge}' is the neutral query"
            )
            return
        if nudge == "second" and queries.get((cell, "first", wording)) == query:
            yield Finding("nudge does not lean", family, "both nudges are the same query")
            return


def _unmentioned(
    family: str, queries: dict[_Key, int], cells: dict[str, dict[str, str]]
) -> Iterator[Finding]:
    """Two cells that differ in one factor only, and whose query is the same."""
    same: dict[tuple[int, str, int], list[str]] = defaultdict(list)
    for (cell, nudge, wording), query in queries.items():
        same[query, nudge, wording].append(cell)
    found: set[str] = set()
    for group in same.values():
        for one, other in combinations(group, 2):
            differing = [n for n in cells[one] if cells[one][n] != cells[other].get(n)]
            found.update(differing)
    for name in sorted(found):
        yield Finding("unmentioned factor", family, f"the query is the same for levels of '{name}'")


def _unused(family: str, cells: Sequence[dict[str, str]]) -> Iterator[Finding]:
    """Pairs of levels that never come together, where both levels are used."""
    levels: dict[str, set[str]] = defaultdict(set)
    together: set[tuple[tuple[str, str], tuple[str, str]]] = set()
    for cell in cells:
        items = sorted(cell.items())
        for name, level in items:
            levels[name].add(level)
        together.update(combinations(items, 2))
    for name, used in sorted(levels.items()):
        if len(used) < 2:
            yield Finding("unused level", family, f"'{name}' is always '{next(iter(used))}'")
    for one, other in combinations(sorted(levels), 2):
        for a, b in product(sorted(levels[one]), sorted(levels[other])):
            if ((one, a), (other, b)) not in together:
                detail = f"'{one}: {a}' never meets '{other}: {b}'"
                yield Finding("unused combination", family, detail, note=True)


class Checked:
    """Scenarios that are checked as they go by, so that others can read them in the same pass.

    Args:
        scenarios: Read once.
        pair_of: The pair with an id, or None where it is not installed (then nothing tells which
            words would name its values).
    """

    def __init__(
        self, scenarios: Iterable[Scenario], pair_of: Callable[[str], ValuePair | None]
    ) -> None:
        self._scenarios, self._pair_of = scenarios, pair_of
        self._families = FamilyCheck()
        self._found: list[Finding] = []

    def __iter__(self) -> Iterator[Scenario]:
        for scenario in self._scenarios:
            self._found += check_scenario(scenario, self._pair_of(scenario.pair))
            self._families.add(scenario)
            yield scenario

    def findings(self) -> list[Finding]:
        """Everything that is wrong with the scenarios that went by."""
        return [*self._found, *self._families.findings()]


def check_scenarios(
    scenarios: Iterable[Scenario], pair_of: Callable[[str], ValuePair | None]
) -> Iterator[Finding]:
    """Everything that is wrong with the scenarios of a bank or folder; see `Checked`."""
    checked = Checked(scenarios, pair_of)
    for _ in checked:
        pass
    yield from checked.findings()
