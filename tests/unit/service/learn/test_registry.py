"""A head as bytes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from service.learn.blocks import LexicalBlock
from service.learn.errors import HeadDamaged
from service.learn.judge import Need
from service.learn.linear import LinearHead
from service.learn.material import Material
from service.learn.recipes import COMPARING, Kind, Recipe
from service.learn.registry import head_digest, head_from_bytes, head_to_bytes, load_head, save_head
from service.learn.search import TrainOptions
from service.learn.several import OneLabel
from service.learn.train import Trained, fit


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
def blob(trained: Trained) -> bytes:
    return head_to_bytes(trained.head)


def test_a_head_read_back_judges_the_same(trained: Trained, blob: bytes, unseen) -> None:
    """Bit by bit the same judgement, and the same bytes when written again."""
    again = head_from_bytes(blob, trained.head.encoder)
    for seen in unseen.seen[:50]:
        assert again.judge(seen) == trained.head.judge(seen)
    assert head_to_bytes(again) == blob


def test_a_file_holds_it_too(tmp_path: Path, trained: Trained, blob: bytes) -> None:
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
    with pytest.raises(HeadDamaged, match=r"vector\.npy was altered"):
        head_from_bytes(rewritten(blob, {"vector.npy": other.getvalue()}))


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


def first_format(trained: Trained) -> bytes:
    """The same head as version 1 of the format wrote it."""
    head = trained.head
    assert isinstance(head, LinearHead)
    assert isinstance(head.calibration, OneLabel)
    vector, lexical = head.blocks
    assert isinstance(lexical, LexicalBlock)
    lexicon = lexical.lexicon
    arrays = {"dense": vector.weights, "lexical": lexical.weights, "bias": head.bias, "idf": lexicon.idf}
    members: dict[str, bytes] = {}
    for name, array in arrays.items():
        out = io.BytesIO()
        np.save(out, array)
        members[f"{name}.npy"] = out.getvalue()
    members["terms.json"] = json.dumps({"words": list(lexicon.words), "letters": list(lexicon.letters)}).encode()
    manifest = {
        "format": "signoff-head/1",
        "labels": list(head.labels),
        "temperature": head.calibration.temperature,
        "energy_threshold": head.domain.threshold,
        "encoder": head.encoder,
        "sha256": {name: head_digest(data) for name, data in members.items()},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in {"manifest.json": json.dumps(manifest).encode(), **members}.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_heads_of_the_first_format_still_judge(trained: Trained, unseen) -> None:
    """Releases of an earlier version can be rolled back to: bit by bit the same judgement."""
    older = head_from_bytes(first_format(trained), trained.head.encoder)
    for seen in unseen.seen[:50]:
        assert older.judge(seen) == trained.head.judge(seen)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("several", [False, True])
def test_every_kind_of_head_is_read_back(lessons, unseen, kind: Kind, several: bool) -> None:
    """Bit by bit the same judgement and the same bytes, whatever it is made of."""
    rich = kind not in COMPARING
    recipe = Recipe(kind, attributes=rich, votes=rich, several=several)
    attributes = [{"amount": len(text), "from": text.split()[0]} for text in lessons.texts]
    votes = [{label: 0.5} for label in lessons.labels]
    material = Material(lessons.texts, [(label,) for label in lessons.labels], lessons.vectors, attributes, votes)
    head = fit(recipe, material, encoder="e" * 64, options=TrainOptions(most_settings=1)).head
    data = head_to_bytes(head)
    again = head_from_bytes(data)
    assert again.needs == head.needs
    assert (Need.VOTES in again.needs) == rich
    for seen in unseen.seen[:20]:
        asked = replace(seen, attributes={"amount": 20.0}, votes={"fees": 0.2})
        assert again.judge(asked) == head.judge(asked)
        assert again.telling(asked, "fees") == head.telling(asked, "fees")
    assert head_to_bytes(again) == data


def test_arrays_of_another_type_are_refused(blob: bytes) -> None:
    """Weights in double precision are not ours, even when their digest is in order."""
    other = io.BytesIO()
    np.save(other, np.zeros((16, 4), np.float64))
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    manifest["sha256"]["vector.npy"] = head_digest(other.getvalue())
    change = {"vector.npy": other.getvalue(), "manifest.json": json.dumps(manifest).encode()}
    with pytest.raises(HeadDamaged, match="float64"):
        head_from_bytes(rewritten(blob, change))


def written(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def huge() -> bytes:
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(out, {"descr": "<f4", "fortran_order": False, "shape": (10**15, 4)})
    return out.getvalue()


@pytest.mark.parametrize(
    "name, content",
    [
        ("bias.npy", written(np.full(4, np.nan, np.float32))),
        ("lexical.npy", written(np.array(np.inf, np.float32))),
        ("lexical.npy", written(np.array(1, np.float32))),
        ("vector.npy", b""),
        ("vector.npy", huge()),
        ("terms.json", b"[" * 200_000),
    ],
)
def test_what_no_head_can_hold_is_refused(blob: bytes, name: str, content: bytes) -> None:
    """No numbers at all, arrays of no shape, none or too large, and JSON without an end: digests in order, damaged."""
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    manifest["sha256"][name] = head_digest(content)
    with pytest.raises(HeadDamaged, match="damaged"):
        head_from_bytes(rewritten(blob, {name: content, "manifest.json": json.dumps(manifest).encode()}))


def test_what_is_no_head_of_ours_is_not_stored() -> None:
    """A head that could not be read back is refused at once."""
    with pytest.raises(TypeError, match="cannot be stored"):
        head_to_bytes(object())  # type: ignore[arg-type]
