"""One rule, read whole from what answers."""

from __future__ import annotations

import pytest

from service.errors import NotFound
from service.usecases import read_rule
from service.usecases.house import House


def test_a_rule_is_read_as_its_pack_writes_it(house: House) -> None:
    """Condition as a tree with its places, tests, obligations, and what its matchers look for."""
    found = read_rule.view(house, "large-cash")
    assert (found["effect"], found["severity"], found["pack"]["id"]) == ("review", "high", "retail-banking")
    sources = [clause.get("source") for clause in found["when"]["all"]]
    assert sources == ["matched('large_cash')", None]
    assert [each["name"] for each in found["lists"]] == ["restricted_currencies"]
    assert {each["name"] for each in found["matchers"]} == {"large_cash", "unclear_source"}
    assert {test["expect"] for test in found["tests"]} >= {"match", "no_match"}
    assert found["workflows"] == [{"workflow": "retail-banking", "release": found["release"], "same": True}]


def test_the_file_is_the_one_that_came_into_force(house: House) -> None:
    """The rule begins at the line named; an edit since does not show."""
    path = house.home / "packs" / "retail-banking" / "conduct.rule.yaml"
    path.write_text("# edited\n" + path.read_text())
    found = read_rule.source(house, "press")
    assert found["text"].splitlines()[found["line"] - 1] == "- id: press"
    assert "# edited" not in found["text"]


def test_an_unknown_rule_is_answered_with_the_nearest(house: House) -> None:
    """A typing error is not the end."""
    with pytest.raises(NotFound) as refused:
        read_rule.view(house, "pres")
    assert refused.value.remedy == "did you mean `press`?"
    with pytest.raises(NotFound, match="workflow 'cards' has no rule"):
        read_rule.view(house, "press", "cards")
