"""A snapshot: everything searched, in one sealed folder of mapped files, named by the digest of its content.

Rows are ordered by document key, passages by place in their document; so row order is the order in which ties are
broken, and a document's passages are neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index import seal
from index.analyse import analyser_digest
from index.columns import StringColumn, open_array, save_array
from index.dense import DenseIndex, open_dense, write_dense
from index.errors import SnapshotDamaged, WrongEncoder
from index.lexical import LexicalIndex, open_lexical, write_lexical
from index.model import Document, DocumentKey, Passage, Vectors
from index.outline import Outlines, open_outlines, write_outlines

FORMAT = "signoff-snapshot-2"
REMEDY = "Remove the folder and build the snapshot again: signoff index build"

_DENSE = "dense.faiss"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An open snapshot. Read-only; may be shared by any number of threads."""

    folder: Path
    digest: str
    sequence: int  #: document sequence of the database it was built at
    encoder_digest: str
    keys: tuple[DocumentKey, ...]  #: of each document, ascending
    titles: StringColumn
    effective: npt.NDArray[np.int32]  #: of each document, proleptic day of its effective date; 0 without one
    firsts: npt.NDArray[np.int64]  #: first passage of each document, and the number of passages at the end
    owners: npt.NDArray[np.int32]  #: document of each passage
    headings: StringColumn
    texts: StringColumn
    spans: npt.NDArray[np.int64]  #: shape (passages, 2): code points in the document's text
    dense: DenseIndex  #: over passages
    passage_terms: LexicalIndex
    document_terms: LexicalIndex
    outlines: Outlines  #: of passages, with the terms' numbers in `document_terms`

    def passage(self, row: int) -> Passage:
        """The passage in a row."""
        owner = int(self.owners[row])
        start, end = self.spans[row]
        ordinal = row - int(self.firsts[owner])
        return Passage(self.keys[owner], ordinal, self.headings[row], self.texts[row], int(start), int(end))

    def effective_from(self, document: int) -> date | None:
        """The date a document is in force from, if it has one."""
        day = int(self.effective[document])
        return date.fromordinal(day) if day else None


def write_snapshot(
    root: Path,
    documents: Sequence[Document],
    passages: Sequence[Sequence[Passage]],
    vectors: Vectors,
    encoded: Sequence[str],
    *,
    sequence: int,
    encoder_digest: str,
) -> Path:
    """Write a snapshot into `root`; returns its folder, `root/<digest>`.

    `documents` ascend by key; `passages[i]` are those of document i; `vectors` and `encoded` (the text as the encoder
    read it) have one row a passage. The folder appears whole or not at all.
    """
    flat = [passage for group in passages for passage in group]
    lengths = [len(group) for group in passages]
    with seal.drafting(root) as draft:
        write_dense(draft / _DENSE, vectors)
        _write_documents(draft, documents, lengths)
        StringColumn.write(draft, "headings", [passage.heading for passage in flat])
        texts = [passage.text for passage in flat]
        StringColumn.write(draft, "texts", texts)
        spans = np.array([(passage.start, passage.end) for passage in flat], dtype=np.int64).reshape(-1, 2)
        save_array(draft / "spans.npy", spans)
        write_lexical(draft, "passage-terms", encoded)
        whole = [_whole(*pair) for pair in zip(documents, passages, strict=True)]
        write_outlines(draft, texts, write_lexical(draft, "document-terms", whole))
        fields = {
            "format": FORMAT,
            "sequence": sequence,
            "encoder": encoder_digest,
            "analyser": analyser_digest(),
            "dim": int(vectors.shape[1]),
            "documents": len(documents),
            "passages": len(flat),
        }
        manifest = seal.seal(draft, fields)
        target = root / str(manifest["digest"])
        try:
            seal.verify(target, format_name=FORMAT, fault=SnapshotDamaged, remedy=REMEDY)
        except SnapshotDamaged:  # not there yet, or no longer what it was: the usual case
            seal.publish(draft, target)
    return target


