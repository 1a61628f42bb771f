"""The exemptions of a pack: whom named rules do not hold for, until when, and who answers for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from rules.errors import Problem, did_you_mean
from rules.model import Exemption, FindingStatus, Rule, RuleTest
from rules.reading import forms
from rules.reading.condition_reader import read_condition
from rules.reading.inline_tests import read_tests
from rules.reading.shape import Shape
from rules.reading.strict_yaml import Node
from rules.reading.text_file import Place

REQUIRED: Final = ("id", "rules", "when", "until", "owner", "why", "tests")
OPTIONAL: Final = ("from", "ticket")
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)  #: stands for an end that cannot be read; the file is refused


def read_exemptions(shape: Shape, node: Node | None, pack: str) -> tuple[Exemption, ...]:
    """The exemptions in written order; what is wrong with them is noted in `shape`."""
    if node is None:
        return ()
    exemptions: dict[str, Exemption] = {}
    for item in shape.items(node, "exemptions"):
        one = _exemption(shape, item, pack)
        if one.id in exemptions:
            line = exemptions[one.id].line
            shape.note(item, f"the exemption `{one.id}` exists already, in line {line}", "give it an id of its own")
        if one.id:
            exemptions[one.id] = one
    return tuple(exemptions.values())


def check_exempted(exemptions: Sequence[Exemption], rules: Mapping[str, Rule], problems: list[Problem]) -> None:
    """Note every exemption from a rule that the pack does not have or that must hold for everybody."""
    for exemption in exemptions:
        for name in exemption.rules:
            if name in rules and rules[name].exemptible:
                continue
            place = exemption.places.get(f"rules.{name}", (exemption.line, 1))
            problems.append(Problem(exemption.file, *place, *_not_exemptible(name, rules)))


def _not_exemptible(name: str, rules: Mapping[str, Rule]) -> tuple[str, str]:
    if name not in rules:
        return f"there is no rule `{name}` in this pack", did_you_mean(name, rules, "rules")
    message = f"the rule `{name}` ({rules[name].severity}) allows no exemption"
    return message, "leave it out; only the rule itself can say `exemptible: true`"


def _exemption(shape: Shape, node: Node, pack: str) -> Exemption:
    entries = shape.mapping(node, "an exemption", REQUIRED + OPTIONAL, REQUIRED)
    get = entries.get
    named = get("rules")
    rules = shape.texts(named, "rules")
    places: dict[str, Place] = {}
    if named:
        places |= {f"rules.{rule}": item.place for rule, item in zip(rules, named.items, strict=False)}
    start, end = shape.period(get("from"), get("until"), "")
    tests = read_tests(shape, get("tests"), places)
    _check_tests(shape, get("tests"), tests)
    return Exemption(
        id=shape.text(get("id"), "an exemption's id", *forms.ID),
        pack=pack,
        rules=rules,
        when=read_condition(shape, get("when")),
        until=end or _LONG_AGO,
        owner=shape.text(get("owner"), "owner", *forms.OWNER),
        why=shape.text(get("why"), "why", *forms.REASON),
        effective_from=start,
        ticket=shape.text(get("ticket"), "ticket", *forms.TITLE),
        tests=tests,
        file=shape.file,
        line=node.line,
        places=places,
    )


def _check_tests(shape: Shape, node: Node | None, tests: Sequence[RuleTest]) -> None:
    expected = {test.expect for test in tests}
    for needed in (FindingStatus.MATCH, FindingStatus.NO_MATCH):
        if node and needed not in expected:
            shape.note(node, f"the exemption has no test that expects {needed}", "add one under `tests:`")
