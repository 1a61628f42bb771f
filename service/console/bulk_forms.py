"""What a lead wants done to many cases, as the form says it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from service.console.holds import hold_end
from service.console.resolutions import resolution
from service.console.views import Draft
from service.errors import FieldProblem, InvalidRequest
from service.usecases.bulk_cases import Doing, assigning, deciding, escalating, holding

DECIDE: Final = "decide"
HOLD: Final = "hold"
ESCALATE: Final = "escalate"
ASSIGN: Final = "assign"
#: What can be done to many, in the order in which it is offered: name, title, what it comes to.
DEEDS = (
    (DECIDE, "Decide", "Each is claimed and decided in your name, with its own record."),
    (HOLD, "Hold", "They come back, before others, when their time has come."),
    (ESCALATE, "Escalate", "To whoever knows better, with your note."),
    (ASSIGN, "Hand over", "Claim-next gives them to this person first, and to nobody else."),
)


@dataclass(frozen=True, slots=True)
class BulkForm:
    """Which cases, what is to be done, and with what words."""

    cases: tuple[str, ...] = ()
    action: str = DECIDE
    labels: tuple[str, ...] = ()
    outcome: str = ""
    reason_code: str = ""
    note: str = ""
    reply: str = ""
    lasting: str = "1d"
    until: str = ""
    why: str = ""  #: what they wait for, what is to be settled, what to know
    to: str = ""

    def fields(self) -> Iterator[tuple[str, str]]:
        """Name and value of every field, to be sent again."""
        yield from (("cases", case) for case in self.cases)
        yield from (("label", label) for label in self.labels)
        for name in ("action", "outcome", "reason_code", "note", "reply", "lasting", "until", "why", "to"):
            if value := getattr(self, name):
                yield name, value

    def doing(self, now: datetime) -> Doing:
        """What is done to each; InvalidRequest names what is missing."""
        if not self.cases:
            raise _missing("cases", "none is chosen", "tick at least one")
        if self.action == HOLD:
            return holding(hold_end(now, self.lasting, self.until), self._said("say what they wait for"))
        if self.action == ESCALATE:
            return escalating(self._said("say what is to be settled"))
        if self.action == ASSIGN:
            if not self.to.strip():
                raise _missing("to", "nobody is named", "name somebody who reviews in this queue")
            return assigning(self.to.strip(), self.why.strip() or None)
        if not self.labels:
            raise _missing("label", "none is chosen", "choose a label, or none of these")
        return deciding(resolution(Draft(self.labels, self.outcome, self.reason_code, self.note, self.reply)))

    def _said(self, remedy: str) -> str:
        if not self.why.strip():
            raise _missing("note", "nothing was written", remedy)
        return self.why.strip()


def _missing(field: str, what: str, remedy: str) -> InvalidRequest:
    return InvalidRequest("Something is missing.", problems=(FieldProblem(field, what, remedy),))
