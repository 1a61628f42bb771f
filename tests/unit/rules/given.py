"""What the tests of the rules library start from: a small schema, and packs written in a few lines."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from textwrap import dedent, indent

from rules.compile import compile_rules
from rules.evaluate import evaluate
from rules.model import Attribute, AttributeType, AttributeValue, Finding, Pack, Ruling
from rules.normalize import normalize
from rules.reading.reader import read_pack
from rules.ruleset import RuleSet
from rules.schema import AttributeSchema

NOW = datetime(2026, 6, 1, tzinfo=UTC)

SCHEMA = AttributeSchema(
    (
        Attribute("amount", AttributeType.NUMBER),
        Attribute("country", AttributeType.STRING),
        Attribute("channel", AttributeType.STRING, values=("app", "web")),
        Attribute("age", AttributeType.INTEGER),
        Attribute("authenticated", AttributeType.BOOLEAN),
        Attribute("tags", AttributeType.STRINGS),
    )
)

PACK = """\
apiVersion: signoff/rules/v1
pack: {id: demo, owner: someone@example.org, title: A demo}
lists:
  embargoed: [IR, KP, NO]
matchers:
  weapons: {phrases: [buy rifles, don't shoot]}
  passport: {regex: '\\b[A-Z]\\d{8}\\b', view: clean}
"""

#: The tests every enforced rule needs; they are read, not run, unless a test runs them.
TESTS = """\
tests:
  - {name: hit, text: x, expect: match}
  - {name: miss, text: x, expect: no_match}
"""


def rule(when: str, rule_id: str = "r-1", more: str = "", *, status: str = "enforce", effect: str = "block") -> str:
    """One rule as YAML. `when` and `more` are the lines below `when:` and beside it."""
    head = f"""\
        id: {rule_id}
        title: A rule
        status: {status}
        severity: high
        effect: {effect}
        reason_code: TEST-01
        reason: because
        """
    tests = "" if "tests:" in more else TESTS
    parts = [dedent(head), dedent(more), tests, "when:\n" + indent(dedent(when).strip("\n"), "  ")]
    body = "\n".join(part.strip("\n") for part in parts if part.strip())
    return "- " + indent(body, "  ")[2:] + "\n"


def files(*rules: str, pack: str = PACK, **others: str) -> dict[str, bytes]:
    """A pack's files: its manifest, one rule file, and phrase files given as `name="text"`."""
    texts = {"demo/pack.yaml": pack, "demo/all.rule.yaml": "".join(rules)}
    texts |= {f"demo/{name}.txt": text for name, text in others.items()}
    return {name: text.encode() for name, text in texts.items()}


def pack(*rules: str, **more: str) -> Pack:
    return read_pack(files(*rules, **more))


def ruleset(*rules: str, schema: AttributeSchema = SCHEMA, **more: str) -> RuleSet:
    return compile_rules([pack(*rules, **more)], schema)


def rule_on(
    rules: RuleSet,
    text: str,
    attributes: Mapping[str, AttributeValue] | None = None,
    now: datetime = NOW,
    *,
    key: str | None = None,
    off: Collection[str] = (),
) -> Ruling:
    return evaluate(rules, normalize(text), attributes or {}, now, key=key, off=off)


def finding_on(rules: RuleSet, text: str, attributes: Mapping[str, AttributeValue] | None = None) -> Finding:
    """The finding of a set of one enforced rule."""
    (finding,) = rule_on(rules, text, attributes).findings
    return finding
