"""How good drafts are: the share of replies that people sent unedited, and how much of the others they changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from service.domain.answer import timestamp
from service.errors import NotFound
from service.store import pointers, replies
from service.usecases.house import House

USUAL_DAYS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Replies of one kind."""

    sent: int = 0
    drafted: int = 0  #: of these, where a draft was offered
    unedited: int = 0  #: of these, sent as drafted
    changed: float = 0.0  #: sum of the shares of words changed

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.sent + other.sent,
            self.drafted + other.drafted,
            self.unedited + other.unedited,
            self.changed + other.changed,
        )

    def as_dict(self) -> dict[str, Any]:
        """Shares are None where nothing was drafted."""
        shares: Mapping[str, float | None] = {
            "share_unedited": round(self.unedited / self.drafted, 4) if self.drafted else None,
            "mean_changed": round(self.changed / self.drafted, 4) if self.drafted else None,
        }
        return {"sent": self.sent, "drafted": self.drafted, "unedited": self.unedited, **shares}


def figures(house: House, workflow: str, days: float = USUAL_DAYS) -> dict[str, Any]:
    """Of the replies that were sent in the last `days`: all, those of each label, and by who drafted. NotFound."""
    now = house.clock()
    since = now - timedelta(days=days)
    with house.store.read() as connection:
        pointer = pointers.pointer(connection, workflow)
        if pointer is None:
            raise NotFound(f"there is no workflow {workflow}")
        rows = replies.counted(connection, workflow, since)
    counted = [(row.label, row.by_model, _of(row)) for row in rows]
    policy = house.shelf.policy(pointer.release)
    labels = dict.fromkeys(label for label, _, _ in counted)
    return {
        "workflow": workflow,
        "since": timestamp(since),
        "until": timestamp(now),
        **_sum(found for _, _, found in counted).as_dict(),
        "by_label": [
            {
                "label": label,
                "title": known.title if label and (known := policy.label(label)) else label,
                **_sum(found for named, _, found in counted if named == label).as_dict(),
            }
            for label in labels
        ],
        "quoted": _sum(found for _, by_model, found in counted if not by_model).as_dict(),
        "language_model": _sum(found for _, by_model, found in counted if by_model).as_dict(),
    }


def _of(row: Any) -> Figures:
    return Figures(int(row.sent), int(row.drafted), int(row.unedited), float(row.changed or 0.0))


def _sum(parts: Iterable[Figures]) -> Figures:
    return sum(parts, Figures())
