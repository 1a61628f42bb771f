"""Calls about decisions, and the stop button; the methods of the clients are made of these."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from .answers import Decision, DecisionPage, Halted, LabelExplanation
from .steps import Calling, Pause, Steps, quoted, send

Attributes: TypeAlias = Mapping[str, str | float | bool | Sequence[str]]

_POLL = 25.0  # seconds the server is asked to wait; below the idle limit of common proxies


class WorkCalls(Calling):
    """For whoever asks for decisions."""

    __slots__ = ()

    def decide(
        self,
        text: str,
        workflow: str,
        attributes: Attributes | None = None,
        subject: str | None = None,
        *,
        idempotency_key: str | None = None,
        wait: float | None = None,
        dry_run: bool = False,
    ) -> Steps[Decision]:
        """Ask for a decision. With `wait`, stay up to so many seconds for a person; it may be waiting still."""
        body = {"workflow": workflow, "text": text, "attributes": dict(attributes or {}), "subject": subject}
        # The key makes repeating safe: the service answers a repeat with its first answer.
        headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        asked = send("POST", "/v1/decisions", params={"dry_run": dry_run or None}, body=body, headers=headers)
        decision = yield from self._one(Decision, asked)
        if wait and decision.waiting and not dry_run:
            return (yield from self.wait(decision.id, wait))
        return decision

    def get(self, decision_id: str) -> Steps[Decision]:
        """The decision as it stands."""
        return (yield from self._one(Decision, send("GET", f"/v1/decisions/{quoted(decision_id)}")))

    def wait(self, decision_id: str, timeout: float) -> Steps[Decision]:
        """The decision once it is final, or once you are asked something (`question`), or as it stands after `timeout`
        seconds."""
        until = time.monotonic() + timeout
        while True:
            begun = time.monotonic()
            seconds = round(min(max(until - begun, 0), _POLL), 3)
            asked = send("GET", f"/v1/decisions/{quoted(decision_id)}", params={"wait": seconds}, patience=seconds)
            decision = yield from self._one(Decision, asked)
            now = time.monotonic()
            if not decision.waiting or decision.question is not None or now >= until:
                return decision
            if now - begun < min(1, seconds):  # the server did not wait as asked
                yield Pause(min(1, until - now))

    def decisions(
        self, *, workflow: str | None = None, state: str | None = None, after: str | None = None, limit: int = 50
    ) -> Steps[DecisionPage]:
        """A page of decisions, newest first."""
        params = {"workflow": workflow, "state": state, "after": after, "limit": limit}
        return (yield from self._one(DecisionPage, send("GET", "/v1/decisions", params=params)))

    def explain_label(self, decision_id: str) -> Steps[LabelExplanation]:
        """Why a decision was given its label, and what would have made it automatic; needs scope `explain`."""
        asked = send("GET", f"/v1/decisions/{quoted(decision_id)}/explanation")
        return (yield from self._one(LabelExplanation, asked))

    def halt(self, why: str, workflow: str | None = None) -> Steps[Halted]:
        """Stop automatic decisions, of one workflow or of all."""
        return (yield from self._one(Halted, send("POST", "/v1/halt", body={"workflow": workflow, "why": why})))
