"""What going back would change, before it is done."""

from __future__ import annotations

import pytest

from service.errors import NotFound
from service.store import pointers
from service.usecases.compare_releases import compare, earlier
from service.usecases.house import House
from service.usecases.reload_rules import reload

WORKFLOW = "retail-banking"


def _active(house: House) -> str:
    with house.store.read() as connection:
        found = pointers.pointer(connection, WORKFLOW)
    assert found is not None
    return found.release


def _edit(house: House, before: str, after: str) -> None:
    path = house.home / "packs" / "retail-banking" / "conduct.rule.yaml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def test_going_back_is_compared_with_what_answers_now(house: House) -> None:
    """The way back of a tightening loosens; only releases of other rules or policy are offered."""
    assert earlier(house, WORKFLOW) == []
    first = _active(house)
    _edit(house, "PRESS-01\n", "PRESS-02\n")
    reload(house, "Ada")
    assert [each["id"] for each in earlier(house, WORKFLOW)] == [first]
    compared = compare(house, WORKFLOW, first)
    assert compared["active"] == _active(house) != first
    assert [(each["rule"], each["before"], each["after"]) for each in compared["changes"]] == [
        ("press", "PRESS-02", "PRESS-01")
    ]
    assert compared["release"]["why"] == "first start"

    _edit(house, "PRESS-02\n", "PRESS-01\n")
    reload(house, "Ada")
    assert first not in [each["id"] for each in earlier(house, WORKFLOW)]


def test_what_cannot_be_gone_back_to_is_refused_in_words(house: House) -> None:
    """Unknown releases and workflows."""
    with pytest.raises(NotFound, match="no release rel_no"):
        compare(house, WORKFLOW, "rel_no")
    with pytest.raises(NotFound, match="no workflow cards"):
        compare(house, "cards", _active(house))
    with pytest.raises(NotFound, match="no workflow cards"):
        earlier(house, "cards")
