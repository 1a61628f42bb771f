"""What documents that come in resemble: told to whoever approves them, and no reason to refuse one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.duplicates import Resembling, signature
from service.store import documents
from service.usecases.house import House
from service.usecases.import_documents import DocumentFile

_MOST = 5  # resemblances kept of one document
_SAME = 1.0  # of two texts with the very same words


@dataclass(frozen=True, slots=True)
class Similar:
    """Another document, and how much of the words are the same."""

    id: str
    version: int  #: 0: it came in together with this one
    similarity: float  #: 0 to 1


@dataclass(frozen=True, slots=True)
class Resembled:
    """One text's signature and the other documents of its collection that it resembles, the most alike first."""

    signature: bytes
    similar: tuple[Similar, ...]

    @property
    def same_as(self) -> str | None:
        """The document that has the very same words already."""
        return next((each.id for each in self.similar if each.similarity == _SAME), None)


def resembled(house: House, collection: str, files: Sequence[DocumentFile]) -> Mapping[str, Resembled]:
    """Document id -> what it resembles, among the newest versions in the collection and those before it in `files`.

    Read outside the transaction that files them: what comes in at the same moment may be missed.
    """
    with house.store.read() as connection:
        others = documents.signatures(connection, collection)
        newest = documents.newest(connection, collection, [file.id for file in files])
    known = Resembling({name: signed for name, (_, signed) in others.items()})
    found: dict[str, Resembled] = {}
    for file in files:
        row = newest.get(file.id)
        signed = bytes(row.signature) if row and row.signature and row.digest == file.digest else signature(file.text)
        similar = (
            Similar(name, others[name][0] if name in others else 0, alike)
            for name, alike in known.of(signed)
            if name != file.id
        )
        found[file.id] = Resembled(signed, tuple(similar)[:_MOST])
        if file.id not in others:
            known.add(file.id, signed)
    return found
