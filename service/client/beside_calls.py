"""Calls about what stands beside a case, and about requests that are decided with it."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from .answers import Answer
from .case_answers import CaseSummary, Claimed
from .rule_answers import Explained
from .steps import Calling, Steps, quoted, send


class DecidedLabel(Answer):
    """A label that a person gave."""

    label: str
    title: str


class HowDecided(Answer):
    """What a person made of a request."""

    outcome: str
    labels: list[DecidedLabel] = Field(default_factory=list)
    reason_code: str
    by: str


class NearCase(Answer):
    """A decided case whose request is much like this one's; None: say first what you think."""

    similarity: float  #: cosine, 0.5 to 1
    excerpt: str
    delivered_at: datetime
    case: str | None = None
    decision: str | None = None
    decided: HowDecided | None = None


class SubjectCase(CaseSummary):
    """Another case of the same subject."""

    excerpt: str
    decided: HowDecided | None = None


class SubjectCases(Answer):
    """What else there is of the subject, open cases first."""

    subject: str | None = None
    cases: list[SubjectCase] = Field(default_factory=list)
    more: bool = False


class Beside(Answer):
    """What stands beside a case."""

    case: str
    led: bool
    nearest: list[NearCase] = Field(default_factory=list)
    subject: SubjectCases
    rules: Explained | None = None


class Detached(Answer):
    """Where requests that were taken out go on."""

    case: str
    decisions: list[str]


class BesideCalls(Calling):
    """For whoever decides."""

    __slots__ = ()

    def beside(self, case_id: str) -> Steps[Beside]:
        """What is like the case, its subject's other cases, and what every rule said."""
        return (yield from self._one(Beside, send("GET", f"/v1/cases/{quoted(case_id)}/beside")))

    def detach(self, case: Claimed, decision: str | None = None) -> Steps[Detached]:
        """Take one of the case's `attached_requests` out, or all of them: they go on in a case of their own."""
        body = {"token": case.token, "decision": decision}
        asked = send("POST", f"/v1/cases/{quoted(case.case)}/detach", body=body, repeatable=False)
        return (yield from self._one(Detached, asked))
