"""Calls about labelling, for whoever labels and whoever looks after what is learned from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx

from .answers import Answer
from .calls import Attributes
from .steps import Calling, Steps, quoted, read, send

_ENCODING = 600.0  # seconds on top of the timeout: thousands of requests are read by the encoder


class LabelItem(Answer):
    """A request to label, leased to you."""

    item: str
    workflow: str
    text: str
    attributes: dict[str, Any]
    choices: list[dict[str, Any]]
    several: bool
    token: str
    until: datetime


class Labelled(Answer):
    """What was said of a request: it is an example now."""

    item: str
    example: str
    labels: list[str]


class LabellingStarted(Answer):
    """What became of a backlog."""

    calibration: int
    train: int
    known: int
    left_out: list[dict[str, Any]]


class LabellingChosen(Answer):
    """What is asked next."""

    waiting: int
    ahead: int
    anew: int
    by_model: bool


class LabellingProgress(Answer):
    """How far labelling is towards the promise; `says` has it in words."""

    workflow: str
    alpha: float
    delta: float
    says: str
    measured: dict[str, Any]
    groups: list[dict[str, Any]]
    queue: dict[str, dict[str, int]]
    examples: dict[str, int]
    labels: list[dict[str, Any]]


class ExampleView(Answer):
    """An example that people taught."""

    id: str
    workflow: str
    labels: list[str]
    part: str
    source: str
    by: str
    created_at: datetime
    aside_by: str | None = None


class LabellingCalls(Calling):
    """Hand in, claim, label, take back; put examples right."""

    __slots__ = ()

    def labelling(self, workflow: str) -> Steps[LabellingProgress]:
        """How far labelling is."""
        return (yield from self._one(LabellingProgress, send("GET", f"/v1/labelling/{quoted(workflow)}")))

    def start_labelling(
        self, workflow: str, requests: Iterable[str | tuple[str, Attributes]], *, calibration: int | None = None
    ) -> Steps[LabellingStarted]:
        """Hand in requests as they came, repeats too: texts, or texts with attributes. Some thousands a call."""
        body = {"requests": [_request(each) for each in requests], "calibration": calibration}
        asked = send("POST", f"/v1/labelling/{quoted(workflow)}", body=body, patience=_ENCODING, repeatable=False)
        return (yield from self._one(LabellingStarted, asked))

    def choose_labelling(self, workflow: str) -> Steps[LabellingChosen]:
        """Put the waiting requests in order: what teaches most comes first."""
        path = f"/v1/labelling/{quoted(workflow)}/choose"
        return (yield from self._one(LabellingChosen, send("POST", path, patience=_ENCODING)))

    def claim_label(self, workflow: str) -> Steps[LabelItem | None]:
        """Lease the next request to label; None when nothing waits. Repeating is safe: one holds one at a time."""
        response = yield from self._answered(send("POST", f"/v1/labelling/{quoted(workflow)}/claim"))
        return None if response.status_code == httpx.codes.NO_CONTENT else read(LabelItem, response)

    def give_label(self, item: LabelItem, labels: Sequence[str]) -> Steps[Labelled]:
        """Say what it is; no label: none of these."""
        path, body = f"/v1/labelling/items/{quoted(item.item)}/label", {"token": item.token, "labels": list(labels)}
        return (yield from self._one(Labelled, send("POST", path, body=body, repeatable=False)))

    def skip_label(self, item: LabelItem) -> Steps[None]:
        """Pass it by."""
        path = f"/v1/labelling/items/{quoted(item.item)}/skip"
        yield from self._answered(send("POST", path, body={"token": item.token}, repeatable=False))

    def return_label(self, item: LabelItem) -> Steps[None]:
        """Put it back in its place, unlabelled."""
        path = f"/v1/labelling/items/{quoted(item.item)}/return"
        yield from self._answered(send("POST", path, body={"token": item.token}, repeatable=False))

    def undo_label(self, item_id: str) -> Steps[LabelItem]:
        """Take back what you said of it: it is leased to you again."""
        return (yield from self._one(LabelItem, send("POST", f"/v1/labelling/items/{quoted(item_id)}/undo")))

    def correct_example(self, example_id: str, labels: Sequence[str]) -> Steps[ExampleView]:
        """Put an example right."""
        path, body = f"/v1/examples/{quoted(example_id)}/correct", {"labels": list(labels)}
        return (yield from self._one(ExampleView, send("POST", path, body=body)))

    def set_example_aside(self, example_id: str) -> Steps[ExampleView]:
        """Nothing learns from it any more."""
        return (yield from self._one(ExampleView, send("POST", f"/v1/examples/{quoted(example_id)}/aside")))

    def take_example_in(self, example_id: str) -> Steps[ExampleView]:
        """Learn from it again."""
        return (yield from self._one(ExampleView, send("POST", f"/v1/examples/{quoted(example_id)}/take-in")))


def _request(each: str | tuple[str, Attributes]) -> Mapping[str, Any]:
    text, attributes = (each, {}) if isinstance(each, str) else each
    return {"text": text, "attributes": dict(attributes)}
