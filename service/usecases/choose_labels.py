"""Which of the waiting requests people are asked about next: those that teach most, and differ from each other.

What lost its label, because that was split, comes first. Only the part that teaches is put in order: the random part
stays as it was drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog

from index.encoder import EncoderPool
from service.domain.types import Workflow
from service.errors import ServiceError
from service.learn import choice
from service.learn.judge import Seen
from service.store import examples, labelling
from service.store.engine import Connection, Row
from service.store.pointers import pointer
from service.usecases.collect import Source, request_of, text_of
from service.usecases.embed import embed
from service.usecases.examples import TRAIN
from service.usecases.house import House
from service.usecases.progress import Progress, silent
from service.usecases.read_as import read_text
from service.usecases.shelf import OpenRelease
from service.usecases.start_labelling import TEACHING, Asking, at_hand, backlog_payload
from service.usecases.training_material import unsettled

_MOST = 20_000  # waiting requests looked at, the first in order
_AHEAD = 500  # put in order; those after them stay as they are until it is chosen again
_LABELLED = 1_000  # labelled requests, the latest, that what comes next has to differ from
_EVERY = 50  # labels given until it is chosen again
_AT_ONCE = 1_000  # looked at then: somebody waits for it

log = structlog.get_logger("signoff")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is asked next."""

    waiting: int  #: requests looked at
    ahead: int  #: of these, put in order
    anew: int  #: asked again, because their label was split or is no more
    by_model: bool  #: whether a model said how sure it is; else they only differ from each other


def choose(house: House, workflow: str, by: str, *, most: int = _MOST, progress: Progress = silent) -> Chosen:
    """Put the waiting requests in order: first what lost its label, then what the answering model is least sure of and
    what differs most; without a model, what differs most. NotFound when there is no such workflow."""
    policy, _ = at_hand(house, workflow)
    lost = _ask_anew(house, policy, by)
    with house.store.read() as connection:
        found = pointer(connection, workflow)
        rows = [row for row in labelling.waiting(connection, workflow, TRAIN, most) if text_of(row.request) is not None]
        known = _labelled(connection, workflow)
    release = house.shelf.open(found.release) if found is not None else None
    first = [row for row in rows if row.words in lost]
    others = [row for row in rows if row.words not in lost]
    order = _order(house, release, policy, others, known, progress)
    ids = [row.id for row in first] + [others[place].id for place in order]
    chosen = set(ids)
    ids += [row.id for row in others if row.id not in chosen]
    house.store.commit(
        lambda connection: labelling.set_places(connection, ((id_, TEACHING + at) for at, id_ in enumerate(ids)))
    )
    return Chosen(len(rows), len(order), len(first), release is not None)


def chosen_again(house: House, workflow: str, by: str) -> None:
    """After every so many labels the order is made anew. What goes wrong there is logged: the label was given."""
    with house.store.read() as connection:
        given = labelling.counts(connection, workflow).get((TRAIN, labelling.LABELLED), 0)
    if given and given % _EVERY == 0:
        try:
            choose(house, workflow, by, most=_AT_ONCE)
        except ServiceError as error:
            log.warning("not_chosen", workflow=workflow, detail=error.detail)


def _order(
    house: House,
    release: OpenRelease | None,
    policy: Workflow,
    rows: Sequence[Row[Any]],
    known: Sequence[str],
    progress: Progress,
) -> list[int]:
    """Places of the rows to ask about first, best first."""
    if not rows:
        return []
    encoder = house.encoder if release is None else release.judge_encoder
    requests = [request_of(row.request) for row in rows]
    texts = [read_text(request["text"]) for request in requests]
    vectors = _vectors(house, texts, encoder, progress)
    unsure: npt.NDArray[np.floating] | None = None
    if release is not None:
        attributes = [release.ruleset.schema.coerce(request.get("attributes") or {}) for request in requests]
        seen = [Seen(*each) for each in zip(vectors, texts, attributes, strict=True)]
        unsure = choice.uncertainty(_probabilities(release, seen), several=policy.several)
    labelled = _vectors(house, [read_text(text) for text in known], encoder, progress) if known else None
    count = min(_AHEAD, len(rows))
    return [int(place) for place in choice.choose(vectors, count, uncertainty=unsure, labelled=labelled)]


def _vectors(house: House, texts: Sequence[str], encoder: EncoderPool, progress: Progress) -> npt.NDArray[np.float32]:
    return embed(house, texts, "reading requests", progress, encoder)


def _probabilities(release: OpenRelease, seen: Sequence[Seen]) -> npt.NDArray[np.float64]:
    """What the head thinks of each, shape (requests, labels); a label that it leaves out has none."""
    places = {label: place for place, label in enumerate(release.head.labels)}
    found = np.zeros((len(seen), len(places)))
    for row, each in enumerate(seen):
        for score in release.head.judge(each).scores:
            found[row, places[score.label]] = score.probability
    return found


def _labelled(connection: Connection, workflow: str) -> list[str]:
    """The words of what was labelled in this queue, the latest."""
    rows = [row for row in examples.everything(connection, workflow) if row.source == Source.LABELLING.value]
    return [text for row in rows[-_LABELLED:] if (text := text_of(row.request)) is not None]


def _ask_anew(house: House, policy: Workflow, by: str) -> frozenset[str]:
    """Put examples whose label is no more into the queue; the digests of their words."""
    lost = unsettled(house, policy)
    if not lost:
        return frozenset()

    def work(connection: Connection) -> None:
        known = labelling.known_words(connection, policy.name)
        asking = Asking(house, connection, policy.name, by, house.clock())
        asking.about(
            TRAIN,
            TEACHING,
            [(each.words, each.payload or backlog_payload(each.request)) for each in lost if each.words not in known],
        )
        for each in lost:
            if each.words in known:
                labelling.ask_again(connection, policy.name, each.words)

    house.store.commit(work)
    return frozenset(each.words for each in lost)
