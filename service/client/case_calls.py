"""Calls about cases: find one, lease it, decide it, or give it to somebody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import httpx

from .case_answers import (
    Case,
    CaseComment,
    CaseEvent,
    CaseEvents,
    CasePage,
    Claimed,
    DecidedCase,
    Escalated,
    HandedOver,
    Renewed,
    Reopened,
)
from .steps import Calling, Send, Steps, quoted, read, send


def _path(case_id: str, verb: str) -> str:
    return f"/v1/cases/{quoted(case_id)}/{verb}"


class CaseCalls(Calling):
    """For whoever decides."""

    __slots__ = ()

    def cases(
        self,
        *,
        queue: str | None = None,
        state: str | None = None,
        reason: str | None = None,
        workflow: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Steps[CasePage]:
        """A page of cases; open ones (`state="open"`) come best first."""
        params = {
            "queue": queue,
            "state": state,
            "reason": reason,
            "workflow": workflow,
            "after": after,
            "limit": limit,
        }
        return (yield from self._one(CasePage, send("GET", "/v1/cases", params=params)))

    def case(self, case_id: str) -> Steps[Case]:
        """Everything needed to decide a case."""
        return (yield from self._one(Case, send("GET", f"/v1/cases/{quoted(case_id)}")))

    def claim(self, queue: str) -> Steps[Claimed | None]:
        """Lease the best case of the queue; None when nothing waits there. After `Unreachable`, look at `cases`.

        Never repeated blindly: the first attempt may have leased a case though its answer was lost, and a second one
        would lease another and leave the first to nobody until its lease runs out.
        """
        response = yield from self._answered(send("POST", f"/v1/queues/{quoted(queue)}/claim", repeatable=False))
        return None if response.status_code == httpx.codes.NO_CONTENT else read(Claimed, response)

    def claim_case(self, case_id: str) -> Steps[Claimed]:
        """Lease this case. Repeating is safe: whoever holds it gets a new token."""
        return (yield from self._one(Claimed, send("POST", f"/v1/cases/{quoted(case_id)}/claim")))

    def renew(self, case: Claimed) -> Steps[Claimed]:
        """Put the end of the lease off by its full length."""
        asked = send("POST", f"/v1/cases/{quoted(case.case)}/renew", body={"token": case.token})
        renewed = yield from self._one(Renewed, asked)
        return case.model_copy(update={"until": renewed.until})

    def return_case(self, case: Claimed) -> Steps[None]:
        """Put the case back into its queue, undecided."""
        yield from self._answered(self._act(case, "return", {}))

    def skip_case(self, case: Claimed, reason: str) -> Steps[None]:
        """Leave the case to others; `claim` does not give it to you again."""
        yield from self._answered(self._act(case, "skip", {"reason": reason}))

    def hold_case(self, case: Claimed, until: datetime, reason: str) -> Steps[datetime]:
        """Put the case aside; it comes back by itself, before all that are due alike. A date without a zone is UTC."""
        moment = until if until.tzinfo else until.replace(tzinfo=UTC)
        held = yield from self._one(Renewed, self._act(case, "hold", {"until": moment.isoformat(), "reason": reason}))
        return held.until

    def unhold_case(self, case_id: str) -> Steps[None]:
        """Let the case wait again."""
        yield from self._answered(send("POST", _path(case_id, "unhold"), repeatable=False))

    def escalate_case(self, case: Claimed, note: str) -> Steps[str]:
        """Send the case to those who know better; the queue it waits in then."""
        return (yield from self._one(Escalated, self._act(case, "escalate", {"note": note}))).queue

    def assign_case(self, case: Claimed | str, to: str, note: str | None = None) -> Steps[HandedOver]:
        """Hand the case over to somebody: one you hold, or by its id any case of a queue that you lead."""
        body = {"to": to, "note": note, "token": None if isinstance(case, str) else case.token}
        case_id = case if isinstance(case, str) else case.case
        return (yield from self._one(HandedOver, send("POST", _path(case_id, "assign"), body=body, repeatable=False)))

    def undo_decision(self, case_id: str) -> Steps[Claimed]:
        """Take your decision back before it is out. After `Unreachable`, `claim_case` it."""
        return (yield from self._one(Claimed, send("POST", _path(case_id, "undo"), repeatable=False)))

    def reopen_case(self, case_id: str, note: str) -> Steps[str]:
        """Have decided anew what is out; the id of the new case."""
        asked = send("POST", _path(case_id, "reopen"), body={"note": note}, repeatable=False)
        return (yield from self._one(Reopened, asked)).case

    def cancel_case(self, case_id: str, note: str | None = None, *, decision: str | None = None) -> Steps[None]:
        """Nobody has to decide it any more: you asked for the decision, or lead the queue. `decision`: this one alone,
        of several that the case settles."""
        body = {"note": note, "decision": decision}
        yield from self._answered(send("POST", _path(case_id, "cancel"), body=body, repeatable=False))

    def comment_on_case(self, case_id: str, text: str) -> Steps[CaseComment]:
        """A word to colleagues."""
        asked = send("POST", _path(case_id, "comment"), body={"text": text}, repeatable=False)
        return (yield from self._one(CaseComment, asked))

    def case_events(self, case_id: str) -> Steps[list[CaseEvent]]:
        """What happened to a case, oldest first."""
        return (yield from self._one(CaseEvents, send("GET", _path(case_id, "events")))).items

    def decide_case(
        self,
        case: Claimed,
        labels: Sequence[str],
        reason_code: str | None = None,
        *,
        outcome: Literal["allow", "block"] | None = None,
        note: str | None = None,
        passage_ids: Sequence[str] = (),
        reply: str | None = None,
    ) -> Steps[DecidedCase]:
        """Decide a case you hold; `undo_until` says how long you can take that back.

        The reason code is the first label's id unless you give another. To block, and to overturn the suggestion or
        what was answered, a `note` is needed.

        After `Unreachable`, look at the `case`: it may be decided already.
        """
        body = {
            "labels": list(labels),
            "outcome": outcome,
            "reason_code": reason_code,
            "note": note,
            "passage_ids": list(passage_ids),
            "reply": reply,
        }
        # Not repeated: a second attempt would be told that the lease is lost, though the first one had decided.
        return (yield from self._one(DecidedCase, self._act(case, "decide", body)))

    @staticmethod
    def _act(case: Claimed, verb: str, body: Mapping[str, Any]) -> Send:
        """Done to a case you hold, once."""
        return send("POST", _path(case.case, verb), body={"token": case.token, **body}, repeatable=False)
