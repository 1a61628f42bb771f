"""Halt, resume, replay, correct and appeal at a terminal: one story of a day that went wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from service.cli import app
from service.domain.access import ROLES, Principal
from service.usecases.make_decision import Ask, decide
from service.usecases.read_decision import view

NAME = "retail-banking"
SHOP = Principal("k1", "shop", ROLES["caller"])
CLEAR = "I was charged twice for the same card payment yesterday, please refund me."
ABROAD = "My transfer abroad has not arrived yet, where is it?"


def run(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, (result.output, result.exception)
    return result


def written(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout[result.stdout.index("{\n") :])
    return found


def test_a_day_that_went_wrong(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop, go on, make again, put right, contest: every verb says what it did."""
    monkeypatch.setenv("SIGNOFF_HOME", str(house.home))

    def asked(text: str, **attributes: object) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(decide(house, SHOP, Ask(NAME, text, attributes)).body)
        return found

    assert "signoff resume" in run("halt", NAME, "--why", "drill").output
    held = asked(CLEAR)
    assert held["reasons"] == ["halted"]
    assert "1 of 1 cases would be decided" in run("resume", "--dry-run").output
    resumed = written(run("resume", NAME, "--json"))
    assert [each["decided"] for each in resumed["reports"]] == [1]
    assert view(house, SHOP, held["id"])["outcome"] == "allow"

    blocked = asked(ABROAD, country="IR")
    assert "byte for byte" in run("replay", blocked["id"]).output
    many = written(run("replay", "--workflow", NAME, "--since", "1h", "--json"))
    assert (many["decisions"], many["identical"], many["different"], many["failed"]) == (2, 2, 0, {})
    run("replay", code=2)

    run("rules", "disable", "embargoed-country-customer", "--for", "1h", "--why", "wrong list")
    said = ("decisions", "correct", "--rule", "embargoed-country-customer", "--since", "1h", "--why", "wrong list")
    assert "1 would be superseded" in run(*said, "--dry-run").output
    assert written(run(*said, "--json"))["superseded"] == 1
    now = view(house, SHOP, blocked["id"])
    assert (now["state"], view(house, SHOP, now["superseded_by"])["outcome"]) == ("superseded", "allow")

    contested = run("decisions", "appeal", held["id"], "--note", "it was refunded already").stdout.split()[-1]
    assert view(house, SHOP, held["id"])["case"] == contested
    assert written(run("audit", "verify"))["ok"] is True, "the rows are what the chain says they came to"
