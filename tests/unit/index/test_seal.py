from __future__ import annotations

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index import seal
from index.errors import IndexFault, SnapshotDamaged


def sealed(folder: Path) -> Path:
    with seal.drafting(folder) as draft:
        (draft / "words").write_bytes(b"some words")
        (draft / "numbers").write_bytes(b"0123456789")
        seal.seal(draft, {"format": "try-1", "count": 2})
        seal.publish(draft, folder / "made")
    return folder / "made"


def verify(folder: Path) -> dict[str, object]:
    return seal.verify(folder, format_name="try-1", fault=SnapshotDamaged, remedy="Build it again.")


def test_what_was_sealed_is_found_whole(tmp_path: Path) -> None:
    """A folder verifies as it was written, and nothing of the draft is left beside it."""
    folder = sealed(tmp_path)
    assert verify(folder)["count"] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda folder: (folder / "words").write_bytes(b"same words"), id="flipped"),
        pytest.param(lambda folder: (folder / "words").write_bytes(b"some word"), id="cut short"),
        pytest.param(lambda folder: (folder / "words").unlink(), id="missing"),
        pytest.param(
            lambda folder: [
                (folder / "words").rename(folder / "x"),
                (folder / "numbers").rename(folder / "words"),
                (folder / "x").rename(folder / "numbers"),
            ],
            id="swapped",
        ),
        pytest.param(lambda folder: (folder / seal.MANIFEST).write_text("{"), id="manifest cut short"),
        pytest.param(lambda folder: (folder / seal.MANIFEST).write_text("[" * 10**5), id="manifest nested"),
        pytest.param(lambda folder: (folder / seal.MANIFEST).write_text("[]"), id="manifest no object"),
        pytest.param(lambda folder: (folder / seal.MANIFEST).write_text(" " * (1 << 21)), id="manifest huge"),
        pytest.param(lambda folder: (folder / seal.MANIFEST).unlink(), id="manifest missing"),
    ],
)
def test_any_harm_is_refused_with_place_reason_and_remedy(tmp_path: Path, harm: object) -> None:
    """A changed, cut, missing or swapped file is refused, and the error says where, why and what to do."""
    folder = sealed(tmp_path)
    assert callable(harm)
    harm(folder)
    with pytest.raises(SnapshotDamaged) as caught:
        verify(folder)
    assert str(folder) in caught.value.place
    assert caught.value.reason
    assert str(caught.value).endswith("Build it again.")


