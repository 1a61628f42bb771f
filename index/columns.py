"""Columns: arrays and strings that lie in memory, or in files that are mapped and not read.

Workers share the pages of a mapped file, and opening one costs nothing. A frozen dataclass whose fields are arrays or
such dataclasses is saved and opened as a whole: one file an array, named by the path of fields that leads to it.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import numpy as np
import numpy.typing as npt

C = TypeVar("C")

Rows = npt.NDArray[np.int64]  #: places of documents or passages


def save_array(path: Path, values: npt.NDArray[Any]) -> None:
    """Write an array as .npy, never as a pickle."""
    with path.open("wb") as stream:
        np.save(stream, values, allow_pickle=False)


def open_array(path: Path) -> npt.NDArray[Any]:
    """Map an array that `save_array` wrote; read-only."""
    try:
        mapped: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError:  # nothing to map: the array is empty
        mapped = np.load(path, allow_pickle=False)
    return mapped.view(np.ndarray)  # a plain view: each slice of a memmap object costs microseconds


def arrays(name: str, columns: Any) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """Every array of a dataclass, with the path of fields that leads to it, beginning with `name`."""
    for field in fields(columns):
        value = getattr(columns, field.name)
        path = f"{name}.{field.name}"
        if isinstance(value, np.ndarray):
            yield path, value
        else:
            yield from arrays(path, value)


def save_columns(folder: Path, name: str, columns: Any) -> None:
    """Write every array of a dataclass, `name`.`field`.npy each."""
    for path, values in arrays(name, columns):
        save_array(folder / f"{path}.npy", values)


def open_columns(folder: Path, name: str, kind: type[C]) -> C:
    """Map what `save_columns` wrote of a dataclass of this kind."""
    parts = {}
    for field, hint in get_type_hints(kind).items():
        path = f"{name}.{field}"
        nested = isinstance(hint, type) and is_dataclass(hint)
        parts[field] = open_columns(folder, path, hint) if nested else open_array(folder / f"{path}.npy")
    return kind(**parts)


def bounds(lengths: Sequence[int] | npt.NDArray[Any]) -> Rows:
    """Where each of some neighbouring runs begins, and where the last one ends: shape (len(lengths) + 1,)."""
    starts = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts


def counted(values: Rows) -> tuple[Rows, Rows]:
    """The distinct values, ascending, and how often each occurs. By sorting, which for millions beats hashing."""
    ordered = np.sort(values)
    starts = np.flatnonzero(np.diff(ordered, prepend=-1 if len(ordered) == 0 else ordered[0] - 1))
    return ordered[starts], np.diff(starts, append=len(ordered))


@dataclass(frozen=True, slots=True)
class StringColumn:
    """Strings one after the other in UTF-8, with an array that says where each begins."""

    data: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]  #: one more than there are strings

    @staticmethod
    def of(values: Sequence[str]) -> StringColumn:
        """The column of these strings, in memory."""
        encoded = [value.encode() for value in values]
        data = np.frombuffer(b"".join(encoded), dtype=np.uint8)
        return StringColumn(data, bounds([len(value) for value in encoded]))

    @staticmethod
    def of_json(values: Sequence[Any]) -> StringColumn:
        """A column of values in JSON; nothing at all where a value is empty."""
        return StringColumn.of(
            [json.dumps(each, sort_keys=True, ensure_ascii=False) if each else "" for each in values]
        )

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, place: int) -> str:
        return self.data[self.starts[place] : self.starts[place + 1]].tobytes().decode()

    def json(self, place: int) -> Any:
        """The value at a place of a column that `of_json` made; None where it was empty."""
        held = self[place]
        return json.loads(held) if held else None

    def all(self) -> list[str]:
        """Every string, read in one go."""
        data, starts = self.data.tobytes(), self.starts.tolist()
        return [data[left:right].decode() for left, right in pairwise(starts)]

    def place(self, text: str, low: int = 0, high: int | None = None) -> int:
        """The first place from `low` on, in a stretch that is sorted, whose string is not less than `text`.

        UTF-8 sorts as its code points do.
        """
        wanted = text.encode()
        data, starts = self.data.data, self.starts.data  # an array takes five times as long an element
        rows = range(len(self) if high is None else high)
        return bisect_left(rows, wanted, lo=low, key=lambda row: bytes(data[starts[row] : starts[row + 1]]))

    def find(self, text: str) -> int | None:
        """The place of `text` in a column that is sorted, or None."""
        place = self.place(text)
        return place if place < len(self) and self[place] == text else None
