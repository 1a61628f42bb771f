"""Write checkpoints: check what came since the last one, sign where the ledger stands, keep it outside the database.

Whoever changed a record that a checkpoint covers is found when the next one is written: none is, and the log says why.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

import structlog

from service.domain.answer import timestamp
from service.domain.audit import GENESIS, STREAM, Chain, misfit
from service.domain.checkpoint import Checkpoint
from service.domain.merkle import KEPT_LEVEL, Node, Peaks, included, leaf, proof
from service.errors import LedgerBroken
from service.settings import Settings
from service.store import ledger
from service.store.engine import Connection, Store
from service.usecases.checkpoint_file import CheckpointFile
from service.usecases.checkpoint_key import SigningKey, open_key, public_key_of
from service.usecases.house import House
from service.usecases.move_case import SERVICE

_REMEDY = "find the first bad record with `signoff audit verify`; then restore the database from a backup"
_BLOCK = KEPT_LEVEL  # leaves below one kept part are read at once

log = structlog.get_logger(__name__)


#: The kind of record that says that a checkpoint was written: one that is missing in its file is missed by that.
WRITTEN = "ledger.checkpointed"


def write(house: House, by: str = SERVICE) -> Checkpoint:
    """The ledger as it stands, signed and durable; the last checkpoint again when only its own record came since.

    LedgerBroken when a record since the last checkpoint does not fit, or the ledger is not what that one says;
    LedgerUnavailable when the folder cannot be written.
    """
    return write_for(house.store, house.settings, house.clock, by)


def write_for(store: Store, settings: Settings, clock: Callable[[], datetime], by: str) -> Checkpoint:
    """`write`, where only the database is open."""
    key = open_key(settings.home)
    file = CheckpointFile(settings.checkpoints, key.public)
    with file.locked():
        before = file.last()
        with store.read() as connection:
            chain, peaks = _from(connection, before)
            if before is not None and not _something_new(connection, before):
                return before
            for entry in ledger.entries(connection, chain.sequence):
                why = chain.add(entry.sequence, entry.record, entry.hash) or misfit(entry)
                if why:
                    raise LedgerBroken(f"no checkpoint is written: {why}", remedy=_REMEDY)
                peaks.add(leaf(bytes.fromhex(entry.hash)))
        now = clock()
        checkpoint = _signed(key, chain, peaks, before, now)
        file.append(checkpoint, b"".join(peaks.kept))
    body = {"sequence": checkpoint.sequence, "checkpoint": checkpoint.digest(), "key": checkpoint.key, "by": by}
    store.commit(lambda connection: ledger.append(connection, WRITTEN, checkpoint.key, now, body))
    return checkpoint


def _something_new(connection: Connection, before: Checkpoint) -> bool:
    """Whether anything is to be signed since, but that the last checkpoint was written."""
    since = list(islice(ledger.entries(connection, before.sequence), 2))
    return bool(since) and not (len(since) == 1 and since[0].kind == WRITTEN)


def newest(settings: Settings) -> Checkpoint | None:
    """The last checkpoint that this instance wrote; None before the first. Reads the end of its file."""
    key = public_key_of(settings.home)
    return CheckpointFile(settings.checkpoints, key).last() if key is not None else None


def proofs(house: House, checkpoint: Checkpoint, sequences: Sequence[int]) -> list[list[str]]:
    """Of each of these records the inclusion proof in the tree of this instance's checkpoint, in hex."""
    file = CheckpointFile(house.settings.checkpoints, open_key(house.home).public)
    for _ in range(2):
        kept = file.kept(checkpoint.sequence)
        if kept is not None:
            with house.store.read() as connection:
                found = _proved(_Tree(connection, checkpoint.sequence, kept), checkpoint, sequences)
            if found is not None:
                return [[node.hex() for node in path] for path in found]
        with file.locked(), house.store.read() as connection:  # some of the tree is missing, or damaged
            file.keep_tree(_kept_of(connection, (file.last() or checkpoint).sequence))
    raise LedgerBroken("the ledger is not what its checkpoint says", remedy=_REMEDY)


