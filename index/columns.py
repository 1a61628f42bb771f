"""Columns of a snapshot as files that are mapped, not read: workers share their pages and opening costs nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


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


@dataclass(frozen=True, slots=True)
class StringColumn:
    """Strings in one UTF-8 file, with an array that says where each begins."""

    data: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]  #: one more than there are strings

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, place: int) -> str:
        return self.data[self.starts[place] : self.starts[place + 1]].tobytes().decode()

    def find(self, text: str) -> int | None:
        """The place of `text` in a column that is sorted, or None. UTF-8 sorts as its code points do."""
        wanted = text.encode()
        data, starts = self.data.data, self.starts.data  # an array takes five times as long an element

        def held(place: int) -> bytes:
            return bytes(data[starts[place] : starts[place + 1]])

        place = bisect_left(range(len(self)), wanted, key=held)
        return place if place < len(self) and held(place) == wanted else None

    @staticmethod
    def write(folder: Path, name: str, values: Sequence[str]) -> None:
        """Write the column as two files, `name`.npy and `name`.starts.npy."""
        encoded = [value.encode() for value in values]
        starts = np.concatenate(([0], np.cumsum([len(value) for value in encoded], dtype=np.int64)))
        save_array(folder / f"{name}.npy", np.frombuffer(b"".join(encoded), dtype=np.uint8))
        save_array(folder / f"{name}.starts.npy", starts.astype(np.int64))

    @staticmethod
    def open(folder: Path, name: str) -> StringColumn:
        """Map a column that `write` wrote."""
        return StringColumn(open_array(folder / f"{name}.npy"), open_array(folder / f"{name}.starts.npy"))
