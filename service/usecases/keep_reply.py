"""What a person made of a draft: kept beside the reply that they sent, so that one can say how good drafts are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from service.domain.audit import keyed_digest
from service.domain.edited import Edited, edited
from service.store import replies
from service.store.engine import Connection
from service.usecases.case_grounds import Grounds, unled
from service.usecases.draft_reply import offered
from service.usecases.house import House

if TYPE_CHECKING:
    from service.usecases.resolve_case import Resolution

#: A reply of which less is changed than this share of words is still the language model's, whoever sends it. Two texts
#: about one thing that have nothing to do with each other are above it.
_REWRITTEN: Final = 0.6


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that is about to be sent with a case's decision."""

    case: str
    decision: str
    workflow: str
    label: str | None
    edited: Edited | None  #: None: no draft was offered

    @property
    def by_model(self) -> bool:
        """Whether it has to be marked as a language model's."""
        return self.edited is not None and self.edited.draft.by_model and self.edited.changed < _REWRITTEN


def compared(house: House, found: Grounds, person: str, resolution: Resolution) -> Reply | None:
    """The reply beside the draft that it is nearest to, before anything is written; None when there is no reply.

    Whoever decides unled was offered none.
    """
    labels, text = resolution.labels, resolution.reply
    if text is None or not text.strip():
        return None
    case = found.case
    with house.store.read() as connection:
        led = not unled(connection, found, person)
        drafted = offered(house, connection, case.id, found.decision, labels) if led else ()
    label = labels[0] if labels else None
    return Reply(case.id, case.decision, case.workflow, label, edited(drafted, text))


def keep(connection: Connection, house: House, reply: Reply | None, review: str, by: str, now: datetime) -> None:
    """Write down what was made of the draft, in the transaction that records the review that it goes with."""
    if reply is None:
        return
    found = reply.edited
    replies.add(
        connection,
        {
            "id": house.new_id("rpl"),
            "review": review,
            "case": reply.case,
            "decision": reply.decision,
            "workflow": reply.workflow,
            "label": reply.label,
            "by": by,
            "draft": keyed_digest(house.secret, found.draft.text.encode()) if found else None,
            "by_model": reply.by_model,
            "unedited": found.unedited if found else False,
            "changed": found.changed if found else None,
            "created_at": now,
        },
    )
