"""The shipped JSON Schemas say what the readers say, and the shipped packs are good by them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rules.pii import TYPES
from rules.reading.json_schema import FOLDER, pack_schema, rule_schema, schema_files
from rules.reading.reader import read_pack
from rules.reading.schema_parts import write_schemas
from rules.reading.strict_yaml import read_yaml
from tests.unit.rules.given import PACK, files, rule

PACKS = Path(__file__).parents[4] / "rules" / "packs"
PACK_FILES = sorted(PACKS.glob("*/pack.yaml"))
RULE_FILES = sorted(PACKS.glob("*/*.rule.yaml"))
EXEMPTION = """\
exemptions:
  - id: ex-1
    rules: [r-1]
    when: {any: [authenticated, {none: [true]}]}
    until: 2026-09-30T00:00:00Z
    owner: o
    why: w
    tests: [{name: a, text: x, expect: match}, {name: b, text: x, expect: no_match}]
"""


def wrong(schema: dict[str, Any], text: str) -> list[str]:
    """What an editor would mark, as paths."""
    data = read_yaml(text.encode(), "f").data()
    return [error.json_path for error in Draft202012Validator(schema).iter_errors(data)]


def test_the_shipped_files_are_what_the_code_makes():
    """After a change of keys, words or kinds of personal data: python -m rules.reading.json_schema."""
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == schema_files()


@pytest.mark.parametrize("schema", [pack_schema(), rule_schema()])
def test_they_are_schemas(schema: dict[str, Any]):
    """They follow the standard they name, and every key that can be written is explained."""
    Draft202012Validator.check_schema(schema)
    explained = 0
    for found in _objects(schema):
        for key, entry in found.get("properties", {}).items():
            if found.get("additionalProperties") is False:
                assert entry.get("description") or "$ref" in entry, key
                explained += 1
    assert explained > 10


def _objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(found for item in value.values() for found in _objects(item))]
    return [found for item in value for found in _objects(item)] if isinstance(value, list) else []


@pytest.mark.parametrize("path", PACK_FILES + RULE_FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_shipped_pack_is_good_by_them(path: Path):
    """An editor marks nothing in the packs that come along, and each file's first line leads to its schema."""
    text = path.read_text(encoding="utf-8")
    assert wrong(pack_schema() if path.name == "pack.yaml" else rule_schema(), text) == []
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", text.split("\n")[0])
    assert named
    assert (path.parent / named[1]).resolve().parent == FOLDER.resolve()
    assert (
        json.loads((path.parent / named[1]).read_text())["$id"]
        == f"urn:signoff:schema:{'pack' if path.name == 'pack.yaml' else 'rule'}:v1"
    )


def test_what_the_reader_takes_an_editor_takes():
    """A pack with all that the language knows is good to both."""
    more = """
    rollout: {percent: 10, by: country}
    exemptible: true
    obligations: {redact: [card], narrow: {jurisdiction: [GB]}, priority: 5, queue: legal}
    effective: {from: 2026-01-01, until: 2026-02-01T09:00:00+01:00}
    on_error: block
    """
    rules = rule("all: [authenticated, true]\nnone: [{any: ['amount > 1.0']}]", more=more, status="canary")
    manifest = PACK.replace("[IR, KP, NO]", "{file: e.txt}") + EXEMPTION
    assert len(read_pack(files(rules, pack=manifest, e="IR")).exemptions) == 1
    assert wrong(rule_schema(), rules) == []
    assert wrong(pack_schema(), manifest) == []


@pytest.mark.parametrize(
    "before, after",
    [
        ("status: enforce", "status: canary"),
        ("status: enforce", "status: enforce\n  rollout: {percent: 5}"),
        ("status: enforce", "status: canary\n  rollout: {percent: 100}"),
        ("status: enforce", "status: on"),
        ("effect: block", "effect: allow"),
        ("effect: block", "effect: block\n  on_error: flag"),
        ("id: r-1", "id: R_1"),
        ("title:", "titel:"),
        ("  reason: because\n", ""),
        ("expect: no_match", "expect: match"),
        ("expect: no_match", "expect: nomatch"),
        ("text: x,", ""),
        ("all: [authenticated]", "al: [authenticated]"),
        ("all: [authenticated]", "all: []"),
        ("all: [authenticated]", "{}"),
        ("severity: high", "severity: high\n  obligations: {redact: [crad]}"),
        ("severity: high", "severity: high\n  review_by: soon"),
    ],
)
def test_what_the_reader_refuses_in_a_rule_an_editor_marks(before: str, after: str):
    """Both know the same keys, words and limits."""
    text = rule("all: [authenticated]")
    assert before in text
    changed = text.replace(before, after)
    assert wrong(rule_schema(), changed)


@pytest.mark.parametrize(
    "before, after",
    [
        ("rules/v1", "rules/v2"),
        ("id: demo", "id: Demo"),
        ("owner:", "ownr:"),
        ("embargoed:", "Embargoed:"),
        ("[IR, KP, NO]", "[IR, IR]"),
        ("[IR, KP, NO]", "{file: ../x.txt}"),
        ("view: clean", "view: clear"),
        ("view: clean", "view: clean, boundary: none"),
        ("{regex: '\\b[A-Z]\\d{8}\\b', view: clean}", "{view: clean}"),
        ("rules: [r-1]", "rules: []"),
        ("until: 2026-09-30T00:00:00Z", "ends: 2026-09-30"),
        ("expect: match", "expect: no_match"),
        ("matchers:", "attributes: {matched: {type: string}}\nmatchers:"),
        ("matchers:", "attributes: {a: {type: integer, values: [x]}}\nmatchers:"),
        ("matchers:", "attributes: {a: {type: text}}\nmatchers:"),
    ],
)
def test_what_the_reader_refuses_in_a_pack_an_editor_marks(before: str, after: str):
    """Both know the same keys, words and limits."""
    manifest = PACK + EXEMPTION
    assert before in manifest
    assert wrong(pack_schema(), manifest.replace(before, after))


def test_kinds_of_personal_data_are_all_there():
    """What may be redacted is what can be found."""
    redact = rule_schema()["$defs"]["rule"]["properties"]["obligations"]["properties"]["redact"]
    assert redact["anyOf"][0]["enum"] == sorted(TYPES)


def test_schemas_are_renewed_and_nothing_else_is_touched(tmp_path: Path):
    """A new version of Signoff brings new schemas; a file that is the same keeps its time."""
    write_schemas(tmp_path / "schema", {"a.json": "1", "b.json": "2"})
    before = (tmp_path / "schema" / "a.json").stat().st_mtime_ns
    write_schemas(tmp_path / "schema", {"a.json": "1", "b.json": "3"})
    assert (tmp_path / "schema" / "a.json").stat().st_mtime_ns == before
    assert (tmp_path / "schema" / "b.json").read_text() == "3"
