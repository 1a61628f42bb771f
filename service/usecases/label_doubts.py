"""Labels that are probably wrong: what a model that never saw an example is surer of than of what people said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service.learn.noise import doubtful, doubtful_several
from service.learn.recipes import Recipe
from service.store import doubts as store
from service.store.pointers import pointer
from service.usecases.collect import words_of
from service.usecases.examples import FROM_FILE, Example
from service.usecases.fit_model import Ground, HeldOut, fitted
from service.usecases.house import House
from service.usecases.masked import masked
from service.usecases.progress import Progress, silent
from service.usecases.start_labelling import at_hand
from service.usecases.training_material import gather


@dataclass(frozen=True, slots=True)
class Doubted:
    """One example whose label is probably wrong."""

    example: str  #: its id; `file` for one of the workflow's own file
    words: str  #: keyed digest of its words
    text: str  #: without personal data
    labels: tuple[str, ...]  #: that it was given
    looks_like: str  #: the label it looks like; of several labels the one it lacks, or has and should not
    too_much: bool  #: of several labels: it carries `looks_like` and does not look like it
    probability: float  #: of `looks_like`, 0 to 1
    given: float  #: of the label it was given, 0 to 1

    @property
    def in_file(self) -> bool:
        return self.example == FROM_FILE


def doubts(house: House, workflow: str, progress: Progress = silent) -> list[Doubted]:
    """The examples that teach this workflow and look wrong, the clearest first. Nothing is changed.

    What a person confirmed is no doubt any more, as long as it has the labels that were confirmed. Each example is
    judged by a head that was fitted without it (confident learning, Northcutt et al., 2021). NotFound when there is no
    such workflow, CannotLearn where there are too few examples to tell.
    """
    policy, _ = at_hand(house, workflow)
    examples = [example for example in gather(house, policy).train if example.labels]
    with house.store.read() as connection:
        found, confirmed = pointer(connection, workflow), store.confirmed(connection, workflow)
    encoder = house.encoder if found is None else house.shelf.judge_of(found.release)[1]
    made = fitted(house, Ground(policy, Recipe(), encoder), examples, progress, all_held=True)
    look = _several if policy.several else _one
    return [each for each in look(house, made.held, examples) if (each.words, each.labels) not in confirmed]


def _one(house: House, held: HeldOut, examples: list[Example]) -> list[Doubted]:
    columns = {label: column for column, label in enumerate(held.labels)}
    judged = [examples[place] for place in held.places]
    given = np.array([columns[example.labels[0]] for example in judged], dtype=np.int64)
    return [
        Doubted(
            example=judged[doubt.place].origin,
            words=words_of(house, judged[doubt.place].text),
            text=masked(judged[doubt.place].text, None),
            labels=judged[doubt.place].labels,
            looks_like=held.labels[doubt.looks_like],
            too_much=False,
            probability=doubt.probability,
            given=doubt.given_probability,
        )
        for doubt in doubtful(np.asarray(held.probabilities), given)
    ]


def _several(house: House, held: HeldOut, examples: list[Example]) -> list[Doubted]:
    judged = [examples[place] for place in held.places]
    given = np.array([[label in example.labels for label in held.labels] for example in judged], dtype=np.bool_)
    return [
        Doubted(
            example=judged[doubt.place].origin,
            words=words_of(house, judged[doubt.place].text),
            text=masked(judged[doubt.place].text, None),
            labels=judged[doubt.place].labels,
            looks_like=held.labels[doubt.label],
            too_much=doubt.carried,
            probability=doubt.probability,
            given=doubt.probability if doubt.carried else 1 - doubt.probability,
        )
        for doubt in doubtful_several(np.asarray(held.probabilities), given)
    ]
