"""Where a request lies by its meaning, kept with what is known of its subject so that it goes with that."""

from __future__ import annotations

import numpy as np

from index.model import Vector
from service.store import beside, payloads
from service.store.engine import Connection
from service.usecases.ask import Asked
from service.usecases.house import House

_STORED = "<f2"  # a half as long as it is made; cosines keep three digits


def keep_vector(house: House, connection: Connection, decision: str, asked: Asked) -> None:
    """In the transaction that opens a case. Nothing where no encoder read the request."""
    opinion = asked.considered.opinion
    if opinion is None:
        return
    payload = house.new_id("pay")
    data = opinion.windows.pooled.astype(_STORED).tobytes()
    payloads.add_beside(connection, decision, asked.at, (payload, "vector", data))
    beside.keep_vector(connection, decision, payload, asked.release.encoder.digest)


def read_vector(data: bytes) -> Vector:
    """Shape (dim,), nearly of unit length."""
    return np.frombuffer(data, _STORED).astype(np.float32)
