"""Buckets of requests: one a key, for the workers of all hosts."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.domain.rate import Bucket, Portion, Rate, take
from service.store.tables_access import rate_buckets

_FIND = sa.select(rate_buckets).where(rate_buckets.c.key == sa.bindparam("wanted")).with_for_update()
_WRITE = (
    rate_buckets.update()
    .where(rate_buckets.c.key == sa.bindparam("wanted"))
    .values(tokens=sa.bindparam("tokens"), at=sa.bindparam("at"))
)


def take_portion(connection: Connection, key: str, rate: Rate, now: float) -> Portion:
    """What one worker may spend now; `now` is in seconds since 1970, by the one clock of all who write here."""
    row = connection.execute(_FIND, {"wanted": key}).one_or_none()
    given, left = take(None if row is None else Bucket(row.tokens, row.at), rate, now)
    if row is None:
        connection.execute(rate_buckets.insert().values(key=key, tokens=left.tokens, at=left.at))
    else:
        connection.execute(_WRITE, {"wanted": key, "tokens": left.tokens, "at": left.at})
    return given
