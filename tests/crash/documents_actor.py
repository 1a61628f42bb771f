"""Changes documents of a home as fast as it can until it is killed, and says what came back as done: one JSON a line.

Run as `python -m tests.crash.documents_actor HOME NUMBER`; NUMBER makes its documents its own. Each document says in
its words which id and version it is, so that a passage under a wrong name would show.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Mapping
from pathlib import Path

from service.domain.access import ROLES, Principal
from service.settings import Settings
from service.store import pointers
from service.usecases import recheck_documents
from service.usecases.build_apart import build_here
from service.usecases.compact_snapshots import compact_one
from service.usecases.file_documents import file_documents
from service.usecases.house import House, open_house
from service.usecases.import_documents import DocumentFile
from service.usecases.publish_document import approve, retire, submit

NAME = "retail-banking"
ANN = Principal("k1", "Ann", ROLES["operations"])
BEN = Principal("k2", "Ben", ROLES["operations"])


def words(name: str, version: int) -> str:
    """What version `version` of a document says; no other says it."""
    return f"Parking permit {name} edition {version}: this is {token(name, version)} and nothing else."


def token(name: str, version: int) -> str:
    return f"{name}v{version}"


def say(done: Mapping[str, list[tuple[str, int]]]) -> None:
    sys.stdout.write(json.dumps(done) + "\n")
    sys.stdout.flush()


class Actor:
    """One process's work on documents."""

    def __init__(self, house: House, number: int) -> None:
        self._house = house
        self._number = number
        self._made = 0
        self._live: dict[str, int] = {}
        self._dice = random.Random(number)

    def act(self) -> None:
        """One change, told once it is done."""
        steps = [self._import, self._approve, self._submit, self._renew, self._retire, self._compact]
        self._dice.choices(steps, weights=[2, 4, 1, 2, 3, 1])[0]()

    def _name(self) -> str:
        self._made += 1
        return f"doc{self._number}x{self._made}"

    def _import(self) -> None:
        files = [DocumentFile(id=name, title=name, text=words(name, 1)) for name in (self._name(), self._name())]
        file_documents(self._house, NAME, files, "ann", attested_by="ben")
        self._tell(live=[(file.id, 1) for file in files])

    def _approve(self) -> None:
        self._publish(self._name(), 1)

    def _renew(self) -> None:
        if self._live:
            name = self._dice.choice(sorted(self._live))
            self._publish(name, self._live[name] + 1)

    def _publish(self, name: str, version: int) -> None:
        submit(self._house, ANN, {"collection": NAME, "id": name, "title": name, "text": words(name, version)})
        approve(self._house, BEN, NAME, name, version)
        self._tell(live=[(name, version)], gone=[(name, version - 1)] if version > 1 else [])

    def _submit(self) -> None:
        name = self._name()
        submit(self._house, ANN, {"collection": NAME, "id": name, "title": name, "text": words(name, 1)})
        self._tell(waiting=[(name, 1)])

    def _retire(self) -> None:
        if self._live:
            name = self._dice.choice(sorted(self._live))
            retire(self._house, BEN, NAME, name, self._live[name], "no more")
            self._tell(gone=[(name, self._live[name])])
            del self._live[name]

    def _compact(self) -> None:
        with self._house.store.read() as connection:
            pointer = pointers.pointer(connection, NAME)
        assert pointer is not None
        compact_one(self._house, pointer, build_here)
        self._tell()

    def _tell(self, **done: list[tuple[str, int]]) -> None:
        self._live.update(done.get("live", []))
        say(done)


def main() -> None:
    # Trying a certificate takes seconds and is tested elsewhere; here every moment is to be a moment of writing.
    vars(recheck_documents)["certify"] = lambda house, release, *_, **__: release.certificate
    house = open_house(Settings(home=Path(sys.argv[1]), encoder_sessions=1))
    actor = Actor(house, int(sys.argv[2]))
    say({})
    while True:
        actor.act()


if __name__ == "__main__":
    main()