def test_a_manifest_edited_to_fit_is_still_refused(tmp_path: Path) -> None:
    """A hash put right by hand in the manifest does not match the manifest's own digest."""
    folder = sealed(tmp_path)
    (folder / "words").write_bytes(b"same words")
    manifest = json.loads((folder / seal.MANIFEST).read_text())
    manifest["files"]["words"]["sha256"] = seal.file_sha256(folder / "words")
    (folder / seal.MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(SnapshotDamaged, match="does not match its digest"):
        verify(folder)


def test_another_format_is_refused(tmp_path: Path) -> None:
    """A folder of another format version is not opened."""
    with pytest.raises(IndexFault, match="format is 'try-1'"):
        seal.verify(sealed(tmp_path), format_name="try-2", fault=IndexFault, remedy="")


def test_a_file_name_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    """A manifest that names a file elsewhere is refused even if that file matches."""
    (tmp_path / "outside").write_bytes(b"x")
    folder = sealed(tmp_path)
    manifest = json.loads((folder / seal.MANIFEST).read_text())
    manifest["files"]["../outside"] = {"sha256": seal.file_sha256(tmp_path / "outside"), "bytes": 1}
    manifest["digest"] = seal.digest_of(manifest)
    (folder / seal.MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(SnapshotDamaged, match="missing"):
        verify(folder)


def test_nothing_appears_when_writing_fails(tmp_path: Path) -> None:
    """A failure before publishing leaves the old content and no draft."""
    folder = sealed(tmp_path)

    def interrupted() -> None:
        with seal.drafting(tmp_path) as draft:
            (draft / "words").write_bytes(b"half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        interrupted()
    assert verify(folder)["count"] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_drafts_of_killed_processes_are_swept_away(tmp_path: Path) -> None:
    """What a kill left behind goes with a later writing; a draft that may still be written stays."""
    old, young = tmp_path / ".draft-old", tmp_path / ".draft-young"
    for draft in (old, young):
        draft.mkdir()
        (draft / "words").write_bytes(b"half")
    os.utime(old, (0, 0))
    sealed(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".draft-young", "made"]


def test_publishing_again_replaces_the_whole(tmp_path: Path) -> None:
    """What is published over an old folder replaces it, files that no longer exist included."""
    sealed(tmp_path)
    with seal.drafting(tmp_path) as draft:
        (draft / "only").write_bytes(b"new")
        seal.seal(draft, {"format": "try-1", "count": 1})
        seal.publish(draft, tmp_path / "made")
    assert verify(tmp_path / "made")["count"] == 1
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == [seal.MANIFEST, "only"]


def noted(folder: Path) -> dict[str, object]:
    return seal.verify(folder, format_name="try-1", fault=SnapshotDamaged, remedy="Build it again.", noted=True)


@pytest.fixture
def settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that was found whole and noted as such, long enough after it was written."""
    folder = sealed(tmp_path)
    monkeypatch.setattr(seal, "_UNSURE_NS", -1)
    noted(folder)
    assert (tmp_path / ".noted" / "made.json").is_file()
    return folder


def test_a_folder_found_whole_is_not_read_again(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second opening hashes nothing; one that does not go by notes still does."""
    read: list[Path] = []
    whole = seal.file_sha256

    def watched(path: Path) -> str:
        read.append(path)
        return whole(path)

    monkeypatch.setattr(seal, "file_sha256", watched)
    noted(settled)
    assert read == []
    verify(settled)
    assert len(read) == 2


@pytest.mark.parametrize("how", ["written in place", "replaced"])
def test_a_note_does_not_hide_what_was_written_since(settled: Path, how: str) -> None:
    """Bytes of the same length and the old modification time are found out by the change time or the file's number."""
    words = settled / "words"
    before = words.stat()
    if how == "replaced":
        other = settled.parent / "other"
        other.write_bytes(b"same words")
        other.replace(words)
    else:
        with words.open("r+b") as stream:
            stream.write(b"same words")
    os.utime(words, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(SnapshotDamaged, match="have changed"):
        noted(settled)


@pytest.mark.parametrize("note", [b"{", b"[]", b'{"digest": "x", "marks": {}}', b" " * (1 << 21)])
def test_a_broken_note_only_costs_time(settled: Path, note: bytes) -> None:
    """Whatever stands in the note, a whole folder opens and a damaged one does not."""
    (settled.parent / ".noted" / "made.json").write_bytes(note)
    assert noted(settled)["count"] == 2
    (settled.parent / ".noted" / "made.json").write_bytes(note)
    (settled / "words").write_bytes(b"same words")
    with pytest.raises(SnapshotDamaged):
        noted(settled)


def test_what_was_just_written_is_not_noted(tmp_path: Path) -> None:
    """A file written within the tick of the clock could be written to again unseen: it is read the next time too."""
    folder = sealed(tmp_path)
    noted(folder)
    assert not (tmp_path / ".noted").exists()


def test_what_the_disk_refuses_is_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that rots answers with errors rather than other bytes; that too is told as a fault, to be mended."""
    folder = sealed(tmp_path)

    def refused(path: Path) -> str:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(seal, "file_sha256", refused)
    with pytest.raises(SnapshotDamaged, match="cannot be read") as damaged:
        verify(folder)
    assert damaged.value.place == str(folder)


def test_processes_may_publish_to_one_place(tmp_path: Path) -> None:
    """Between moving the old folder aside and putting the new one there another process may have put its own."""
    place = tmp_path / "made"

    def publish(number: int) -> None:
        for _ in range(100):
            with seal.drafting(tmp_path) as draft:
                (draft / "number").write_text(str(number))
                seal.publish(draft, place)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(publish, range(4)))
    assert (place / "number").read_text() in {"0", "1", "2", "3"}
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
