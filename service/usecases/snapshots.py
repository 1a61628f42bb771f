"""Snapshots on disk, by digest: built from the database, opened, and mended when one is missing or not what it was.

The database says what each snapshot was built from: the collections, the document sequence, the encoder. What was
approved at a sequence never changes and vectors are kept, so building it again must come to the same digest, byte for
byte. A folder that cannot be opened is set aside under another name for people to look at, never served and never
removed. A replica that starts with an empty disk gets its snapshots the same way.
"""

from __future__ import annotations

import fcntl
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from index.build import Built, build_snapshot
from index.encoder import EncoderPool
from index.errors import IndexFault
from index.snapshot import Snapshot, open_snapshot, scrub_snapshot
from service.errors import CannotStart
from service.observe.metrics import SNAPSHOTS_MENDED
from service.store import artefacts, documents, pointers, snapshots
from service.store.engine import Store
from service.store.snapshots import Origin
from service.usecases.progress import Progress, silent

_DAMAGED = ".damaged-"
_LOCK = ".mending"
_NAME = re.compile("[0-9a-f]{64}")
_REMEDY = "run `signoff index build`"
_FIRST_WAIT, _LONGEST_WAIT = 60.0, 3_600.0  # seconds before what was built in vain is built again; doubled each time

log = structlog.get_logger(__name__)


class SnapshotLost(CannotStart):
    """A snapshot cannot be opened, and not be built again as it was."""


@dataclass(frozen=True, slots=True)
class _Lost:
    """A snapshot that was built again in vain."""

    why: str
    wait: float  #: seconds that it is left alone
    until: float  #: by the monotonic clock


class Snapshots:
    """The snapshots of one instance, under one folder that its processes share."""

    def __init__(self, store: Store, folder: Path, clock: Callable[[], datetime]) -> None:
        self.folder = folder
        self._store = store
        self._clock = clock
        self._lost: dict[str, _Lost] = {}  # by digest

    def build(self, collections: Iterable[str], encoder: EncoderPool, progress: Progress = silent) -> str:
        """Build a snapshot of what is approved in the collections now; its digest. Encodes only what is new."""
        names = tuple(collections)
        with self._store.read() as connection:
            sequence = pointers.document_sequence(connection)
        built = self._built(names, sequence, encoder, progress)
        origin = Origin(names, sequence, encoder.digest, built.documents, built.passages)
        self._store.commit(lambda connection: snapshots.add(connection, built.digest, origin, self._clock()))
        return built.digest

    def open(self, digest: str, encoder: EncoderPool) -> Snapshot:
        """The snapshot with that digest, every byte of it verified; mended first where it has to be.

        SnapshotLost says what is wrong when that cannot be done.
        """
        try:
            snapshot = open_snapshot(self.folder / digest, encoder_digest=encoder.digest)
        except IndexFault:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._alone():
                return self._mended(digest, encoder)
        self._lost.pop(digest, None)
        return snapshot

    def scrub(self, digest: str, encoder: EncoderPool) -> bool:
        """Read every byte of a snapshot, as a disk may lose some in silence; whether it was whole.

        One that was not is set aside and built again; workers that have it open let go of it (`Snapshot.stands`).
        """
        try:
            scrub_snapshot(self.folder / digest)
        except IndexFault:
            with self._alone():
                self._mended(digest, encoder)
            return False
        return True

    def built(self) -> list[tuple[str, float]]:
        """The snapshots that lie here, whether they are whole or not, and when each was written: seconds since 1970."""
        found = (path for path in self.folder.glob("*") if _NAME.fullmatch(path.name))
        return [(path.name, path.stat().st_mtime) for path in found]

    def remove(self, digest: str) -> None:
        """Remove a snapshot from the disk. Whoever has it open keeps it; whoever needs it later has it built again."""
        with self._alone():
            shutil.rmtree(self.folder / digest, ignore_errors=True)

    def _mended(self, digest: str, encoder: EncoderPool) -> Snapshot:
        folder = self.folder / digest
        try:
            return open_snapshot(folder, encoder_digest=encoder.digest)  # another process has mended it meanwhile
        except IndexFault as error:
            fault = error
        lost = self._lost.get(digest)
        if lost is not None and time.monotonic() < lost.until:
            raise SnapshotLost(lost.why, remedy=_REMEDY) from fault
        with self._store.read() as connection:
            origin = snapshots.get(connection, digest)
        if origin is None or origin.encoder != encoder.digest:
            said = "nothing says what it was built from" if origin is None else "it was built with another encoder"
            raise SnapshotLost(f"{fault.place}: {fault.reason}, and {said}", remedy=_REMEDY) from fault
        absent = not folder.exists()  # as at a replica, when another one made a release
        if lost is None and absent:
            log.info("snapshot_absent", snapshot=digest, doing="building it from the database")
        elif lost is None:
            log.error("snapshot_damaged", place=fault.place, reason=fault.reason, doing="building it again")
        begun = time.monotonic()
        self._set_aside(folder)
        try:
            snapshot = self._again(digest, origin, encoder, fault)
        except SnapshotLost as failed:
            self._hold_off(digest, lost, failed)
            raise
        self._lost.pop(digest, None)
        took = round(time.monotonic() - begun, 1)
        if absent:
            log.info("snapshot_built", snapshot=digest, seconds=took)
        else:
            SNAPSHOTS_MENDED.inc()
            log.warning("snapshot_mended", snapshot=digest, seconds=took)
        return snapshot

    def _again(self, digest: str, origin: Origin, encoder: EncoderPool, fault: IndexFault) -> Snapshot:
        try:
            built = self._built(origin.collections, origin.sequence, encoder, silent)
            if built.digest != digest:
                raise SnapshotLost(
                    f"{fault.place}: {fault.reason}; built again it came to {built.digest[:12]}, as other versions of "
                    "Signoff read documents in other ways",
                    remedy=_REMEDY,
                )
            return open_snapshot(self.folder / digest, encoder_digest=encoder.digest)
        except IndexFault as again:
            raise SnapshotLost(f"{again.place}: {again.reason}, also when built again", remedy=_REMEDY) from again

    def _hold_off(self, digest: str, before: _Lost | None, failed: SnapshotLost) -> None:
        """Told once. Building it is dear, and what came to something else most likely will again."""
        wait = min(2 * before.wait, _LONGEST_WAIT) if before is not None else _FIRST_WAIT
        self._lost[digest] = _Lost(failed.detail, wait, time.monotonic() + wait)
        if before is None:
            log.error("snapshot_lost", snapshot=digest, why=failed.detail, remedy=_REMEDY, tried_again_in=wait)

    def _built(self, collections: Iterable[str], sequence: int, encoder: EncoderPool, progress: Progress) -> Built:
        with self._store.read() as connection:
            built = build_snapshot(
                documents.searchable(connection, collections, sequence),
                encoder,
                self.folder,
                sequence=sequence,
                known=artefacts.StoredVectors(connection),
                progress=progress,
            )
        self._store.commit(lambda connection: artefacts.add_vectors(connection, built.computed))
        return built

    def _set_aside(self, folder: Path) -> None:
        aside = folder.with_name(f"{folder.name}{_DAMAGED}{time.time_ns() // 1_000_000}")
        with suppress(FileNotFoundError):  # it was not there at all
            folder.replace(aside)
            log.warning("snapshot_set_aside", folder=str(aside))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process of this machine mends at a time; the others find it mended."""
        with (self.folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
