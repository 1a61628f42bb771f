"""Whether a release's certificate holds with the documents of a sequence, as it was tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import document_checks


@dataclass(frozen=True, slots=True)
class Check:
    """One trial of a certificate."""

    sequence: int  #: document sequence it was tried with
    holds: bool
    found: Mapping[str, Any]  #: the certificate or the refusal it came to, and `until`: the next effective date
    checked_at: datetime


def put(connection: Connection, release: str, check: Check) -> None:
    """Write a check down, instead of an earlier one with the same documents."""
    row = {"holds": check.holds, "found": dict(check.found), "checked_at": check.checked_at}
    same = document_checks.c.release == release, document_checks.c.sequence == check.sequence
    if connection.execute(document_checks.update().where(*same).values(**row)).rowcount == 0:
        connection.execute(document_checks.insert().values(release=release, sequence=check.sequence, **row))


def latest(connection: Connection, release: str) -> Check | None:
    """The check with the newest documents."""
    query = sa.select(document_checks).where(document_checks.c.release == release)
    row = connection.execute(query.order_by(document_checks.c.sequence.desc()).limit(1)).one_or_none()
    return Check(row.sequence, row.holds, row.found, row.checked_at) if row else None