def open_snapshot(folder: Path, *, encoder_digest: str) -> Snapshot:
    """Open a snapshot after every byte of it was verified.

    Raises SnapshotDamaged when a file is missing or altered, the folder is not the content its name promises, or its
    parts do not fit together; WrongEncoder when its vectors are another encoder's.
    """
    manifest = seal.verify(folder, format_name=FORMAT, fault=SnapshotDamaged, remedy=REMEDY)
    if folder.name != manifest["digest"]:
        raise SnapshotDamaged(
            folder, f"it holds the snapshot {manifest['digest']}, not the one it is named for", REMEDY
        )
    if manifest["encoder"] != encoder_digest:
        reason = f"its vectors were made by encoder {manifest['encoder'][:16]}, not by {encoder_digest[:16]}"
        raise WrongEncoder(folder, reason, "Build the snapshot again with this encoder: signoff index build")
    if manifest["analyser"] != analyser_digest():
        raise SnapshotDamaged(folder, "its words were stemmed by another release than is installed", REMEDY)
    try:
        snapshot = _opened(folder, manifest)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise SnapshotDamaged(folder, f"it cannot be opened ({error})", REMEDY) from error
    _check(snapshot, manifest)
    return snapshot


def _opened(folder: Path, manifest: dict[str, Any]) -> Snapshot:
    passages, documents = manifest["passages"], manifest["documents"]
    collections, ids = StringColumn.open(folder, "collections"), StringColumn.open(folder, "ids")
    versions = open_array(folder / "versions.npy").tolist()
    keys = tuple(DocumentKey(collections[row], ids[row], versions[row]) for row in range(documents))
    firsts = open_array(folder / "firsts.npy")
    document_terms = open_lexical(folder, "document-terms", documents)
    return Snapshot(
        folder=folder,
        digest=manifest["digest"],
        sequence=manifest["sequence"],
        encoder_digest=manifest["encoder"],
        keys=keys,
        titles=StringColumn.open(folder, "titles"),
        effective=open_array(folder / "effective.npy"),
        firsts=firsts,
        owners=np.repeat(np.arange(documents, dtype=np.int32), np.diff(firsts)),
        headings=StringColumn.open(folder, "headings"),
        texts=StringColumn.open(folder, "texts"),
        spans=open_array(folder / "spans.npy"),
        dense=open_dense(folder / _DENSE),
        passage_terms=open_lexical(folder, "passage-terms", passages),
        document_terms=document_terms,
        outlines=open_outlines(folder, len(document_terms.vocabulary)),
    )


def _check(snapshot: Snapshot, manifest: dict[str, Any]) -> None:
    passages, documents = manifest["passages"], manifest["documents"]
    counts = {
        "passages in the dense index": (snapshot.dense.passages, passages),
        "dimensions in the dense index": (snapshot.dense.dim, manifest["dim"]),
        "passages owned": (len(snapshot.owners), passages),
        "passage texts": (len(snapshot.texts), passages),
        "passages outlined": (len(snapshot.outlines), passages),
        "headings": (len(snapshot.headings), passages),
        "spans": (len(snapshot.spans), passages),
        "document keys": (len(snapshot.keys), documents),
        "titles": (len(snapshot.titles), documents),
        "effective dates": (len(snapshot.effective), documents),
    }
    for what, (found, expected) in counts.items():
        if found != expected:
            raise SnapshotDamaged(snapshot.folder, f"{found} {what} where the manifest says {expected}", REMEDY)
    if list(snapshot.keys) != sorted(set(snapshot.keys)):
        raise SnapshotDamaged(snapshot.folder, "its documents are out of order", REMEDY)


def _write_documents(draft: Path, documents: Sequence[Document], lengths: Sequence[int]) -> None:
    StringColumn.write(draft, "collections", [document.key.collection for document in documents])
    StringColumn.write(draft, "ids", [document.key.id for document in documents])
    StringColumn.write(draft, "titles", [document.title for document in documents])
    save_array(draft / "versions.npy", np.array([document.key.version for document in documents], dtype=np.int64))
    days = [document.effective_from.toordinal() if document.effective_from else 0 for document in documents]
    save_array(draft / "effective.npy", np.array(days, dtype=np.int32))
    save_array(draft / "firsts.npy", np.concatenate(([0], np.cumsum(lengths))).astype(np.int64))


def _whole(document: Document, passages: Sequence[Passage]) -> str:
    """Title, headings and text of a document as its words are counted; a heading over several passages counts once."""
    headings = dict.fromkeys(passage.heading for passage in passages)
    return "\n".join([document.title, *headings, *(passage.text for passage in passages)])
