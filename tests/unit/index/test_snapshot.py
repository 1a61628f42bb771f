from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from index import seal, segment, snapshot
from index.build import Built, build_snapshot, vector_key
from index.errors import SnapshotDamaged, WrongEncoder
from index.model import Document, DocumentKey
from index.snapshot import open_snapshot
from tests.unit.index.hashing import HashingEncoder

DOCUMENTS = [
    Document(
        DocumentKey("policies", "refunds", 2),
        "Refunds",
        "# Cards\n\nWe refund cards.\n\n# Cash\n\nNot cash.",
        date(2026, 1, 1),
        fields={"area": ("cards", "cash"), "risk": 2},
    ),
    Document(DocumentKey("policies", "fees", 1), "Fees", "A fee is five euros.", citations=("refunds",)),
    Document(DocumentKey("policies", "empty", 1), "", ""),
]


def build(root: Path, sequence: int = 4) -> Built:
    return build_snapshot(DOCUMENTS, HashingEncoder(), root, sequence=sequence)


def test_everything_comes_back_as_it_was(tmp_path: Path) -> None:
    """Keys in order, titles, dates, passages with their places, and the sequence it was built at."""
    made = build(tmp_path)
    opened = open_snapshot(made.folder, encoder_digest=HashingEncoder.digest)
    assert [key.id for key in opened.keys] == ["empty", "fees", "refunds"]
    assert opened.sequence == 4
    assert (made.documents, made.passages) == (3, 3)
    held = opened.segment
    assert held.documents.titles.all() == ["", "Fees", "Refunds"]
    assert held.documents.effective.tolist() == [0, 0, date(2026, 1, 1).toordinal()]
    assert [held.fields(row) for row in range(3)] == [{}, {}, {"area": ("cards", "cash"), "risk": 2.0}]
    assert [held.citations(row) for row in range(3)] == [(), ("refunds",), ()]
    passages = [held.passage(row) for row in range(3)]
    assert [(passage.key.id, passage.ordinal, passage.heading, passage.text) for passage in passages] == [
        ("fees", 0, "", "A fee is five euros."),
        ("refunds", 0, "Cards", "We refund cards."),
        ("refunds", 1, "Cash", "Not cash."),
    ]
    vocabulary = held.words.vocabulary
    outlines = [held.words.outlines[row] for row in range(3)]
    assert [[sentence.span for sentence in outline] for outline in outlines] == [[(0, 20)], [(0, 16)], [(0, 9)]]
    assert [vocabulary[term] for term in outlines[1][0].terms] == ["card", "refund"]
    source = DOCUMENTS[0].text
    assert source[passages[1].start : passages[1].end] == "We refund cards."


def test_the_same_content_has_the_same_name(tmp_path: Path) -> None:
    """Built twice, in any order of documents, it is the same folder; at another sequence it is another."""
    first = build(tmp_path)
    again = build_snapshot(DOCUMENTS[::-1], HashingEncoder(), tmp_path, sequence=4)
    assert again.folder == first.folder
    assert build(tmp_path, sequence=5).folder != first.folder
    assert len(list(tmp_path.iterdir())) == 2


def test_known_vectors_are_not_computed_again(tmp_path: Path) -> None:
    """What was computed once is given back to the caller, and given in again it spares the encoder all work."""
    first = build(tmp_path / "a")
    encoder = HashingEncoder()
    second = build_snapshot(DOCUMENTS, encoder, tmp_path / "b", sequence=4, known=first.computed)
    assert len(first.computed) == 4  # three passages and the graph of citations
    assert encoder.encoded == []
    assert second.computed == {}
    assert second.digest == first.digest


def test_a_text_that_occurs_twice_is_encoded_once(tmp_path: Path) -> None:
    """Equal passages share one vector."""
    encoder = HashingEncoder()
    twins = [Document(DocumentKey("c", name, 1), "Same", "The same text.") for name in "ab"]
    assert build_snapshot(twins, encoder, tmp_path, sequence=1).passages == 2
    assert len(encoder.encoded) == 1


def test_a_known_vector_of_the_wrong_length_is_refused(tmp_path: Path) -> None:
    """A stored vector that cannot be one of this encoder's stops the build."""
    key = vector_key(HashingEncoder.digest, "Fees\nA fee is five euros.")
    with pytest.raises(ValueError, match="has 3 bytes, not 64"):
        build_snapshot(DOCUMENTS, HashingEncoder(), tmp_path, sequence=1, known={key: b"abc"})


