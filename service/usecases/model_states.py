"""One model, found or not; what may become of it from where it stands."""

from __future__ import annotations

from typing import Any

from service.errors import NotFound
from service.store import models
from service.store.engine import Connection, Row

#: A person may still promote or reject it.
OPEN = (models.CANDIDATE, models.SHADOW)


def found_model(connection: Connection, model: str) -> Row[Any]:
    row = models.get(connection, model)
    if row is None:
        raise NotFound(f"there is no model {model}", remedy="see signoff model list")
    return row
