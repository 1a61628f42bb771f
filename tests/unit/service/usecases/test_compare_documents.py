"""Two versions side by side."""

from __future__ import annotations

import pytest

from service.errors import NotFound
from service.usecases.compare_documents import compare
from tests.unit.service.usecases.document_desk import BOB, REVIEWER


def test_fields_and_words_that_differ_are_told(desk):
    """And no others."""
    desk.approved("Intro\n\nWe refund fees within 5 days.", jurisdiction=["GB"])
    desk.submit(
        "Intro\n\nWe refund fees within 10 days.\nCall us.", jurisdiction=["GB", "NO"], effective_from="2026-04-01"
    )
    told = compare(desk.house, BOB, "c", "fees", 1, 2)
    assert (told["older"]["version"], told["newer"]["version"]) == (1, 2)
    assert told["changed"] == [
        {"field": "jurisdiction", "older": ["GB"], "newer": ["GB", "NO"]},
        {"field": "effective_from", "older": None, "newer": "2026-04-01T00:00:00.000Z"},
    ]
    assert [line["kind"] for line in told["lines"]] == ["same", "same", "changed", "added"]
    changed = told["lines"][2]
    assert [text for text, marked in changed["older"] if marked] == ["5"]
    assert [text for text, marked in changed["newer"] if marked] == ["10"]
    assert told["lines"][3] == {"kind": "added", "older": None, "newer": [["Call us.", True]]}


def test_a_version_that_one_may_not_see_is_not_compared(desk):
    """It is said not to exist, as one that does not."""
    desk.approved("one")
    desk.submit("two")
    for person, version in ((REVIEWER, 2), (BOB, 3)):
        with pytest.raises(NotFound) as error:
            compare(desk.house, person, "c", "fees", 1, version)
        assert str(version) in error.value.detail
