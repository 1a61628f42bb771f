"""What the API answers about looks at live traffic."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.api.replies import Reply, Time


class ComparedWith(Reply):
    """What live requests are compared with."""

    cases: int
    words: str


class Signal(Reply):
    """One comparison of before and now."""

    name: Literal["confidence", "energy", "similarity", "labels", "requests"]
    measure: Literal["psi", "ks", "mix", "two_sample", "mmd"]
    value: float
    p: float = Field(description="How likely that is by chance.")
    limit: float | None = Field(description="Alarming from there on; null: it is shown, and alarms nobody.")
    alarming: bool


class LabelShare(Reply):
    """A label whose share changed."""

    label: str
    before: float
    now: float


class Shares(Reply):
    """A share then and now."""

    before: float | None
    now: float | None


class ExpectedError(Reply):
    """The error that the confidences themselves promise, with what chance leaves."""

    rate: float
    low: float
    high: float
    cases: int


class ExpectedErrors(Reply):
    """Of automatic decisions, by their confidences alone: nobody labelled them."""

    before: ExpectedError | None
    now: ExpectedError | None


class LiveError(Reply):
    """How often automatic decisions are wrong, by blind checks of those drawn at random."""

    group: str = Field(description="Of labels; empty: those in no group; `rules`: what rules blocked.")
    alpha: float | None = Field(description="Promised; null: nothing is.")
    rate: float
    low: float = Field(description="Of the exact 95 % interval of this look by itself.")
    high: float
    checked: int
    wrong: int
    of: float = Field(description="Decisions that the checked ones stand for.")
    waiting: int = Field(description="Drawn, and not checked yet.")
    level: float = Field(description="At which this look tests the promise: over all looks they add up to 5 %.")
    at_least: float = Field(description="So many are wrong at the least, at that level.")
    broken: bool = Field(description="`at_least` is above alpha: an alarm, right however often one looks.")


class WatchSlice(Reply):
    """Requests with one value of an attribute."""

    attribute: str
    value: str
    cases: int
    hits: int
    low: float
    high: float
    p: float
    worse: bool = Field(description="More often than elsewhere, and not by chance.")


class WatchSlices(Reply):
    """By attribute, the most conspicuous first."""

    errors: list[WatchSlice] = Field(description="The model was wrong, of what was drawn and checked.")
    reviews: list[WatchSlice] = Field(description="People were asked, of all requests.")


class Tenths(Reply):
    """Shares of requests by tenths of their confidence."""

    before: list[float]
    now: list[float]


class WatchAlarm(Reply):
    """Something alarming."""

    kind: Literal["drift", "live_error", "expected_error", "slices"]
    says: str


class LiveErrorPoint(Reply):
    """The worst promise of one look."""

    rate: float
    low: float
    high: float
    alpha: float


class LookPoint(Reply):
    """The figures of one look."""

    at: str = Time
    alarming: bool
    decisions: int
    psi: float | None = Field(description="The largest one.")
    labels: float | None
    unlike: float | None = Field(description="Area under the curve of a classifier that tells requests apart.")
    live_error: LiveErrorPoint | None
    automation: float | None


class Watch(Reply):
    """The newest look at a workflow's live traffic."""

    id: str
    workflow: str
    release: str
    at: str = Time
    alarming: bool
    paused: bool = Field(description="Because of an alarm people decide everything, at this moment.")
    since: str = Time
    until: str = Time
    decisions: int
    look: int = Field(description="Of those at this model, counted from 1.")
    enough: bool = Field(description="To say anything of drift.")
    needed: int
    compared_with: ComparedWith
    signals: list[Signal]
    labels: list[LabelShare]
    unlike: list[str] = Field(description="Decisions least like what the model was made for.")
    automation: Shares
    expected_error: ExpectedErrors
    live_error: list[LiveError]
    slices: WatchSlices
    confidence: Tenths
    alarms: list[WatchAlarm]
    history: list[LookPoint] = Field(description="Oldest first.")


class WatchResumed(Reply):
    """What is automatic again."""

    workflow: str
    paused: bool
