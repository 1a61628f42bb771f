"""The rules of one pack, read from the nodes of its `*.rule.yaml` files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rules import pii
from rules.errors import Problem, did_you_mean
from rules.model import (
    AttributeValue,
    Clause,
    Condition,
    Effect,
    FindingStatus,
    Leaf,
    Obligations,
    Rule,
    RuleStatus,
    RuleTest,
    Severity,
)
from rules.shape import Shape
from rules.strict_yaml import Node, Place

_REQUIRED: Final = ("id", "title", "status", "severity", "effect", "reason_code", "reason", "when")
_OPTIONAL: Final = (
    *("on_error", "public_reason", "owner", "citation", "jurisdiction", "effective", "review_by", "requires", "tags"),
    *("obligations", "tests"),
)
_ID: Final = (r"[a-z0-9]+(-[a-z0-9]+)*", "use a-z and 0-9, parts joined by single hyphens")
_CODE: Final = (r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*", "write it like SANC-01")
_FIELD: Final = (r"[a-z][a-z0-9_]*", "use a-z, 0-9 and _")
MAX_DEPTH: Final = 6  #: levels of all/any/none inside each other; the engine's recursion ends at 32


class RuleReader:
    """Reads rule files one after the other and keeps the rules; notes problems as it goes."""

    def __init__(self, pack: str, owner: str, problems: list[Problem]) -> None:
        self.pack = pack
        self.owner = owner
        self.rules: list[Rule] = []
        self._problems = problems
        self._seen: dict[str, str] = {}

    def read_file(self, file: str, node: Node) -> None:
        """Read one file's list of rules."""
        shape = Shape(file, self._problems)
        for item in shape.items(node, "a rule file"):
            rule = _OneRule(shape, item).read(self.pack, self.owner)
            if rule.id in self._seen:
                where = self._seen[rule.id]
                shape.note(item, f"the rule `{rule.id}` exists already, at {where}", "give it an id of its own")
            elif rule.id:
                self._seen[rule.id] = f"{file}:{rule.line}"
            self.rules.append(rule)


