"""Give a release a new base once its view has come far from the old one: the same answers, found faster.

A new snapshot is built of what is approved now, and a release on it takes over, with the rules, policy, classifier and
certificate of the one that answers. It is rolled out as any release is; until every worker has it open, the old one
answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from index.encoder import EncoderPool
from service.observe.metrics import SNAPSHOTS_COMPACTED
from service.store import pointers, rollouts
from service.store.engine import Connection
from service.store.pointers import Pointer
from service.usecases.build_apart import build_apart
from service.usecases.house import House
from service.usecases.recheck_documents import tell, tried
from service.usecases.shelf import OpenRelease
from service.usecases.snapshots import SnapshotLost
from service.usecases.stage_release import BaseMoved, Staged, activate, artefacts_of, current_parts
from service.usecases.views import Burden

#: Passages that differ from the base, at the least, and as a share of the base's.
LEAST, SHARE = 200, 0.05
#: A view that took longer to make gives way to a base, however small it is.
SLOW = 0.5  # seconds
#: Nobody waits for a new base, so workers on other machines get the time to build it as well.
PATIENCE = 90.0  # seconds

_KEPT_RELEASES = 5  # of a workflow: their snapshots stay, so that rolling back is quick
_KEPT_FOR = timedelta(days=1)  # since a snapshot was built: somebody may be about to release it

log = structlog.get_logger(__name__)


#: Builds a snapshot of what is approved now in the collections, for an encoder; its digest.
Build = Callable[[House, Sequence[str], EncoderPool], str]


def compact(house: House, build: Build = build_apart) -> list[str]:
    """Compact what is due, unless a rollout is under way; ids of the releases made."""
    with house.store.read() as connection:
        active, busy = pointers.pointers(connection), rollouts.glance(connection, "").open
    made = []
    for pointer, release in opened(house, active) if not busy else ():
        if due(house.views.burden(release, pointer.document_sequence)):
            compacted = compact_one(house, pointer, build)
            made += [compacted] if compacted is not None else []
    return made


def opened(house: House, active: Iterable[Pointer]) -> Iterator[tuple[Pointer, OpenRelease]]:
    """What answers, but for releases whose snapshot is lost: that is told where they are opened to answer."""
    for pointer in active:
        try:
            release = house.shelf.open(pointer.release)
        except SnapshotLost:
            continue
        yield pointer, release


def due(burden: Burden) -> bool:
    """Whether a view has come too far from its base."""
    return burden.passages > max(LEAST, SHARE * burden.base) or (burden.passages > 0 and burden.seconds > SLOW)


def compact_one(house: House, pointer: Pointer, build: Build = build_apart) -> str | None:
    """A release on a new base instead of the one that answers; None when another release took its place meanwhile."""
    old = house.shelf.open(pointer.release)
    digest = build(house, old.workflow.collections, old.encoder)
    with house.store.read() as connection:
        row = pointers.release(connection, pointer.release)
        assert row is not None, "what answers once is kept"
        parts = replace(current_parts(connection, row), snapshot=digest)
        sequence = pointers.document_sequence(connection)
    row |= {"id": house.new_id("rel"), "snapshot": digest, "created_at": house.clock(), "created_by": "compaction"}
    row |= {"why": "a new base of the same documents"}
    release = house.shelf.assemble(row, artefacts_of(parts))
    check = tried(house, release, sequence) if release.certificate is not None else None
    stood = pointer.checked is None or pointer.checked.holds

    def also(connection: Connection) -> None:
        """The documents that came meanwhile may be too many for the certificate, with the new base as with the old."""
        if check is not None and not check.holds and stood:
            tell(house, connection, replace(pointer, release=release.id), check)

    try:
        activate(house, [Staged(release, parts, check=check)], "release.compacted", also, patience=PATIENCE)
    except BaseMoved:
        log.info("compaction_given_up", workflow=pointer.workflow, why="another release took over meanwhile")
        return None
    SNAPSHOTS_COMPACTED.inc()
    log.info("compacted", workflow=pointer.workflow, before=pointer.release, release=release.id, snapshot=digest)
    return release.id


def prune(house: House) -> list[str]:
    """Remove snapshots on this machine that no recent release is on; a release that needs one has it built again.

    Those that were set aside as damaged stay: somebody may want to know how it came about.
    """
    with house.store.read() as connection:
        active = pointers.pointers(connection)
        recent = [pointers.release_history(connection, each.workflow, limit=_KEPT_RELEASES) for each in active]
        answering = [pointers.release(connection, each.release) for each in active]
    kept = {row.snapshot for rows in recent for row in rows} | {row["snapshot"] for row in answering if row}
    before = time.time() - _KEPT_FOR.total_seconds()
    old = [digest for digest, at in house.snapshots.built() if digest not in kept and at < before]
    for digest in old:
        house.snapshots.remove(digest)
        log.info("snapshot_removed", snapshot=digest, why="no recent release is on it")
    return old
