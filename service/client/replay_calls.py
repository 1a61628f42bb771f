"""Calls about past decisions: make them again, correct and contest them; and let automatic decisions go on."""

from __future__ import annotations

from .model_answers import Job
from .replay_answers import Appealed, ReplayedDecision, Resumed
from .steps import Calling, Steps, quoted, send


class ReplayCalls(Calling):
    """Work that takes long comes back as a job: `wait_for_job` waits for its `report`."""

    __slots__ = ()

    def replay(self, decision_id: str, release: str | None = None) -> Steps[ReplayedDecision]:
        """Make a decision again, as it was or on another release; nothing is recorded. Needs scope `explain`."""
        asked = send("POST", f"/v1/decisions/{quoted(decision_id)}/replay", body={"release": release})
        return (yield from self._one(ReplayedDecision, asked))

    def replay_many(
        self, workflow: str, since: str, *, until: str | None = None, release: str | None = None
    ) -> Steps[Job]:
        """Make all decisions of a time again, in the background."""
        body = {"workflow": workflow, "since": since, "until": until, "release": release}
        return (yield from self._one(Job, send("POST", "/v1/decisions/replay", body=body, repeatable=False)))

    def correct(
        self,
        workflow: str,
        since: str,
        *,
        why: str,
        until: str | None = None,
        rule: str | None = None,
        document: str | None = None,
        release: str | None = None,
        how: str = "decide",
        dry_run: bool = False,
    ) -> Steps[Job]:
        """Put right, in the background, what was decided by a rule, a document or a release that was wrong."""
        named = {"rule": rule, "document": document, "release": release}
        body = {"workflow": workflow, **named, "since": since, "until": until, "how": how, "why": why}
        asked = send("POST", "/v1/decisions/correct", body={**body, "dry_run": dry_run}, repeatable=False)
        return (yield from self._one(Job, asked))

    def appeal(self, decision_id: str, note: str) -> Steps[Appealed]:
        """Contest a decision that is out; it stands until a person has decided it anew."""
        asked = send("POST", f"/v1/decisions/{quoted(decision_id)}/appeal", body={"note": note}, repeatable=False)
        return (yield from self._one(Appealed, asked))

    def resume(self, workflow: str | None = None, *, dry_run: bool = False, rerun: bool = True) -> Steps[Resumed]:
        """Let automatic decisions go on, and decide again what waits only because the service could not decide."""
        body = {"workflow": workflow, "dry_run": dry_run, "rerun": rerun}
        return (yield from self._one(Resumed, send("POST", "/v1/resume", body=body)))
