"""What a case's page says of the requests that are decided with it: each, and where its words differ."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from service.domain.alike import differences
from service.domain.answer import timestamp
from service.store import attached
from service.store.engine import Connection, Row
from service.usecases.shown_text import shown_text


def attached_requests(connection: Connection, case_id: str, text: str) -> list[dict[str, Any]]:
    """Oldest first: `decision`, `created_at`, `subject` and `differences` from `text`, the case's own as it is shown:
    `here` its words, `there` those of the request instead. Personal data is blotted out as in the case's own."""
    return [_told(row, text) for row in attached.requests(connection, case_id)]


def _told(row: Row[Any], text: str) -> dict[str, Any]:
    request = _read(row.asked)
    erased = "text" not in request
    parts = [] if erased else differences(text, shown_text(request, _read(row.answered)))
    return {
        "decision": row.id,
        "created_at": timestamp(row.created_at),
        "subject": request.get("subject"),
        "erased": erased,
        "differences": [{"here": here, "there": there} for here, there in parts],
    }


def _read(data: bytes | None) -> Mapping[str, Any]:
    found = json.loads(data or b"{}")
    return found if isinstance(found, dict) else {}
