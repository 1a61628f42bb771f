"""A document as a form: filled from a version, read back into what the use case takes. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.errors import FieldProblem, InvalidRequest

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")


@dataclass(frozen=True, slots=True)
class Written:
    """The form of a document as somebody has filled it in."""

    collection: str = ""
    id: str = ""
    title: str = ""
    text: str = ""
    owner: str = ""
    audience: str = ""  #: separated by commas, as the other lists
    jurisdiction: str = ""
    citations: str = ""
    effective_from: str = ""
    effective_until: str = ""
    review_by: str = ""
    fields: str = ""  #: a line each, `name: value`

    def document(self) -> dict[str, Any]:
        """As the use case takes it. InvalidRequest for a line of fields that has no name."""
        lists = {name: listed(getattr(self, name)) for name in ("audience", "jurisdiction", "citations")}
        dates = {name: getattr(self, name) for name in ("effective_from", "effective_until", "review_by")}
        return {
            "collection": self.collection.strip(),
            "id": self.id.strip(),
            "title": self.title.strip(),
            "text": self.text.replace("\r\n", "\n"),
            "owner": self.owner.strip(),
            **lists,
            "fields": _fields(self.fields),
            **{name: value.strip() for name, value in dates.items() if value.strip()},
        }


def written(document: Mapping[str, Any]) -> Written:
    """A version as a form, to be changed."""
    lists = {name: ", ".join(document[name]) for name in ("audience", "jurisdiction", "citations")}
    dates = {name: (document[name] or "")[:10] for name in ("effective_from", "effective_until", "review_by")}
    plain = {name: document[name] for name in ("collection", "id", "title", "text", "owner")}
    fields = "\n".join(f"{name}: {_shown(value)}" for name, value in document["fields"].items())
    return Written(**plain, **lists, **dates, fields=fields)


def _shown(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else f"{value:g}" if isinstance(value, float) else str(value)


def _fields(text: str) -> dict[str, float | list[str]]:
    """A number where it is one, else words."""
    found: dict[str, float | list[str]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not name or not colon or not value:
            problem = FieldProblem("fields", f"{line!r} is not a name and a value", "write it as in `level: handbook`")
            raise InvalidRequest(f"fields: {problem.message}", remedy=problem.remedy, problems=(problem,))
        found[name] = float(value) if _NUMBER.fullmatch(value) else listed(value)
    return found


def listed(text: str) -> list[str]:
    """What stands between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]
