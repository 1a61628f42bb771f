"""A linear map of the request's vector, fitted on pairs of questions and the documents that answer them.

Only the request's side is mapped: passages keep their vectors, so nothing is encoded again and an adapter is put to
work, and taken back, in milliseconds. It belongs to one encoder. numpy only: this is on the serving path.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from index.errors import AdapterDamaged
from index.model import Vector, Vectors

_FORMAT = "signoff-adapter-1"
_REMEDY = "Restore the artefact, or tune again: signoff encoder tune"
_LEAST_LENGTH = 1e-6  #: of a mapped vector: below it nothing is left to compare

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Adapter:
    """`apply(v)` is v · matrix, brought to unit length. `matrix` has shape (dim, dim), rows are what goes in."""

    encoder: str  #: digest of the encoder whose vectors it maps
    matrix: Matrix
    digest: str = field(init=False)  #: SHA-256 of `to_bytes()`, in hexadecimal

    def __post_init__(self) -> None:
        shape = self.matrix.shape
        if len(shape) != 2 or shape[0] != shape[1] or not np.isfinite(self.matrix).all():
            raise ValueError(f"an adapter is a square matrix of finite numbers, not one of shape {shape}")
        object.__setattr__(self, "digest", hashlib.sha256(self.to_bytes()).hexdigest())

    def apply(self, vector: Vector) -> Vector:
        """The vector to search with, of unit length. ValueError when `vector` is of another encoder's shape."""
        if vector.shape != (len(self.matrix),):
            raise ValueError(f"the adapter maps vectors of {len(self.matrix)} numbers, not of shape {vector.shape}")
        mapped = vector @ self.matrix
        length = float(np.linalg.norm(mapped))
        if not length > _LEAST_LENGTH:
            raise ValueError("the adapter leaves nothing of this vector")
        found: Vector = (mapped / np.float32(length)).astype(np.float32)
        return found

    def apply_all(self, vectors: Vectors) -> Vectors:
        """Each row as `apply` maps it alone, bit by bit: shape (n, dim)."""
        return np.stack([self.apply(row) for row in vectors]) if len(vectors) else vectors

    def to_bytes(self) -> bytes:
        """A line of JSON, then the matrix as little-endian float32, row by row. The same map gives the same bytes."""
        data = np.ascontiguousarray(self.matrix, dtype="<f4").tobytes()
        head = {
            "format": _FORMAT,
            "encoder": self.encoder,
            "dim": len(self.matrix),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        return json.dumps(head, sort_keys=True).encode() + b"\n" + data


def adapter_from_bytes(data: bytes, encoder_digest: str | None = None) -> Adapter:
    """The adapter that `to_bytes` wrote.

    Raises AdapterDamaged when a byte is missing or altered, or when `encoder_digest` is given and the adapter maps
    another encoder's vectors.
    """
    head, _, body = data.partition(b"\n")
    try:
        said = json.loads(head)
        if said["format"] != _FORMAT:
            raise ValueError(f"its format is {said['format']!r}, this version reads {_FORMAT!r}")
        if hashlib.sha256(body).hexdigest() != said["sha256"]:
            raise ValueError("its numbers were altered")
        adapter = Adapter(str(said["encoder"]), np.frombuffer(body, "<f4").reshape(said["dim"], -1).astype(np.float32))
    except (KeyError, TypeError, ValueError) as error:
        raise AdapterDamaged("the stored adapter", f"it cannot be read ({error})", _REMEDY) from error
    if encoder_digest is not None and adapter.encoder != encoder_digest:
        reason = f"it maps vectors of encoder {adapter.encoder[:16]}, in use is {encoder_digest[:16]}"
        raise AdapterDamaged("the stored adapter", reason, _REMEDY)
    return adapter
