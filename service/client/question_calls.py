"""Calls about questions to requesters: a reviewer asks, whoever asked for the decision answers."""

from __future__ import annotations

import uuid
from datetime import datetime

from .answers import Answer
from .calls import Attributes
from .case_answers import Claimed
from .steps import Calling, Steps, quoted, send


class AskedRequester(Answer):
    """A question just put; without an answer the case comes back at `until`."""

    question: str
    until: datetime


class AnsweredQuestion(Answer):
    """An answer just given."""

    decision: str
    question: str
    answered_at: datetime


class QuestionCalls(Calling):
    """For whoever decides, and for whoever is asked."""

    __slots__ = ()

    def ask_requester(self, case: Claimed, text: str) -> Steps[AskedRequester]:
        """Put a question to whoever asked for the decision: the lease ends, and the case waits for them."""
        body = {"token": case.token, "text": text}
        asked = send("POST", f"/v1/cases/{quoted(case.case)}/ask", body=body, repeatable=False)
        return (yield from self._one(AskedRequester, asked))

    def answer(
        self,
        decision_id: str,
        text: str,
        attributes: Attributes | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Steps[AnsweredQuestion]:
        """Answer the `question` of a decision that you asked for."""
        body = {"text": text, "attributes": dict(attributes or {})}
        # The key makes repeating safe: the service tells a repeat what it told the first one.
        headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        answered = send("POST", f"/v1/decisions/{quoted(decision_id)}/answer", body=body, headers=headers)
        return (yield from self._one(AnsweredQuestion, answered))
