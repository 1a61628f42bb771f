"""What the outside is to hear of, written in the transaction of the thing it tells of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from service.store.tables import events


def add(
    connection: Connection, event_id: str, type_: str, subject_id: str, body: Mapping[str, Any], now: datetime
) -> None:
    connection.execute(
        events.insert(),
        {"id": event_id, "type": type_, "subject_id": subject_id, "body": dict(body), "created_at": now},
    )
