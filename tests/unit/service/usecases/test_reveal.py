"""What rules had blotted out is shown to whoever may claim the case, and that they looked is on record first."""

from __future__ import annotations

import pytest

from service.domain.access import ROLES, Principal
from service.errors import Forbidden
from service.store import ledger
from service.usecases import read_case
from service.usecases.make_decision import Ask, decide
from service.usecases.reveal import reveal

CALLER = Principal("k1", "caller", ROLES["caller"])
ANN = Principal("k2", "Ann", ROLES["reviewer"])
ADA = Principal("k3", "Ada", ROLES["auditor"])
TEXT = "The number 4242 4242 4242 4242 was taken twice, and my lawyer knows."


def test_looking_shows_the_words_and_goes_on_record(house) -> None:
    """By name, in the ledger, about that case; whoever only reads cases is refused and nothing is recorded."""
    decide(house, CALLER, Ask("retail-banking", TEXT))
    (item,) = read_case.page(house, ANN, state="open")["items"]
    assert "4242" not in read_case.view(house, ANN, item["id"])["text"]
    with pytest.raises(Forbidden):
        reveal(house, ADA, item["id"])
    assert reveal(house, ANN, item["id"])["text"] == TEXT
    with house.store.read() as connection:
        kinds = [row.kind for row in ledger.about(connection, item["id"])]
    assert kinds.count("case.revealed") == 1
