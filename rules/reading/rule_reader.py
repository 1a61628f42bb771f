"""The rules of one pack, read from the nodes of its `*.rule.yaml` files."""

from __future__ import annotations

import re
from typing import Final

from rules import pii
from rules.errors import Problem, did_you_mean
from rules.model import Effect, Obligations, Rollout, Rule, RuleStatus, Severity
from rules.reading import forms
from rules.reading.condition_reader import read_condition
from rules.reading.inline_tests import read_tests
from rules.reading.shape import Shape
from rules.reading.strict_yaml import Node
from rules.reading.text_file import Place

REQUIRED: Final = ("id", "title", "status", "severity", "effect", "reason_code", "reason", "when")
OPTIONAL: Final = (
    *(
        "rollout",
        "on_error",
        "public_reason",
        "owner",
        "citation",
        "jurisdiction",
        "effective",
        "review_by",
        "requires",
    ),
    *("tags", "exemptible", "obligations", "tests"),
)
OBLIGATIONS: Final = ("redact", "narrow", "priority", "queue")
#: What may follow when a rule cannot say: a person looks at it, or it is refused. Never less.
ON_ERROR: Final = (Effect.REVIEW, Effect.BLOCK)


#: Words that the console has pages for, so that a rule of that name would have none.
RESERVED: Final = ("change", "history", "proposals", "rollback")
_BRACES: Final = re.compile(r"\{[^{}]*\}?|\}")
_PLACEHOLDER: Final = re.compile(r"\{" + forms.NAME.pattern + r"\}")


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
        self.entries = shape.mapping(node, "a rule", REQUIRED + OPTIONAL, REQUIRED)
        self.places: dict[str, Place] = {}

    def read(self, pack: str, owner: str) -> Rule:
        shape, get = self.shape, self.entries.get
        dates = get("effective")
        effective = shape.mapping(dates, "effective", ("from", "until")) if dates else {}
        start, end = shape.period(effective.get("from"), effective.get("until"), "effective ")
        reason = get("reason")
        if reason is not None:
            self.places["reason"] = reason.place
        status = shape.choice(get("status"), "status", RuleStatus)
        severity = shape.choice(get("severity"), "severity", Severity) or Severity.HIGH
        exemptible = shape.boolean(get("exemptible"), "exemptible")
        return Rule(
            id=self._id(),
            pack=pack,
            title=shape.text(get("title"), "title", *forms.TITLE),
            status=status or RuleStatus.ENFORCE,
            severity=severity,
            effect=shape.choice(get("effect"), "effect", Effect) or Effect.BLOCK,
            reason_code=shape.text(get("reason_code"), "a reason code", *forms.CODE),
            reason=self._reason(),
            when=read_condition(shape, get("when")),
            on_error=self._on_error(),
            public_reason=self._public_reason(),
            owner=shape.text(get("owner"), "owner", *forms.OWNER) or owner,
            citation=shape.texts(get("citation"), "citation"),
            jurisdiction=shape.texts(get("jurisdiction"), "jurisdiction"),
            effective_from=start,
            effective_until=end,
            review_by=shape.day(get("review_by"), "review_by"),
            requires=self._requires(),
            tags=shape.texts(get("tags"), "tags"),
            obligations=self._obligations(get("obligations")),
            tests=read_tests(shape, get("tests"), self.places),
            rollout=self._rollout(status),
            exemptible=severity is not Severity.CRITICAL if exemptible is None else exemptible,
            file=shape.file,
            line=self.node.line,
            places=self.places,
        )

    def _id(self) -> str:
        node = self.entries.get("id")
        name = self.shape.text(node, "a rule's id", *forms.ID)
        if node and name in RESERVED:
            message = f"no rule can be called `{name}`: a page of the console has that name"
            self.shape.note(node, message, f"say more, as in `{name}-of-payments`")
        return name

    def _reason(self) -> str:
        node = self.entries.get("reason")
        reason = self.shape.text(node, "reason", *forms.REASON)
        for braces in _BRACES.findall(reason):
            if node and not _PLACEHOLDER.fullmatch(braces):
                self.shape.note(node, f"the reason has `{braces}`, which names no attribute", "write it like {amount}")
        return reason

    def _public_reason(self) -> str | None:
        node = self.entries.get("public_reason")
        reason = self.shape.text(node, "public_reason", *forms.REASON)
        if node and (braces := _PLACEHOLDER.search(reason)):
            message = f"public_reason is shown as it stands, so `{braces[0]}` would be read by everybody"
            self.shape.note(node, message, "say it without the attribute, or say it in `reason`")
        return reason or None

    def _rollout(self, status: RuleStatus | None) -> Rollout | None:
        """The share of requests a rule in canary counts for: given for such a rule, and for no other."""
        shape, node = self.shape, self.entries.get("rollout")
        if node is None:
            if status is RuleStatus.CANARY:
                message = "a rule in canary has no share of requests to count for"
                shape.note(self.entries["status"], message, "add `rollout: {percent: 10}`")
            return None
        if status is not None and status is not RuleStatus.CANARY:
            shape.note(node, f"rollout is for rules in canary; this one is in {status}", "remove it")
        entries = shape.mapping(node, "rollout", ("percent", "by"), ("percent",))
        if by := entries.get("by"):
            self.places["rollout.by"] = by.place
        percent = shape.integer(entries.get("percent"), "percent", 1, 99)
        return Rollout(percent or 1, shape.text(by, "an attribute's name", *forms.NAME) or None)

    def _on_error(self) -> Effect:
        node = self.entries.get("on_error")
        effect = self.shape.choice(node, "on_error", Effect)
        if node and effect and effect not in ON_ERROR:
            message = f"on_error cannot be `{effect}`: what is unknown must not pass"
            self.shape.note(node, message, "use review or block")
        return effect or Effect.REVIEW

    def _requires(self) -> tuple[str, ...]:
        node = self.entries.get("requires")
        names = self.shape.texts(node, "requires")
        if node:
            self.places |= {f"requires.{name}": item.place for name, item in zip(names, node.items, strict=False)}
        return names

    def _obligations(self, node: Node | None) -> Obligations:
        if node is None:
            return Obligations()
        shape = self.shape
        entries = shape.mapping(node, "obligations", OBLIGATIONS)
        redact = shape.texts(entries.get("redact"), "redact")
        for kind in redact:
            if kind and kind not in pii.TYPES:
                shape.note(entries["redact"], f"there is no PII kind `{kind}`", did_you_mean(kind, pii.TYPES, "kinds"))
        narrow = shape.names(entries["narrow"], "narrow") if "narrow" in entries else {}
        return Obligations(
            redact=frozenset(redact),
            narrow={field: frozenset(shape.texts(values, f"narrow {field}")) for field, values in narrow.items()},
            priority=shape.integer(entries.get("priority"), "priority", 0, 100),
            queue=shape.text(entries.get("queue"), "a queue's name", *forms.ID) or None,
        )
