"""What tests of cases share: people, a queue's policy as a test wants it, and what was written of a case."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

from service.domain.access import ROLES, Principal
from service.domain.types import Outcome
from service.store import case_events, events, ledger
from service.usecases import claim_case, read_case
from service.usecases.make_decision import Ask, decide
from service.usecases.resolve_case import Resolution, resolve
from tests.house import moved_by

ANN = Principal("k1", "Ann", ROLES["reviewer"])
BEN = Principal("k2", "Ben", ROLES["reviewer"])
CAT = Principal("k3", "Cat", ROLES["reviewer"])
LEA = Principal("k4", "Lea", ROLES["lead"])
SHOP = Principal("k5", "shop", ROLES["caller"])
QUEUE = "retail-banking"
ALLOW = Resolution(("complaint",), "because", Outcome.ALLOW, note="They say so.")
BLOCK = Resolution(("complaint",), "because", Outcome.BLOCK, note="They say so.")


def under(house, **policy):
    """The same instance, whose queue has this policy."""

    class Shelf:
        def __getattr__(self, name):
            return getattr(house.shelf, name)

        def policy(self, release):
            found = house.shelf.policy(release)
            return dataclasses.replace(found, queue=dataclasses.replace(found.queue, **policy))

    return dataclasses.replace(house, shelf=Shelf())


def later(house, **delta):
    return moved_by(house, timedelta(**delta))


def asked(house, text="Pigeons sat on the roof and sang of curtains.", who=SHOP):
    """A decision that waits for a person: its id and its case."""
    made = json.loads(decide(house, who, Ask(QUEUE, text)).body)
    return made["id"], made["case"]


def several(house, n):
    """Cases, in the order in which they were asked for."""
    return [asked(house, f"Pigeon number {i} sat on the roof and sang of curtains.")[1] for i in range(n)]


def decided(house, who, case, resolution=ALLOW):
    lease = claim_case.claim(house, who, case)
    return resolve(house, who, case, lease["token"], resolution)


def taken_next(house, who, queue=QUEUE):
    """The lease of the next case, where there is one."""
    lease = claim_case.claim_next(house, who, queue)
    assert lease is not None
    return lease


def state(house, case):
    return read_case.view(house, LEA, case)["state"]


def events_of(house, case):
    with house.store.read() as connection:
        return [row.action for row in case_events.of(connection, case)]


def records_of(house, *subjects):
    with house.store.read() as connection:
        return [row.kind for subject in subjects for row in ledger.about(connection, subject)]


def told(house, case):
    """Types of the events that went out about a case, and their bodies."""
    with house.store.read() as connection:
        rows = events.following(connection, 0, 10_000)
    return [(row.type, row.body) for row in rows if row.body.get("case") == case]
