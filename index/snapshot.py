"""A snapshot: a segment in one sealed folder of mapped files, named by the digest of its content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from index import seal
from index.analyse import analyser_digest
from index.errors import SnapshotDamaged, WrongEncoder
from index.keys import Keys
from index.segment import Segment, open_segment, save_segment

FORMAT = "signoff-snapshot-3"
REMEDY = "Remove the folder and build the snapshot again: signoff index build"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An open snapshot. Read-only; may be shared by any number of threads."""

    folder: Path
    digest: str
    sequence: int  #: document sequence of the database it was built at
    encoder_digest: str
    segment: Segment
    number: int = 0  #: of its manifest in the file system; 0 for one in memory

    @property
    def stands(self) -> bool:
        """Whether the folder that was opened is still there; another in its place was built because it was bad."""
        try:
            return (self.folder / seal.MANIFEST).stat().st_ino == self.number
        except OSError:
            return False

    @property
    def keys(self) -> Keys:
        """The documents in it."""
        return self.segment.keys


def write_snapshot(root: Path, segment: Segment, *, sequence: int, encoder_digest: str) -> Path:
    """Write a segment into `root` as a snapshot; returns its folder, `root/<digest>`.

    The folder appears whole or not at all.
    """
    with seal.drafting(root) as draft:
        save_segment(draft, segment)
        fields = {
            "format": FORMAT,
            "sequence": sequence,
            "encoder": encoder_digest,
            "analyser": analyser_digest(),
            **_counts(segment),
        }
        manifest = seal.seal(draft, fields)
        target = root / str(manifest["digest"])
        try:
            seal.verify(target, format_name=FORMAT, fault=SnapshotDamaged, remedy=REMEDY)
        except SnapshotDamaged:  # not there yet, or no longer what it was: the usual case
            seal.publish(draft, target)
    return target


def open_snapshot(folder: Path, *, encoder_digest: str) -> Snapshot:
    """Open a snapshot after every byte of it was verified, now or since anybody last wrote to it.

    Raises SnapshotDamaged when a file is missing or altered, the folder is not the content its name promises, or its
    parts do not fit together; WrongEncoder when its vectors are another encoder's.
    """
    manifest = seal.verify(folder, format_name=FORMAT, fault=SnapshotDamaged, remedy=REMEDY, noted=True)
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
        segment = open_segment(folder)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise SnapshotDamaged(folder, f"it cannot be opened ({error})", REMEDY) from error
    for what, found in _counts(segment).items():
        if found != manifest[what]:
            raise SnapshotDamaged(folder, f"{what}: {found} where the manifest says {manifest[what]}", REMEDY)
    number = (folder / seal.MANIFEST).stat().st_ino
    return Snapshot(folder, folder.name, manifest["sequence"], encoder_digest, segment, number)


def scrub_snapshot(folder: Path) -> None:
    """Read every byte of a snapshot, whatever is noted of it; SnapshotDamaged when the disk has lost some."""
    try:
        seal.verify(folder, format_name=FORMAT, fault=SnapshotDamaged, remedy=REMEDY)
    except SnapshotDamaged:
        seal.forget(folder)
        raise


def _counts(segment: Segment) -> dict[str, int]:
    """What the manifest says of the content."""
    return {"documents": len(segment.keys), "passages": segment.size, "dim": segment.dense.dim}
