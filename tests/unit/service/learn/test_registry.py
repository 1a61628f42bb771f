"""A head as bytes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from service.learn.errors import HeadDamaged
from service.learn.registry import head_digest, head_from_bytes, head_to_bytes, load_head, save_head
from service.learn.train import TrainedHead


def rewritten(data: bytes, change: Mapping[str, bytes | None]) -> bytes:
    """The blob with members replaced, added or (None) left out."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    members.update(change)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            if content is not None:
                archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture(scope="module")
def blob(trained: TrainedHead) -> bytes:
    return head_to_bytes(trained.head)


def test_a_head_read_back_judges_the_same(trained: TrainedHead, blob: bytes, unseen) -> None:
    """Bit by bit the same judgement, and the same bytes when written again."""
    again = head_from_bytes(blob, trained.head.encoder)
    for text, vector in zip(unseen.texts[:50], unseen.vectors[:50], strict=True):
        assert again.judge(vector, text) == trained.head.judge(vector, text)
    assert head_to_bytes(again) == blob


def test_a_file_holds_it_too(tmp_path: Path, trained: TrainedHead, blob: bytes) -> None:
    """Saved under a name, its digest is that of its bytes; nothing else is left in the folder."""
    path = tmp_path / "starter.head"
    digest = save_head(trained.head, path)
    assert path.read_bytes() == blob
    assert digest == head_digest(blob)
    assert [entry.name for entry in tmp_path.iterdir()] == ["starter.head"]
    assert load_head(path).labels == trained.head.labels


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The error says which file."""
    with pytest.raises(HeadDamaged, match=r"gone\.head"):
        load_head(tmp_path / "gone.head")


def test_another_encoder_is_refused(blob: bytes) -> None:
    """Vectors of another encoder mean something else; the error names both and the remedy."""
    with pytest.raises(HeadDamaged, match=r"eeeeeeeeeeee, in use is ffffffffffff") as caught:
        head_from_bytes(blob, "f" * 64)
    assert "fit the head again" in caught.value.remedy


def test_no_flipped_byte_goes_unnoticed(blob: bytes) -> None:
    """A byte altered anywhere in a member is found: the manifest by checksum, the others by digest."""
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        spots = [entry.header_offset + 30 + len(entry.filename) for entry in archive.infolist()]
        sizes = [entry.file_size for entry in archive.infolist()]
    for start, size in zip(spots, sizes, strict=True):
        for place in {start, start + size // 2, start + size - 1}:
            damaged = bytearray(blob)
            damaged[place] ^= 0x10
            with pytest.raises(HeadDamaged):
                head_from_bytes(bytes(damaged))


@pytest.mark.parametrize("keep", [0, 1, 100, 0.5, 0.99])
def test_a_cut_blob_is_refused(blob: bytes, keep: float) -> None:
    """Half a head is none."""
    with pytest.raises(HeadDamaged):
        head_from_bytes(blob[: int(keep if keep >= 1 else keep * len(blob))])


def test_weights_swapped_under_a_valid_checksum_are_refused(blob: bytes) -> None:
    """A repacked archive with other weights does not match the digest in its manifest."""
    other = io.BytesIO()
    np.save(other, np.zeros((16, 4), np.float32))
    with pytest.raises(HeadDamaged, match=r"dense\.npy was altered"):
        head_from_bytes(rewritten(blob, {"dense.npy": other.getvalue()}))


def test_members_must_be_those_named(blob: bytes) -> None:
    """Nothing missing and nothing smuggled in."""
    for change in ({"bias.npy": None}, {"extra.py": b"print()"}, {"manifest.json": None}):
        with pytest.raises(HeadDamaged):
            head_from_bytes(rewritten(blob, change))


def test_a_pickled_array_is_never_opened(blob: bytes) -> None:
    """Even when its digest is in order: an object array would run code on loading."""
    pickled = io.BytesIO()
    np.save(pickled, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    manifest["sha256"]["bias.npy"] = head_digest(pickled.getvalue())
    change = {"bias.npy": pickled.getvalue(), "manifest.json": json.dumps(manifest).encode()}
    with pytest.raises(HeadDamaged, match="damaged"):
        head_from_bytes(rewritten(blob, change))


def test_a_later_format_is_named(blob: bytes) -> None:
    """A head of another version says so."""
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    manifest["format"] = "signoff-head/9"
    with pytest.raises(HeadDamaged, match="signoff-head/9"):
        head_from_bytes(rewritten(blob, {"manifest.json": json.dumps(manifest).encode()}))
