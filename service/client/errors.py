"""What goes wrong, as exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx


class SignoffError(Exception):
    """The service refused, with its reasons (RFC 9457); `code` says which kind of problem it is."""

    def __init__(self, status: int, members: Mapping[str, Any], retry_after: float | None = None) -> None:
        self.status = status
        self.code = str(members.get("type", "")).rpartition("/")[2]
        self.title = str(members.get("title", ""))
        self.detail = str(members.get("detail", "")) or self.title
        self.remedy = str(members.get("remedy", ""))
        self.errors: list[dict[str, Any]] = list(members.get("errors") or ())
        self.members = dict(members)  #: all of them, also those of one kind only, as `holder` of a lost lease
        self.retry_after = retry_after  #: seconds
        super().__init__(f"{status} {self.detail}" + (f" ({self.remedy})" if self.remedy else ""))

    @property
    def turned_away(self) -> bool:
        """Whether the service said so before doing anything."""
        return self.status == 429 or (self.status == 503 and self.code in ("busy", "release_opening"))


class Unreachable(SignoffError):
    """No answer came. Whether the request arrived is not known, unless the connection itself failed."""

    def __init__(self, error: httpx.RequestError) -> None:
        self.never_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
        super().__init__(0, {"title": "no answer", "detail": f"{type(error).__name__}: {error}"})
