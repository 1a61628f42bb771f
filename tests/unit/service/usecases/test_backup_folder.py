"""A backup is whole or not there, and says of every byte whether it is as it was written."""

from __future__ import annotations

import fcntl
import json

import pytest

from index.seal import digest_of
from service.errors import Conflict
from service.usecases import backup_folder as folders

KIND: folders.Kind = "signoff-backup-1"


@pytest.fixture
def backup(tmp_path):
    """A small one."""
    target = tmp_path / "backup"
    secret = tmp_path / "secret.key"
    secret.write_text("5a")
    secret.chmod(0o600)
    with folders.writing(target) as draft:
        assert folders.write_lines(draft, "counters", [b'{"table":"counters"}\n', b"[1]\n"]) == 2
        folders.copy_file(secret, draft / "home" / "secret.key")
        folders.seal(draft, KIND, {"id": "bak_1"})
    return target


def test_it_is_read_as_it_was_written(backup):
    """Fields, files, permissions and lines; and nobody else can read any of it."""
    manifest = folders.read(backup, KIND)
    assert manifest.fields == {"id": "bak_1"}
    assert sorted(manifest.files) == ["home/secret.key", "rows/counters.jsonl.gz"]
    assert manifest.under("home")["secret.key"].mode == 0o600
    assert list(folders.read_lines(backup, "counters")) == [b'{"table":"counters"}\n', b"[1]\n"]
    assert {path.stat().st_mode & 0o077 for path in backup.rglob("*") if path.is_file()} == {0}


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGE = {
    "flipped": (lambda folder: flip(folder / "rows" / "counters.jsonl.gz"), "counters.jsonl.gz is not as it was"),
    "cut": (lambda folder: (folder / "home" / "secret.key").write_text("5"), "secret.key is not as it was"),
    "gone": (lambda folder: (folder / "home" / "secret.key").unlink(), "secret.key is missing"),
    "added": (lambda folder: (folder / "home" / "more.key").write_text(""), "more.key is not named"),
    "manifest": (
        lambda folder: (folder / "manifest.json").write_text(
            (folder / "manifest.json").read_text().replace("bak_1", "bak_2")
        ),
        "manifest.json is not as it was",
    ),
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "is no backup"),
    "no JSON": (lambda folder: (folder / "manifest.json").write_text("{"), "cannot be read"),
    "a list": (lambda folder: (folder / "manifest.json").write_text("[]"), "cannot be read"),
}


@pytest.mark.parametrize("damage, says", DAMAGE.values(), ids=DAMAGE)
def test_damage_is_found_and_named(backup, damage, says):
    """By the file that it is in."""
    damage(backup)
    with pytest.raises(Conflict, match=says):
        folders.read(backup, KIND)


def test_another_kind_is_refused(backup):
    """Keys are no backup."""
    with pytest.raises(Conflict, match="wanted is signoff-keys-1"):
        folders.read(backup, "signoff-keys-1")


def test_a_manifest_that_names_files_elsewhere_is_refused(backup):
    """Whoever made it up: nothing outside the folder is read, or written when it is restored."""
    told = json.loads((backup / "manifest.json").read_text())
    told["files"]["home/../../secret.key"] = told["files"].pop("home/secret.key")
    told["digest"] = digest_of(told)
    (backup / "manifest.json").write_text(json.dumps(told))
    with pytest.raises(Conflict, match="outside the backup"):
        folders.read(backup, KIND)


def test_nothing_is_left_of_one_that_fails(tmp_path):
    """No folder, no half of one; a disk that is full is told as that."""

    def full():
        yield b"[1]\n"
        raise OSError(28, "No space left on device", "rows")

    with pytest.raises(Conflict, match="No space left"), folders.writing(tmp_path / "backup") as draft:
        folders.write_lines(draft, "counters", full())
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(backup):
    """Not even by the same name."""
    before = folders.read(backup, KIND)
    with pytest.raises(Conflict, match="exists already"), folders.writing(backup):
        pass
    assert folders.read(backup, KIND) == before


def test_what_a_dead_process_left_is_thrown_away(tmp_path):
    """And what a living one writes is left alone."""
    half = tmp_path / "backup.partial"
    (half / "rows").mkdir(parents=True)
    (half / "rows" / "old.jsonl.gz").write_text("half")
    with (half / ".writing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Conflict, match="another process"), folders.writing(tmp_path / "backup"):
            pass
    assert (half / "rows" / "old.jsonl.gz").exists()
    with pytest.raises(Conflict, match="was not finished"):
        folders.read(half, KIND)
    with folders.writing(tmp_path / "backup") as draft:
        folders.seal(draft, KIND, {})
    assert folders.read(tmp_path / "backup", KIND).files == {}


def test_what_somebody_is_just_writing_stays_out(tmp_path):
    """Of a file that grows by lines, whole lines go along; of one that has gone meanwhile, nothing."""
    source = tmp_path / "checkpoints.jsonl"
    source.write_bytes(b'{"sequence":1}\n{"sequ')
    assert folders.copy_file(source, tmp_path / "copy.jsonl", whole_lines=True)
    assert (tmp_path / "copy.jsonl").read_bytes() == b'{"sequence":1}\n'
    assert not folders.copy_file(tmp_path / "gone", tmp_path / "copy")
