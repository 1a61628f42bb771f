"""An instance whose queue decides together what says the same."""

from __future__ import annotations

import dataclasses
import json

from service.domain.types import AttachPolicy
from service.usecases.make_decision import Ask, decide
from tests.unit.service.usecases.case_room import QUEUE, SHOP, under

TEXT = "I want to close my account at the branch in Ruthin, with 5 pounds in it."
ALIKE = (
    "Hello, I want to close my account at the branch in Ruthin, with 5 pounds in it!",
    "i want to close my account at the branch in Ruthin, with 5 pounds in it, please",
)


def attaching(house, most=50, ignore=(), **policy):
    """The same instance; what is served has the policy too, because a request is attached by its release's."""
    policy = {"attach": AttachPolicy(most, ignore), **policy}
    usual = under(house, **policy)

    class Shelf:
        def __getattr__(self, name):
            return getattr(usual.shelf, name)

        def serve(self, release):
            found = house.shelf.serve(release)
            queue = dataclasses.replace(found.workflow.queue, **policy)
            return dataclasses.replace(found, workflow=dataclasses.replace(found.workflow, queue=queue))

    return dataclasses.replace(usual, shelf=Shelf())


def together(house, subjects=(None, None, None)):
    """One case, and the decisions that it settles, its own first."""
    texts = [TEXT, *ALIKE]
    made = [ask(house, text, subject=subject) for text, subject in zip(texts, subjects, strict=True)]
    assert len({case for _, case in made}) == 1, made
    return made[0][1], [decision for decision, _ in made]


def ask(house, text=TEXT, who=SHOP, **more):
    """A decision and the case that it waits in."""
    made = json.loads(decide(house, who, Ask(QUEUE, text, **more)).body)
    return made["id"], made["case"]