def test_two_documents_of_one_key_are_refused(tmp_path: Path) -> None:
    """A key names one document."""
    with pytest.raises(ValueError, match="two documents are called"):
        build_snapshot([DOCUMENTS[0], DOCUMENTS[0]], HashingEncoder(), tmp_path, sequence=1)


def test_progress_reaches_the_end_of_each_stage(tmp_path: Path) -> None:
    """Every stage that began is reported as done."""
    seen: dict[str, tuple[int, int]] = {}
    build_snapshot(
        DOCUMENTS,
        HashingEncoder(),
        tmp_path,
        sequence=1,
        progress=lambda stage, done, total: seen.update({stage: (done, total)}),
    )
    assert seen == {"chunk": (3, 3), "encode": (3, 3), "write": (1, 1)}


def test_an_empty_snapshot_can_be_built_and_opened(tmp_path: Path) -> None:
    """A workflow without documents has a snapshot too."""
    made = build_snapshot([], HashingEncoder(), tmp_path, sequence=0)
    assert list(open_snapshot(made.folder, encoder_digest=HashingEncoder.digest).keys) == []


FILES = ("dense.faiss", "passages.texts.data.npy", "words.passages.rows.npy", "firsts.npy", "words.outlines.terms.npy")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("harm", ["flip", "cut", "remove"])
def test_a_damaged_snapshot_is_refused_before_it_is_opened(
    tmp_path: Path, name: str, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed, cut or missing file is named; the index library never sees a byte of it."""
    folder = build(tmp_path).folder
    content = bytearray((folder / name).read_bytes())
    content[-1] ^= 1
    (folder / name).write_bytes(content if harm == "flip" else content[:-1])
    if harm == "remove":
        (folder / name).unlink()

    def never(path: Path) -> None:
        pytest.fail(f"{path} was opened")

    monkeypatch.setattr(segment, "open_dense", never)
    with pytest.raises(SnapshotDamaged, match="signoff index build") as caught:
        open_snapshot(folder, encoder_digest=HashingEncoder.digest)
    assert caught.value.place.endswith(name)


def test_swapped_snapshots_are_refused(tmp_path: Path) -> None:
    """A whole snapshot under another one's name is not taken for it."""
    one, other = build(tmp_path, 1).folder, build(tmp_path, 2).folder
    shutil.rmtree(one)
    shutil.copytree(other, one)
    with pytest.raises(SnapshotDamaged, match="not the one it is named for"):
        open_snapshot(one, encoder_digest=HashingEncoder.digest)


def test_another_encoder_is_refused(tmp_path: Path) -> None:
    """Vectors of one encoder are never searched with another's."""
    with pytest.raises(WrongEncoder, match="signoff index build"):
        open_snapshot(build(tmp_path).folder, encoder_digest="f" * 64)


def test_another_analyser_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words stemmed by another release would be looked up in vain, so the snapshot is built again instead."""
    folder = build(tmp_path).folder
    monkeypatch.setattr(snapshot, "analyser_digest", lambda: "another")
    with pytest.raises(SnapshotDamaged, match="stemmed by another release"):
        open_snapshot(folder, encoder_digest=HashingEncoder.digest)


@pytest.mark.parametrize("field, value", [("passages", 2), ("documents", 2), ("dim", 8)])
def test_parts_that_do_not_fit_together_are_refused(tmp_path: Path, field: str, value: int) -> None:
    """A manifest that promises other counts than the files hold is refused, though each file is whole."""
    folder = build(tmp_path).folder
    manifest = json.loads((folder / seal.MANIFEST).read_text())
    manifest[field] = value
    manifest["digest"] = seal.digest_of(manifest)
    (folder / seal.MANIFEST).write_text(json.dumps(manifest))
    renamed = folder.rename(tmp_path / manifest["digest"])
    with pytest.raises(SnapshotDamaged):
        open_snapshot(renamed, encoder_digest=HashingEncoder.digest)


def test_building_over_a_damaged_snapshot_mends_it(tmp_path: Path) -> None:
    """Building the same content again replaces a folder of that name that has gone bad."""
    folder = build(tmp_path).folder
    (folder / "passages.texts.data.npy").write_bytes(b"")
    assert build(tmp_path).folder == folder
    assert len(open_snapshot(folder, encoder_digest=HashingEncoder.digest).keys) == 3
