from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.columns import StringColumn, open_array, save_array


@given(
    values=st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8), max_size=30),
    wanted=st.text(max_size=8, alphabet=st.characters(exclude_categories=["Cs"])),
)
def test_strings_come_back_and_are_found(
    tmp_path_factory: pytest.TempPathFactory, values: list[str], wanted: str
) -> None:
    """Any strings are read as they were written, and a sorted column finds exactly those it holds."""
    folder = tmp_path_factory.mktemp("column")
    ordered = sorted(set(values))
    StringColumn.write(folder, "words", ordered)
    column = StringColumn.open(folder, "words")
    assert [column[place] for place in range(len(column))] == ordered
    for text in {*values, wanted}:
        place = column.find(text)
        assert place == (ordered.index(text) if text in ordered else None)


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
