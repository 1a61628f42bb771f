"""Build snapshots from the database, and put releases on top of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from index.encoder import EncoderPool
from service.store import pointers
from service.usecases.house import House
from service.usecases.progress import Progress, silent
from service.usecases.stage_release import Parts, Staged, current_parts, encoder_of, settle, stage
from service.usecases.workflow_file import read_workflow


def snapshot_of(
    house: House, collections: Iterable[str], progress: Progress = silent, encoder: EncoderPool | None = None
) -> str:
    """Build a snapshot of every approved document of the collections, by the instance's own encoder or another one; its
    digest. Encodes only what is new."""
    return house.snapshots.build(collections, encoder or house.encoder, progress)


def with_snapshot(house: House, base: str, parts: Parts) -> Parts:
    """The parts of a changed release with a snapshot of the collections that their policy names now."""
    collections = read_workflow(parts.policy).collections
    if collections == house.shelf.policy(base).collections:
        return parts
    return replace(parts, snapshot=snapshot_of(house, collections, encoder=encoder_of(house, parts)))


def rebuild(
    house: House, workflow: str | None, by: str, progress: Progress = silent, *, accept_none: bool = False
) -> list[str]:
    """New snapshots from the database, for one workflow or all, and releases on top of them, certified anew; ids of the
    releases. LosesAutomation when one would lose its certificate and `accept_none` is not given."""

    def make() -> list[Staged]:
        with house.store.read() as connection:
            rows = [pointers.release(connection, pointer.release) for pointer in pointers.pointers(connection)]
            parts = [current_parts(connection, row) for row in rows if row is not None]
        staged = []
        for each in parts:
            policy = read_workflow(each.policy)
            if workflow in (None, policy.name):
                snapshot = snapshot_of(house, policy.collections, progress, encoder_of(house, each))
                staged.append(stage(house, replace(each, snapshot=snapshot), by, "snapshot rebuilt", progress))
        return staged

    settled = settle(house, make, "release.documents_changed", accept_none=accept_none)
    return [each.release.id for each in settled]
