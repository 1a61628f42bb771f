"""A place where accounts are made and used, with a clock that tests set and no encoder."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from service.domain.access import Principal
from service.settings import Settings
from service.store import ledger
from service.usecases import manage_people, sign_in_by_password
from service.usecases.house import House, furnish
from service.usecases.sign_in import Browser, session_principal
from tests.databases import new_store
from tests.unit.service.usecases.document_desk import Clock

GOOD = "violet tractor ambles home"
OTHER = "seven quiet lanterns drift"
HERE = Browser(kind="Firefox on Linux", address="192.0.2.1")


@dataclass(frozen=True, slots=True)
class Registry:
    """An instance with nobody in it."""

    house: House
    clock: Clock

    def person(self, name: str = "Ann", role: str = "reviewer", password: str = GOOD, **more: Any) -> str:
        """The id of somebody who has set a password."""
        made = manage_people.create(self.house, "test", name=name, role=role, **more)
        sign_in_by_password.set_by_code(self.house, made["code"], password, HERE)
        return str(made["id"])

    def whose(self, token: str) -> Principal:
        """The person or key whose session that is; it has to be open."""
        found = session_principal(self.house, token)
        assert found is not None
        return found

    def wait(self, **by: float) -> None:
        self.clock.now += timedelta(**by)

    def told(self, kind: str) -> list[dict[str, Any]]:
        """The bodies of the ledger's records of that kind, oldest first."""
        with self.house.store.read() as connection:
            records = [json.loads(record) for _, record, _ in ledger.walk(connection)]
        return [record["body"] for record in records if record["kind"] == kind]


@contextlib.contextmanager
def registry_in(folder: Path, **settings: Any) -> Iterator[Registry]:
    chosen, clock = Settings(home=folder, **settings), Clock()
    house = furnish(chosen, new_store(chosen.database), cast("Any", None), bytes(32), clock)
    yield Registry(house, clock)
    house.close()
