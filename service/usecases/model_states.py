"""One model, found or not; what may become of it from where it stands."""

from __future__ import annotations

from typing import Any

from service.errors import NotFound
from service.store import models
from service.store.engine import Connection, Row

#: Nobody has decided on it: a person may promote or reject it.
OPEN = (models.CANDIDATE, models.SHADOW)

#: What answered once may answer again, when everything that is asked of a candidate is there.
PROMOTABLE = (*OPEN, models.RETIRED)


def found_model(connection: Connection, model: str) -> Row[Any]:
    row = models.get(connection, model)
    if row is None:
        raise NotFound(f"there is no model {model}", remedy="see signoff model list")
    return row
