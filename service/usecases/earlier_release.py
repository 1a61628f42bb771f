"""Let what answered before answer again: the earlier release itself where its certificate still says the truth, else a
new one made of what was, under today's rules and policy."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.store import ledger, pointers
from service.store.engine import Connection
from service.usecases.ask import find_pointer
from service.usecases.house import House
from service.usecases.progress import Progress
from service.usecases.rebuild_snapshot import snapshot_of
from service.usecases.stage_release import Parts, Staged, current_parts, encoder_of, stage
from service.usecases.workflow_file import read_workflow

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Undoing:
    """One kind of change that can be taken back."""

    of: Callable[[Row], Hashable]  #: what of a release it changes
    kind: str  #: of the ledger record that says that it was taken back
    #: What an earlier release has to have in common with the one that answers, for its own certificate to hold.
    certified_by: Sequence[str]
    #: What of the earlier release comes back, where it has to be made anew: (earlier, now) -> parts of the new one.
    mixed: Callable[[Parts, Parts], Parts]


@dataclass(frozen=True, slots=True)
class Places:
    """From where to where."""

    now: Row
    before: Row


def places(connection: Connection, workflow: str, undoing: Undoing) -> Places | None:
    """What answers, and the release that answered last with something else; what was taken back is forgotten. None when
    nothing else ever answered."""
    row = release_row(connection, find_pointer(connection, workflow).release)
    lived: list[Row] = []
    for record in ledger.of_releases(connection, workflow):
        if "encoder" not in json.loads(record.record)["body"]:
            continue  # it is not told there that the release began to answer
        each = release_row(connection, record.subject_id)
        if record.kind == undoing.kind:
            while lived and undoing.of(lived[-1]) != undoing.of(each):
                lived.pop()
        if lived and undoing.of(lived[-1]) == undoing.of(each):
            lived.pop()
        lived.append(each)
    return Places(row, lived[-2]) if len(lived) > 1 else None


def again(
    house: House, found: Places, undoing: Undoing, by: str, why: str, told: Mapping[str, Any], progress: Progress
) -> Staged:
    """The earlier release, or one made of it, staged and not answering yet."""
    row, target = found.now, found.before
    with house.store.read() as connection:
        old, current = current_parts(connection, target), current_parts(connection, row)
    said = {**told, "before": row["id"], "to": target["id"]}
    if all(target[part] == row[part] for part in undoing.certified_by) and target["route"] == house.settings.route:
        return Staged(house.shelf.open(target["id"]), replace(old, base=row["id"]), recorded=True, told=said)
    mixed = undoing.mixed(old, current)
    if mixed.encoder != current.encoder:
        pool = encoder_of(house, mixed)
        snapshot = snapshot_of(house, read_workflow(mixed.policy).collections, progress, encoder=pool)
        mixed = replace(mixed, snapshot=snapshot)
    return replace(stage(house, mixed, by, f"{why} to {target['id']}", progress), told=said)


def release_row(connection: Connection, release: str) -> Row:
    row = pointers.release(connection, release)
    assert row is not None, "the foreign key keeps it"
    return row
