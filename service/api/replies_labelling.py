"""What the API answers about labelling."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from service.api.replies import Reply, Time
from service.api.replies_cases import Choice


class LabelItem(Reply):
    """A request to label, leased to you."""

    item: str
    workflow: str
    text: str = Field(description="With what the rules oblige to redact blotted out.")
    attributes: dict[str, Any]
    choices: list[Choice]
    several: bool = Field(description="Whether a request may have several labels.")
    token: str
    until: str = Time


class LabelledItem(Reply):
    """What was said of a request."""

    item: str
    example: str = Field(description="Id of the example that it is now.")
    labels: list[str]


class Measured(Reply):
    """How many requests drawn at random were labelled, and how many the promise takes."""

    done: int
    needed: int
    estimated: bool = Field(description="No model has been tried yet, so `needed` is a guess.")
    certified: bool = Field(description="The promise is certified for the release that answers.")


class QueuePart(Reply):
    """One part of the labelling queue."""

    waiting: int
    labelled: int
    skipped: int


class LabelCount(Reply):
    """How many examples a label has, those of the workflow's file not counted."""

    label: str | None = Field(description="null: none of the labels.")
    title: str
    examples: int


class GroupProgress(Reply):
    """How far labelling is towards the promise to one group of labels."""

    group: str = Field(description="Empty: labels in no group.")
    labels: list[str] = Field(description="Empty: those in no group.")
    alpha: float
    done: int = Field(description="Requests of it that were drawn at random and labelled, repeats too.")
    needed: int | None = Field(description="null: more of them alone will not do, the model errs too often there.")
    estimated: bool = Field(description="No model was tried yet.")
    certified: bool
    why: str = Field(description="Why what answers has no certificate there; else empty.")


class LabellingProgress(Reply):
    """How far labelling is towards the promise."""

    workflow: str
    alpha: float
    delta: float
    measured: Measured
    says: str
    groups: list[GroupProgress] = Field(description="Empty where one promise is to all labels.")
    queue: dict[str, QueuePart] = Field(description="`calibration`: drawn at random; `train`: chosen.")
    examples: dict[str, int] = Field(description="By source: `review`, `check`, `labelling`.")
    labels: list[LabelCount]


class BadRequestRow(Reply):
    """A request of a backlog that cannot be asked about."""

    row: int = Field(description="1 for the first.")
    why: str


class LabellingStarted(Reply):
    """What became of a backlog."""

    calibration: int = Field(description="Drawn at random, repeats too.")
    train: int = Field(description="Different requests to learn from.")
    known: int = Field(description="Left out, because they were asked or labelled before.")
    left_out: list[BadRequestRow]


class LabellingChosen(Reply):
    """What is asked next."""

    waiting: int = Field(description="Requests looked at.")
    ahead: int = Field(description="Of these, put in order.")
    anew: int = Field(description="Asked again, because their label was split or is no more.")
    by_model: bool = Field(description="Whether a model said how sure it is; else they only differ from each other.")


class ExampleView(Reply):
    """An example that people taught."""

    id: str
    workflow: str
    labels: list[str]
    part: str
    source: str
    by: str
    created_at: str = Time
    aside_by: str | None
