"""Snapshots on disk: what is missing, damaged, swapped or another model's is set aside and built again, the same."""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from index import seal
from index.build import build_snapshot
from service.store import snapshots as origins
from service.store import tables
from service.store.pointers import Pointer
from service.usecases import snapshots
from service.usecases.document_chores import let_go
from service.usecases.publish_document import retire
from service.usecases.snapshots import SnapshotLost
from tests.unit.service.usecases.words import (
    BEN,
    WordEncoder,
    found,
    names,
    publish,
    release_over,
    sequence_of,
    word_house,
)


@pytest.fixture
def house(tmp_path):
    with word_house(tmp_path) as opened:
        publish(opened, "bank", "opening", "The branch opens at nine.")
        publish(opened, "bank", "cards", "A lost card is blocked at once.")
        yield opened


@pytest.fixture
def digest(house):
    """A snapshot that documents have changed since."""
    made = house.snapshots.build(("bank",), house.encoder)
    publish(house, "bank", "parking", "Park behind the branch.")
    retire(house, BEN, "bank", "cards", 1, "no more")
    return made


def remove(folder: Path, other: Path) -> None:
    shutil.rmtree(folder)


def remove_a_file(folder: Path, other: Path) -> None:
    largest(folder).unlink()


def truncate(folder: Path, other: Path) -> None:
    largest(folder).write_bytes(largest(folder).read_bytes()[:-1])


