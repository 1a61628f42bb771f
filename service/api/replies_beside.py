"""What the API answers about what stands beside a case."""

from __future__ import annotations

from pydantic import Field

from service.api.replies import Outcome, Reply, Time
from service.api.replies_cases import CaseHead
from service.api.replies_rules import Explained


class DecidedLabel(Reply):
    """A label that a person gave."""

    label: str
    title: str


class HowDecided(Reply):
    """What a person made of a request."""

    outcome: Outcome
    labels: list[DecidedLabel]
    reason_code: str
    by: str


class NearCase(Reply):
    """A decided case whose request is much like this one's."""

    similarity: float = Field(description="Cosine of the two requests' vectors, 0.5 to 1.")
    excerpt: str = Field(description="The beginning of its text, with personal data blotted out.")
    delivered_at: str = Time
    case: str | None = Field(description="null: you have to say first what you think.")
    decision: str | None = Field(description="null: likewise.")
    decided: HowDecided | None = Field(description="null: likewise.")


class SubjectCase(CaseHead):
    """Another case of the same subject."""

    excerpt: str
    decided: HowDecided | None = Field(description="null: nobody has, or it is not for you to know yet.")


class SubjectCases(Reply):
    """What else there is of whom the request is about, open cases first."""

    subject: str | None
    cases: list[SubjectCase]
    more: bool = Field(description="There are more than these.")


class Beside(Reply):
    """What stands beside a case."""

    case: str
    led: bool = Field(description="false: you have to say first what you think, so outcomes are left out.")
    nearest: list[NearCase] = Field(description="Of the last 2,000 that went out, the most similar first.")
    subject: SubjectCases
    rules: Explained | None = Field(description="Every rule and why; null: not for you, or the request is erased.")


class Detached(Reply):
    """Where requests that were taken out go on."""

    case: str
    decisions: list[str]
