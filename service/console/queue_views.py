"""The filters of a queue's list, as addresses. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from service.usecases.preferences import Filter


@dataclass(frozen=True, slots=True)
class Filters:
    """What of a queue is wanted."""

    queue: str
    state: str
    reason: str

    @property
    def plain(self) -> bool:
        """Nothing beyond what the queue shows by itself."""
        return self.state in ("open", "") and not self.reason

    def address(self, said: str = "") -> str:
        asked = {"state": self.state, "reason": self.reason, "said": said}
        return f"/console/queues/{quote(self.queue, safe='')}?{urlencode({k: v for k, v in asked.items() if v})}"


@dataclass(frozen=True, slots=True)
class Kept:
    """A filter that somebody keeps, as a link."""

    name: str
    address: str
    shown: bool  #: it is what the page shows


def filter_links(kept: Iterable[Filter], wanted: Filters) -> tuple[Kept, ...]:
    """Those of this queue."""
    return tuple(
        Kept(each.name, found.address(), found == wanted)
        for each in kept
        if each.queue == wanted.queue
        for found in (Filters(each.queue, each.state, each.reason),)
    )
