"""Everybody who works with the instance of `bench.loop`, over the public API alone: they ask, review, train, promote.

The reviewers know what each request is, because its true label comes with the data. They may be told to err.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import NamedTuple

from bench.data import Message
from bench.loop_home import WORKFLOW
from service.client import Model, ModelReleased, Signoff, SignoffError

_LOOK = 0.5  # seconds between looks at how far a comparison is
_PATIENCE = 600.0  # seconds until a comparison is given up


class Share(NamedTuple):
    """What was decided automatically of some requests, and how much of that was wrong."""

    requests: int
    alone: int
    wrong: int

    @property
    def automation(self) -> float:
        return self.alone / self.requests

    @property
    def error(self) -> float | None:
        """None: nothing was decided automatically."""
        return self.wrong / self.alone if self.alone else None


@dataclass(slots=True)
class People:
    """Who they are by their keys, and what they remember."""

    desk: Signoff
    rita: Signoff
    rob: Signoff
    ann: Signoff
    ben: Signoff
    stream: Iterator[Message]  #: requests still to come
    labels: Sequence[str]
    served: list[tuple[str, str]] = field(default_factory=list)  #: what answered, in turn: release and model
    asked: dict[str, str] = field(default_factory=dict)  #: decision -> true label
    reviews: int = 0
    flipped: int = 0  #: reviews that gave a wrong label

    def ask(self) -> None:
        """The next request comes in; whoever is asked to decides it."""
        text, label = next(self.stream)
        decision = self.desk.decide(text, WORKFLOW)
        self.asked[decision.id] = label

    def review(self, wrong: float = 0.0, chance: random.Random | None = None) -> None:
        """Decide all that waits, the two reviewers in turn; a share `wrong` with a label drawn at random."""
        while (claimed := (reviewer := (self.rita, self.rob)[self.reviews % 2]).claim(WORKFLOW)) is not None:
            said = self.asked[claimed.decision]
            if chance is not None and chance.random() < wrong:
                said, self.flipped = chance.choice([label for label in self.labels if label != said]), self.flipped + 1
            reviewer.decide_case(claimed, [said], "bench", note="as it is known")
            self.reviews += 1

    def work(self, reviews: int, wrong: float = 0.0, chance: random.Random | None = None) -> None:
        """Requests come in until so many more are reviewed."""
        until = self.reviews + reviews
        while self.reviews < until:
            self.ask()
            self.review(wrong, chance)

    def trained(self) -> Model:
        """Ann has a model trained in the background."""
        job = self.ann.wait_for_job(self.ann.train_model(WORKFLOW).id)
        if job.model is None:
            raise RuntimeError(f"training {job.state}: {job.why}")
        return self.ann.model(job.model)

    def shadowed(self, model: str, reviews: int) -> None:
        """The model looks on while requests come in and are reviewed, until it has been compared with enough."""
        self.ann.shadow_model(model)
        self.work(reviews)
        until = time.monotonic() + _PATIENCE
        while (report := self.ann.shadow_report(model)).decisions < report.needed:
            if time.monotonic() > until:
                raise RuntimeError(f"{model} was compared with {report.decisions} of {report.needed} decisions")
            time.sleep(_LOOK)

    def answering(self) -> Model:
        """The model that answers."""
        active = self.ann.models(workflow=WORKFLOW, state="active")
        return self.ann.model(active[0].id)

    def promoted(self, model: str) -> ModelReleased | SignoffError:
        """Ben lets Ann's model answer while requests go on coming in; or what spoke against it, and he rejects it."""
        try:
            with self.busy():
                released = self.ben.promote_model(model, "its certificate and its shadow are in order")
        except SignoffError as refused:
            if refused.code != "not_promotable":
                raise
            self.ben.reject_model(model, "it may not answer as it is")
            return refused
        self.served.append((released.release, model))
        return released

    def taken_back(self) -> Model:
        """Ben lets the model before answer again, even if that decided nothing alone; requests go on coming in."""
        with self.busy():
            released = self.ben.roll_back_model(self.answering().id, "shown how it goes", accept_no_automation=True)
        model = self.answering()
        self.served.append((released.release, model.id))
        return model

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Requests come in, one after the other, for as long as the block lasts."""
        over = Event()

        def come_in() -> None:
            while not over.is_set():
                self.ask()

        with ThreadPoolExecutor(1) as threads:
            coming = threads.submit(come_in)
            try:
                yield
            finally:
                over.set()
            coming.result()

    def measured(self, requests: Sequence[Message]) -> Share:
        """How requests would come out that nobody ever learns from; nothing is recorded."""
        made = [(self.desk.decide(text, WORKFLOW, dry_run=True), label) for text, label in requests]
        alone = [(decision, label) for decision, label in made if decision.decided_by == "classifier"]
        wrong = sum([each.label for each in decision.labels] != [label] for decision, label in alone)
        return Share(len(requests), len(alone), wrong)


@contextmanager
def people(url: str, keys: Mapping[str, str], stream: Iterator[Message], labels: Sequence[str]) -> Iterator[People]:
    """They come, and go with the block."""
    clients = {name: Signoff(url, key, timeout=60) for name, key in keys.items()}
    try:
        desk, rita, rob, ann, ben = (clients[name] for name in ("desk", "rita", "rob", "ann", "ben"))
        found = People(desk, rita, rob, ann, ben, stream, labels)
        begun = found.answering()
        assert begun.release is not None, "it answers"
        found.served.append((begun.release, begun.id))
        yield found
    finally:
        for client in clients.values():
            client.close()
