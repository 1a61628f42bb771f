"""The keys of many documents as columns: looked up and counted without an object for each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np
import numpy.typing as npt

from index.columns import StringColumn, bounds
from index.model import DocumentKey

#: A table of all ids is worth its making once this many keys are looked up, as a share of all.
_MANY = 1 / 64


@dataclass(frozen=True, slots=True)
class KeyColumns:
    """Keys in ascending order: those of a collection are neighbours."""

    collections: StringColumn
    firsts: npt.NDArray[np.int64]  #: the first key of each collection, and the number of keys at the end
    ids: StringColumn
    versions: npt.NDArray[np.int64]

    @staticmethod
    def of(keys: Sequence[DocumentKey]) -> KeyColumns:
        """The columns of keys that ascend."""
        sizes = {name: len(list(group)) for name, group in groupby(key.collection for key in keys)}
        return KeyColumns(
            collections=StringColumn.of(list(sizes)),
            firsts=bounds(list(sizes.values())),
            ids=StringColumn.of([key.id for key in keys]),
            versions=np.array([key.version for key in keys], dtype=np.int64),
        )


class Keys(AbstractSet[DocumentKey]):
    """A set of document keys in rows, ascending."""

    def __init__(self, columns: KeyColumns) -> None:
        self._columns = columns
        self.collections: tuple[str, ...] = tuple(columns.collections.all())
        self._firsts: list[int] = columns.firsts.tolist()
        #: The large set asked for last, and its mask: replaced as a pair, so that threads need no lock.
        self._last = (frozenset[DocumentKey](), np.zeros(len(columns.versions), dtype=bool))

    @classmethod
    def _from_iterable(cls, keys: Iterable[DocumentKey]) -> frozenset[DocumentKey]:  # type: ignore[override]
        return frozenset(keys)  # what `keys - others` and the like give

    def __len__(self) -> int:
        return len(self._columns.versions)

    def __iter__(self) -> Iterator[DocumentKey]:
        ids, versions = self._columns.ids.all(), self._columns.versions.tolist()
        for place, collection in enumerate(self.collections):
            for row in range(self._firsts[place], self._firsts[place + 1]):
                yield DocumentKey(collection, ids[row], versions[row])

    def __contains__(self, key: object) -> bool:
        return isinstance(key, DocumentKey) and self.row(key) is not None

    def __getitem__(self, row: int) -> DocumentKey:
        return DocumentKey(self.collection(row), self._columns.ids[row], int(self._columns.versions[row]))

    def row(self, key: DocumentKey) -> int | None:
        """The row of a key, or None."""
        row = self.place(key)
        return row if row < len(self) and self[row] == key else None

    def place(self, key: DocumentKey) -> int:
        """How many keys are less than this one: its row, if it is here."""
        place = bisect_left(self.collections, key.collection)
        first = self._firsts[place]
        if place == len(self.collections) or self.collections[place] != key.collection:
            return first
        ids, versions, end = self._columns.ids, self._columns.versions, self._firsts[place + 1]
        row = ids.place(key.id, first, end)
        while row < end and versions[row] < key.version and ids[row] == key.id:
            row += 1
        return row

    def id(self, row: int) -> str:
        """The id of a document, whatever its version."""
        return self._columns.ids[row]

    def collection(self, row: int) -> str:
        """The collection of a document."""
        return self.collections[bisect_left(self._firsts, row + 1) - 1]

    def mask(self, wanted: frozenset[DocumentKey]) -> npt.NDArray[np.bool_]:
        """Which rows are wanted: shape (len(self),), read-only. Keys that are not here are left aside."""
        last, mask = self._last
        if last is wanted:
            return mask
        few = len(wanted) <= _MANY * len(self)
        # A large set differs little from the one before as a rule, and the difference is quick to find.
        if few or len(changed := wanted ^ last) >= len(wanted):
            changed, mask = wanted, np.zeros(len(self), dtype=bool)
        else:
            mask = mask.copy()
        rows = self._rows(changed)
        mask[rows] = ~mask[rows]
        mask.setflags(write=False)
        if not few:
            self._last = (wanted, mask)
        return mask

    def _rows(self, wanted: frozenset[DocumentKey]) -> list[int]:
        """The rows of those keys that are here."""
        if len(wanted) <= _MANY * len(self) and "_firsts_by_id" not in self.__dict__:
            return [row for key in wanted if (row := self.row(key)) is not None]
        tables, versions = self._firsts_by_id, self._versions
        none: dict[str, int] = {}
        rows = []
        for key in wanted:
            row = tables.get(key.collection, none).get(key.id)
            if row is not None:
                if versions[row] != key.version:
                    row = self.row(key)
                    if row is None:
                        continue
                rows.append(row)
        return rows

    @cached_property
    def _firsts_by_id(self) -> dict[str, dict[str, int]]:
        """By collection, the first row of each id: strings alone, since a key takes ten times as long to look up."""
        ids = self._columns.ids.all()
        tables = {}
        for place, collection in enumerate(self.collections):
            first, end = self._firsts[place], self._firsts[place + 1]
            # From the end, so that of several versions the first one stays.
            tables[collection] = dict(zip(reversed(ids[first:end]), range(end - 1, first - 1, -1), strict=True))
        return tables

    @cached_property
    def _versions(self) -> list[int]:
        versions: list[int] = self._columns.versions.tolist()
        return versions
