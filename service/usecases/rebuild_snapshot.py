"""Build snapshots from the database, and put releases on top of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from index.build import build_snapshot
from service.domain.types import Workflow
from service.store import artefacts, documents, pointers
from service.usecases.house import House
from service.usecases.progress import Progress, silent
from service.usecases.stage_release import Parts, Staged, current_parts, settle, stage
from service.usecases.workflow_file import read_workflow


def snapshot_of(house: House, collections: Iterable[str], progress: Progress = silent) -> str:
    """Build a snapshot of every approved document of the collections; its digest. Encodes only what is new."""
    with house.store.read() as connection:
        found = documents.searchable(connection, collections)
        sequence = pointers.document_sequence(connection)
        built = build_snapshot(
            found,
            house.encoder,
            house.snapshots,
            sequence=sequence,
            known=artefacts.StoredVectors(connection),
            progress=progress,
        )
    house.store.commit(lambda connection: artefacts.add_vectors(connection, built.computed))
    return built.digest


def with_snapshot(house: House, base: str, parts: Parts) -> Parts:
    """The parts of a changed release with a snapshot of the collections that their policy names now."""
    collections = read_workflow(parts.policy).collections
    if collections == house.shelf.policy(base).collections:
        return parts
    return replace(parts, snapshot=snapshot_of(house, collections))


def refresh_collections(
    house: House, collections: set[str], by: str, why: str, progress: Progress = silent
) -> list[str]:
    """New snapshots and releases for every workflow that searches one of the collections; ids of the releases."""
    return _rebuild(house, lambda workflow: bool(collections & set(workflow.collections)), by, why, progress)


def rebuild(house: House, workflow: str | None, by: str, progress: Progress = silent) -> list[str]:
    """New snapshots from the database, for one workflow or all: also where the old ones are damaged or gone."""
    return _rebuild(house, lambda each: workflow in (None, each.name), by, "snapshot rebuilt", progress)


def _rebuild(house: House, concerned: Callable[[Workflow], bool], by: str, why: str, progress: Progress) -> list[str]:
    def make() -> list[Staged]:
        with house.store.read() as connection:
            rows = [pointers.release(connection, pointer.release) for pointer in pointers.pointers(connection)]
            parts = [current_parts(connection, row) for row in rows if row is not None]
        staged = []
        for each in parts:
            workflow = read_workflow(each.policy)
            if concerned(workflow):
                snapshot = snapshot_of(house, workflow.collections, progress)
                staged.append(stage(house, replace(each, snapshot=snapshot), by, why, progress))
        return staged

    return [each.release.id for each in settle(house, make, "release.documents_changed")]
