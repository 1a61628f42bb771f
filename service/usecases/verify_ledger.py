"""Check the ledger: each record against the one before and what was signed of it, and the tables against all of it.

The first bad record is named, and what is wrong with it. What the chain cannot show of itself, that its end was cut off
or that all of it was written anew, a checkpoint shows, which lies outside the database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from service.domain.audit import Chain, Entry, misfit
from service.domain.checkpoint import Checkpoint
from service.domain.merkle import Peaks, leaf
from service.settings import Settings
from service.store import compared, ledger
from service.store.engine import Connection, Store
from service.usecases.checkpoint_file import Lines, files_in, read_lines
from service.usecases.checkpoint_key import PublicKey, public_key_of, read_public_key
from service.usecases.checkpoints import WRITTEN
from service.usecases.compare_rows import RowCheck
from service.usecases.house import House

_SHOWN = 20  # rows named one by one


@dataclass(slots=True)
class _Saved:
    """The checkpoints at hand."""

    of_records: dict[int, list[Checkpoint]] = field(default_factory=dict)  #: by the last record that each covers
    digests: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)  #: ids of the keys that signed them
    trusted: set[str] = field(default_factory=set)  #: of these, the ones that are the instance's own or were given
    wrong: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        return sum(map(len, self.of_records.values()))


@dataclass(slots=True)
class _Walk:
    """How far the records fit."""

    chain: Chain = field(default_factory=Chain)
    tree: Peaks = field(default_factory=Peaks)
    good: int = 0  #: the last record of a checkpoint that fitted
    first_bad: int | None = None
    why: str = ""
    told: dict[str, str] = field(default_factory=dict)  #: digest -> key of each checkpoint that the ledger tells of


def verify(house: House, folders: Sequence[Path] = (), public_keys: Sequence[Path] = ()) -> dict[str, Any]:
    """How many records there are, and the first that does not fit if one does not; see `verify_in`."""
    return verify_in(house.store, house.settings, folders, public_keys)


def verify_in(
    store: Store, settings: Settings, folders: Sequence[Path] = (), public_keys: Sequence[Path] = ()
) -> dict[str, Any]:
    """`verify`, where only the database is open: {"ok", "records", "first_bad", "why", "head", "root", "checkpoints",
    "rows"}.

    `folders` hold checkpoints kept elsewhere, `public_keys` are files with the keys that may have signed them; the
    instance's own folder and key always count. Rows are compared only when every record fits.
    """
    own = public_key_of(settings.home)
    given = [read_public_key(path.read_text(), str(path)) for path in public_keys]
    saved = _saved([settings.checkpoints, *folders], [*([own] if own else []), *given])
    with store.read() as connection:
        rows = RowCheck(connection, compared.restored_until(connection))
        walk = _walked(connection, saved, rows)
        if walk.first_bad is None:
            rows.end()
    if walk.first_bad is None:
        _miss(saved, walk, own)
    ok = walk.first_bad is None and not saved.wrong and not rows.wrong
    return {
        "ok": ok,
        "records": walk.chain.sequence,
        "first_bad": walk.first_bad,
        "why": walk.why or next(iter(saved.wrong), "") or _first(rows),
        "head": walk.chain.head,
        "root": walk.tree.root().hex(),
        "checkpoints": {
            "checked": saved.number,
            "last": walk.good or None,
            "keys": [{"id": key, "trusted": key in saved.trusted} for key in sorted(saved.keys)],
            "wrong": saved.wrong,
        },
        "rows": {
            "compared": rows.compared,
            "wrong": [asdict(each) for each in rows.wrong[:_SHOWN]],
            "wrong_in_all": len(rows.wrong),
            "restored_until": rows.restored or None,
        },
    }


def _first(rows: RowCheck) -> str:
    return f"{rows.wrong[0].table} {rows.wrong[0].id}: {rows.wrong[0].why}" if rows.wrong else ""


def _saved(folders: Sequence[Path], trusted: Sequence[PublicKey]) -> _Saved:
    found = _Saved(trusted={key.id for key in trusted})
    known = {key.id: key for key in trusted}
    for path in dict.fromkeys(path.resolve() for folder in folders for path in files_in(folder)):
        lines = read_lines(path)
        if lines.wrong:
            found.wrong.append(lines.wrong)
        _take_signed(found, lines, known)
    return found


def _take_signed(found: _Saved, lines: Lines, known: Mapping[str, PublicKey]) -> None:
    """Those whose signature holds. A key that nobody vouches for may lie beside them: better than none, and told."""
    for checkpoint in lines.checkpoints:
        key, beside = known.get(checkpoint.key), lines.path.with_name(f"{checkpoint.key}.pem")
        if key is None and beside.is_file():
            key = read_public_key(beside.read_text(), str(beside))
        if key is None:
            found.wrong.append(
                f"checkpoint {checkpoint.sequence} in {lines.path.name} was signed by key {checkpoint.key}, which is "
                "not known here: give it with --public-key"
            )
            return
        if not key.vouches_for(checkpoint):
            found.wrong.append(f"checkpoint {checkpoint.sequence} in {lines.path.name} bears no good signature")
            return
        try:
            checkpoint.tree()
        except ValueError as error:
            found.wrong.append(f"{lines.path.name}: {error}")
            return
        found.keys.add(checkpoint.key)
        found.digests.add(checkpoint.digest())
        found.of_records.setdefault(checkpoint.sequence, []).append(checkpoint)


def _walked(connection: Connection, saved: _Saved, rows: RowCheck) -> _Walk:
    walk = _Walk()
    chain, tree, marks = walk.chain, walk.tree, saved.of_records
    for entry in ledger.entries(connection):
        before = chain.head
        why = chain.add(entry.sequence, entry.record, entry.hash)
        if not why and (why := misfit(entry)):
            chain.sequence, chain.head = chain.sequence - 1, before
        if why:
            walk.first_bad, walk.why = chain.sequence + 1, why
            return walk
        tree.add(leaf(bytes.fromhex(chain.head)))
        if chain.sequence in marks and not _fits(walk, marks[chain.sequence]):
            return walk
        rows.take(entry)
        if entry.kind == WRITTEN:
            _note_told(walk, entry)
    beyond = min((sequence for sequence in marks if sequence > chain.sequence), default=None)
    if beyond is not None:
        walk.first_bad = chain.sequence + 1
        walk.why = (
            f"the ledger ends with record {chain.sequence}, and the checkpoint of {marks[beyond][0].at} covers "
            f"{beyond}: its end was cut off"
        )
    return walk


def _fits(walk: _Walk, checkpoints: Sequence[Checkpoint]) -> bool:
    """Whether the ledger up to here is what was signed of it."""
    head, root = walk.chain.head, walk.tree.root().hex()
    for checkpoint in checkpoints:
        if (checkpoint.head, checkpoint.root) != (head, root):
            walk.first_bad = walk.good + 1
            walk.why = (
                f"records {walk.good + 1} to {checkpoint.sequence} are not those that the checkpoint of "
                f"{checkpoint.at} was made of: at least one was changed, and those after it were hashed anew"
            )
            return False
    walk.good = walk.chain.sequence
    return True


def _note_told(walk: _Walk, entry: Entry) -> None:
    body = json.loads(entry.record)["body"]
    walk.told[str(body["checkpoint"])] = str(body["key"])


def _miss(saved: _Saved, walk: _Walk, own: PublicKey | None) -> None:
    """Checkpoints of keys whose files are at hand, or should be, that the ledger tells of and that are not there."""
    here = saved.keys | ({own.id} if own else set())
    missing = [digest for digest, key in walk.told.items() if key in here and digest not in saved.digests]
    if missing and not saved.wrong:
        saved.wrong.append(
            f"{len(missing)} of {len(walk.told)} checkpoints that the ledger tells of are missing from the folder: "
            "lines were taken out, or another folder is meant"
        )
