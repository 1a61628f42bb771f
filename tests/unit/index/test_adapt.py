"""An adapter maps a request's vector, belongs to one encoder, and is stored so that no byte can change unseen."""

from __future__ import annotations

import numpy as np
import pytest

from index.adapt import Adapter, adapter_from_bytes
from index.errors import AdapterDamaged

ENCODER = "e" * 64


@pytest.fixture
def adapter() -> Adapter:
    matrix = np.eye(4, dtype=np.float32)
    matrix[0, 1] = 0.5
    return Adapter(ENCODER, matrix)


def test_maps_and_keeps_unit_length(adapter: Adapter) -> None:
    """A mapped vector has unit length, and is the product with the matrix."""
    mapped = adapter.apply(np.array([1, 0, 0, 0], dtype=np.float32))
    assert np.linalg.norm(mapped) == pytest.approx(1, abs=1e-6)
    assert mapped[1] / mapped[0] == pytest.approx(0.5)
    assert mapped.dtype == np.float32


def test_the_identity_changes_nothing() -> None:
    """The map that learned nothing leaves a vector as it was."""
    vector = np.array([0.6, 0.8, 0], dtype=np.float32)
    assert Adapter(ENCODER, np.eye(3, dtype=np.float32)).apply(vector) == pytest.approx(vector)


def test_many_are_mapped_as_each_alone(adapter: Adapter) -> None:
    """What was judged in bulk is bit by bit what a request gets."""
    vectors = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    together = adapter.apply_all(vectors)
    assert all((together[row] == adapter.apply(vectors[row])).all() for row in range(5))
    assert adapter.apply_all(np.empty((0, 4), np.float32)).shape == (0, 4)


def test_survives_storage(adapter: Adapter) -> None:
    """The same map comes back, with the same name, from the same bytes."""
    again = adapter_from_bytes(adapter.to_bytes(), ENCODER)
    assert (again.matrix == adapter.matrix).all()
    assert (again.digest, again.encoder, again.to_bytes()) == (adapter.digest, ENCODER, adapter.to_bytes())


@pytest.mark.parametrize("place", [10, -1])
def test_an_altered_byte_is_found(adapter: Adapter, place: int) -> None:
    """Whether in what it says of itself or in its numbers."""
    data = bytearray(adapter.to_bytes())
    data[place] ^= 1
    with pytest.raises(AdapterDamaged, match="cannot be read"):
        adapter_from_bytes(bytes(data))


def test_missing_bytes_are_found(adapter: Adapter) -> None:
    """A cut blob is no adapter."""
    for length in (0, 20, len(adapter.to_bytes()) - 4):
        with pytest.raises(AdapterDamaged):
            adapter_from_bytes(adapter.to_bytes()[:length])


def test_another_encoders_adapter_is_refused(adapter: Adapter) -> None:
    """Vectors of another encoder mean other things."""
    with pytest.raises(AdapterDamaged, match="in use is ffff"):
        adapter_from_bytes(adapter.to_bytes(), "f" * 64)


def test_a_vector_of_another_shape_is_refused(adapter: Adapter) -> None:
    """It would be another encoder's."""
    with pytest.raises(ValueError, match="vectors of 4 numbers"):
        adapter.apply(np.ones(3, dtype=np.float32))


def test_a_vector_of_which_nothing_is_left_is_refused() -> None:
    """Its direction would be chance."""
    with pytest.raises(ValueError, match="nothing of this vector"):
        Adapter(ENCODER, np.zeros((2, 2), np.float32)).apply(np.array([1, 0], dtype=np.float32))


@pytest.mark.parametrize("matrix", [np.ones((2, 3), np.float32), np.full((2, 2), np.nan, np.float32)])
def test_only_a_square_of_finite_numbers_is_one(matrix: np.ndarray) -> None:
    """Anything else could not map vectors onto vectors."""
    with pytest.raises(ValueError, match="square matrix"):
        Adapter(ENCODER, matrix)
