"""The table of event types: what it says of itself holds, and what is not in it is refused."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest

from service.domain.event import GROUPS, MEMBERS, TYPES, check, concerns, line, schema, subscribed, unknown_filters

SERVICE = Path(__file__).resolve().parents[4] / "service"


def test_names_are_of_two_words_and_members_are_known():
    """As Standard Webhooks advises; and no member has room for a name or a text of people."""
    for type_ in TYPES.values():
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", type_.name)
        assert {*type_.has, *type_.may_have} <= MEMBERS.keys(), type_.name
        assert not {*type_.has} & {*type_.may_have}, type_.name
    assert not {"by", "text", "note", "name", "holder", "reviewer", "labels", "reply"} & MEMBERS.keys()
    assert {member for type_ in TYPES.values() for member in (*type_.has, *type_.may_have)} == MEMBERS.keys()


def test_every_type_that_the_code_writes_is_in_the_table():
    """Those that are written out; the others are refused when they come."""
    written = re.compile(r'events\.add\(\s*connection,\s*house\.new_id\("evt"\),\s*"([^"]+)"')
    found = {name for path in SERVICE.rglob("*.py") for name in written.findall(path.read_text())}
    assert len(found) > 10
    assert found <= TYPES.keys()


@pytest.mark.parametrize(
    "type_, body",
    [
        ("decision.finall", {"decision": "d", "workflow": "w", "outcome": "allow"}),
        ("decision.final", {"decision": "d", "outcome": "allow"}),
        ("decision.final", {"decision": "d", "workflow": "w", "outcome": "allow", "note": "she is ill"}),
    ],
    ids=["no such type", "lacks one", "one too many"],
)
def test_what_is_not_in_the_table_is_refused(type_: str, body: dict[str, str]):
    """Whatever else may be said is said nowhere by accident."""
    with pytest.raises(ValueError, match=re.escape(type_)):
        check(type_, body)


def test_filters():
    """Whole types, groups, everything; misspelt ones are found."""
    assert subscribed((), "case.held")
    assert subscribed(("case.*",), "case.held")
    assert subscribed(("decision.final", "case.held"), "case.held")
    assert not subscribed(("case.*",), "decision.final")
    assert not subscribed(("case",), "case.held")
    assert unknown_filters(["case.*", "decision.final", "case", "*", "decision.fin"]) == ["case", "*", "decision.fin"]
    assert {"decision.*", "webhook.*"} <= {*GROUPS}


def test_workflows():
    """Of one, of several, of none."""
    assert concerns((), {"rule": "r"})
    assert concerns(("a", "b"), {"workflow": "b"})
    assert concerns(("a",), {"workflows": ["c", "a"]})
    assert not concerns(("a",), {"workflow": "b"})
    assert not concerns(("a",), {"webhook": "w"})


def test_a_case_is_in_line_with_its_decision():
    """So that its events and the decision's go out one after the other."""
    assert line("case_1", {"decision": "dec_1", "case": "case_1"}) == "dec_1" == line("dec_1", {"decision": "dec_1"})
    assert line("rel_1", {"workflow": "w"}) == "rel_1"


def test_schemas_are_schemas():
    """And take what the table takes."""
    for type_ in TYPES.values():
        jsonschema.Draft202012Validator.check_schema(schema(type_))
    jsonschema.validate({"decision": "d", "workflow": "w", "outcome": "allow"}, schema(TYPES["decision.final"]))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"decision": "d", "workflow": "w"}, schema(TYPES["decision.final"]))
