from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.columns import StringColumn, bounds, counted, open_array, open_columns, save_array, save_columns

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8)


@given(values=st.lists(TEXTS, max_size=30), wanted=TEXTS)
def test_strings_come_back_and_are_found(values: list[str], wanted: str) -> None:
    """Any strings are read as they were given, one by one or all, and a sorted column finds exactly those it holds."""
    ordered = sorted(set(values))
    column = StringColumn.of(ordered)
    assert [column[place] for place in range(len(column))] == column.all() == ordered
    for text in {*values, wanted}:
        assert column.find(text) == (ordered.index(text) if text in ordered else None)
        assert column.place(text) == sum(other < text for other in ordered)


@pytest.mark.parametrize("value", [{"a": 1.5, "b": ["x", "é"]}, ["1005-6"], {}, []])
def test_values_come_back_from_json(value: Any) -> None:
    """What a column of JSON was given comes back; empty values take no room and are None."""
    column = StringColumn.of_json([[], value])
    assert column.json(0) is None
    assert column.json(1) == (value or None)
    assert len(column.data) == 0 or value


@dataclass(frozen=True, slots=True)
class Inner:
    names: StringColumn
    numbers: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Outer:
    inner: Inner
    other: npt.NDArray[np.float32]


def test_columns_are_saved_and_opened_as_a_whole(tmp_path: Path) -> None:
    """Every array of a dataclass comes back in its place, however deep it lies."""
    outer = Outer(Inner(StringColumn.of(["a", "bc"]), np.arange(3, dtype=np.int32)), np.ones((2, 2), np.float32))
    save_columns(tmp_path, "it", outer)
    opened = open_columns(tmp_path, "it", Outer)
    assert opened.inner.names.all() == ["a", "bc"]
    assert opened.inner.numbers.tolist() == [0, 1, 2]
    assert opened.other.shape == (2, 2)
    assert {path.name for path in tmp_path.iterdir()} == {
        "it.inner.names.data.npy",
        "it.inner.names.starts.npy",
        "it.inner.numbers.npy",
        "it.other.npy",
    }


@given(st.lists(st.integers(-5, 5)))
def test_values_are_counted(values: list[int]) -> None:
    """Each value once, in order, with how often it occurs."""
    distinct, times = counted(np.array(values, dtype=np.int64))
    assert list(zip(distinct.tolist(), times.tolist(), strict=True)) == sorted(Counter(values).items())


def test_bounds_are_where_runs_begin_and_end() -> None:
    """Runs of some lengths, one after the other."""
    assert bounds([2, 0, 3]).tolist() == [0, 2, 2, 5]
    assert bounds([]).tolist() == [0]


def test_arrays_are_mapped_and_cannot_be_written(tmp_path: Path) -> None:
    """A mapped column is read-only, so that no search can change a snapshot."""
    save_array(tmp_path / "x.npy", np.arange(5))
    values = open_array(tmp_path / "x.npy")
    assert values.tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="read-only"):
        values[0] = 1


def test_an_empty_array_opens(tmp_path: Path) -> None:
    """Nothing to map is no fault."""
    save_array(tmp_path / "x.npy", np.empty((0, 2), dtype=np.int64))
    assert open_array(tmp_path / "x.npy").shape == (0, 2)


def test_a_cut_array_is_refused(tmp_path: Path) -> None:
    """An array whose file is too short is an error, never shorter content."""
    save_array(tmp_path / "x.npy", np.arange(5))
    whole = (tmp_path / "x.npy").read_bytes()
    (tmp_path / "x.npy").write_bytes(whole[:-8])
    with pytest.raises(ValueError, match=r"could only read 4"):
        open_array(tmp_path / "x.npy")
