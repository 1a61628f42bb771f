"""A first start leaves a folder that people can work in."""

from __future__ import annotations

import json
from pathlib import Path

import sqlalchemy as sa

from service.store import tables
from service.usecases.house import open_house
from service.usecases.initialise import open_workflows
from tests.unit.service.usecases.edits import pointer_now


def test_editors_find_the_schema_of_every_file(starter: Path):
    """The first line of each starter file leads, from where it lies in the home folder, to a schema."""
    edited = [*starter.glob("packs/*/*.yaml"), *starter.glob("workflows/*/workflow.yaml")]
    assert len(edited) > 2
    for path in edited:
        first = path.read_text(encoding="utf-8").split("\n")[0]
        schema = path.parent / first.removeprefix("# yaml-language-server: $schema=")
        assert json.loads(schema.read_text(encoding="utf-8"))["$schema"].endswith("2020-12/schema")


def test_a_start_after_an_upgrade_mends_what_the_new_version_cannot_read(house):
    """A snapshot that another version wrote, and that nobody wrote the making of down: built anew, and released."""
    before = pointer_now(house).release
    digest = house.shelf.open(before).snapshot.digest
    house.store.commit(lambda connection: connection.execute(sa.delete(tables.snapshots)))
    manifest = house.snapshots.folder / digest / "manifest.json"
    manifest.unlink()  # homes of other tests share the file
    manifest.write_text('{"format": "signoff-snapshot-1"}')
    fresh = open_house(house.settings)
    try:
        assert open_workflows(fresh) == []
        after = fresh.shelf.open(pointer_now(fresh).release)
        assert after.id != before
        assert after.certificate is not None
        assert open_workflows(fresh) == []
        assert pointer_now(fresh).release == after.id
    finally:
        fresh.close()
