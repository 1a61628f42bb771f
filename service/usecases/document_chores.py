"""What a worker's steward does about documents, in rounds that never wait for each other."""

from __future__ import annotations

import time
from collections.abc import Sequence

import structlog

from service.store import pointers
from service.store.pointers import Pointer
from service.usecases.compact_snapshots import compact, opened, prune
from service.usecases.house import House
from service.usecases.publish_document import supersede_replaced
from service.usecases.recheck_documents import recheck

_CALENDAR = 60.0  # seconds between looks for versions that a later one has replaced since
_PRUNE = 3_600.0  # seconds

log = structlog.get_logger(__name__)


class DocumentChores:
    """The rounds of one worker."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._seen: list[Pointer] = []
        self._calendar = self._prune = time.monotonic()

    def look_out(self) -> None:
        """Make the views of what answers now before a request asks for them. In every worker."""
        house = self._house
        with house.store.read() as connection:
            active = pointers.pointers(connection)
        if let_go(house, active):
            self._seen = []
        if active == self._seen:
            return
        for pointer in active:
            release = house.shelf.found(pointer.release)
            if release is not None:  # else it is being opened by the round that keeps up
                house.views.at(release, pointer.document_sequence)
                house.allowed.get(
                    release.workflow.collections, pointer.document_sequence, frozenset(), house.clock(), {}
                )
        if all(house.shelf.found(pointer.release) for pointer in active):
            self._seen = active

    def recheck(self, *, first_of_all: bool) -> None:
        """Try certificates with documents that changed; end what a later version has replaced. In one worker of all."""
        if not first_of_all:
            return
        if time.monotonic() >= self._calendar:
            self._calendar = time.monotonic() + _CALENDAR
            supersede_replaced(self._house)
        recheck(self._house)

    def compact(self, *, first_of_all: bool, first_of_host: bool) -> None:
        """New bases for views that have come far, in one worker of all; in one of each machine old ones removed."""
        if first_of_all:
            compact(self._house)
        if first_of_host and time.monotonic() >= self._prune:
            self._prune = time.monotonic() + _PRUNE
            prune(self._house)
            scrub(self._house)


def let_go(house: House, active: Sequence[Pointer]) -> bool:
    """Let go of snapshots that were put aside since this worker opened them, and built again; whether there were any.

    Requests hear for a moment that the release is opening, rather than be answered from what may be damaged.
    """
    open_ones = [release for pointer in active if (release := house.shelf.found(pointer.release)) is not None]
    gone = {release.snapshot.digest for release in open_ones if not release.snapshot.stands}
    for digest in gone:
        log.warning("snapshot_let_go", snapshot=digest, why="it was put aside; it is opened anew")
        house.shelf.let_go(digest)
        house.views.let_go(digest)
    return bool(gone)


def scrub(house: House) -> list[str]:
    """Read every byte of the snapshots that answer; those that had to be built again."""
    with house.store.read() as connection:
        active = pointers.pointers(connection)
    answering = {release.snapshot.digest: release for _, release in opened(house, active)}
    return [digest for digest, release in answering.items() if not house.snapshots.scrub(digest, release.encoder)]
