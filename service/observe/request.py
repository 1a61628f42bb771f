"""Which request a line of the log, a span or an error is about."""

from __future__ import annotations

import re
from contextvars import ContextVar, Token
from typing import Final

from service.ids import new_id

HEADER: Final = "X-Request-Id"
# UUIDs, 32 hexadecimal digits, ULIDs and our own: forms that a machine makes. What is taken over stands in logs, in
# answers and in traces, so nothing is that could be a name, a number of a card or a key of ours.
_MADE_BY_MACHINE: Final = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|(req_)?[0-7][0-9A-HJKMNP-TV-Z]{25}", re.ASCII
)
_current: ContextVar[str | None] = ContextVar("signoff_request", default=None)


def id_for(sent: str | None) -> str:
    """The caller's own id of its request where it is one by form, else a new one."""
    if sent is not None and (_MADE_BY_MACHINE.fullmatch(sent) or _MADE_BY_MACHINE.fullmatch(sent.lower())):
        return sent
    return new_id("req")


def current() -> str | None:
    """The id of the request that this is done for; None: it is done for none, as a chore."""
    return _current.get()


def begin(request_id: str) -> Token[str | None]:
    """From here on, in this context and in those copied from it, things are done for that request."""
    return _current.set(request_id)


def end(token: Token[str | None]) -> None:
    _current.reset(token)
