"""Calls about models, for whoever owns them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .model_answers import (
    Job,
    JobList,
    Model,
    ModelPage,
    ModelReleased,
    ModelSummary,
    Release,
    ReleaseList,
    ShadowReport,
    Simulation,
)
from .steps import Calling, Pause, Send, Steps, quoted, send

_CERTIFYING = 120.0  # seconds on top of the timeout: a model is certified once more before it answers
_LOOK = 1.0  # seconds between looks at a job


class ModelCalls(Calling):
    """Train, look, compare, promote, take back. Changes are not repeated blindly."""

    __slots__ = ()

    def train_model(
        self,
        workflow: str,
        *,
        kind: str = "joined",
        attributes: bool = False,
        votes: bool = False,
        tune: str | None = None,
        owner: str | None = None,
        licence: str | None = None,
        limits: Sequence[str] | None = None,
    ) -> Steps[Job]:
        """Have a model trained in the background of all that was labelled so far; `wait_for_job` waits for it."""
        said = {"tune": tune, "owner": owner, "licence": licence, "limits": list(limits) if limits else None}
        body = {"workflow": workflow, "kind": kind, "attributes": attributes, "votes": votes, **said}
        return (yield from self._one(Job, _change("/v1/models", body)))

    def job(self, job_id: str) -> Steps[Job]:
        """How far it is."""
        return (yield from self._one(Job, send("GET", f"/v1/jobs/{quoted(job_id)}")))

    def jobs(self, *, workflow: str | None = None, state: str | None = None) -> Steps[list[Job]]:
        """What waits, runs or has ended, newest first."""
        asked = send("GET", "/v1/jobs", params={"workflow": workflow, "state": state})
        return (yield from self._one(JobList, asked)).items

    def wait_for_job(self, job_id: str, seconds: float = 3_600.0) -> Steps[Job]:
        """The job once it has ended, or as it stands after so many seconds."""
        waited = 0.0
        while True:
            found = yield from self.job(job_id)
            if found.ended or waited >= seconds:
                return found
            yield Pause(_LOOK)
            waited += _LOOK

    def cancel_job(self, job_id: str) -> Steps[Job]:
        """Nothing comes of it."""
        return (yield from self._one(Job, _change(f"/v1/jobs/{quoted(job_id)}/cancel")))

    def models(self, *, workflow: str | None = None, state: str | None = None) -> Steps[list[ModelSummary]]:
        """The newest fifty."""
        asked = send("GET", "/v1/models", params={"workflow": workflow, "state": state})
        return (yield from self._one(ModelPage, asked)).items

    def model(self, model_id: str) -> Steps[Model]:
        """One of them, with its card, its report and its curves."""
        return (yield from self._one(Model, send("GET", f"/v1/models/{quoted(model_id)}")))

    def releases(self, *, workflow: str | None = None) -> Steps[list[Release]]:
        """The newest fifty, each with the model that it answers by: a decision names its release."""
        return (yield from self._one(ReleaseList, send("GET", "/v1/releases", params={"workflow": workflow}))).items

    def simulate_model(self, model_id: str, *, per_day: float | None = None) -> Steps[Simulation]:
        """What other promises would cost a day."""
        asked = send("GET", f"/v1/models/{quoted(model_id)}/simulation", params={"per_day": per_day})
        return (yield from self._one(Simulation, asked))

    def shadow_model(self, model_id: str) -> Steps[Model]:
        """Let a candidate say what it thinks of live decisions; it counts nowhere."""
        return (yield from self._one(Model, _change(f"/v1/models/{quoted(model_id)}/shadow")))

    def shadow_report(self, model_id: str) -> Steps[ShadowReport]:
        """What letting it answer would change."""
        return (yield from self._one(ShadowReport, send("GET", f"/v1/models/{quoted(model_id)}/shadow")))

    def promote_model(
        self,
        model_id: str,
        why: str,
        *,
        accept_less: bool = False,
        without_shadow: bool = False,
        despite_doubts: bool = False,
        owner: str | None = None,
        licence: str | None = None,
        limits: Sequence[str] | None = None,
    ) -> Steps[ModelReleased]:
        """Let it answer. SignoffError `not_promotable` names all that is missing."""
        waived = {"accept_less": accept_less, "without_shadow": without_shadow, "despite_doubts": despite_doubts}
        said = {"owner": owner, "licence": licence, "limits": list(limits) if limits else None}
        asked = _change(f"/v1/models/{quoted(model_id)}/promote", {"why": why, **waived, **said})
        return (yield from self._one(ModelReleased, asked))

    def reject_model(self, model_id: str, why: str) -> Steps[Model]:
        """Turn it down for good."""
        return (yield from self._one(Model, _change(f"/v1/models/{quoted(model_id)}/reject", {"why": why})))

    def roll_back_model(self, model_id: str, why: str, *, accept_no_automation: bool = False) -> Steps[ModelReleased]:
        """Let the model before this one, which answers now, answer again. SignoffError `loses_automation` where that
        leaves the workflow without a certificate, unless it may."""
        body = {"why": why, "accept_no_automation": accept_no_automation}
        return (yield from self._one(ModelReleased, _change(f"/v1/models/{quoted(model_id)}/rollback", body)))


def _change(path: str, body: Mapping[str, Any] | None = None) -> Send:
    return send("POST", path, body=body, patience=_CERTIFYING, repeatable=False)
