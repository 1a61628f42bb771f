"""Time may jump: replicas go by one clock, the database's, whatever a machine's own clock says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Self

import pytest

from service.domain.access import ROLES, Principal
from service.errors import Conflict, LeaseLost, LedgerUnavailable, NotFound
from service.ids import made_at
from service.store import ledger
from service.store.engine import Store, open_store
from service.usecases import claim_case, one_clock
from service.usecases.house import House, _ids_by
from service.usecases.make_decision import Ask, decide
from service.usecases.one_clock import DatabaseClock, clock_of

NAME = "retail-banking"
DAY = timedelta(days=1)
CALLER = Principal("k1", "caller", ROLES["caller"])
ANN = Principal("k2", "Ann", ROLES["reviewer"])
BEN = Principal("k3", "Ben", ROLES["reviewer"])
ODD = "A pigeon sat on the roof and sang of curtains."


@pytest.fixture
def store(migrated_url: str) -> Iterator[Store]:
    opened = open_store(migrated_url)
    yield opened
    opened.close()


def test_postgresql_has_a_clock_and_sqlite_goes_by_the_machine(store: Store) -> None:
    """Both tell UTC, and about the same on one machine."""
    clock, told = clock_of(store), store.time()
    assert isinstance(clock, DatabaseClock) == (told is not None)
    assert abs(clock() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock().utcoffset() == timedelta(0)


class Elsewhere:
    """A database whose clock says something else than this machine's."""

    def __init__(self, told: datetime) -> None:
        self.told = told
        self.away = False

    def time(self) -> datetime:
        if self.away:
            raise LedgerUnavailable("away")
        return self.told


@pytest.mark.parametrize("off", [DAY, -DAY])
def test_a_machine_whose_clock_is_a_day_off_goes_by_the_database(off: timedelta) -> None:
    """Also the ids that it makes; and it counts on while the database is away."""
    there = Elsewhere(datetime.now(UTC) + off)
    clock = DatabaseClock(there, there.time())  # type: ignore[arg-type]
    assert abs(clock() - there.told) < timedelta(seconds=1)
    assert abs(made_at(_ids_by(clock)("dec")) - there.told) < timedelta(seconds=1)
    there.away = True
    with pytest.raises(LedgerUnavailable):
        clock.ask()
    before = clock()
    time.sleep(0.01)
    assert timedelta(0) < clock() - before < timedelta(seconds=1)


def test_a_database_whose_clock_is_put_right_is_followed_at_the_next_look() -> None:
    """Every other second, so that all replicas do within two."""
    there = Elsewhere(datetime.now(UTC))
    clock = DatabaseClock(there, there.time())  # type: ignore[arg-type]
    there.told += DAY
    clock.ask()
    assert abs(clock() - there.told) < timedelta(seconds=1)


def test_setting_the_machines_clock_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two looks the steady clock counts, which nobody sets."""
    there = Elsewhere(datetime.now(UTC))
    clock = DatabaseClock(there, there.time())  # type: ignore[arg-type]

    class Jumped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp((there.told + DAY).timestamp(), tz)

    monkeypatch.setattr(one_clock, "datetime", Jumped)
    monkeypatch.setattr(time, "time", (there.told + DAY).timestamp)
    assert abs(clock() - there.told) < timedelta(seconds=1)


def off_by(house: House, delta: timedelta) -> House:
    clock = house.clock
    return replace(house, clock=lambda: clock() + delta)


def test_a_clock_that_jumps_a_day_ahead_ends_leases_and_nothing_else(house: House) -> None:
    """Whoever held a case is told so and harms nobody who has it now; decisions go on, and the chain holds."""
    decide(house, CALLER, Ask(NAME, ODD))
    claimed = claim_case.claim_next(house, ANN, NAME)
    assert claimed is not None
    ahead = off_by(house, DAY)
    again = claim_case.claim_next(ahead, BEN, NAME)
    assert again is not None
    assert again["case"] == claimed["case"]
    for there in (ahead, house):
        with pytest.raises((LeaseLost, Conflict, NotFound)):
            claim_case.renew(there, ANN, claimed["case"], claimed["token"])
    assert decide(ahead, CALLER, Ask(NAME, "Where is my card?")).status in (200, 202)
    assert whole(house)


def test_a_clock_that_jumps_a_day_back_takes_no_case_from_its_holder(house: House) -> None:
    """A lease only lasts longer; what is decided then is recorded as ever, and the chain holds."""
    decide(house, CALLER, Ask(NAME, ODD))
    claimed = claim_case.claim_next(house, ANN, NAME)
    assert claimed is not None
    back = off_by(house, -DAY)
    assert claim_case.claim_next(back, BEN, NAME) is None
    claim_case.renew(back, ANN, claimed["case"], claimed["token"])
    claim_case.give_back(back, ANN, claimed["case"], claimed["token"])
    again = claim_case.claim_next(back, BEN, NAME)
    assert again is not None
    assert again["case"] == claimed["case"]
    assert decide(back, CALLER, Ask(NAME, "Where is my card?")).status in (200, 202)
    assert whole(house)


def whole(house: House) -> bool:
    from service.domain.audit import verify

    with house.store.read() as connection:
        return verify(ledger.walk(connection)).ok