def alter(folder: Path, other: Path) -> None:
    data = bytearray(largest(folder).read_bytes())
    data[len(data) // 2] ^= 1
    largest(folder).write_bytes(data)


def forge_the_manifest(folder: Path, other: Path) -> None:
    (folder / "manifest.json").write_text("{}")


def swap(folder: Path, other: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(other, folder)


def make_a_file_of_it(folder: Path, other: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("not a folder")


def largest(folder: Path) -> Path:
    return max((path for path in folder.iterdir() if path.suffix != ".json"), key=lambda path: path.stat().st_size)


@pytest.mark.parametrize(
    "damage", [remove, remove_a_file, truncate, alter, forge_the_manifest, swap, make_a_file_of_it]
)
def test_whatever_happened_to_it_it_comes_back_the_same(house, digest, damage):
    """Same digest, same documents as were approved then, though others are approved now; nothing is encoded again."""
    folder = house.snapshots.folder / digest
    other = house.snapshots.folder / house.snapshots.build(("bank",), house.encoder)
    before = list(house.snapshots.open(digest, house.encoder).keys)
    damage(folder, other)
    encoded = house.encoder.encoded
    with capture_logs() as logs:
        snapshot = house.snapshots.open(digest, house.encoder)
    assert snapshot.digest == digest
    assert list(snapshot.keys) == before
    assert house.encoder.encoded == encoded
    told = {"snapshot_absent", "snapshot_built"} if damage is remove else {"snapshot_damaged", "snapshot_mended"}
    assert told <= {entry["event"] for entry in logs}
    aside = list(house.snapshots.folder.glob(f"{digest}.damaged-*"))
    assert len(aside) == (damage is not remove), "what was there is kept for people to look at"
    assert house.snapshots.open(digest, house.encoder).digest == digest


def test_another_models_snapshot_is_no_snapshot(tmp_path, house, digest):
    """Under the right name and with the right words, but with vectors of another encoder: built again."""
    with word_house(tmp_path / "other", WordEncoder("another model")) as elsewhere:
        publish(elsewhere, "bank", "opening", "The branch opens at nine.")
        publish(elsewhere, "bank", "cards", "A lost card is blocked at once.")
        foreign = elsewhere.snapshots.folder / elsewhere.snapshots.build(("bank",), elsewhere.encoder)
        swap(house.snapshots.folder / digest, foreign)
    assert house.snapshots.open(digest, house.encoder).encoder_digest == house.encoder.digest


def test_a_replica_starts_with_an_empty_disk(tmp_path, house, digest):
    """Two threads of it at once: the snapshot is there, built once."""
    shutil.rmtree(house.snapshots.folder)
    with word_house(tmp_path) as replica, ThreadPoolExecutor(2) as threads, capture_logs() as logs:
        opened = list(threads.map(lambda one: one.snapshots.open(digest, one.encoder), [house, replica]))
    assert {snapshot.digest for snapshot in opened} == {digest}
    assert [entry["event"] for entry in logs].count("snapshot_built") == 1
    assert not [entry for entry in logs if entry["log_level"] in ("warning", "error")], "nothing is amiss"


def test_what_nobody_knows_the_making_of_is_told(house, digest):
    """No row, no rebuilding: the sentence names the place, the reason and the command."""
    house.store.commit(lambda connection: connection.execute(sa.delete(tables.snapshots)))
    truncate(house.snapshots.folder / digest, house.snapshots.folder)
    with pytest.raises(SnapshotLost, match="nothing says what it was built from") as lost:
        house.snapshots.open(digest, house.encoder)
    assert digest in lost.value.detail
    assert "signoff index build" in lost.value.remedy


def test_what_comes_to_something_else_is_not_served(house, digest):
    """The documents were tampered with: the rebuilt snapshot has another digest, so there is none of this one."""
    write(house, "Open all night.")
    shutil.rmtree(house.snapshots.folder / digest)
    with pytest.raises(SnapshotLost, match="came to"):
        house.snapshots.open(digest, house.encoder)


def test_what_keeps_coming_to_something_else_is_left_alone_for_a_while(house, digest, monkeypatch):
    """Building it is dear and holds up others: told once, tried again after a minute, then ever later, and mended as
    soon as it can be."""
    now, built = [0.0], []

    def counted(*given, **more):
        built.append(now[0])
        return build_snapshot(*given, **more)

    monkeypatch.setattr(snapshots, "time", SimpleNamespace(monotonic=lambda: now[0], time_ns=time.time_ns))
    monkeypatch.setattr(snapshots, "build_snapshot", counted)
    write(house, "Open all night.")
    shutil.rmtree(house.snapshots.folder / digest)
    with capture_logs() as logs:
        for moment in (0.0, 5.0, 59.0, 61.0, 120.0, 180.0, 182.0, 400.0):
            now[0] = moment
            with pytest.raises(SnapshotLost, match="came to") as lost:
                house.snapshots.open(digest, house.encoder)
            assert "signoff index build" in lost.value.remedy
    assert built == [0.0, 61.0, 182.0]
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["snapshot_lost"]
    write(house, "The branch opens at nine.")
    now[0] = 423.0
    assert house.snapshots.open(digest, house.encoder).digest == digest


def write(house, text: str) -> None:
    """Words put into the database past everything that guards them."""
    words = tables.documents.update().where(tables.documents.c.id == "opening").values(text=text)
    house.store.commit(lambda connection: connection.execute(words))


def test_each_snapshot_is_written_down_once(house):
    """With what it was built from; building the same again changes nothing."""
    digest = house.snapshots.build(("bank",), house.encoder)
    assert house.snapshots.build(("bank",), house.encoder) == digest
    with house.store.read() as connection:
        origin = origins.get(connection, digest)
        rows = connection.execute(sa.select(tables.snapshots)).all()
    assert len(rows) == 1
    assert origin is not None
    assert (origin.collections, origin.documents, origin.encoder) == (("bank",), 2, house.encoder.digest)


def test_removed_ones_are_gone_and_open_ones_stay_usable(house, digest):
    """Whoever has a snapshot open keeps it; the disk has its room back."""
    snapshot = house.snapshots.open(digest, house.encoder)
    assert [name for name, _ in house.snapshots.built()] == [digest]
    house.snapshots.remove(digest)
    assert house.snapshots.built() == []
    assert snapshot.segment.passage(0).text


def rot(folder: Path) -> None:
    """What a disk does in silence: other bytes, and no file system that knows of a change."""
    alter(folder, folder)
    seal.forget(folder)


def test_what_rots_in_silence_is_found_and_built_again(house, digest):
    """A chore reads every byte, whatever is noted; a whole snapshot stays as it is."""
    assert house.snapshots.scrub(digest, house.encoder)
    rot(house.snapshots.folder / digest)
    assert not house.snapshots.scrub(digest, house.encoder)
    assert house.snapshots.scrub(digest, house.encoder)
    assert len(list(house.snapshots.folder.glob(f"{digest}.damaged-*"))) == 1


def test_workers_let_go_of_what_was_put_aside(house, digest):
    """What is mapped is the damaged file; whoever has it open forgets it, and its views, and opens the new one."""
    release = release_over(house, ("bank",), digest)
    house.shelf.put(release)
    assert found(house, release, "branch")
    active = [Pointer("w", release.id, halted=False, document_sequence=1)]
    assert not let_go(house, active), "nothing happened to it"
    rot(house.snapshots.folder / digest)
    house.snapshots.scrub(digest, house.encoder)
    assert not release.snapshot.stands
    assert let_go(house, active)
    assert house.shelf.found(release.id) is None
    again = release_over(house, ("bank",), digest)
    assert again.snapshot.stands
    view = house.views.at(again, sequence_of(house))
    assert view.base.stands
    assert names(found(house, again, "branch")) == ["opening@1", "parking@1"]
