"""Edits of the starter's files, and what answers after them."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from service.domain.access import ROLES, Principal
from service.store import ledger, pointers
from service.store.pointers import Pointer
from service.usecases.house import House
from service.usecases.make_decision import Ask, decide

NAME = "retail-banking"
ANN = Principal("k1", "Ann", ROLES["operations"])
BEN = Principal("k2", "Ben", ROLES["operations"])
THREAT = "If you do not pay me by Friday I will come to the branch with a gun and shoot your staff."
CLEAR = "I was charged twice for the same card payment yesterday, please refund me."
SOLICITOR = "My solicitor will write to you about my late fee"


def pack(home: Path) -> Path:
    return home / "packs" / NAME


def policy(home: Path) -> Path:
    return home / "workflows" / NAME / "workflow.yaml"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"{path.name} has no {old!r}"
    path.write_text(text.replace(old, new, 1))


def edit_rule(home: Path, rule: str, old: str, new: str) -> None:
    """Edit the text of one rule of the starter pack."""
    for path in pack(home).glob("*.rule.yaml"):
        head, mark, tail = path.read_text().partition(f"- id: {rule}\n")
        if mark:
            body, _, rest = tail.partition("\n- id: ")
            assert old in body, f"{rule} has no {old!r}"
            path.write_text(head + mark + body.replace(old, new, 1) + (f"\n- id: {rest}" if rest else ""))
            return
    raise AssertionError(f"there is no rule {rule}")


def drop_rule(home: Path, rule: str) -> None:
    """Delete one rule of the starter pack from its file."""
    for path in pack(home).glob("*.rule.yaml"):
        head, mark, tail = path.read_text().partition(f"- id: {rule}\n")
        if mark:
            _, _, rest = tail.partition("\n- id: ")
            path.write_text(head + (f"- id: {rest}" if rest else ""))
            return
    raise AssertionError(f"there is no rule {rule}")


def two_people(home: Path) -> None:
    """Let the policy ask for a second person."""
    edit(policy(home), "retention_days: 400", "retention_days: 400\nchanges: {second_person: true}")


def pointer_now(house: House) -> Pointer:
    with house.store.read() as connection:
        found = pointers.pointer(connection, NAME)
    assert found is not None
    return found


def rule_now(house: House, rule: str) -> Any:
    ruleset = house.shelf.open(pointer_now(house).release).ruleset
    return next((each for each in ruleset.rules if each.id == rule), None)


def asked(house: House, text: str, **attributes: object) -> dict[str, Any]:
    answered = decide(house, ANN, Ask(NAME, text, {"channel": "app", **attributes}))
    return dict(json.loads(answered.body))


def records(house: House, kind: str) -> list[dict[str, Any]]:
    """Bodies of the ledger records of a kind, oldest first."""
    with house.store.read() as connection:
        rows = ledger.page(connection, [kind])
    return [json.loads(row.record)["body"] for row in reversed(rows)]


class Clock:
    """A clock that stands where it is put."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at