def _proved(tree: _Tree, checkpoint: Checkpoint, sequences: Sequence[int]) -> list[list[Node]] | None:
    """The proofs; None when one of them does not lead to the root."""
    found = []
    for sequence in sequences:
        path, index = tree.proof(sequence), sequence - 1
        if not included(tree.leaf(index), index, checkpoint.sequence, path, bytes.fromhex(checkpoint.root)):
            return None
        found.append(path)
    return found


class CheckpointChores:
    """When a checkpoint is due: so many records, or so much time, after the last one."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._last: Checkpoint | None = None
        self._broken = ""

    def round(self, *, first_of_all: bool) -> None:
        """Write one if it is due; only the first of all workers does."""
        if not first_of_all:
            self._last = None
            return
        house, settings = self._house, self._house.settings
        last = self._last or newest(settings)
        with house.store.read() as connection:
            sequence, _ = ledger.head(connection)
            begun = ledger.begun_at(connection)
        fresh = sequence - (last.sequence if last else 0)
        since = datetime.fromisoformat(last.at) if last else begun
        late = since is not None and abs(house.clock() - since) >= timedelta(minutes=settings.checkpoint_minutes)
        # The one record that each checkpoint leaves is no reason for the next.
        if fresh >= settings.checkpoint_records or (fresh > 1 and late) or fresh < 0:
            self._write()
        else:
            self._last = last

    def _write(self) -> None:
        begun = time.monotonic()
        try:
            self._last = write(self._house)
        except LedgerBroken as error:
            self._last = None
            if error.detail != self._broken:
                log.critical("ledger_broken", detail=error.detail, remedy=error.remedy)
            self._broken = error.detail
        else:
            self._broken = ""
            seconds = round(time.monotonic() - begun, 3)
            log.info("checkpoint_written", sequence=self._last.sequence, head=self._last.head, seconds=seconds)


def _from(connection: Connection, before: Checkpoint | None) -> tuple[Chain, Peaks]:
    """Where the last checkpoint left off, or the beginning."""
    if before is None:
        return Chain(), Peaks()
    found = ledger.hash_at(connection, before.sequence)
    if found != before.head:
        said = "is not there" if found is None else "is another"
        raise LedgerBroken(
            f"no checkpoint is written: record {before.sequence}, which the checkpoint of {before.at} covers, {said}",
            remedy=_REMEDY,
        )
    return Chain(before.sequence, before.head), before.tree()


def _signed(key: SigningKey, chain: Chain, peaks: Peaks, before: Checkpoint | None, now: datetime) -> Checkpoint:
    plain = Checkpoint(
        stream=STREAM,
        sequence=chain.sequence,
        head=chain.head,
        root=peaks.root().hex(),
        peaks=tuple(node.hex() for node in peaks.nodes),
        at=timestamp(now),
        previous=before.digest() if before else GENESIS,
        key=key.public.id,
    )
    return replace(plain, signature=key.sign(plain.signed_bytes()))


def _kept_of(connection: Connection, size: int) -> bytes:
    peaks = Peaks()
    for begin in range(0, size, 1 << _BLOCK):
        for each in ledger.hashes(connection, begin, min(begin + (1 << _BLOCK), size)):
            peaks.add(leaf(bytes.fromhex(each)))
    return b"".join(peaks.kept)


class _Tree:
    """The tree's parts, as proofs ask for them: what is kept, and leaves read block by block."""

    def __init__(self, connection: Connection, size: int, kept: list[Node] | None) -> None:
        self._connection, self._size, self._kept = connection, size, kept
        self._blocks: dict[int, list[Node]] = {}

    def proof(self, sequence: int) -> list[Node]:
        return proof(sequence - 1, self._size, self._part)

    def leaf(self, index: int) -> Node:
        number, place = index >> _BLOCK, index & ((1 << _BLOCK) - 1)
        if number not in self._blocks:
            begin = number << _BLOCK
            read = ledger.hashes(self._connection, begin, min(begin + (1 << _BLOCK), self._size))
            self._blocks[number] = [leaf(bytes.fromhex(each)) for each in read]
        block = self._blocks[number]
        return block[place] if place < len(block) else leaf(b"")  # which proves nothing

    def _part(self, level: int, index: int) -> Node | None:
        if level == 0:
            return self.leaf(index)
        if level == _BLOCK and self._kept is not None:
            return self._kept[index]
        return None
