"""JUnit reports, read back by an XML parser and held to what the published schemas ask for."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree as ET

import pytest

from rules.errors import Problem
from service.cli.rules.inspecting import Case, Inspected
from service.cli.rules.junit import report, written

BEGAN = datetime(2026, 11, 21, 10, 0, 0, tzinfo=timezone(timedelta(hours=1)))
GOOD = Case("bank", "embargo", "from Iran", "packs/bank/crime.rule.yaml", 12, "")
BAD = Case("bank", "embargo", 'a "quoted" <name> & \x00\x1b[31m\ud800', "packs/bank/crime.rule.yaml", 12, "gets match")
GOLDEN = Case("shop", "golden", "wire", "workflows/shop/golden.jsonl", 3, "the effect is none, not block")
BROKEN = Problem("packs/bank/x.rule.yaml", 4, 7, "unknown effect 'deny'", "did you mean `block`?")

# What the schema of Ant's JUnit task asks of each element: its attributes, all required, and its children in order.
ATTRIBUTES = {
    "testsuites": set(),
    "testsuite": {"id", "package", "name", "timestamp", "hostname", "tests", "failures", "errors", "time"},
    "testcase": {"classname", "name", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "properties": set(),
    "system-out": set(),
    "system-err": set(),
}
CHILDREN = {
    "testsuites": r"(testsuite )*",
    "testsuite": r"properties (testcase )*system-out system-err ",
    "testcase": r"(failure |error )?",
}


def valid(text: str) -> ET.Element:
    root = ET.fromstring(text)
    assert root.tag == "testsuites"
    for element in root.iter():
        assert set(element.attrib) == ATTRIBUTES[element.tag], element.tag
        children = "".join(f"{child.tag} " for child in element)
        assert re.fullmatch(CHILDREN.get(element.tag, ""), children), (element.tag, children)
    for number, suite in enumerate(root):
        assert int(suite.attrib["id"]) == number
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))
        assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
        assert int(suite.attrib["errors"]) == len(suite.findall("testcase/error"))
        assert float(suite.attrib["time"]) >= 0
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
    return root


def test_each_test_is_a_case_of_its_workflow_or_pack() -> None:
    """Passed and failed, rules and golden requests, with the place in the failure."""
    root = valid(report(Inspected((), (), (GOOD, GOLDEN, BAD)), BEGAN, 0.25))
    assert [suite.attrib["name"] for suite in root] == ["bank", "shop"]
    assert root[0].attrib["timestamp"] == "2026-11-21T09:00:00", "UTC, as the schema has no zone"
    cases = root[0].findall("testcase")
    assert [(case.attrib["classname"], len(case)) for case in cases] == [("bank.embargo", 0), ("bank.embargo", 1)]
    failure = root.find("testsuite[@name='shop']/testcase/failure")
    assert failure is not None
    assert failure.attrib["message"] == "the effect is none, not block"
    assert "workflows/shop/golden.jsonl:3" in (failure.text or "")


def test_each_error_of_a_file_is_a_case_in_error() -> None:
    """So that continuous integration shows it like a failed test, with its remedy."""
    root = valid(report(Inspected((BROKEN,)), BEGAN, 0.1))
    (case,) = root[0].findall("testcase")
    assert case.attrib["classname"] == "packs/bank/x.rule.yaml"
    assert case[0].attrib["message"] == "unknown effect 'deny'"
    assert case[0].text == str(BROKEN)


def test_characters_that_xml_cannot_hold_are_written_out() -> None:
    """NUL, escape sequences and half characters come from rule files, and must not break the report."""
    root = valid(report(Inspected((), (), (BAD,)), BEGAN, 0.1))
    assert root[0].findall("testcase")[0].attrib["name"] == 'a "quoted" <name> & \\u0000\\u001b[31m\\ud800'


@pytest.mark.parametrize("character", ["\x0b", "\x1f", "\ufffe", "\uffff", "\udfff"])
def test_written_leaves_nothing_unwritable(character: str) -> None:
    """And everything else as it is."""
    assert written(f"é\t\n{character}😀") == f"é\t\n\\u{ord(character):04x}😀"


def test_nothing_at_all_is_a_report_too() -> None:
    """A home without workflows."""
    assert len(valid(report(Inspected(()), BEGAN, 0.0))) == 0
