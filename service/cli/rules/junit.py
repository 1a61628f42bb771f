"""JUnit XML, as continuous integration reads it. Pure: what was found in, text out.

The form is the common denominator of the published schemas of JUnit reports: no attribute that one of them lacks,
every attribute and element that one of them asks for, in their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from rules.errors import Problem
from service.cli.rules.inspecting import Case, Inspected

# What XML 1.0 has no way to write, not even escaped.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def report(inspected: Inspected, began: datetime, seconds: float) -> str:
    """A suite a workflow or pack with a case a test, and a suite of files with a case an error.

    `seconds` is how long all of it took; it is told of the suites together, since cases share their work.
    """
    root = Element("testsuites")
    names = sorted({candidate.name for candidate in inspected.candidates} | {case.suite for case in inspected.cases})
    by_suite = {name: list(cases) for name, cases in groupby(sorted(inspected.cases, key=_suite), key=_suite)}
    share = seconds / max(len(names) + bool(inspected.errors), 1)
    for name in names:
        cases = by_suite.get(name, [])
        element = _suite_element(root, name, began, share, len(cases), failures=sum(bool(c.failure) for c in cases))
        _fill(element, (_case(case) for case in cases))
    if inspected.errors:
        element = _suite_element(root, "files", began, share, len(inspected.errors), errors=len(inspected.errors))
        _fill(element, (_error(problem) for problem in inspected.errors))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def written(text: str) -> str:
    """`text` with each character that XML cannot hold as `\\uXXXX`."""
    return _UNWRITABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _suite(case: Case) -> str:
    return case.suite


def _suite_element(
    root: Element, name: str, began: datetime, seconds: float, tests: int, *, failures: int = 0, errors: int = 0
) -> Element:
    return SubElement(
        root,
        "testsuite",
        {
            "id": str(len(root)),
            "package": "signoff.rules",
            "name": written(name),
            "timestamp": began.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "hostname": "localhost",
            "tests": str(tests),
            "failures": str(failures),
            "errors": str(errors),
            "time": f"{seconds:.3f}",
        },
    )


def _fill(suite: Element, cases: Iterable[Element]) -> None:
    SubElement(suite, "properties")
    suite.extend(cases)
    SubElement(suite, "system-out")
    SubElement(suite, "system-err")


def _case(case: Case) -> Element:
    element = _testcase(f"{case.suite}.{case.of}", case.name)
    if case.failure:
        at = f"{case.file}:{case.line}"
        _say(element, "failure", case.failure, "expectation", f"{at}: the test {case.name!r} {case.failure}")
    return element


def _error(problem: Problem) -> Element:
    element = _testcase(problem.file, f"line {problem.line}, column {problem.column}")
    _say(element, "error", problem.message, "file", str(problem))
    return element


def _testcase(classname: str, name: str) -> Element:
    return Element("testcase", {"classname": written(classname), "name": written(name), "time": "0.000"})


def _say(element: Element, kind: str, message: str, type_: str, text: str) -> None:
    SubElement(element, kind, {"message": written(message), "type": type_}).text = written(text)
