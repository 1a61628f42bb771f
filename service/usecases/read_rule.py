"""Read one rule that a release in force holds: whole, as its pack writes it, with what its condition looks for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from rules.analysis.clauses import leaves
from rules.errors import did_you_mean
from rules.model import Clause, Condition, Exemption, Leaf, Obligations, Pack, Rule, RuleTest
from rules.references import tokens
from service.domain.answer import timestamp
from service.errors import NotFound
from service.store import artefacts, pointers
from service.usecases.house import House
from service.usecases.shelf import OpenRelease

_ASKS: Final = frozenset(("matched", "in_list"))  # functions whose last argument names a matcher or a list


@dataclass(frozen=True, slots=True)
class _Found:
    """A rule and the release it was found in."""

    rule: Rule
    pack: Pack
    release: OpenRelease


def view(house: House, rule_id: str, workflow: str | None = None) -> dict[str, Any]:
    """The rule as in force in `workflow`, or in the first workflow that has it. NotFound names the nearest id.

    `when` is {"all"|"any"|"none": [clause]} with leaves {"source", "line", "column"}. `workflows` says for each
    workflow that has the rule whether it says the same there: a pinned one may hold an older wording.
    """
    everywhere = _find(house, rule_id)
    chosen = _chosen(everywhere, rule_id, workflow)
    rule, pack = chosen.rule, chosen.pack
    words = _words(rule.when)
    return {
        **_rule(rule),
        "pack": {"id": pack.id, "title": pack.title, "owner": pack.owner},
        "workflow": chosen.release.workflow.name,
        "release": chosen.release.id,
        "workflows": [
            {"workflow": each.release.workflow.name, "release": each.release.id, "same": each.rule == rule}
            for each in everywhere
        ],
        "matchers": [
            {
                "name": matcher.name,
                "phrases": list(matcher.phrases),
                "regexes": list(matcher.regexes),
                "views": list(matcher.views),
                "whole_words": matcher.whole_words,
            }
            for matcher in pack.matchers
            if matcher.name in words
        ],
        "lists": [{"name": name, "values": sorted(pack.lists[name])} for name in sorted(pack.lists) if name in words],
        "exemptions": [_exemption(each, house.clock()) for each in pack.exemptions if rule.id in each.rules],
    }


def source(house: House, rule_id: str, workflow: str | None = None) -> dict[str, Any]:
    """The file the rule is written in, as it was when it came into force: {"rule", "file", "line", "text"}."""
    chosen = _chosen(_find(house, rule_id), rule_id, workflow)
    with house.store.read() as connection:
        packs: dict[str, dict[str, str]] = json.loads(artefacts.get(connection, chosen.release.row["rules"]))
    text = next((files[chosen.rule.file] for files in packs.values() if chosen.rule.file in files), None)
    if text is None:
        raise NotFound(f"the release holds no file {chosen.rule.file}", remedy="reload the rules")
    return {
        "rule": rule_id,
        "title": chosen.rule.title,
        "file": chosen.rule.file,
        "line": chosen.rule.line,
        "release": chosen.release.id,
        "text": text,
    }


def _find(house: House, rule_id: str) -> list[_Found]:
    """The rule in each workflow that has it, by workflow."""
    with house.store.read() as connection:
        active = pointers.pointers(connection)
    found: list[_Found] = []
    known: set[str] = set()
    for pointer in active:
        release = house.shelf.open(pointer.release)
        for pack in release.ruleset.packs:
            known.update(rule.id for rule in pack.rules)
            found += [_Found(rule, pack, release) for rule in pack.rules if rule.id == rule_id]
    if not found:
        raise NotFound(f"there is no rule {rule_id!r} in force", remedy=did_you_mean(rule_id, known, "rules"))
    return found


def _chosen(found: list[_Found], rule_id: str, workflow: str | None) -> _Found:
    for each in found:
        if workflow is None or each.release.workflow.name == workflow:
            return each
    there = ", ".join(each.release.workflow.name for each in found)
    raise NotFound(f"workflow {workflow!r} has no rule {rule_id!r}", remedy=f"it is in force in {there}")


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "status": rule.status.value,
        "rollout": {"percent": rule.rollout.percent, "by": rule.rollout.by} if rule.rollout else None,
        "severity": rule.severity.value,
        "effect": rule.effect.value,
        "on_error": rule.on_error.value,
        "reason_code": rule.reason_code,
        "reason": rule.reason,
        "public_reason": rule.public_reason,
        "owner": rule.owner,
        "citation": list(rule.citation),
        "jurisdiction": list(rule.jurisdiction),
        "effective_from": _day(rule.effective_from),
        "effective_until": _day(rule.effective_until),
        "review_by": _day(rule.review_by),
        "requires": list(rule.requires),
        "tags": list(rule.tags),
        "exemptible": rule.exemptible,
        "obligations": _obligations(rule.obligations),
        "when": _clause(rule.when),
        "tests": [_test(test) for test in rule.tests],
        "file": rule.file,
        "line": rule.line,
    }


def _clause(clause: Clause) -> dict[str, Any]:
    if isinstance(clause, Leaf):
        return {"source": clause.source, "line": clause.line, "column": clause.column}
    parts = {"all": clause.all, "any": clause.any, "none": clause.none}
    return {word: [_clause(part) for part in clauses] for word, clauses in parts.items() if clauses}


def _obligations(obligations: Obligations) -> dict[str, Any]:
    return {
        "redact": sorted(obligations.redact),
        "narrow": {name: sorted(values) for name, values in sorted(obligations.narrow.items())},
        "priority": obligations.priority,
        "queue": obligations.queue,
    }


def _test(test: RuleTest) -> dict[str, Any]:
    return {
        "name": test.name,
        "text": test.text,
        "attributes": _plain(test.attributes),
        "expect": test.expect.value,
        "now": timestamp(test.now) if test.now else None,
    }


def _exemption(exemption: Exemption, now: datetime) -> dict[str, Any]:
    return {
        "id": exemption.id,
        "rules": list(exemption.rules),
        "when": _clause(exemption.when),
        "from": _day(exemption.effective_from),
        "until": timestamp(exemption.until),
        "expired": exemption.until <= now,
        "owner": exemption.owner,
        "why": exemption.why,
        "ticket": exemption.ticket,
    }


def _plain(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in attributes.items()}


def _day(moment: datetime | date | None) -> str | None:
    if isinstance(moment, datetime):
        return timestamp(moment)
    return moment.isoformat() if moment else None


def _words(when: Condition) -> frozenset[str]:
    """Names of matchers and lists that the condition asks for, among other words of its own."""
    return frozenset(name for leaf in leaves(when) for name in _named(leaf))


def _named(leaf: Leaf) -> Iterable[str]:
    """Names in quotes within a call that asks for one, and words after `lists.`"""
    found = tokens(leaf.source)
    asked = any(token.text in _ASKS for token in found)
    for before, dot, token in zip(found, found[1:], found[2:], strict=False):
        if before.text == "lists" and dot.text == ".":
            yield token.text
    if asked:
        yield from (token.text[1:-1] for token in found if token.kind == "string")
