"""What webhooks send, as the OpenAPI document has it: one entry a type of event, from the one table of them. Pure."""

from __future__ import annotations

from typing import Any

from service.domain import event

_HEADERS = {
    "webhook-id": "Id of the event: the same however often it is sent.",
    "webhook-timestamp": "Seconds since 1970 at which this attempt was made.",
    "webhook-signature": "`v1,` and the signature in base64; several with blanks between while secrets change.",
}


def webhooks() -> dict[str, Any]:
    """For the member `webhooks` of the document."""
    return {name: {"post": _operation(each)} for name, each in event.TYPES.items()}


def _operation(type_: event.EventType) -> dict[str, Any]:
    members = {
        "id": {"type": "string"},
        "sequence": {"type": "integer"},
        "type": {"const": type_.name},
        "timestamp": {"type": "string", "format": "date-time"},
        "data": event.schema(type_),
    }
    message = {"type": "object", "properties": members, "required": list(members)}
    return {
        "summary": type_.says,
        "operationId": f"on_{type_.name.replace('.', '_')}",
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": says, "schema": {"type": "string"}}
            for name, says in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": message}}},
        "responses": {"2XX": {"description": "It arrived; anything else, and it is sent again later."}},
    }
