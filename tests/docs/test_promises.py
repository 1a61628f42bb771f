"""Every promise names what keeps it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROMISES = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
KEPT_BY = sorted(set(re.findall(r"`((?:tests|bench)/[^`]+)`", PROMISES)))


def test_each_of_the_promises_has_a_line() -> None:
    """P1 to P26, without a gap."""
    assert list(dict.fromkeys(re.findall(r"^\| (P\d+) \|", PROMISES, re.MULTILINE))) == [f"P{n}" for n in range(1, 27)]


@pytest.mark.parametrize("named", KEPT_BY)
def test_what_keeps_a_promise_is_there(named: str) -> None:
    """The file, and the test in it where one is named."""
    path, _, test = named.partition("::")
    source = (ROOT / path).read_text(encoding="utf-8")
    assert not test or re.search(rf"^(async )?def {test}\(", source, re.MULTILINE), f"{path} has no {test}"
