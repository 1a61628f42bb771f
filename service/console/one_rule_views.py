"""What the page of one rule shows: its wording, its condition as a tree, its tests and what it did. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import rule_words, words
from service.console.rule_views import ExemptionRow, RuleRow, exemption_row, rule_address, rule_row
from service.console.words import Phrase, phrase

_GROUPS = (("all", "All of these"), ("any", "At least one of these"), ("none", "None of these"))
_SHOWN = 24  # phrases of a matcher or values of a list that are shown at once; the others unfold


@dataclass(frozen=True, slots=True)
class ClauseView:
    """A leaf with its source, or groups of clauses, each with its heading."""

    source: str = ""
    groups: tuple[tuple[str, tuple[ClauseView, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """A matcher or a list by name: what it holds, the first of it and the rest."""

    name: str
    what: str  #: how it is used, in words
    first: tuple[str, ...]
    rest: tuple[str, ...]
    regexes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnTest:
    """A test beside the rule."""

    name: str
    text: str
    facts: tuple[tuple[str, str], ...]
    expect: Phrase
    now: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The same rule in another workflow, in the same or another wording."""

    workflow: str
    address: str
    same: bool
    here: bool


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule, whole."""

    row: RuleRow
    pack: str
    workflow: str
    elsewhere: tuple[Elsewhere, ...]
    when: ClauseView
    words: tuple[Words, ...]
    unknown: Phrase  #: the effect when it cannot be settled
    reason: str
    reason_code: str
    public_reason: str
    facts: tuple[tuple[str, str], ...]
    tests: tuple[OwnTest, ...]
    exemptions: tuple[ExemptionRow, ...]
    source: str  #: address of the file


def rule_view(rule: Mapping[str, Any], standing: Mapping[str, Any], now: datetime) -> RuleView:
    """`rule` as the release holds it, `standing` as the status of rules counts it."""
    address = rule_address(rule["id"])
    here = rule["workflow"]
    chosen = f"?workflow={here}" if any(not each["same"] for each in rule["workflows"]) else ""
    return RuleView(
        row=rule_row({**standing, **rule}, now),
        pack=rule["pack"]["title"] or rule["pack"]["id"],
        workflow=here,
        elsewhere=tuple(
            Elsewhere(
                each["workflow"], f"{address}?workflow={each['workflow']}", each["same"], each["workflow"] == here
            )
            for each in rule["workflows"]
        ),
        when=clause(rule["when"]),
        words=(*map(_matcher, rule["matchers"]), *map(_list, rule["lists"])),
        unknown=phrase(words.EFFECTS, rule["on_error"]),
        reason=rule["reason"],
        reason_code=rule["reason_code"],
        public_reason=rule["public_reason"] or "",
        facts=tuple(_facts(rule, now)),
        tests=tuple(_test(test) for test in rule["tests"]),
        exemptions=tuple(exemption_row(each, now) for each in rule["exemptions"]),
        source=f"{address}/file{chosen}#line-{rule['line']}",
    )


def clause(tree: Mapping[str, Any]) -> ClauseView:
    """A condition as headings with what stands under them; a group of one part is that part."""
    if "source" in tree:
        return ClauseView(" ".join(tree["source"].split()))
    groups = tuple((heading, tuple(map(clause, tree[word]))) for word, heading in _GROUPS if tree.get(word))
    if len(groups) == 1 and len(groups[0][1]) == 1 and groups[0][0] != _GROUPS[2][1]:
        return groups[0][1][0]
    return ClauseView(groups=groups)


def _matcher(matcher: Mapping[str, Any]) -> Words:
    views = " and ".join(rule_words.VIEWS.get(view, view) for view in matcher["views"])
    whole = ", whole words" if matcher["whole_words"] and matcher["phrases"] else ""
    phrases = tuple(matcher["phrases"])
    what = f"read {views}{whole}"
    return Words(matcher["name"], what, phrases[:_SHOWN], phrases[_SHOWN:], tuple(matcher["regexes"]))


def _list(values: Mapping[str, Any]) -> Words:
    members = tuple(values["values"])
    return Words(values["name"], f"list of {len(members):,}", members[:_SHOWN], members[_SHOWN:])


def _facts(rule: Mapping[str, Any], now: datetime) -> Iterable[tuple[str, str]]:
    yield "owner", rule["owner"] or rule["pack"]["owner"] or words.NOTHING
    yield "cites", "; ".join(rule["citation"]) or words.NOTHING
    if rule["jurisdiction"]:
        yield "jurisdiction", ", ".join(rule["jurisdiction"])
    if rule["effective_from"]:
        yield "in force from", words.clock_time(datetime.fromisoformat(rule["effective_from"]), now)
    if rule["effective_until"]:
        yield "in force until", words.clock_time(datetime.fromisoformat(rule["effective_until"]), now)
    if rule["review_by"]:
        late = rule["review_by"] < now.date().isoformat()
        yield "to be reviewed by", f"{rule['review_by']}{' (overdue)' if late else ''}"
    if rule["requires"]:
        yield "cannot be settled without", ", ".join(rule["requires"])
    if rule["rollout"]:
        by = (rule["rollout"]["by"] or "").replace("_", " ") or "person concerned, else the text"
        yield "share chosen by", by
    yield from _obligations(rule["obligations"])
    yield "exemptions", "may be made" if rule["exemptible"] else "none may be made"
    if rule["tags"]:
        yield "tags", ", ".join(rule["tags"])


def _obligations(obligations: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    if obligations["redact"]:
        yield "masks", ", ".join(obligations["redact"])
    for name, values in obligations["narrow"].items():
        yield f"documents by {name}", ", ".join(values)
    if obligations["priority"] is not None:
        yield "priority", str(obligations["priority"])
    if obligations["queue"]:
        yield "queue", obligations["queue"]


def _test(test: Mapping[str, Any]) -> OwnTest:
    facts = tuple((name.replace("_", " "), _value(value)) for name, value in sorted(test["attributes"].items()))
    return OwnTest(test["name"], test["text"], facts, phrase(rule_words.EXPECTED, test["expect"]), test["now"] or "")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value)


@dataclass(frozen=True, slots=True)
class SourceView:
    """A file as it was when it came into force."""

    rule: str
    title: str
    address: str
    file: str
    release: str
    lines: tuple[tuple[int, str, bool], ...]  #: number, text, whether the rule begins here


def source_view(source: Mapping[str, Any]) -> SourceView:
    return SourceView(
        rule=source["rule"],
        title=source["title"],
        address=rule_address(source["rule"]),
        file=source["file"],
        release=source["release"],
        lines=tuple(
            (number, line, number == source["line"]) for number, line in enumerate(source["text"].split("\n"), start=1)
        ),
    )
