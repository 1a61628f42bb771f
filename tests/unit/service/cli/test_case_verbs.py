"""`signoff cases …`, as it is typed: a lead's day at a terminal."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from typer.testing import CliRunner, Result

from service.cli import app, case_bulk, case_verbs
from service.domain.access import ROLES, Principal
from service.errors import BulkChanged, Conflict, InvalidRequest, LeaseLost, NotFound
from service.settings import Settings
from service.usecases import claim_case, read_case
from service.usecases.house import House, open_house
from service.usecases.make_decision import Ask, decide
from service.usecases.manage_keys import create

QUEUE = "retail-banking"
MAX = Principal("k1", "Max", ROLES["reviewer"])
SHOP = Principal("k2", "shop", ROLES["caller"])


@pytest.fixture
def house(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    opened = open_house(Settings(home=home))
    waiting = dataclasses.replace(opened, shelf=cast(Any, _Patient(opened.shelf)))
    for verbs in (case_verbs, case_bulk):
        monkeypatch.setattr(verbs, "opened", lambda: contextlib.nullcontext(waiting))
    yield waiting
    opened.close()


class _Patient:
    """The same policies, under which a decision can be taken back for a minute."""

    def __init__(self, shelf: object) -> None:
        self._shelf = shelf

    def __getattr__(self, name: str) -> object:
        return getattr(self._shelf, name)

    def policy(self, release: str) -> object:
        found = self._shelf.policy(release)  # type: ignore[attr-defined]
        return dataclasses.replace(found, queue=dataclasses.replace(found.queue, undo_seconds=60.0))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["cases", *arguments], catch_exceptions=False)


def asked(house: House, number: int) -> str:
    text = f"Pigeon number {number} sat on the roof and sang of curtains."
    case: str = json.loads(decide(house, SHOP, Ask(QUEUE, text)).body)["case"]
    return case


def state(house: House, case: str) -> str:
    found: str = read_case.view(house, MAX, case)["state"]
    return found


def test_a_day_at_the_terminal(house: House) -> None:
    """List, look, claim, decide and take back; put aside, send up, hand over, say a word, call off, contest."""
    cases = [asked(house, number) for number in range(7)]
    listed = run("list", "--queue", QUEUE)
    assert [line.split()[0] for line in listed.stdout.splitlines()[1:]] == cases
    assert [each["id"] for each in json.loads(run("list", "--json", "--limit", "2").stdout)["items"]] == cases[:2]
    assert f"--after {cases[1]}" in run("list", "--limit", "2").output
    shown = run("show", cases[0]).output
    assert "Pigeon number 0 sat on the roof" in shown
    assert "complaint" in shown
    assert json.loads(run("show", cases[0], "--json").stdout)["id"] == cases[0]

    claimed = run("claim", QUEUE)
    token = claimed.stdout.strip()
    assert f"{cases[0]} is yours until" in claimed.output
    with pytest.raises(InvalidRequest):
        run("decide", cases[0], "complaint", "--token", token, "--note", "as they say")  # settles no outcome
    done = run("decide", cases[0], "complaint", "--block", "--note", "as they say", "--token", token)
    assert f"{cases[0]}: complaint, block" in done.output
    assert f"signoff cases undo {cases[0]}" in done.output
    token = run("undo", cases[0]).stdout.strip()
    assert state(house, cases[0]) == "claimed"
    run("return", cases[0], "--token", token)
    assert state(house, cases[0]) == "queued"

    run("comment", cases[1], "The shop confirms it.")
    assert "The shop confirms it." in run("show", cases[1]).output
    run("hold", cases[1], "--until", _tomorrow(house), "--note", "the shop answers on Monday")
    assert state(house, cases[1]) == "on_hold"
    run("unhold", cases[1])
    run("escalate", cases[2], "--note", "too much for me")
    assert state(house, cases[2]) == "escalated"
    create(house, "tests", name="Max", role="reviewer")
    assert "is for Max" in run("assign", cases[3], "Max", "--note", "you know them").output
    assert claim_case.claim_next(house, MAX, QUEUE)["case"] == cases[3]  # type: ignore[index]
    run("cancel", cases[4], "--note", "withdrawn")
    assert state(house, cases[4]) == "cancelled"
    run("skip", cases[5], "--note", "I know them")
    assert json.loads(run("claim", QUEUE, "--json").stdout)["case"] != cases[5]
    assert json.loads(run("claim", cases[5], "--json").stdout)["case"] == cases[5]


def _tomorrow(house: House) -> str:
    from datetime import timedelta

    return (house.clock() + timedelta(days=1)).strftime("%Y-%m-%d")


def test_what_is_out_is_contested_or_marked_as_known(house: House) -> None:
    """By its id; what was marked can be taken back."""
    case = asked(house, 1)
    at_once = dataclasses.replace(house, shelf=house.shelf._shelf)  # type: ignore[attr-defined]
    token = claim_case.claim(at_once, MAX, case)["token"]
    from service.domain.types import Outcome
    from service.usecases.resolve_case import Resolution, resolve

    resolve(at_once, MAX, case, token, Resolution(("complaint",), "", Outcome.BLOCK, "as they say"))
    assert "known to be complaint, block" in run("known", case, "--note", "two of us agreed").output
    assert "known answer: complaint, block" in run("show", case).output
    assert json.loads(run("show", case, "--json").stdout)["known_answer"]["labels"] == ["complaint"]
    run("known", case, "--take-back")
    with pytest.raises(NotFound):
        run("known", case, "--take-back")
    appeal = run("reopen", case, "--note", "there was one payment only").stdout.strip()
    assert json.loads(run("show", appeal, "--json").stdout)["reopens"] == case
    with pytest.raises(Conflict):
        run("reopen", case, "--note", "again")


def test_a_refused_deed_leaves_no_lease_behind(house: House) -> None:
    """What was claimed for the moment waits again; what somebody else holds is refused with their name."""
    first, second = asked(house, 1), asked(house, 2)
    with pytest.raises(InvalidRequest):
        run("decide", first, "no_such_label", "--allow")
    assert state(house, first) == "queued"
    claim_case.claim(house, MAX, second)
    with pytest.raises(LeaseLost, match="Max holds case"):
        run("decide", second, "complaint", "--block", "--note", "as they say")
    assert run("decide", first, "--allow", "--block").exit_code == 2


def test_many_at_once_are_shown_first(house: House) -> None:
    """Without --confirm nothing is done; with it these very cases, or none when others fit meanwhile."""
    cases = [asked(house, number) for number in range(2)]
    words = ("bulk", "decide", "complaint", "--block", "--note", "as they say", "--queue", QUEUE)
    preview = run(*words)
    assert "Nothing is done yet" in preview.output
    assert all(case in preview.stdout for case in cases)
    found = json.loads(run(*words, "--json").stdout)
    assert (found["count"], state(house, cases[0])) == (2, "queued")
    asked(house, 2)
    with pytest.raises(BulkChanged):
        run(*words, "--confirm", found["confirm"])
    now = json.loads(run(*words, "--json").stdout)
    assert "3 done, 0 refused" in run(*words, "--confirm", now["confirm"]).output
    assert {state(house, case) for case in cases} == {"decided"}
    back = ("bulk", "undo", *(word for case in cases for word in ("--case", case)))
    run(*back, "--confirm", json.loads(run(*back, "--json").stdout)["confirm"])
    assert {state(house, case) for case in cases} == {"queued"}
    later = ("--until", _tomorrow(house), "--note", "later")
    assert "no case fits" in run("bulk", "hold", *later, "--queue", "none").output
