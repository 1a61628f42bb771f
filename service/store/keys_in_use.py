"""Which keys a database cannot do without."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import payloads

_SEALED = sa.select(payloads.c.key).where(payloads.c.key.is_not(None), sa.func.length(payloads.c.data) > 0).distinct()


def keys_in_use(connection: Connection) -> frozenset[str]:
    """Those that something is sealed under that is not erased."""
    return frozenset(connection.scalars(_SEALED))
