"""Every inline test of every pack we ship, judged a second time on a way of its own.

Phrases are looked for one by one instead of in an automaton, regexes one by one instead of in a Set, conditions are
turned into plain data and asked of another CEL engine, and the three values are put together clause by clause.

The other engine counts bytes in `size()` of a text and checks no types; conditions that ask for a size are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import cel
import pytest
import re2

from rules import pii
from rules.compile import compile_rules
from rules.model import (
    AttributeValue,
    Clause,
    Exemption,
    FindingStatus,
    Leaf,
    Matcher,
    Pack,
    Rule,
    RuleStatus,
    RuleTest,
)
from rules.normalize import Text, normalize
from rules.reading.reader import pack_files, read_pack
from rules.schema import AttributeSchema
from rules.testing import run_tests
from tests.unit.rules.reference import Truth, both, either, opposite

PACKS = sorted((Path(__file__).parents[2] / "rules" / "packs").glob("*/pack.yaml"))
_ASKED = re.compile(r"\b(matched|pii|valid_pii)\('([^']*)'\)")
_IN_LIST = re.compile(r"\bin_list\(([^,()]+), '([^']*)'\)")


def hits(pack: Pack, text: Text, *, alike: bool) -> dict[str, list[str]]:
    """What hit, by the function that asks for it; with or without what rests on look-alike letters."""
    found = pii.find(text)
    return {
        "matched": [one.name for one in pack.matchers if any(_matches(one, text, alike=alike))],
        "pii": sorted({span.source.removeprefix("pii:") for span in found}),
        "valid_pii": sorted({span.source.removeprefix("pii:") for span in found if span.valid}),
    }


def _matches(matcher: Matcher, text: Text, *, alike: bool) -> Iterator[bool]:
    for view in matcher.views:
        if view == "folded" and not alike:
            continue
        shown = text.view(view)  # type: ignore[arg-type]
        for regex in matcher.regexes:
            yield re2.search(regex, shown) is not None
        for phrase in matcher.phrases:
            form = normalize(phrase).view(view)  # type: ignore[arg-type]
            for place in range(len(shown)):
                yield shown.startswith(form, place) and (
                    not matcher.whole_words or _stands_alone(shown, place, place + len(form))
                )


def _stands_alone(shown: str, start: int, end: int) -> bool:
    return not any(0 < edge < len(shown) and re.fullmatch(r"\w\w", shown[edge - 1 : edge + 1]) for edge in (start, end))


def says(clause: Clause, facts: Mapping[str, Any]) -> Truth:
    if isinstance(clause, Leaf):
        return _asked(clause.source, facts)
    parts = [says(part, facts) for part in clause.all]
    if clause.any:
        parts.append(either([says(part, facts) for part in clause.any]))
    return both([*parts, *(opposite(says(part, facts)) for part in clause.none)])


def _asked(source: str, facts: Mapping[str, Any]) -> Truth:
    plain = _IN_LIST.sub(r"(\1 in lists.\2)", _ASKED.sub(r"('\2' in hits.\1)", source))
    try:
        value = cel.compile(plain).execute(dict(facts))
    except (RuntimeError, ValueError, TypeError, KeyError):
        return None
    return value if isinstance(value, bool) else None


def judged(written: Rule | Exemption, test: RuleTest, pack: Pack) -> FindingStatus:
    """The status of a rule or exemption in one of its tests."""
    if isinstance(written, Rule) and any(name not in test.attributes for name in written.requires):
        return FindingStatus.UNKNOWN
    text, answers = normalize(test.text), []
    for alike in (True, False):
        lists = {name: sorted(values) for name, values in pack.lists.items()}
        facts = {**_plain(test.attributes, pack), "lists": lists, "hits": hits(pack, text, alike=alike)}
        answers.append(says(written.when, facts))
    if isinstance(written, Exemption):
        answers = [both(answers)]
    if True in answers:
        return FindingStatus.MATCH
    return FindingStatus.UNKNOWN if None in answers else FindingStatus.NO_MATCH


def _plain(attributes: Mapping[str, AttributeValue], pack: Pack) -> dict[str, Any]:
    numbers = {attribute.name for attribute in pack.attributes if attribute.type == "number"}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in attributes.items()}
    return {name: float(value) if name in numbers else value for name, value in plain.items()}  # type: ignore[arg-type]


@pytest.mark.parametrize("folder", [path.parent for path in PACKS], ids=lambda folder: folder.name)
def test_both_engines_say_the_same(folder: Path):
    """Two engines, two ways of searching, one answer: that of the inline test."""
    pack = read_pack(pack_files(folder))
    written: tuple[Rule | Exemption, ...] = (*pack.rules, *pack.exemptions)
    ours = {
        (result.rule, result.test): result.got
        for result in run_tests(compile_rules([pack], AttributeSchema(pack.attributes)))
    }
    theirs = {
        (one.id, test.name): judged(one, test, pack)
        for one in written
        if not (isinstance(one, Rule) and one.status is RuleStatus.RETIRED)
        for test in one.tests
        if test.now is None and not any("size(" in leaf.source for leaf in leaves(one.when))
    }
    assert len(theirs) >= len(pack.rules)
    assert {which: ours[which] for which in theirs} == theirs


def leaves(clause: Clause) -> Iterator[Leaf]:
    if isinstance(clause, Leaf):
        yield clause
    else:
        for part in (*clause.all, *clause.any, *clause.none):
            yield from leaves(part)


def test_every_pack_is_tried():
    """The packs are found from wherever the tests are started."""
    assert PACKS
