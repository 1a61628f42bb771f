"""JSON Schemas of `pack.yaml` and `*.rule.yaml`, for editors: what may stand where, and what it means.

Made from the constants that the readers use, so a key, word or limit cannot be in one and not in the other. The
schemas know the form of a file; what conditions mean, and whether names exist, `signoff rules check` says.
Written to `rules/schema/` by `python -m rules.reading.json_schema`. Standard: JSON Schema, draft 2020-12.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rules import pii
from rules.model import Effect, FindingStatus, RuleStatus, Severity
from rules.normalize import View
from rules.reading import condition_reader, exemption_reader, forms, inline_tests, manifest_reader, rule_reader
from rules.reading.pack_folder import PHRASE_SUFFIX
from rules.reading.schema_parts import (
    DAY,
    Schema,
    attribute_declarations,
    chosen,
    document,
    listed,
    mapping,
    moment,
    named,
    schema_text,
    text,
    texts,
    words,
    write_schemas,
)

FOLDER: Final = Path(__file__).parents[1] / "schema"


# --- pack.yaml ---


def pack_schema() -> Schema:
    """The schema of `pack.yaml`."""
    identity = {
        "id": text("The pack's name, the same as its folder's.", forms.PACK_ID),
        "owner": text("Who answers for the pack; rules and exemptions may name another.", forms.OWNER),
        "title": text("What the pack is about, in a few words.", forms.TITLE),
    }
    described = {
        "apiVersion": {"const": manifest_reader.API_VERSION, "description": "The version of the rule language."},
        "pack": mapping("Who the pack is.", chosen(manifest_reader.IDENTITY, identity), manifest_reader.IDENTITY),
        "attributes": attribute_declarations(),
        "lists": named("Lists of texts that conditions name as `lists.name`.", _from_file("The texts of the list.")),
        "matchers": named("What is searched for in the text; conditions ask `matched('name')`.", _matcher()),
        "exemptions": listed("Requests that rules do not hold for, until a day.", {"$ref": "#/$defs/exemption"}),
    }
    keys = manifest_reader.REQUIRED + manifest_reader.OPTIONAL
    top = mapping(
        "A pack of rules: who it is and what its rules share.", chosen(keys, described), manifest_reader.REQUIRED
    )
    definitions = {"exemption": _exemption(), "condition": _condition(), "tests": _tests("an exemption")}
    return document("pack", "Signoff pack.yaml", top | {"$defs": definitions})


def _from_file(description: str) -> Schema:
    file = text("A file beside pack.yaml with one entry a line; # begins a comment.", forms.FILE)
    named_file = mapping(
        "Entries kept in a file.", {"file": file | {"pattern": rf"^[^/]+\{PHRASE_SUFFIX}$"}}, ("file",)
    )
    choice = texts(description)
    return choice | {"anyOf": [*choice["anyOf"], named_file]}


def _matcher() -> Schema:
    described = {
        "phrases": _from_file("Phrases as people write them; case, spacing and hidden characters do not matter."),
        "regex": texts("RE2 regular expressions, as the views show the text: lower case unless the view keeps case."),
        "view": texts(
            "What is searched; plain and folded unless said otherwise.", {"enum": [view.value for view in View]}
        ),
        "boundary": {
            "description": "word: phrases stand on word boundaries (so it is unless said otherwise); none: anywhere.",
            "enum": list(manifest_reader.BOUNDARIES),
        },
    }
    return mapping(
        "Hits when any of its phrases or regexes does.",
        chosen(manifest_reader.MATCHER, described),
        dependentRequired={"boundary": ["phrases"]},
        anyOf=[{"required": ["phrases"]}, {"required": ["regex"]}],
    )


def _exemption() -> Schema:
    described = {
        "id": text("Its name, never used again; it stands in every decision it had a part in.", forms.ID),
        "rules": texts("Rules of this pack that do not hold for these requests. Each must be exemptible."),
        "when": {"$ref": "#/$defs/condition"},
        "from": moment("When it begins; left out: at once."),
        "until": moment("When it ends, exclusive."),
        "owner": text("Who answers for it.", forms.OWNER),
        "why": text("Why these requests are exempt.", forms.REASON),
        "ticket": text("Where it was asked for.", forms.TITLE),
        "tests": {"$ref": "#/$defs/tests"} | _both_tests(),
    }
    keys = exemption_reader.REQUIRED + exemption_reader.OPTIONAL
    return mapping(
        "Sets findings of the named rules aside, logged.", chosen(keys, described), exemption_reader.REQUIRED
    )


# --- *.rule.yaml ---


def rule_schema() -> Schema:
    """The schema of `*.rule.yaml`: a list of rules."""
    rules = listed("Any number of rules.", {"$ref": "#/$defs/rule"})
    definitions = {"rule": _rule(), "condition": _condition(), "tests": _tests("a rule")}
    return document("rule", "Signoff rules", rules | {"$defs": definitions})


def _rule() -> Schema:
    keys = rule_reader.REQUIRED + rule_reader.OPTIONAL
    counting = {"enum": [RuleStatus.ENFORCE.value, RuleStatus.CANARY.value]}
    canary = {"properties": {"status": {"const": RuleStatus.CANARY.value}}, "required": ["status"]}
    conditions = [
        {
            "if": {"properties": {"status": counting}, "required": ["status"]},
            "then": {"required": ["tests"], "properties": {"tests": _both_tests()}},
        },
        {"if": canary, "then": {"required": ["rollout"]}, "else": {"properties": {"rollout": False}}},
    ]
    return mapping("One rule.", chosen(keys, _rule_keys()), rule_reader.REQUIRED, allOf=conditions)


def _rule_keys() -> dict[str, Schema]:
    effects = {
        Effect.FLAG: "recorded with the decision",
        Effect.RECHECK: "the automatic outcome goes out; a person looks afterwards",
        Effect.REVIEW: "held until a person decides",
        Effect.BLOCK: "refused; nothing after the rules is run",
    }
    statuses = {
        RuleStatus.DRAFT: "asked in its own tests only",
        RuleStatus.SHADOW: "asked on every request, findings kept apart",
        RuleStatus.CANARY: "counts for a share of requests, in shadow for the others",
        RuleStatus.ENFORCE: "counts on every request",
        RuleStatus.RETIRED: "not asked any more; its id stays taken",
    }
    severities = {
        Severity.INFORMATIONAL: "worth knowing",
        Severity.LOW: "little harm",
        Severity.MEDIUM: "some harm",
        Severity.HIGH: "much harm",
        Severity.CRITICAL: "must never pass; no exemption unless the rule allows it",
    }
    percent = {"type": "integer", "minimum": 1, "maximum": 99, "description": "Share of requests it counts for."}
    by = text("Attribute whose value chooses the side; left out: the subject, else the text.", forms.NAME)
    on_error = {
        "description": "What follows when the rule cannot say; review unless said otherwise.",
        "enum": [effect.value for effect in rule_reader.ON_ERROR],
    }
    exemptible = {
        "type": "boolean",
        "description": "Whether an exemption may name it; true unless said otherwise, but false for severity critical.",
    }
    dates = {"from": moment("Its first moment."), "until": moment("Its end, exclusive.")}
    return {
        "id": text("Its name, never used again, unique in the workflow.", forms.ID),
        "title": text("What the rule is about, in a few words.", forms.TITLE),
        "status": words("Where it stands in its life.", statuses),
        "rollout": mapping("For status canary.", {"percent": percent, "by": by}, ("percent",)),
        "severity": words("How serious a match is.", severities),
        "effect": words("What a match asks for; the strongest of all rules wins.", effects),
        "reason_code": text("A code for reports, as in SANC-01.", forms.CODE),
        "reason": text("Why, for those who may see explanations; {attribute} stands for its value.", forms.REASON),
        "when": {"$ref": "#/$defs/condition"},
        "on_error": on_error,
        "public_reason": text("Why, in words for everybody.", forms.REASON),
        "owner": text("Who answers for it; left out: the pack's owner.", forms.OWNER),
        "citation": texts("The law, standard or policy it follows from."),
        "jurisdiction": texts("Where that law holds."),
        "effective": mapping("When it is in force.", dates),
        "review_by": {
            "type": "string",
            "pattern": f"^{DAY}$",
            "description": "The day by which somebody looks at it again.",
        },
        "requires": texts("Attributes without which the rule is unknown, whatever else is known."),
        "tags": texts("Words to find it by."),
        "exemptible": exemptible,
        "obligations": _obligations(),
        "tests": {"$ref": "#/$defs/tests"},
    }


def _obligations() -> Schema:
    described = {
        "redact": texts("Kinds of personal data that people and logs see masked.", {"enum": sorted(pii.TYPES)}),
        "narrow": named(
            "Documents that may be quoted: field and the values still allowed.", texts("Values still allowed.")
        ),
        "priority": {"type": "integer", "minimum": 0, "maximum": 100, "description": "The highest of all rules wins."},
        "queue": text("Where the case waits; that of the most severe rule wins.", forms.ID),
    }
    return mapping("What a match obliges the rest to do.", chosen(rule_reader.OBLIGATIONS, described))


# --- conditions and tests ---


def _condition() -> Schema:
    expression = text("A CEL expression that says true or false.", forms.CONDITION)
    item = {"anyOf": [expression, {"type": "boolean"}, {"$ref": "#/$defs/condition"}]}
    described = {
        "all": listed("True when every one is.", item),
        "any": listed("True when one of them is.", item),
        "none": listed("True when none of them is.", item),
    }
    return mapping(
        "Keys beside each other must all be true.", chosen(condition_reader.CLAUSES, described), minProperties=1
    )


def _tests(whose: str) -> Schema:
    expected = {
        FindingStatus.MATCH: "the condition holds",
        FindingStatus.NO_MATCH: "it does not",
        FindingStatus.UNKNOWN: "it cannot be told",
    }
    value = {"type": ["string", "number", "boolean", "array"], "items": {"type": "string"}}
    described = {
        "name": text("What the test shows; no two alike.", forms.TEST_NAME),
        "text": {"type": "string", "description": "The text of the request."},
        "attributes": {
            "type": "object",
            "description": "The attributes of the request.",
            "additionalProperties": value,
        },
        "now": moment("When the request comes."),
        "expect": words("What must come of it.", expected),
    }
    test = mapping("One request and what must come of it.", chosen(inline_tests.KEYS, described), inline_tests.REQUIRED)
    return listed(f"Requests that show what {whose} does.", test)


def _both_tests() -> Schema:
    needed = (FindingStatus.MATCH.value, FindingStatus.NO_MATCH.value)
    return {"allOf": [{"contains": {"properties": {"expect": {"const": word}}}} for word in needed]}


def schema_files() -> dict[str, str]:
    """The files of `rules/schema/` by name."""
    return {
        "pack.v1.schema.json": schema_text(pack_schema()),
        "rule.v1.schema.json": schema_text(rule_schema()),
    }


if __name__ == "__main__":
    write_schemas(FOLDER, schema_files())
