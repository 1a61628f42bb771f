"""A place where documents are written and approved, with people and a clock that tests set."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from service.domain.access import ROLES, Principal
from service.store import ledger, pointers
from service.usecases import publish_document
from service.usecases.document_file import DocumentFile, read_json_document
from service.usecases.house import House
from service.usecases.read_document import view

DAY = timedelta(days=1)
ANN, BOB, CAROL = (Principal(f"key_{name}", name, ROLES["operations"]) for name in ("Ann", "Bob", "Carol"))
AUDITOR = Principal("key_audit", "Audrey", ROLES["auditor"])
REVIEWER = Principal("key_review", "Rita", ROLES["reviewer"])


@dataclass(slots=True)
class Clock:
    """Stands still until a test moves it."""

    now: datetime = field(default_factory=lambda: datetime(2026, 3, 3, 9, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class Desk:
    """An instance without encoder and workflows: documents need neither."""

    house: House
    clock: Clock

    def submit(self, text: str = "We refund fees.", by: Principal = ANN, **more: Any) -> dict[str, Any]:
        return publish_document.submit(self.house, by, paper(text, **more))

    def approve(self, version: int, by: Principal = BOB, **more: Any) -> dict[str, Any]:
        return publish_document.approve(self.house, by, "c", "fees", version, **more)

    def retire(self, version: int, by: Principal = BOB) -> dict[str, Any]:
        return publish_document.retire(self.house, by, "c", "fees", version, "no longer so")

    def approved(self, text: str = "We refund fees.", **more: Any) -> dict[str, Any]:
        """Submitted by Ann, approved by Bob."""
        return self.approve(self.submit(text, **more)["version"])

    def statuses(self) -> dict[int, str]:
        seen = view(self.house, ANN, "c", "fees")
        return {each["version"]: each["status"] for each in reversed(seen["versions"])}

    def sequence(self) -> int:
        with self.house.store.read() as connection:
            return pointers.document_sequence(connection)

    def told(self, kind: str) -> list[dict[str, Any]]:
        """The bodies of the ledger's records of one kind."""
        with self.house.store.read() as connection:
            records = [json.loads(record) for _, record, _ in ledger.walk(connection)]
        return [record["body"] for record in records if record["kind"] == kind]


def file_of(entry: dict[str, Any]) -> DocumentFile:
    """The document as an import reads it from a file."""
    read = read_json_document(entry)
    assert isinstance(read, DocumentFile), read
    return read


def paper(text: str = "We refund fees.", **more: Any) -> dict[str, Any]:
    return {"collection": "c", "id": "fees", "title": "Fees", "text": text, "owner": "ops", **more}