class _OneRule:
    def __init__(self, shape: Shape, node: Node) -> None:
        self.shape = shape
        self.node = node
        self.entries = shape.mapping(node, "a rule", _REQUIRED + _OPTIONAL, _REQUIRED)
        self.places: dict[str, Place] = {}

    def read(self, pack: str, owner: str) -> Rule:
        shape, get = self.shape, self.entries.get
        condition, dates = get("when"), get("effective")
        effective = shape.mapping(dates, "effective", ("from", "until")) if dates else {}
        start = shape.moment(effective.get("from"), "effective from")
        end = shape.moment(effective.get("until"), "effective until")
        if start and end and end <= start:
            shape.note(
                effective["until"], "ends before it begins", "`until` is exclusive and must be later than `from`"
            )
        reason = get("reason")
        if reason is not None:
            self.places["reason"] = reason.place
        return Rule(
            id=shape.text(get("id"), "a rule's id", 64, *_ID),
            pack=pack,
            title=shape.text(get("title"), "title", 200),
            status=self._status(),
            severity=shape.choice(get("severity"), "severity", Severity) or Severity.HIGH,
            effect=shape.choice(get("effect"), "effect", Effect) or Effect.BLOCK,
            reason_code=shape.text(get("reason_code"), "a reason code", 32, *_CODE),
            reason=shape.text(reason, "reason", 500),
            when=self._condition(condition, 1) if condition else Condition(),
            on_error=self._on_error(),
            public_reason=shape.text(get("public_reason"), "public_reason", 500) or None,
            owner=shape.text(get("owner"), "owner", 200) or owner,
            citation=shape.texts(get("citation"), "citation"),
            jurisdiction=shape.texts(get("jurisdiction"), "jurisdiction"),
            effective_from=start,
            effective_until=end,
            review_by=shape.day(get("review_by"), "review_by"),
            requires=self._requires(),
            tags=shape.texts(get("tags"), "tags"),
            obligations=self._obligations(get("obligations")),
            tests=self._tests(get("tests")),
            file=shape.file,
            line=self.node.line,
            places=self.places,
        )

    def _status(self) -> RuleStatus:
        node = self.entries.get("status")
        status = self.shape.choice(node, "status", RuleStatus)
        if node and status is RuleStatus.CANARY:
            self.shape.note(node, "canary is not supported yet", "use shadow to try a rule, enforce to apply it")
        return status or RuleStatus.ENFORCE

    def _on_error(self) -> Effect:
        """What follows when the rule cannot say: a person looks at it, or it is refused. Never less."""
        node = self.entries.get("on_error")
        effect = self.shape.choice(node, "on_error", Effect)
        if node and effect in (Effect.FLAG, Effect.RECHECK):
            self.shape.note(
                node, f"on_error cannot be `{effect}`: what is unknown must not pass", "use review or block"
            )
        return effect or Effect.REVIEW

    def _requires(self) -> tuple[str, ...]:
        node = self.entries.get("requires")
        names = self.shape.texts(node, "requires")
        for place, name in enumerate(names):
            if node:
                self.places[f"requires.{name}"] = (
                    node.value[place].place if isinstance(node.value, tuple) else node.place
                )
        return names

    def _condition(self, node: Node, depth: int) -> Condition:
        entries = self.shape.mapping(node, "a condition", ("all", "any", "none"))
        if isinstance(node.value, Mapping) and not node.value:
            self.shape.note(node, "the condition is empty", "write all, any or none with a list of conditions")
        if depth > MAX_DEPTH:
            self.shape.note(node, f"conditions are nested deeper than {MAX_DEPTH} levels", "make it flatter")
            return Condition()
        clauses = {
            key: tuple(self._clause(item, depth) for item in self.shape.items(value, key))
            for key, value in entries.items()
        }
        return Condition(clauses.get("all", ()), clauses.get("any", ()), clauses.get("none", ()))

    def _clause(self, node: Node, depth: int) -> Clause:
        if isinstance(node.value, Mapping):
            return self._condition(node, depth + 1)
        if isinstance(node.value, bool):
            return Leaf(str(node.value).lower(), node.line, node.column)
        if isinstance(node.value, str) and not node.lines_up:
            self.shape.note(
                node, "a condition over several lines needs a `|` block", "write `- |` and indent the lines"
            )
        source = node.value.rstrip() if isinstance(node.value, str) else ""
        self.shape.text(node, "a condition", 10_000)
        return Leaf(source, node.line, node.column, node.columns)

    def _obligations(self, node: Node | None) -> Obligations:
        if node is None:
            return Obligations()
        shape = self.shape
        entries = shape.mapping(node, "obligations", ("redact", "narrow", "priority", "queue"))
        redact = shape.texts(entries.get("redact"), "redact")
        for kind in redact:
            if kind and kind not in pii.TYPES:
                shape.note(entries["redact"], f"there is no PII kind `{kind}`", did_you_mean(kind, pii.TYPES, "kinds"))
        narrow = shape.names(entries["narrow"], "narrow") if "narrow" in entries else {}
        return Obligations(
            redact=frozenset(redact),
            narrow={field: frozenset(shape.texts(values, f"narrow {field}")) for field, values in narrow.items()},
            priority=shape.integer(entries.get("priority"), "priority", 0, 100),
            queue=shape.text(entries.get("queue"), "a queue's name", 64, *_ID) or None,
        )

    def _tests(self, node: Node | None) -> tuple[RuleTest, ...]:
        if node is None:
            return ()
        tests = tuple(self._test(place, item) for place, item in enumerate(self.shape.items(node, "tests")))
        names = [test.name for test in tests]
        for name in {name for name in names if name and names.count(name) > 1}:
            self.shape.note(node, f"two tests are called `{name}`", "give each its own name")
        return tests

    def _test(self, place: int, node: Node) -> RuleTest:
        shape = self.shape
        known = ("name", "text", "attributes", "now", "expect")
        entries = shape.mapping(node, "a test", known, ("name", "text", "expect"))
        attributes: dict[str, AttributeValue] = {}
        written = entries.get("attributes")
        if written and not isinstance(written.value, Mapping):
            shape.note(written, "attributes must be a mapping", "write {amount: 12.5}")
        elif written and isinstance(written.value, Mapping):
            for name, value in written.value.items():
                self.places[f"tests.{place}.{name}"] = value.place
                data = value.data()
                attributes[name] = tuple(data) if isinstance(data, list) else data
        text = entries.get("text")
        if text and not isinstance(text.value, str):
            shape.note(text, "the text of a test must be text", "put it in quotes")
        return RuleTest(
            name=shape.text(entries.get("name"), "a test's name", 200),
            text=text.value if text and isinstance(text.value, str) else "",
            attributes=attributes,
            expect=shape.choice(entries.get("expect"), "expect", FindingStatus) or FindingStatus.MATCH,
            now=shape.moment(entries.get("now"), "now"),
        )
